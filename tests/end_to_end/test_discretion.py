"""Who asked is nobody's business on the screen: application numbers stay in the files."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.running import attriflux
from tests.end_to_end.small import propose, table

WORDS = [(), ("--lang", "en"), ("--json",)]


@pytest.fixture(scope="module")
def numbers(weeks):
    """(case, result, application numbers of the case as one pattern)."""
    case, out = weeks["plain-1"]
    asked = [r["numero_unique"] for r in table(case / "demandes.csv")]
    assert len(asked) == 300
    return case, out, re.compile("|".join(map(re.escape, asked)))


def test_propose_names_nobody(numbers, weeks, tmp_path):
    """Under ``--json`` stand the sentences of both languages, beside what a program reads."""
    case, _, asked = numbers
    every = propose(case, tmp_path / "out", "--json", "--lang", "en")
    assert {"lines_fr", "lines_en"} <= json.loads(every.out).keys()
    for done in (weeks.said["plain-1"], every):
        assert done.code == 0 and done.out
        assert not asked.search(done.out + done.err)


@pytest.mark.parametrize("words", WORDS)
def test_verify_names_nobody(numbers, words):
    case, out, asked = numbers
    done = attriflux("verify", out, "--case", case, *words)
    assert done.code == 0
    assert not asked.search(done.out + done.err)


@pytest.mark.parametrize("words", WORDS)
def test_a_refusal_names_nobody(numbers, weeks, words):
    _, out, asked = numbers
    other, _ = weeks["doubs-4"]
    done = attriflux("verify", out, "--case", other, *words)
    assert done.code == 3
    assert not asked.search(done.err)


def test_the_record_and_the_certificate_name_nobody_unasked(numbers):
    _, out, asked = numbers
    assert not asked.search((out / "run.json").read_text(encoding="utf-8"))


def test_pages_carry_numbers_of_proposed_households_only(numbers):
    """``sheets.html`` is printed and handed round: it names the candidates of the lists and nobody else."""
    _, out, asked = numbers
    listed = {r["application_id"] for r in table(out / "proposals.csv") if r["application_id"]}
    found = set(asked.findall((out / "sheets.html").read_text(encoding="utf-8")))
    assert found and found <= listed
