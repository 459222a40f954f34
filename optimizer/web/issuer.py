"""Who signs the papers of a landlord and where a household writes: typed once, kept in the desk's folder, on every paper after that.

Nothing of a household is in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path

from optimizer.desk.papers.wording import Issuer
from optimizer.disk import write_files

FILE = "issuers.json"
LONGEST = 200
NAMES = tuple(f.name for f in fields(Issuer))
"""What is typed: ``name``, ``author``, ``quality``, ``contact``, ``rules_at``."""


def issuer_of(state: Path, landlord: str) -> Issuer:
    """What was typed last for a landlord; blanks where nothing was."""
    return Issuer(**_known(state).get(landlord, {}))


def keep_issuer(state: Path, landlord: str, issuer: Issuer) -> None:
    """Keep it for the next papers of the landlord.

    Raises
    ------
    AttrifluxError
        ``OUT_BUSY`` (another process writes it), ``FILE_UNWRITABLE``.
    """
    known = _known(state)
    if known.get(landlord) != asdict(issuer):
        told = json.dumps(known | {landlord: asdict(issuer)}, ensure_ascii=False, indent=1, sort_keys=True)
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_files(
            [(state / FILE, lambda place: place.write_text(told + "\n", encoding="utf-8"))], force=True
        )


def _known(state: Path) -> dict[str, dict[str, str]]:
    try:
        found = json.loads((state / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {
        str(landlord): {name: str(told.get(name, "")) for name in NAMES} for landlord, told in found.items()
    }
