"""Where the data folders are, and how a drop-in folder is imported."""

from __future__ import annotations

import sys

import pytest

from optimizer import datadirs
from optimizer.dropin import DropInError, load_all


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


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("c_rule.py", "def a_rule(): ...", "c_rule.py: it registers nothing"),
        ("c_rule.py", "", "c_rule.py: it registers nothing"),
        ("c.rule.py", "this is no Python", "c.rule.py: Python imports no file with a dot in its name"),
        ("c_rule.py", "x = 1\nraise SystemExit('no licence')", "c_rule.py:2: SystemExit: no licence"),
    ],
)
def test_a_dropped_file_that_would_be_passed_over_is_told_each_time(tmp_path, monkeypatch, name, text, why):
    """Without its decorator, or under a name that Python does not import, it was as if it was not there."""
    folder = tmp_path / "dropped_here"
    folder.mkdir()
    (folder / "__init__.py").write_text("seen = []\n", encoding="utf-8")
    for file, what in (("a_rule.py", "from dropped_here import seen\nseen.append(1)\n"), (name, text)):
        (folder / file).write_text(what, encoding="utf-8")
    (folder / "_shared.py").write_text("# a helper registers nothing\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in [m for m in sys.modules if m.startswith("dropped_here")]:
        monkeypatch.delitem(sys.modules, module)
    for _ in range(2):
        with pytest.raises(DropInError) as refused:
            load_all("dropped_here", lambda: len(sys.modules["dropped_here"].seen))
        assert why in str(refused.value)
    for module in [m for m in sys.modules if m.startswith("dropped_here")]:
        monkeypatch.delitem(sys.modules, module)


def test_a_plain_module_is_no_drop_in_folder():
    with pytest.raises(NotADirectoryError):
        load_all("optimizer.dropin")
