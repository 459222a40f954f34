"""The command in the surroundings it is given: encodings asked for, a home and an installation that cannot be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = "from optimizer.cli import main; main()"


def said(*words: str, code: str = MAIN, **surroundings: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        check=False,
        env={**os.environ, **surroundings},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("", "utf-8"),
        ("ascii", "utf-8"),
        ("utf-8", "utf-8"),
        ("cp1252", "cp1252"),
        ("cp1252:strict", "cp1252"),
        ("latin-1", "latin-1"),
    ],
)
@pytest.mark.parametrize("locale", ["C", "fr_FR.UTF-8"])
@pytest.mark.long
def test_a_sentence_is_in_the_encoding_that_was_asked_for(asked, written, locale, tmp_path):
    code, _, err = said("check", str(tmp_path / "été"), PYTHONIOENCODING=asked, LC_ALL=locale)
    assert code == 2 and "n'existe pas. Vérifiez le chemin" in " ".join(err.decode(written).split())


def test_a_sign_that_an_encoding_lacks_is_written_plainly():
    """Thin spaces of numbers, boxes, arrows: a question mark in the middle of « 20 000 » would be read as a digit lost."""
    speak = "from optimizer.cli.ending import Ending\nwith Ending(): print('20\u202f000 \u2212 5 \u2192 \u2610 \u0153uvre, na\u00efve \u4e2d')"
    code, out, err = said(code=speak, PYTHONIOENCODING="latin-1")
    assert code == 0, err
    assert out.decode("latin-1").strip() == "20 000 - 5 -> [ ] oeuvre, naïve ?"


@pytest.mark.long
def test_json_loses_no_letter_in_any_encoding(tmp_path):
    answers = [
        said("check", str(tmp_path / "été"), "--json", PYTHONIOENCODING=asked)[1].decode(
            "utf-8" if asked != "cp1252" else "cp1252"
        )
        for asked in ("utf-8", "cp1252", "ascii")
    ]
    told = [json.loads(answer) for answer in answers]
    assert told[0] == told[1] == told[2] and "n'existe pas" in json.dumps(told[0], ensure_ascii=False)


NOWHERE = """
import tempfile
from pathlib import Path

real, package = tempfile.TemporaryFile, str(Path({package!r}))

def refused(*words, dir=None, **more):
    if dir is not None and str(dir).startswith(package):
        raise PermissionError(13, "read only")
    return real(*words, dir=dir, **more)

tempfile.TemporaryFile = refused
{account}
from optimizer.compiled import njit
from numba.core import config

print(config.CACHE_DIR)

@njit(cache=True)
def twice(x):
    return 2 * x

print(twice(21))
"""


@pytest.mark.parametrize("foreign", [False, True])
def test_a_read_only_installation_with_a_read_only_home_computes(tmp_path, foreign):
    """numba found no place for what it keeps and refused; a folder that somebody else could have filled is none either."""
    package = str(Path(__file__).parents[2] / "optimizer")
    # an account that owns none of the folders: what stands under its name was put there by somebody else
    account = "import os; os.geteuid = lambda: 54321" if foreign else ""
    source = tmp_path / "read_only.py"
    source.write_text(NOWHERE.format(package=package, account=account), "utf-8")
    code, out, err = said(
        code=f"import runpy; runpy.run_path({str(source)!r})",
        HOME="/dev/null/none",
        XDG_CACHE_HOME="/dev/null/none",
        NUMBA_CACHE_DIR="",
    )
    for place in ("/var/tmp", os.environ.get("TMPDIR", "/tmp")):
        if foreign and Path(place, "attriflux-54321").is_dir():
            Path(place, "attriflux-54321").rmdir()
    assert code == 0, err.decode()
    kept, answer = out.decode().split("\n")[:2] if not foreign else ("", out.decode().split("\n")[1])
    assert answer == "42"
    if foreign:
        assert out.decode().split("\n")[0] == ""
    else:
        seen = Path(kept).lstat()
        assert (seen.st_uid, seen.st_mode & 0o777) == (os.geteuid(), 0o700)
