"""Where the data folders are, and how a drop-in folder is imported."""

from __future__ import annotations

import sys

import pytest

from optimizer import datadirs
from optimizer.dropin import load_all


def test_explicit_folder_wins_and_must_exist(tmp_path):
    assert datadirs.models_dir(tmp_path) == tmp_path
    with pytest.raises(FileNotFoundError):
        datadirs.models_dir(tmp_path / "absent")


def test_checkout_then_shipped_never_the_current_folder(tmp_path, monkeypatch):
    package = tmp_path / "site" / "optimizer"
    shipped = package / "_shipped" / "models"
    shipped.mkdir(parents=True)
    (tmp_path / "site" / "models").mkdir()
    (tmp_path / "here" / "models").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert datadirs.locate("models", None, package) == shipped
    (tmp_path / "site" / "pyproject.toml").write_text("", encoding="utf-8")
    assert datadirs.locate("models", None, package) == tmp_path / "site" / "models"
    with pytest.raises(FileNotFoundError):
        datadirs.locate("scenarios", None, package)


def test_drop_in_modules_are_imported_in_name_order(tmp_path, monkeypatch):
    folder = tmp_path / "dropped_here"
    folder.mkdir()
    (folder / "__init__.py").write_text("seen = []\n", encoding="utf-8")
    for name in ("b_rule", "a_rule", "_shared"):
        (folder / f"{name}.py").write_text(
            f"from dropped_here import seen\nseen.append('{name}')\n", encoding="utf-8"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load_all("dropped_here") == ("dropped_here.a_rule", "dropped_here.b_rule")
    assert sys.modules["dropped_here"].seen == ["a_rule", "b_rule"]


def test_a_plain_module_is_no_drop_in_folder():
    with pytest.raises(NotADirectoryError):
        load_all("optimizer.dropin")
