"""The agenda of a run: of what was verified, once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from optimizer.desk import agenda as made_of
from optimizer.desk.late import Described
from optimizer.desk.session_words import begun
from optimizer.errors import AttrifluxError
from optimizer.verify import verify
from tests.deskwork.room import proposed, read_case, ready


@pytest.mark.long
def test_what_was_just_verified_is_not_verified_again(monkeypatch: pytest.MonkeyPatch):
    case, result = proposed()
    wanted, verdict = ready(), verify(result, case)
    asked: list[Path] = []
    monkeypatch.setattr(made_of, "verify", lambda out, of, models: asked.append(out) or verdict)
    assert made_of.agenda(result, case, read_case(), verdict=verdict) == wanted and asked == []
    assert made_of.agenda(result, case, read_case()) == wanted and asked == [result]
    with pytest.raises(AttrifluxError) as refused:
        made_of.agenda(result, case, read_case(), verdict=replace(verdict, verdict="refused"))
    assert refused.value.code == "DESK_RUN_REFUSED"


@pytest.mark.long
def test_a_late_dwelling_says_its_account_as_the_proposal_does():
    """Minutes, letters and « À reporter » of one session name a réservataire once: by its place, not by its code."""
    labels = {i.account: i.facts["account_label"] for i in ready().items}
    described = Described(read_case())
    home = ready().items[0].dwelling_id
    found = {a: described.item(home, a, []).facts["account_label"] for a in described.facts.accounts}
    assert {a: found[a] for a in labels} == labels
    assert found["COLL:242500361"]["fr"] == "CU Grand Besançon Métropole" and found["COLL:25056"]["fr"] == "Besançon"  # fmt: skip


def test_a_new_session_says_which_dwellings_of_the_run_are_not_on_it():
    """Seven dwellings of sixty waited for a réservataire: the session was made without a word of them."""
    case, result = proposed()
    table = pd.read_csv(result / "dwellings.csv", sep=";", encoding="utf-8-sig")
    of = {
        status: sorted(table.loc[table["status"] == status, "dwelling_id"]) for status in set(table["status"])
    }
    assert (
        list(ready().awaiting) == of["awaiting_reservataire"] and list(ready().without) == of["no_candidate"]
    )
    told = begun("2026-01", ready())
    assert told["awaiting"] == of["awaiting_reservataire"]
    text = "\n".join(told["lines_fr"])
    assert f"faute de désignations d'un réservataire : {of['awaiting_reservataire'][0]}." in text
    assert f"faute de candidat : {' ; '.join(of['no_candidate'])}." in text
    chosen = made_of.agenda(result, case, read_case(), dwellings=[ready().items[0].dwelling_id])
    assert "ordre du jour, faute" not in "\n".join(begun("2026-01", chosen)["lines_fr"])
    many = begun("2026-01", replace(ready(), awaiting=tuple(f"A{k:02d}" for k in range(40)), without=()))
    assert "A11 et 28 autres." in "\n".join(many["lines_fr"])


def test_a_dwelling_that_an_earlier_week_is_letting_is_not_said_to_lack_a_candidate():
    case, result = proposed()
    read = read_case()
    held, empty = ready().without
    under_way = read.table("in_progress").assign(stage="commission")
    under_way.loc[under_way.index[0], "dwelling_id"] = held
    made = made_of.agenda(
        result,
        case,
        replace(read, tables={**read.tables, "in_progress": under_way}),
        verdict=verify(result, case),
    )
    assert (made.under_way, made.without) == ((held,), (empty,))
    text = "\n".join(begun("2026-01", made)["lines_fr"])
    assert f"déjà en cours d'attribution : {held}." in text and f"faute de candidat : {empty}." in text


def test_a_new_session_counts_each_household_once():
    """« 14 ménages » of twelve, two of whom stood on two lists."""
    made = ready()
    home, other = made.items[:2]
    twice = replace(made, items=(home, replace(other, candidates=home.candidates)))
    people = sum(not c.queue for c in home.candidates)
    assert (
        people > 1
        and f"2 logements à l'ordre du jour, {people} ménages." in begun("2026-01", twice)["lines_fr"][0]
    )
