"""The agenda that a child has made of its result, read back as what the store takes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from optimizer.errors import AttrifluxError, define
from optimizer.store.records import Agenda, NewCandidate, NewItem, RunFacts
from optimizer.web.children.job import agenda_file
from optimizer.web.desk import Desk

define(
    "WEB_AGENDA_GONE",
    "L'ordre du jour de ce calcul n'est plus sur cette machine : relancer la proposition.",
    "The agenda of this computation is no longer on this machine: propose again.",
)


def agenda_of(desk: Desk, job: str) -> Agenda:
    """The agenda of a finished job.

    Raises
    ------
    AttrifluxError
        ``WEB_AGENDA_GONE``.
    """
    try:
        kept: dict[str, Any] = json.loads(agenda_file(desk.runs / job).read_text(encoding="utf-8"))
        run = dict(kept["run"])
        run["case_on"] = date.fromisoformat(run["case_on"])
        items = tuple(item_of(item) for item in kept["items"])
        return Agenda(RunFacts(**run), items, kept["landlord"])
    except (OSError, ValueError, KeyError, TypeError):
        raise AttrifluxError("WEB_AGENDA_GONE") from None


def item_of(kept: dict[str, Any]) -> NewItem:
    """A dwelling of an agenda as a child wrote it down."""
    return NewItem(**{**kept, "candidates": tuple(name_of(c) for c in kept["candidates"])})


def name_of(kept: dict[str, Any]) -> NewCandidate:
    """A household as a child wrote it down."""
    return NewCandidate(**{**kept, "reasons": tuple(kept["reasons"])})
