"""What `next` says when it is done."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from optimizer.desk.next_case import NextCase
from optimizer.errors import LANGS, Finding, Lang, said, texts

texts(
    "NEXT",
    {
        "written": ("Dossier du {day} écrit dans {out}.", "Case of {day} written into {out}."),
        "size": (
            "{dwellings:logement/logements}, {applications:demande/demandes}.",
            "{dwellings:dwelling/dwellings}, {applications:application/applications}.",
        ),
        "brought": (
            "Du journal : {leases:bail signé/baux signés}, {in_progress:ligne en cours/lignes en cours}, {events:suivi/suivis}, {decisions:décision/décisions}.",
            "From the ledger: {leases:lease/leases}, {in_progress:line in progress/lines in progress}, {events:event/events}, {decisions:decision/decisions}.",
        ),
        "named": (
            "Des réservataires : {n:désignation/désignations}.",
            "From réservataires: {n:nomination/nominations}.",
        ),
        "then": (
            "Ensuite : attriflux check {out}, puis attriflux propose {out} --out resultat",
            "Then: attriflux check {out}, and attriflux propose {out} --out result",
        ),
    },
)


def brought_words(made: NextCase, lang: Lang) -> str:
    """What the ledger has brought into the case, and what réservataires named."""
    kinds = ("leases", "in_progress", "events", "decisions")
    brought = said("NEXT.BROUGHT", lang, **{name: int(made.counts.get(name, 0)) for name in kinds})
    named = int(made.counts.get("nominations", 0))
    return f"{brought} {said('NEXT.NAMED', lang, n=named)}" if named else brought


def summary_of(made: NextCase, out: Path, unread: Sequence[Finding] = ()) -> dict[str, object]:
    """The lines of the terminal in both languages, and the same as data; ``unread``: what is said of sessions that were not read."""
    case, n = made.case, made.counts
    summary: dict[str, object] = {
        "out": str(out), "on": case.settings.on.isoformat(), "rows": dict(n), "said": len(unread) + len(made.said),
        "dwellings": len(case.table("dwellings")), "applications": len(case.table("applications")),
    }  # fmt: skip
    for lang in LANGS:
        summary[f"lines_{lang}"] = [
            said("NEXT.WRITTEN", lang, day=case.settings.on, out=out),
            said(
                "NEXT.SIZE",
                lang,
                dwellings=len(case.table("dwellings")),
                applications=len(case.table("applications")),
            ),
            brought_words(made, lang),
            said("NEXT.THEN", lang, out=shlex.quote(str(out))),
        ]
    return summary
