"""Three weeks turn alike in a browser's forms and on the workbook: the same desk, and the same fourth case byte for byte."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from optimizer import importers, store
from optimizer.pipeline import check_case
from optimizer.statement import bilan
from optimizer.store import queries
from tests.deskwork.room import START, imported
from tests.deskwork.weeks import Weeks, by_workbook, files, turned
from tests.store.dump import dump
from tests.store.empty import empty_desk
from tests.web.hands import ClientHands
from tests.web.playing import PASSWORD
from tests.web.playing import Clock as Fine
from tests.web.weeks import Player, play


def test_three_weeks_on_the_pages_and_on_the_workbook_are_the_same_weeks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "classeur").mkdir()
    weeks = by_workbook(tmp_path / "classeur", _follows_from_the_log)
    for case in weeks.cases[1:]:
        read, findings = check_case(case)
        assert read is not None and [f.sentence() for f in findings] == []
    clock = Fine(START)
    (tmp_path / "pages").mkdir()
    with store.open(empty_desk(tmp_path / "pages"), clock=clock) as desk:
        from django.conf import settings

        from optimizer.web.demo import give_passwords, make_accounts
        from optimizer.web.deploying import deploy
        from optimizer.web.deployment import Deployment
        from optimizer.web.jobs import end_all

        # nobody asks a question here: no room keeps a case warm beside
        monkeypatch.setattr("optimizer.web.answers.room_at_hand", lambda *told, **more: None)
        make_accounts(desk)
        give_passwords(PASSWORD)
        state = tmp_path / "pages" / "files"
        deploy(desk, Deployment(state=state))
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]

        def to(day: date) -> None:
            clock.now = max(clock.now, datetime(day.year, day.month, day.day, 13, tzinfo=UTC))

        hands = [ClientHands(name, PASSWORD) for name in ("secretaire", "presidente")]
        try:
            fourth = play(Player(hands[0], hands[1], to, state), weeks)
        finally:
            end_all()
        assert dump(desk) == weeks.dump
    assert fourth == files(weeks.cases[-1])


def _follows_from_the_log(desk: store.Store, weeks: Weeks) -> None:
    """Every decision, offer and lease was there to be compared; the statement agrees with the log to the unit."""
    sessions = queries.sessions(desk)
    log = [(i, c) for s in sessions for i in s.items for c in i.candidates]
    reached = {c.status for _, c in log} | {i.status for i, _ in log}
    assert reached >= {
        "declined", "replaced", "signed", "refused", "silent", "accepted", "not_attributed", "let", "withdrawn", "not_examined",
    }  # fmt: skip
    again = turned(desk, weeks.cases[-1], weeks.folder / "cas-encore")
    assert files(again) == files(weeks.cases[-1])
    last, first = importers.read(weeks.cases[-1], need=()), imported(2)
    signed = [(i, c) for i, c in log if c.status == "signed"]
    assert len(last.table("leases")) - len(first.table("leases")) == len(signed) > 0
    leases = last.table("leases").set_index("dwelling_id")
    for i, c in signed:
        assert leases.loc[i.dwelling_id, "application_id"] == c.application_id
        assert leases.loc[i.dwelling_id, "signed_on"] == pd.Timestamp(c.offer.lease_on)
        assert leases.loc[i.dwelling_id, "q1"] in ("yes", "no", "unknown")
        assert i.dwelling_id not in set(last.table("dwellings")["dwelling_id"])
        assert c.application_id not in set(last.table("applications")["application_id"])
    refused = Counter(c.application_id for _, c in log if c.status == "refused")
    refusals = last.table("applications").set_index("application_id")["refusals"]
    known = first.table("applications").set_index("application_id")["refusals"].fillna(0)
    assert refused and all(
        refusals[who] == known[who] + n for who, n in refused.items() if who in refusals.index
    )
    before, after = bilan(first, 2026), bilan(last, 2026)
    lines = after.ledger.set_index(["landlord", "area", "account"])["consumed_signed"]
    gained = (
        (lines - before.ledger.set_index(["landlord", "area", "account"])["consumed_signed"])
        .groupby("account")
        .sum()
    )
    for account, n in Counter(i.account for i, _ in signed).items():
        if account in gained.index:
            assert gained[account] == n
    taken = {(i.dwelling_id, i.account) for i, _ in log if i.status != "not_examined"}
    held = set(
        zip(first.table("in_progress")["dwelling_id"], first.table("in_progress")["account"], strict=True)
    )
    sums = [b.table[["proposed", "attributed"]].sum() for b in (before, after)]
    assert int(sums[1]["proposed"] - sums[0]["proposed"]) == len(taken - held)
