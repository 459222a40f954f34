"""A dwelling that a tenant frees, on the pages: what it waits for is said, its offer has no form yet, a refusal takes it off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from optimizer.store import queries
from tests.web.playing import Played, item

COMMISSION = "CALEOL Pontarlier"
VACANT, FREED = "L120171", "H120172"


def section(page: str, home: str) -> str:
    """The part of Offres that speaks of a dwelling."""
    return next(part for part in page.split("<section") if f">{home} " in part)


def test_a_freed_dwelling_waits_and_a_refusal_takes_it_off(played: Played):
    played.account("pontarlier", "S", commission=COMMISSION)
    freed = item(FREED)
    link = {"number": 1, "kind": "chain", "position": 1, "after": VACANT}
    homes = (item(VACANT), replace(freed, facts={**freed.facts, "chain": link}))
    session = played.session(date(2026, 12, 1), state="closed", homes=homes, commission=COMMISSION)
    client = played.client(name="pontarlier")

    def send(candidate: int, **fields: Any) -> None:
        now = next(
            i for i in queries.session(played.store, session.session_id).items if i.dwelling_id == VACANT
        )
        told = {"version": now.version, "candidate": candidate, **fields}
        at = f"/seances/{session.session_id}/offres/{candidate}"
        assert client.post(at, told).status_code == 302

    waits = f"sans effet si le ménage appelé en premier pour {VACANT}"
    vacant, then = session.items
    for page in ("", f"/logements/{then.item_id}"):
        shown = client.get(f"/seances/{session.session_id}{page}")
        assert shown.status_code == 200 and waits in shown.content.decode(), page
    offers = client.get("/offres").content.decode()
    assert waits in section(offers, FREED) and 'value="notify"' not in section(offers, FREED)
    assert 'value="notify"' in section(offers, VACANT)
    first = vacant.candidates[0].candidate_id
    send(first, act="notify", notified="2026-12-01", proof="hand", proof_on="2026-12-01")
    send(first, act="answer", answer="refused", on="2026-12-01", refusal="transport")
    after = section(client.get("/offres").content.decode(), FREED)
    assert f"le locataire en place ne prend pas {VACANT}" in after and "Retiré" in after
    assert "item.void" in played.client("D").get("/journal").content.decode()
