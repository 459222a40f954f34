"""A refusal or a declined call brings the next household without a new solve, and the next case says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from optimizer import policy
from optimizer.desk.next_case import next_case
from optimizer.store import queries
from tests.deskwork.filling import fill
from tests.deskwork.room import read_case, room


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
    made_case = next_case(read, queries.sessions(made.desk), policy.rules_of(read.settings)).case
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
