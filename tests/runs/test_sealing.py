"""The record of a result names every file beside it and its own hash; a refusal of verify ends with code 3."""

from __future__ import annotations

import hashlib
import json
import sys

import pytest

from optimizer import runs
from optimizer.cli import app
from optimizer.disk import seal
from optimizer.errors import AttrifluxError


def test_every_file_is_named_with_its_bytes_and_hash(tmp_path):
    (tmp_path / "sheets").mkdir()
    for name, raw in (("proposals.csv", b"a;b\n"), ("sheets/x.html", "é".encode())):
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "run.json").write_text(json.dumps({"title": "Été", "verdict": None}), encoding="utf-8")
    for _ in range(2):
        seal(tmp_path)
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert [(x["name"], x["bytes"]) for x in record["manifest"]] == [
        ("proposals.csv", 4),
        ("sheets/x.html", 2),
    ]
    assert record["manifest"][0]["sha256"] == hashlib.sha256(b"a;b\n").hexdigest()
    stated = record.pop("self_sha256")
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert stated == hashlib.sha256(text.encode()).hexdigest()


def test_a_folder_without_record_stays_as_it_is(tmp_path):
    (tmp_path / "proposals.csv").write_bytes(b"")
    seal(tmp_path)
    assert [x.name for x in tmp_path.iterdir()] == ["proposals.csv"]


def test_a_refused_result_ends_with_code_3(monkeypatch, capsys):
    def refuse(*_args, **_kwargs):
        raise AttrifluxError("VERIFICATION_FAILED", why="objectif")

    monkeypatch.setattr(runs, "propose_to", refuse, raising=False)
    monkeypatch.setattr(sys, "argv", ["attriflux", "propose", "x", "--out", "y"])
    with pytest.raises(SystemExit) as stopped:
        app.main()
    assert stopped.value.code == 3 and "objectif" in capsys.readouterr().err
