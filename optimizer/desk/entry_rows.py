"""What the sheets of a session hold when they are handed out: facts filled, and what is known already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from optimizer.desk.chained import waits_of
from optimizer.desk.documents import after_calls, file_words, missing
from optimizer.desk.following import POSITIVE, housed_before, items_of, on_the_list, rank_of
from optimizer.errors import Lang, said
from optimizer.policy.geography import city_of
from optimizer.presentation.bilingual import in_one
from optimizer.presentation.numbers import decimal, percent
from optimizer.presentation.words import of_commune, score_words
from optimizer.store.law import CommissionLaw
from optimizer.store.records import CandidateRecord, ItemRecord, SessionRecord
from optimizer.store.together import owner_of, sits_for_several

Row = dict[str, Any]
UNANSWERED = {
    "accepted": "accepted",
    "signed": "accepted",
    "refused": "refused",
    "silent": "silent",
    "desisted": "desisted",
}


def rows_of(session: SessionRecord, law: CommissionLaw, lang: Lang) -> dict[str, list[Row]]:
    """Rows of every sheet by its canonical name; values are codes, numbers, days and texts.

    A household that was erased has no number to find its row by, and nothing left to record: it has no row.
    """
    items = [
        replace(i, candidates=tuple(c for c in i.candidates if c.application_id)) for i in items_of(session)
    ]
    return {
        "session": [_session(session)],
        "calls": [_call(item, c, law, lang) for item in items for c in item.candidates if c.status not in ("queue", "replaced") and not housed_before(c)],
        "members": _members(session, lang),
        "entry": [
            _decision(session, item, c, lang) for item in items for c in item.candidates if on_the_list(c)
        ],
        "votes": [_dwelling(session, item, lang) for item in items],
        "offers": [
            _offer(item, c)
            for item in items
            for c in sorted((c for c in item.candidates if _positive(c)), key=rank_of)
        ],
    }  # fmt: skip


def home_words(facts: Mapping[str, Any], lang: Lang) -> str:
    """``T3 PLUS, 65,2 m², Besançon, QPV``: what a dwelling is, in one line."""
    parts = [f"T{facts.get('rooms')} {str(facts.get('financing') or '').upper()}"]
    if facts.get("surface_m2") is not None:
        parts.append(f"{decimal(float(facts['surface_m2']), 1, lang)} m²")
    parts.append(str(facts.get("commune_name") or facts.get("commune") or ""))
    if in_qpv(facts.get("qpv")):
        parts.append("QPV")
    return ", ".join(p for p in parts if p)


def account_words(item: ItemRecord, lang: Lang) -> str:
    """The account of a dwelling in words, its code where the agenda has none."""
    return str(in_one(item.facts.get("account_label") or item.account, lang))


def in_qpv(value: Any) -> bool:
    """A quarter's code, or yes; an empty cell and a written no are none."""
    return str(value or "no").casefold() not in ("", "no", "non", "false", "0")


def household_words(candidate: CandidateRecord, lang: Lang) -> str:
    """Persons, title, effort and points: no letter of L. 441-1, no name."""
    facts = candidate.facts
    parts = []
    if facts.get("persons") is not None:
        parts.append(said("ENTRY.PERSONS", lang, n=int(facts["persons"])))
    if facts.get("title"):
        parts.append(str(in_one(facts["title"], lang)))
    if facts.get("effort") is not None:
        parts.append(said("ENTRY.EFFORT", lang, rate=percent(float(facts["effort"]), 1, lang)))
    if facts.get("score") is not None:
        score, behind = float(facts["score"]), facts.get("behind")
        if facts.get("ranked"):
            behind = float("nan") if behind is None else float(behind)
            parts.append(score_words(score, behind, ranked=True, lang=lang))
        else:
            parts.append(said("ENTRY.SCORE", lang, points=decimal(score, 2, lang)))
    return " · ".join(parts)


def _positive(candidate: CandidateRecord) -> bool:
    return candidate.decision is not None and candidate.decision.kind in POSITIVE


def _session(session: SessionRecord) -> Row:
    return {
        "session_id": session.session_id, "on": session.on, "hour": session.hour or None, "place": session.place or None,
        "quorum": session.quorum, "recipients": " ; ".join(session.recipients) or None,
        "opened": "yes" if session.status in ("open", "closed") else None,
        "sat_from": session.sat_from, "sat_to": session.sat_to,
        "cancelled": session.reason or None if session.status == "cancelled" else None, "chair": session.signed_by or None,
        "signed": "yes" if session.status == "closed" else None,
    }  # fmt: skip


def _call(item: ItemRecord, c: CandidateRecord, law: CommissionLaw, lang: Lang) -> Row:
    """One document to fill in: the one awaited, else the last that came; the state of the file names them all."""
    wanted = missing(c)
    asked = wanted[0] if wanted else next((d for d in c.documents if d.asked_on is not None), None)
    received = next((d for d in c.documents if d.received_on is not None), None)
    frozen = str(c.facts.get("dossier") or "")
    file = file_words(c, law.known("documents", lang), lang) or after_calls(
        c, said(f"ENTRY.FILE.{frozen}".upper(), lang) if frozen else "", lang
    )
    return {
        "dwelling_id": item.dwelling_id, "order": c.position, "application_id": c.application_id,
        "file": file or None, "call": c.call or None,
        "asked": asked.document if asked else None, "asked_on": asked.asked_on if asked else None,
        "received": received.document if received else None, "received_on": received.received_on if received else None,
    }  # fmt: skip


def _members(session: SessionRecord, lang: Lang) -> list[Row]:
    """Those recorded, else the seats to fill: six members, the préfet, each EPCI's president and each maire concerned."""
    if session.attendance:
        at = {item.item_id: item.dwelling_id for item in session.items}
        return [
            {
                "member": a.member, "quality": a.quality, "voice": a.voice, "territory": a.territory or None, "presence": a.presence,
                "represented_by": a.represented_by or None, "arrived_at": a.arrived_at or None, "left_at": a.left_at or None,
                "recused": "|".join(at[i] for i in a.recused if i in at) or None,
            }
            for a in session.attendance
        ]  # fmt: skip
    rows: list[Row] = [
        {"quality": said("ENTRY.BOARD_SEAT", lang, n=n), "voice": "board"} for n in range(1, 7)
    ]
    rows.append({"quality": said("ENTRY.PREFET_SEAT", lang), "voice": "prefet"})
    facts = [item.facts for item in items_of(session)]
    epci = sorted({str(f["epci"]) for f in facts if f.get("epci")})
    rows += [{"quality": said("ENTRY.EPCI_SEAT", lang), "voice": "epci", "territory": code} for code in epci]
    named = {str(f.get("commune")): str(f.get("commune_name") or f.get("commune")) for f in facts}
    # in Paris, Lyon and Marseille the mayor of the city votes, once for all its arrondissements
    communes = sorted({tuple(city_of(code) or (code, name)) for code, name in named.items()})
    rows += [
        {
            "quality": said("ENTRY.MAYOR_SEAT", lang, place=name, of_place=of_commune(name)),
            "voice": "mayor",
            "territory": code,
        }
        for code, name in communes
    ]
    return rows


def _described(session: SessionRecord, item: ItemRecord, lang: Lang) -> str:
    """The dwelling in one line, with whose it is where several landlords sit together, and what it waits for."""
    waits = waits_of(session, item)
    words = home_words(item.facts, lang)
    if sits_for_several(session):
        words = f"{owner_of(session, item)} – {words}"
    return words if waits is None else f"{words} – {waits.words(lang)}"


def _decision(session: SessionRecord, item: ItemRecord, c: CandidateRecord, lang: Lang) -> Row:
    d = c.decision
    row: Row = {
        "number": item.position, "dwelling_id": item.dwelling_id, "home": _described(session, item, lang),
        "account_label": account_words(item, lang), "order": c.position, "application_id": c.application_id,
        "household": household_words(c, lang), "why": in_one(c.facts.get("why"), lang) or " ".join(c.reasons) or None,
    }  # fmt: skip
    if d is not None:
        row |= {
            "decision": d.kind, "rank": d.rank, "document": d.document or None, "due_on": d.due_on, "motive": d.motive or None,
            "sentence": d.sentence or None,
        }  # fmt: skip
    elif c.status == "not_examined":
        row["decision"] = "not_examined"
    return row


def _dwelling(session: SessionRecord, item: ItemRecord, lang: Lang) -> Row:
    row: Row = {
        "number": item.position, "dwelling_id": item.dwelling_id, "home": _described(session, item, lang),
        "few_reason": item.few_reason or None, "departure": item.departure or None,
        "not_examined": item.end_reason or None if item.status == "not_examined" else None,
        "withdrawn": item.end_reason or None if item.status == "withdrawn" else None,
    }  # fmt: skip
    if item.vote is not None:
        v = item.vote
        row |= {
            "votes_for": v.votes_for,
            "votes_against": v.votes_against,
            "abstentions": v.abstentions,
            "casting": v.casting or None,
        }
    return row


def _offer(item: ItemRecord, c: CandidateRecord) -> Row:
    row: Row = {"dwelling_id": item.dwelling_id, "order": rank_of(c)[0], "application_id": c.application_id}
    row |= {
        "condition": c.condition if c.condition in ("met", "failed") else None,
        "condition_on": c.condition_on,
    }
    o = c.offer
    if o is None:
        return row
    return row | {
        "notified_on": o.notified_on, "proof": o.proof or None, "proof_on": o.proof_on, "deadline": o.deadline,
        "answer": UNANSWERED.get(c.status), "answered_on": o.answered_on, "refusal_reason": o.refusal_reason or None,
        "legitimate": o.legitimate or None, "condition": o.condition if o.condition in ("met", "failed") else None,
        "condition_on": o.condition_on, "lease_on": o.lease_on,
    }  # fmt: skip
