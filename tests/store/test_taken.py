"""An agenda some of whose dwellings something else takes: all are named at once, and it is made without them when asked."""

from __future__ import annotations

import pytest

from optimizer.store import commands as c
from optimizer.store import queries
from optimizer.store.ledger import verify as verify_ledger
from optimizer.store.messages import StoreRefused
from optimizer.store.taken import read_back
from tests.store.playing import DAY, S, dwelling


def freed(name: str, after: str, kind: str = "chain"):
    """A dwelling that the tenant called for ``after`` frees."""
    return dwelling(name, chain={"number": 1, "kind": kind, "position": 1, "after": after})


def let(play) -> None:
    """A session of L1 that ended in a lease."""
    play.week(dwelling("L1", vacant_since="2026-11-20"))
    play.clock.later(1)
    offer = play.offer("L1")
    play.accept(offer)
    play.sign(offer)


def test_every_dwelling_that_is_taken_is_told_at_once_with_what_takes_it(play):
    let(play)
    first = play.new(dwelling("L2"), dwelling("L3"))
    second = play.new(dwelling("L4"))
    everything = (
        dwelling("L1", vacant_since="2026-11-20"), dwelling("L2"), dwelling("L4"), dwelling("L5"),
        freed("L6", "L4"), freed("L7", "L6"), freed("L8", "L5"),
    )  # fmt: skip
    before = play.store.head()["seq"]
    with pytest.raises(StoreRefused) as told:
        play.new(*everything, run=False, urgent=True, reason="Logements libérés.")
    assert told.value.code == "STORE_DWELLINGS_TAKEN" and play.store.head()["seq"] == before
    french = told.value.text("fr").replace("\u00a0", " ")
    assert french.startswith("5 logements de la proposition ne peuvent aller à cet ordre du jour")
    for words in (
        "L1 (loué le 04/12/2026)", f"L2 (séance {first}, en préparation)", f"L4 (séance {second}, en préparation)",
        "L6 (libéré par le locataire appelé pour L4)", "L7 (libéré par le locataire appelé pour L6)",
    ):  # fmt: skip
        assert words in french
    assert "L5" not in french and "L8" not in french
    assert "L2 (session" in told.value.text("en")


def test_the_session_is_made_without_them_when_asked_and_says_which(play):
    first = play.new(dwelling("L2"), dwelling("L3"))
    made = play.do(
        c.new_session, S, landlord="OPH25", commission="CAL1", on=DAY, without_taken=True,
        items=(dwelling("L2"), dwelling("L5"), freed("L6", "L2"), dwelling("L7")),
    )  # fmt: skip
    play.session = made["session_id"]
    assert [(i.dwelling_id, i.position) for i in play.seen().items] == [("L5", 1), ("L7", 2)]
    left_off = read_back(made["left_off"])
    assert [(x.dwelling, x.session, x.after) for x in left_off] == [("L2", first, ""), ("L6", "", "L2")]
    assert verify_ledger(play.store).holds


def test_a_landlord_whose_dwellings_are_all_left_off_is_none_of_the_sessions(play):
    """Three landlords of one case, one of them with a session of its own: the rest bore the names of all in its minutes and letters."""
    homes = [dwelling(name, landlord=of) for name, of in (("L1", "OPH25"), ("L2", "ESH25"), ("L3", "COOP25"))]
    told = {"commission": "CAL1", "on": DAY, "landlord": "COOP25, ESH25, OPH25"}
    first = play.new(homes[0])
    with pytest.raises(StoreRefused) as refused:
        play.do(c.new_session, S, items=homes, **told)
    assert f"L1 (séance {first}, en préparation)" in refused.value.text("fr").replace("\u00a0", " ")
    made = play.do(c.new_session, S, items=homes, without_taken=True, **told)
    assert queries.session(play.store, made["session_id"]).landlord == "COOP25, ESH25"
    # a name that the case gives is nobody's to change
    office = told | {"landlord": "Groupe 25", "items": (homes[0], dwelling("L4", landlord="ESH25"))}
    made = play.do(c.new_session, S, without_taken=True, **office)
    assert queries.session(play.store, made["session_id"]).landlord == "Groupe 25"


def test_a_late_dwelling_of_another_landlord_goes_on_no_agenda_of_this_one(play):
    """It stood in the minutes and letters under this one's name, and the next case of its own landlord never read what was decided."""
    play.new(dwelling("L1", landlord="OPH25"))
    with pytest.raises(StoreRefused) as refused:
        play.do(c.add_item, S, play.session, dwelling("L2", landlord="ESH25"), reason="Congé tardif.")
    assert "L2 est de ESH25" in refused.value.text("fr") and "se tient pour OPH25" in refused.value.text("fr")
    play.do(c.add_item, S, play.session, dwelling("L3", landlord="OPH25"), reason="Congé tardif.")
    assert [i.dwelling_id for i in play.seen().items] == ["L1", "L3"]
    # a case that names an office for its dwellings, or does not say whose they are, binds nobody
    told = {"landlord": "Groupe 25", "commission": "CAL1", "on": DAY}
    play.session = play.do(c.new_session, S, items=(dwelling("L4", landlord="OPH25"),), **told)["session_id"]
    play.do(c.add_item, S, play.session, dwelling("L5", landlord="ESH25"), reason="Congé tardif.")


def test_an_agenda_of_which_nothing_is_left_is_not_made(play):
    play.new(dwelling("L2"))
    with pytest.raises(StoreRefused) as told:
        play.new(dwelling("L2"), without_taken=True)
    assert told.value.code == "STORE_NONE_LEFT" and "L2 (séance" in told.value.text("fr")


@pytest.mark.parametrize("state", ["open", "closed"])
def test_where_the_other_dwelling_stands_is_told(play, state):
    play.new(dwelling("L2"))
    play.open()
    if state == "closed":
        play.decide("L2")
        play.close()
    with pytest.raises(StoreRefused) as told:
        play.new(dwelling("L2"))
    assert {"open": "ouverte)", "closed": "en cours d'attribution)"}[state] in told.value.text("fr")


def test_the_agenda_of_a_neighbour_is_not_named(play):
    """Two landlords of a desk may number a dwelling alike: the session of one is none of the other's business."""
    theirs = play.new(dwelling("L2"))
    ours = {"landlord": "ESH70", "commission": "CALEOL", "on": DAY}
    problems = []
    with pytest.raises(StoreRefused) as told:
        play.do(c.new_session, S, items=(dwelling("L2"),), **ours)
    problems.append(told.value)
    own = play.do(c.new_session, S, items=(dwelling("L9"),), **ours)["session_id"]
    with pytest.raises(StoreRefused) as told:
        play.do(c.add_item, S, own, dwelling("L2"), reason="Congé tardif.")
    problems.append(told.value)
    for problem in problems:
        assert "L2" in problem.text("fr") and "autre ordre du jour du bureau" in problem.text("fr")
        assert not any(word in f"{problem.text('fr')} {problem.params}" for word in (theirs, "OPH25"))
