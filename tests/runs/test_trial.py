"""A trial says what deciding and proposing would say, and leaves the session as it was."""

from __future__ import annotations

import copy
import threading

import pytest

import optimizer as af
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.runs.session import Proposed, Session
from optimizer.runs.session.trial import FirstRank, Trial, what_if, without


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(af.synthesize("commission", dwellings=6, applications=120, seed=4))


def first_ranks(proposed: Proposed) -> dict[str, FirstRank]:
    lines = proposed.proposals[proposed.proposals["rank"] == 1]
    return {
        str(x["dwelling_id"]): (str(x["account"]), str(x["application_id"])) for x in lines.to_dict("records")
    }


def same(trial: Trial, before: Proposed, after: Proposed, home: str) -> bool:
    """Whether a trial says of a dwelling and of the others what the tables of the decided case say."""
    own = after.proposals[after.proposals["dwelling_id"] == home].sort_values("rank")
    told = [(x.rank, x.application, x.account, x.reason) for x in trial.lines]
    lists = list(zip(own["rank"].tolist(), own["application_id"], own["account"], own["reason"], strict=True))
    was, now = first_ranks(before), first_ranks(after)
    moved = {x.dwelling: ((x.account_before, x.before), (x.account_after, x.after)) for x in trial.moved}
    others = {d: (was.get(d, ("", "")), now.get(d, ("", ""))) for d in was | now if was.get(d) != now.get(d)}
    return told == lists and moved == others and trial.exact


def listed(session: Session) -> list[tuple[str, str]]:
    """(Dwelling, household) of the lists, first ranks and others."""
    lines = session.propose().proposals
    named = lines[lines["application_id"] != ""]
    return list(zip(named["dwelling_id"].astype(str), named["application_id"].astype(str), strict=True))


@pytest.mark.parametrize("n", [0, 3])
def test_a_household_put_first_gives_the_lists_of_the_decided_case(session: Session, n: int):
    home, who = listed(session)[n]
    before, known = session.propose(), len(session.case.table("decisions"))
    trial = what_if(session, home, who)
    decided = copy.copy(session)
    decided.decide("pin", dwelling=home, application=who)
    assert same(trial, before, decided.propose(), home)
    assert trial.lines[0].application == who and trial.cost >= 0
    assert session.propose() is before and len(session.case.table("decisions")) == known


def test_households_taken_off_give_the_lists_of_the_decided_case(session: Session):
    home = listed(session)[0][0]
    names = [who for at, who in listed(session) if at == home]
    trial = without(session, home, names, lang="en")
    decided = copy.copy(session)
    decided.options = af.Options(lang="en")
    for who in names:
        decided.decide("forbid", dwelling=home, application=who, reason="commission_decision")
    assert same(trial, session.propose(), decided.propose(), home)
    assert not {line.application for line in trial.lines} & set(names)


def test_a_household_that_may_not_is_told_so_and_an_unknown_one_is_named(session: Session):
    home, states = listed(session)[0][0], session.propose().applications
    nowhere = states[states["status"] == "ineligible"]["application_id"].astype(str)
    with pytest.raises(InputProblems):
        what_if(session, home, nowhere.iloc[0])
    with pytest.raises(AttrifluxError, match="000"):
        what_if(session, home, "000")


def test_an_interrupted_trial_is_never_said_exact(session: Session):
    stop = threading.Event()
    stop.set()
    home, who = listed(session)[1]
    trial, whole = what_if(session, home, who, interrupt=stop), what_if(session, home, who)
    assert whole.exact and (not trial.exact or trial == whole)
