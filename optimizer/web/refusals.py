"""Which field of a form a refusal of the store is about, so that the page leads there as it does for its own problems."""

from __future__ import annotations

import re
from collections.abc import Mapping

from optimizer.desk.papers.wording import sitting
from optimizer.errors import AttrifluxError, Lang
from optimizer.store.messages import StoreRefused
from optimizer.web.form import Problem, day_of

SESSION = re.compile(r"\d{4}-\d\d-\d\d(-\d+)?")
TICKS = ("checked", "written", "one_person")
"""Boxes; one that was left alone is not among what was sent."""
DAYS = ("on", "notified", "proof_on", "due", "notice_on")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "NEEDS_REASON": ("reason", "no_quorum_reason"),
    "REASON_CODE": ("refusal", "decline", "reason"),
    "DWELLING_LIVE": ("dwelling",),
    "DWELLING_ELSEWHERE": ("dwelling",),
    "DWELLING_TWICE": ("dwelling",),
    "DWELLING_LET": ("dwelling",),
    "HOUSED": ("number", "by", "applications"),
    "CANDIDATE_TWICE": ("applications", "number", "by"),
    "CHECK_MISSING": ("checked",),
    "QUORUM_THERE": ("no_quorum_at",),
    "NO_ATTENDANCE": ("no_quorum_at",),
    "SAME_PERSON": ("one_person",),
    "UNDECIDED": ("kind",),
    "ATTRIBUTION_FIRST": ("rank",),
    "NEEDS_RANK": ("rank",),
    "NO_RANK": ("rank",),
    "RANK": ("rank",),
    "CONDITION": ("document", "due"),
    "NO_CONDITION": ("document",),
    "MOTIVE": ("motive",),
    "NO_MOTIVE": ("motive",),
    "DOCUMENT_NOT_ASKED": ("motive",),
    "SENTENCE": ("sentence",),
    "SENTENCE_NAMES": ("sentence",),
    "EFFORT_RATE": ("sentence",),
    "INELIGIBLE_ELSEWHERE": ("kind",),
    "FEW": ("few",),
    "FEW_REASON": ("few",),
    "DEPARTURE": ("departure",),
    "VOTE": ("votes_for",),
    "CASTING": ("casting",),
    "NO_CASTING": ("casting",),
    "NOT_ADOPTED": ("votes_for",),
    "DAYS": ("days",),
    "PROOF": ("proof_on", "proof", "notice_on"),
    "NOTICED": ("notice_on",),
    "REACHED": ("notice_on",),
    "NO_PROOF": ("proof",),
    "WRITTEN": ("written", "answer"),
    "BEFORE": DAYS,
    "HOUR": ("hour", "no_quorum_at"),
    "USER_TAKEN": ("name",),
}
"""Refusal -> fields it may be about, the likeliest first; a field of a household's own ends on its number."""


def told(refused: AttrifluxError, typed: Mapping[str, str], lang: Lang) -> str:
    """The sentence of a refusal; where the form has the field that it is about, a problem of that field."""
    held = refused.params.get("session")
    if (
        refused.code.startswith("STORE_") and isinstance(held, str) and SESSION.fullmatch(held)
    ):  # people know a session by its day, commands by its identifier
        refused.params["session"] = sitting(held, lang)
    sentence, field = refused.text(lang), _field(refused, typed)
    return Problem(sentence, field) if field else sentence


def _field(refused: AttrifluxError, typed: Mapping[str, str]) -> str:
    code, params = refused.code.removeprefix("STORE_"), refused.params
    if code == "FUTURE":
        return next((name for name in typed if day_of(typed[name].strip()) == params["day"]), "")
    if code == "MEMBER_TWICE":
        same = [
            name for name in typed if name.startswith("member-") and typed[name].strip() == params["member"]
        ]
        return same[-1] if same else ""
    of = refused.candidate if isinstance(refused, StoreRefused) else None
    for name in FIELDS.get(code, ()):
        for found in (f"{name}-{of}", name):
            if found in typed:
                return found
        every = [one for one in typed if one.startswith(f"{name}-")]
        if of is None and every:
            return next((one for one in every if not typed[one]), every[0])
    return next((name for name in FIELDS.get(code, ()) if name in TICKS), "")
