"""What a rectificatif changes shows on every paper printed after it: whoever holds an earlier letter, or carried it over, is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.desk.papers.letters import letters
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.papers.report_back import events_table
from optimizer.desk.sessions import told_of
from optimizer.presentation.document import document_html
from optimizer.store import commands
from optimizer.store.records import Actor, CandidateRecord, NewDecision
from tests.deskwork.room import CHAIR, REFUSAL, SECRETARY, Room, listed, room


def rectify(made: Room, dwelling: str, *decisions: NewDecision) -> None:
    """A rectificatif prepared by the secretary and signed by the chair."""
    key, session = f"{dwelling}-{len(made.session.rectifications)}", made.session_id
    done = commands.prepare_rectification(
        made.desk, SECRETARY, key, session, reason="Rangs inversés", decisions=list(decisions)
    )
    commands.sign_rectification(made.desk, Actor(CHAIR, "P"), f"{key}/s", session, done.result["number"])


def letter_to(made: Room, number: str, lang: str = "fr") -> str:
    """The sheet of a household's letter, its spaces made plain."""
    page = document_html(letters(told_of(made.desk, made.session_id, lang)), lang)
    (own,) = [part for part in page.split('id="courrier-')[1:] if number in part]
    return own.replace("&#39;", "'").replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.long
def test_letters_and_report_say_which_decision_a_rectificatif_replaces(tmp_path: Path):
    made = room(tmp_path)
    everywhere = [c.application_id for i in made.session.items for c in listed(i)]
    item = next(i for i in made.with_lists(3) if all(everywhere.count(c.application_id) == 1 for c in listed(i)[:3]))  # fmt: skip
    one, two, three = listed(item)[:3]
    made.hold()
    assert "rectificatif" not in letter_to(made, two.application_id)
    assert not (
        events_table(told_of(made.desk, made.session_id, "fr"))["evenement"] == "décision rectifiée"
    ).any()
    rest = [NewDecision(c.candidate_id, "ranked", k) for k, c in enumerate(listed(item)[3:], 3)]
    refused = NewDecision(one.candidate_id, "not_attributed", motive="N3", sentence=REFUSAL)
    rectify(made, item.dwelling_id, refused, NewDecision(two.candidate_id, "ranked", 1), NewDecision(three.candidate_id, "ranked", 2), *rest)  # fmt: skip
    # a second one leaves the first household's decision as it was, and changes the third's
    rectify(made, item.dwelling_id, refused, NewDecision(two.candidate_id, "ranked", 2), NewDecision(three.candidate_id, "ranked", 1), *rest)  # fmt: skip
    said = letter_to(made, one.application_id)
    day = made.desk.today().strftime("%d/%m/%Y")
    assert f"rectificatif n° 1 au procès-verbal, signé le {day}" in said
    assert "annule et remplace « b – Attribution avec rang de classement, rang 1 »" in said
    assert "annule et remplace « b – Attribution avec rang de classement, rang 2 »" in letter_to(made, three.application_id)  # fmt: skip
    assert "rectificatif n° 2" in letter_to(made, three.application_id)
    assert "rectificatif no. 1 to the minutes" in letter_to(made, one.application_id, "en")
    events = events_table(told_of(made.desk, made.session_id, "fr"))
    rows = events[events["evenement"] == "décision rectifiée"].set_index("numUnique")
    assert set(rows.index) == {c.application_id for c in (one, two, three)}
    assert rows.at[one.application_id, "date"] == day
    assert rows.at[one.application_id, "detail"] == (
        "rectificatif 1 ; à retirer si cela a été reporté : b – Attribution avec rang de classement, rang 1"
    )
    # the third changes a sentence alone, which letters print and the shared file has no place for
    anew = NewDecision(one.candidate_id, "not_attributed", motive="N3", sentence=f"{REFUSAL} Relu en séance.")
    rectify(made, item.dwelling_id, anew, NewDecision(two.candidate_id, "ranked", 2), NewDecision(three.candidate_id, "ranked", 1), *rest)  # fmt: skip
    assert "rectificatif n° 3" in letter_to(made, one.application_id)
    again = events_table(told_of(made.desk, made.session_id, "fr"))
    told = again[again["evenement"] == "décision rectifiée"].set_index("numUnique")["detail"]
    assert told.to_dict() == rows["detail"].to_dict()


def test_minutes_say_why_a_rectificatif_leaves_the_order_and_what_a_second_one_replaces(tmp_path: Path):
    made = room(tmp_path)
    item = made.with_lists(3)[0]
    one, two, *others = listed(item)
    made.hold()

    def shown() -> str:
        page = document_html(minutes(told_of(made.desk, made.session_id, "fr")), "fr")
        return page.replace("&#39;", "'").replace("\u00a0", " ").replace("\u202f", " ")

    def ranked(*names: CandidateRecord) -> list[NewDecision]:
        return [NewDecision(c.candidate_id, "ranked", k) for k, c in enumerate(names, 1)]

    assert "Écart avec la proposition" not in shown()
    rectify(made, item.dwelling_id, *ranked(two, one))
    # whoever signs reads the reason typed for the rectificatif: the session itself had kept the proposed order
    assert "Écart avec la proposition : rectificatif 1 : Rangs inversés" in shown()
    line = f"{item.dwelling_id}, demande {one.application_id} :"
    b = "b – Attribution avec rang de classement, rang"
    assert f"Rectificatif 1, {line} décidé en séance « {b} 1 » ; rectifié en « {b} 2 »." in shown()
    # the second one corrects the first, which the session never decided
    third = others[0]
    rectify(made, item.dwelling_id, *ranked(two, third, one))
    said = shown()
    assert f"Rectificatif 2, {line} décidé par le rectificatif 1 « {b} 2 » ; rectifié en « {b} 3 »." in said
    assert f"demande {third.application_id} : décidé en séance « {b} 3 » ; rectifié en « {b} 2 »." in said
