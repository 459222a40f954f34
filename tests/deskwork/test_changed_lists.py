"""A closed list that changes between a session and what follows it: nothing recorded loses its words, nothing said is turned away."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from optimizer.datadirs import models_dir
from optimizer.desk.papers.report_back import events_table
from optimizer.desk.papers.wording import Told
from optimizer.desk.sessions import told_of
from optimizer.store.law import law
from optimizer.web.pages import label
from tests.deskwork.room import HELD, REFUSAL, Room, listed, room
from tests.deskwork.test_next_case import SENT

NEXT_DAY, ANSWERED = date(2026, 12, 4), date(2026, 12, 8)
CAR = "Pas de place pour la voiture"


def with_value(text: str, name: str, new: tuple[str, str] | None, gone: str) -> str:
    """``commission.yaml`` with a value of a list from the day after the session on: a code more, another one less."""
    head, block, tail = re.split(rf"(?<=\n)({name}:\n(?:[ \n].*\n|\n)+?)(?=\n?\w)", text, maxsplit=1)
    last = re.split(r"\n(?=    \d{4}-\d\d-\d\d:)", block.rstrip("\n"))[-1]
    lines = [line for line in last.splitlines()[1:] if not line.strip().startswith(f"{gone}:")]
    for title in ("      value:", "      english:") if new else ():
        at = lines.index(title)
        lines.insert(at + 1, f"        {new[0]}: {new[1]}")
    return f"{head}{block.rstrip()}\n    {NEXT_DAY}:\n" + "\n".join(lines) + f"\n\n{tail.lstrip()}"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    models = tmp_path / "models"
    shutil.copytree(models_dir() / "national", models / "national")
    file = models / "national" / "commission.yaml"
    text = with_value(file.read_text(encoding="utf-8"), "refusal_reasons", ("parking", CAR), "visit")
    text = with_value(with_value(text, "motives", None, "N3"), "documents", None, "tax_notice")
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr("optimizer.store.law.models_dir", lambda _: models)
    desk = tmp_path / "desk"
    desk.mkdir()
    return room(desk)


def test_the_lists_have_changed(made: Room):
    before, after = law(HELD), law(NEXT_DAY)
    for name, gone, new in (
        ("refusal_reasons", "visit", "parking"),
        ("motives", "N3", ""),
        ("documents", "tax_notice", ""),
    ):
        assert gone in before.words(name, "fr") and gone not in after.words(name, "fr")
        assert (
            gone in after.known(name, "fr")
            and after.known(name, "en")[gone] == before.words(name, "en")[gone]
        )
        assert not new or (new not in before.words(name, "fr") and before.known(name, "fr")[new] == CAR)


def test_a_session_typed_later_is_decided_by_the_lists_of_its_day_and_told_in_their_words(
    made: Room, monkeypatch: pytest.MonkeyPatch
):
    one, two, three = made.with_lists(1)[:3]
    refused, late, conditional = (listed(home)[-1] for home in (one, two, three))
    rank = len(listed(three))
    made.hold(
        {
            ("Saisie", one.dwelling_id, refused.application_id): {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL},
            ("Saisie", three.dwelling_id, conditional.application_id): {
                "decision": "c", "rang": rank, "piece": "Avis d'imposition", "avant_le": date(2026, 12, 20),
            },
        },
        on=NEXT_DAY,
    )  # fmt: skip
    assert made.session.status == "closed" and made.item(one.dwelling_id).candidates[-1].decision is not None
    told = told_of(made.desk, made.session_id, "fr")
    # the papers of a year later are still told in words
    for since in (told, Told(made.session, law(date(2027, 12, 1)), "fr")):
        words = [
            since.whole_decision(c.decision) for i in made.session.items for c in i.candidates if c.decision
        ]
        assert sum("N3 – Taille inadaptée à la composition du ménage (" in w for w in words) == 1
        assert sum("Avis d'imposition" in w for w in words) == 1
    monkeypatch.setattr("optimizer.web.pages.today", lambda: ANSWERED)
    assert label("motives", "N3", "fr") == "Taille inadaptée à la composition du ménage"


@pytest.mark.long
def test_an_answer_of_later_has_the_reasons_of_its_day_and_of_the_session(made: Room):
    one, two = made.with_lists(1)[:2]
    made.hold()
    said = {"reponse": "refuse", "reponse_le": ANSWERED, "refus_legitime": "non"}
    reasons = {one.dwelling_id: CAR, two.dwelling_id: "N'est pas venu à la visite"}
    made.clock.to(ANSWERED)
    book = openpyxl.load_workbook(made.write_book())
    offered = {str(cell.value) for line in book["Listes"].iter_rows() for cell in line}
    assert set(reasons.values()) <= offered
    made.after(
        ANSWERED,
        {
            ("Offres", home.dwelling_id, listed(home)[0].application_id): SENT | said | {"motif_refus": reasons[home.dwelling_id]}
            for home in (one, two)
        },
    )  # fmt: skip
    table = events_table(told_of(made.desk, made.session_id, "fr"))
    told = table[table["evenement"].str.contains("efus")].set_index("logement")["detail"].to_dict()
    assert told == reasons
