"""Three weeks of a commission with the workbook alone: propose, session, pack, record, minutes, next case, checked, and again."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from optimizer import importers
from optimizer.desk.agenda import agenda
from optimizer.desk.next_case import next_case
from optimizer.desk.next_files import write_next
from optimizer.desk.sessions import begin, next_rules
from optimizer.pipeline import check_case
from optimizer.runs import Options, propose_to
from optimizer.statement import bilan
from optimizer.store import queries
from optimizer.synth import write_case
from tests.deskwork.filling import fill
from tests.deskwork.room import (
    HELD,
    SECRETARY,
    Room,
    imported,
    proposed,
    read_case,
    room,
    with_arrivals,
)


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def turned(desk, case: Path, out: Path) -> Path:
    read = importers.read(case)
    made = next_case(
        read, queries.sessions(desk), next_rules(read.settings), duties=queries.duties(desk, open=False)
    )
    write_next(out, made, case)
    return out


def answers(session, on: date) -> dict[tuple[str, str, str], dict[str, object]]:
    """First ranks by turns: a lease, a refusal then an acceptance behind, a silence, an offer still open."""
    rows: dict[tuple[str, str, str], dict[str, object]] = {}
    sent = {"notifie_le": on + timedelta(days=1), "preuve": "Remise en main propre contre émargement"}
    for n, item in enumerate(session.items):
        names = sorted(
            (c for c in item.candidates if c.decision and c.decision.rank), key=lambda c: c.decision.rank
        )
        if not names:
            continue
        first = ("Offres", item.dwelling_id, names[0].application_id)
        if n % 4 == 0:
            rows[first] = sent | {
                "reponse": "accepte",
                "reponse_le": on + timedelta(days=3),
                "bail_signe_le": on + timedelta(days=5),
            }
        elif n % 4 == 1:
            rows[first] = sent | {
                "reponse": "refuse",
                "reponse_le": on + timedelta(days=2),
                "motif_refus": "Transports",
                "refus_legitime": "non",
            }
            for behind in names[1:2]:
                rows["Offres", item.dwelling_id, behind.application_id] = sent | {
                    "notifie_le": on + timedelta(days=3), "reponse": "accepte", "reponse_le": on + timedelta(days=4)
                }  # fmt: skip
        elif n % 4 == 2:
            rows[first] = sent
    return rows


def test_three_weeks_turn_on_the_workbook_alone(tmp_path: Path):
    made: Room = room(tmp_path)
    case, on, sessions = proposed()[0], HELD, [made.session_id]
    attributed = 0
    for week in range(3):
        if week:
            case = with_arrivals(case, week, tmp_path / f"import-{week}")
            result = tmp_path / f"resultat-{week}"
            propose_to(case, result, Options(pdf=False, prospects=3))
            on = HELD + timedelta(days=7 * week)
            agreed = agenda(result, case, importers.read(case))
            sessions.append(
                begin(made.desk, SECRETARY, agreed, commission="CALEOL Besançon", on=on, quorum=3)
            )
            made.session_id = sessions[-1]
        made.hold(on=on)
        attributed += len(made.session.items)
        made.after(on + timedelta(days=6), answers(made.session, on))
        case = turned(made.desk, case, tmp_path / f"cas-{week + 1}")
        read, findings = check_case(case)
        assert read is not None
        assert [f.sentence() for f in findings] == []
    again = turned(made.desk, case, tmp_path / "cas-encore")
    assert files(again) == files(case)
    # the whole log on the last import alone gives the same case as week after week
    write_case(imported(2), tmp_path / "import")
    assert files(turned(made.desk, tmp_path / "import", tmp_path / "cas-direct")) == files(case)
    _follows_from_the_log(made, case, attributed)


def _follows_from_the_log(made: Room, case: Path, attributed: int) -> None:
    """Statement, leases, work in progress, presentations and refusals, counted apart from the log."""
    first, last = imported(2), importers.read(case, need=())
    before, after = bilan(first, 2026), bilan(last, 2026)
    sums = [b.table[["proposed", "attributed"]].sum() for b in (before, after)]
    log = [(i, c) for s in queries.sessions(made.desk) for i in s.items for c in i.candidates]
    homes = {(i.dwelling_id, i.account) for i, _ in log}
    held_before = set(
        zip(first.table("in_progress")["dwelling_id"], first.table("in_progress")["account"], strict=True)
    )
    assert int(sums[1]["proposed"] - sums[0]["proposed"]) == len(homes - held_before)
    assert int(sums[1]["attributed"] - sums[0]["attributed"]) == len(homes)
    signed = [(i, c) for i, c in log if c.status == "signed"]
    assert len(last.table("leases")) - len(first.table("leases")) == len(signed) > 0
    leases = last.table("leases").set_index("dwelling_id")
    for i, c in signed:
        assert leases.loc[i.dwelling_id, "application_id"] == c.application_id
        assert leases.loc[i.dwelling_id, "signed_on"] == pd.Timestamp(c.offer.lease_on)
        assert i.dwelling_id not in set(last.table("dwellings")["dwelling_id"])
        assert c.application_id not in set(last.table("applications")["application_id"])
    refused = Counter(c.application_id for _, c in log if c.status == "refused")
    assert refused
    refusals = last.table("applications").set_index("application_id")["refusals"]
    known = first.table("applications").set_index("application_id")["refusals"].fillna(0)
    for who, n in refused.items():
        if who in refusals.index:
            assert refusals[who] == known[who] + n
    lines = after.ledger.set_index(["landlord", "area", "account"])
    earlier = before.ledger.set_index(["landlord", "area", "account"])
    by_account = Counter(i.account for i, _ in signed)
    gained = (lines["consumed_signed"] - earlier["consumed_signed"]).groupby("account").sum()
    for account, n in by_account.items():
        if account in gained.index:
            assert gained[account] == n


def test_a_refusal_promotes_the_next_rank_and_a_declined_call_the_next_name_without_a_solve(tmp_path: Path):
    made = room(tmp_path)
    item = next(i for i in made.with_lists(3) if any(c.status == "queue" for c in i.candidates))
    declines, following = item.candidates[0], next(c for c in item.candidates if c.status == "queue")
    made.write_book()
    fill(
        made.book,
        rows={
            ("Appels", item.dwelling_id, declines.application_id): {
                "resultat_appel": "décline",
                "motif": "Loyer ou charges trop élevés",
            }
        },
    )
    done = made.record()
    assert done.called_up == (item.dwelling_id,)
    status = {c.candidate_id: c.status for c in made.item(item.dwelling_id).candidates}
    assert status[declines.candidate_id] == "declined" and status[following.candidate_id] == "listed"
    made.hold()
    ranked = [c for c in made.item(item.dwelling_id).candidates if c.decision]
    sent = {"notifie_le": date(2026, 12, 4), "preuve": "hand"}
    done = made.after(
        date(2026, 12, 8),
        {("Offres", item.dwelling_id, ranked[0].application_id): sent | {"reponse": "refuse", "reponse_le": date(2026, 12, 7), "motif_refus": "Sécurité", "refus_legitime": "oui"}},
    )  # fmt: skip
    assert done.next_ranks == (item.dwelling_id,)
    assert queries.next_to_offer(made.desk, item.item_id) == ranked[1].candidate_id
    read = read_case()
    made_case = next_case(read, queries.sessions(made.desk), next_rules(read.settings)).case
    progress = made_case.table("in_progress").set_index("dwelling_id").loc[item.dwelling_id]
    assert (progress["application_id"], progress["stage"]) == (ranked[1].application_id, "commission")
    forbids = (
        made_case.table("decisions")
        .query("decision == 'forbid'")
        .set_index(["dwelling_id", "application_id"])["reason"]
    )
    assert forbids[item.dwelling_id, ranked[0].application_id] == "refused_same_dwelling"
    assert forbids[item.dwelling_id, declines.application_id] == "declined_before"
    known = made_case.table("applications").set_index("application_id")["refusals"]
    # a legitimate refusal, and a declined call, count for nothing
    before = read.table("applications").set_index("application_id")["refusals"]
    for who in (ranked[0].application_id, declines.application_id):
        assert known[who] == before[who]
