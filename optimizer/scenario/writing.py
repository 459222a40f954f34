"""A new scenario file, with what may be written in it."""

from __future__ import annotations

from pathlib import Path

from optimizer.disk import write_files
from optimizer.errors import AttrifluxError
from optimizer.scenario import messages as messages
from optimizer.scenario.files import locate
from optimizer.scenario.keys import OWN_KEYS

EXAMPLES = (
    ("national.lec.first_quartile_share", "0.30"),
    ("conventions.*.*.proposal_deadline_days", "15"),
    ("territory.market", "tense"),
)


def new_scenario(file: Path, base: str | None = None) -> None:
    """Write a scenario to fill in.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_EXISTS``; ``SCENARIO_UNKNOWN``: ``base`` is neither a file beside it nor a shipped scenario.
    """
    if file.exists():
        raise AttrifluxError("SCENARIO_EXISTS", name=file.name)
    if base is not None:
        beside = file.parent / f"{base}.yaml"
        locate(beside if beside.is_file() else base)
    lines = [
        'title: "À compléter : ce que ce scénario change"',
        'why: "À compléter : la question à laquelle il répond"',
    ]
    if base is not None:
        lines.append(f"based_on: {base}")
    lines += [
        "# Clés pointées de models/ (attriflux refuse une clé inconnue en donnant la ligne), par exemple :",
        *(f"#   {key}: {value}" for key, value in EXAMPLES),
        "# Clés du cas et de la conversion :",
        *(f"#   {family.form} : {family.fr}" for family in OWN_KEYS),
        "changes: {}",
        "# Un essai par valeur, par exemple :",
        "# over:",
        "#   flux.mode: [1, 2, 3]",
        "",
    ]
    write_files([(file, lambda work: work.write_text("\n".join(lines), encoding="utf-8"))], force=None)
