"""Every file of ``models/`` checked as a table: schema, order, jumps, missing cells, places, shares, freshness."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import TypeVar

import pandas as pd

from optimizer.datadirs import models_dir
from optimizer.domain.account import place_of
from optimizer.errors import Finding, Said
from optimizer.policy.conventions import Line, in_force, oversubscribed, read_agreement
from optimizer.policy.folder import Folder
from optimizer.policy.geography import METROPOLITAN_ZONES, ZONES, Communes, read_communes, read_epci
from optimizer.policy.grid_reader import parse_grid
from optimizer.policy.loading import epci_of_areas, load, read_national_file
from optimizer.policy.messages import PolicyError
from optimizer.policy.parameter import Entry
from optimizer.policy.places import read_places
from optimizer.policy.ruleset import FINANCINGS, rule_keys
from optimizer.policy.territory import Territory, read_territory, territory_names

MAX_JUMP_PERCENT = 20
"""Largest yearly move of a ceiling that is not taken for a typing error."""

_T = TypeVar("_T")


def check_models(
    models: str | Path | None = None, today: date | None = None, rules: Mapping[str, str] | None = None
) -> list[Finding]:
    """All problems of a ``models/`` folder; an empty list when it is sound.

    Parameters
    ----------
    models : path, optional
        The folder; default: the shipped one.
    today : date, optional
        When given, values whose review is overdue on that day are listed as warnings.
    rules : mapping, optional
        Rule id -> key of its default share (empty: none), as the register of rules says: when given, each rule needs its
        numbers, and a price needs its rule.

    Returns
    -------
    list of Finding
        Errors first found, in the order of the files. A file that cannot be read hides only its own further problems.
    """
    folder = Folder(models_dir(models))
    findings: list[Finding] = []
    entries: dict[str, Entry] = {}
    for name in folder.names("national"):
        entries |= _tried(findings, lambda name=name: read_national_file(folder, name)) or {}  # type: ignore[misc]
    if not findings:  # what cannot be read hides what is told of missing cells, its own or others'
        findings += check_ceilings(entries)
        findings += check_commission(entries)
        findings += _required_keys(entries, rules) if rules is not None else ()
    communes, epci = _geography(folder, entries, findings)
    if communes is not None and epci is not None:
        findings += _check_places(folder, communes, epci, findings)
    lines: list[Line] = []
    for name in folder.names("conventions"):
        agreement = _tried(findings, lambda name=name: read_agreement(folder, name))  # type: ignore[misc]
        lines += agreement.lines if agreement is not None else ()
    if communes is not None and epci is not None:
        findings += _check_lines(lines, communes, epci)
    for name in folder.names("cotation"):
        _tried(findings, lambda name=name: parse_grid(folder.yaml(f"cotation/{name}.yaml"), name))  # type: ignore[misc]
    if not findings:
        for name in territory_names(folder):
            findings += _check_territory(folder, name, max((line.year for line in lines), default=2026))
    if today is not None:
        findings += check_days(entries, today)
        findings += check_freshness(entries, today)
    return findings


def _tried(findings: list[Finding], read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except PolicyError as error:
        findings += error.findings or (Finding(error.code, params=error.params),)
        return None


def _problem(code: str, **params: object) -> Finding:
    line = params.get("line")
    return Finding(
        code, file=str(params.get("file", "")), row=line if isinstance(line, int) else None, params=params
    )


MOTIVE_HEADS = ("I", "N")
"""First letters of the motives of a commission: an application that is not receivable, a dwelling that is not attributed."""


OWN_WORDS = frozenset({"address", "contact"})
"""Blanks of the letters in whose place a landlord may write its own address once for all."""


def check_commission(entries: Mapping[str, Entry]) -> list[Finding]:
    """What would stop the desk, or a letter, in the middle of a session's work, or record another reason than the one that was chosen."""
    return [*check_motives(entries), *check_letters(entries), *check_choices(entries)]


CHOICES = (
    "motives", "documents", "proofs", "refusal_reasons", "decline_reasons", "not_examined_reasons", "withdrawal_reasons", "condition_failures",
)  # fmt: skip
"""Closed lists of which somebody chooses an entry by its words."""


def check_choices(entries: Mapping[str, Entry]) -> list[Finding]:
    """Two codes of a closed list with the same words: whoever chooses one in the workbook would have recorded the other."""
    found: list[Finding] = []
    for name in CHOICES:
        entry = entries.get(f"national.commission.{name}")
        for version in entry.values if entry else ():
            for texts in (version.value, version.english):
                first: dict[str, str] = {}
                for code, words in texts.items():
                    other = first.setdefault(words.strip().casefold(), code)
                    if other != code:
                        found.append(
                            _problem(
                                "POLICY_SAME_WORDS", file="national/commission.yaml", key=f"{name}.{code}", date=version.since,
                                words=words, other=other,
                            )
                        )  # fmt: skip
    return found


def check_letters(entries: Mapping[str, Entry]) -> list[Finding]:
    """Texts of the letters that a value no longer has, or whose blanks are not those of the first value.

    A blank that nothing fills in would stop the letter; one that is gone would send it without its day, its document or its time.
    """
    entry = entries.get("national.commission.letter_terms")
    found: list[Finding] = []
    if entry is None:
        return found
    file, first = "national/commission.yaml", entry.values[0].value
    blanks = {name: _blanks(text) or frozenset() for name, text in first.items()}
    for version in entry.values:
        missing = sorted(set(first) - set(version.value))
        found += [
            _problem("POLICY_MISSING_CELL", file=file, key=f"letter_terms.{name}", date=version.since)
            for name in missing
        ]
        for texts in (version.value, version.english):
            for name, text in texts.items():
                own = _blanks(text)
                wanted = blanks.get(name, own if own is not None else frozenset())
                if own is None or not wanted - OWN_WORDS <= own <= wanted:
                    found.append(
                        _problem(
                            "POLICY_BLANKS", file=file, key=f"letter_terms.{name}", date=version.since,
                            blanks=", ".join(f"{{{blank}}}" for blank in sorted(wanted)) or Said("aucun", "none"),
                        )
                    )  # fmt: skip
    return found


def _blanks(text: str) -> frozenset[str] | None:
    """Names in braces of a text; None where a brace is left open or holds anything but a name."""
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    plain = all(name and name.isidentifier() and not form and not turned for _, name, form, turned in parts)
    return frozenset(name for _, name, _, _ in parts if name) if plain else None


def check_motives(entries: Mapping[str, Entry]) -> list[Finding]:
    """Motives of the commission that no decision could be given (another first letter) or that rest on no provision."""
    motives, provisions = (entries.get(f"national.commission.{name}") for name in ("motives", "provisions"))
    found: list[Finding] = []
    for version in motives.values if motives else ():
        texts = provisions.on(version.since).value if provisions else {}
        for code in version.value:
            if not code.startswith(MOTIVE_HEADS):
                found.append(
                    _problem(
                        "POLICY_UNKNOWN_KEY",
                        file="national/commission.yaml",
                        key=f"motives.{code}",
                        known="I…, N…",
                    )
                )
            elif code not in texts:
                found.append(
                    _problem(
                        "POLICY_MISSING_CELL",
                        file="national/commission.yaml",
                        key=f"provisions.{code}",
                        date=version.since,
                    )
                )
    return found


def check_ceilings(entries: Mapping[str, Entry]) -> list[Finding]:
    """Order between categories, zones and financings, yearly moves, same dates in all cells of the ceilings."""
    rows: dict[tuple[str, str], dict[date, tuple[int, ...]]] = {}
    for financing in FINANCINGS:
        for zone in ZONES:
            entry = entries.get(f"national.ceilings.{financing}.{zone}")
            rows[financing, zone] = {v.since: v.value for v in entry.values} if entry else {}
    dates = sorted({day for row in rows.values() for day in row})
    found: list[Finding] = []
    for (financing, zone), row in rows.items():
        key = f"national.ceilings.{financing}.{zone}"
        for day in dates or [date(2026, 1, 1)]:
            if day not in row:
                found.append(
                    _problem("POLICY_MISSING_CELL", file="national/ceilings.yaml", key=key, date=day)
                )
        for day, amounts in sorted(row.items()):
            if any(b <= a for a, b in pairwise(amounts[:6])):
                found.append(_order(key, day, "catégorie k < catégorie k + 1"))
            if amounts[6] >= amounts[0]:
                found.append(_order(key, day, "personne supplémentaire < catégorie 1"))
        found += _jumps(key, row)
    for financing in FINANCINGS:
        for near, far in pairwise(METROPOLITAN_ZONES):
            for day in dates:
                a, b = rows[financing, near].get(day), rows[financing, far].get(day)
                if a and b and any(x < y for x, y in zip(a, b, strict=True)):
                    found.append(_order(f"national.ceilings.{financing}.{near}", day, f"{near} ≥ {far}"))
    for zone in ZONES:
        for low, high in pairwise(FINANCINGS):
            for day in dates:
                a, b = rows[low, zone].get(day), rows[high, zone].get(day)
                if a and b and any(x >= y for x, y in zip(a, b, strict=True)):
                    found.append(_order(f"national.ceilings.{low}.{zone}", day, f"{low} < {high}"))
    return found


def _jumps(key: str, row: Mapping[date, tuple[int, ...]]) -> Iterator[Finding]:
    for (before, old), (day, new) in pairwise(sorted(row.items())):
        years = max(1, day.year - before.year)
        limit = (1 + MAX_JUMP_PERCENT / 100) ** years
        for column, (a, b) in enumerate(zip(old, new, strict=True), start=1):
            if not 1 / limit <= b / a <= limit:
                yield _problem(
                    "POLICY_JUMP", file="national/ceilings.yaml", key=key, limit=MAX_JUMP_PERCENT, before=before,
                    date=day, detail=f"colonne {column} : {a} puis {b}",
                )  # fmt: skip


def _order(key: str, day: date, detail: str) -> Finding:
    return _problem("POLICY_ORDER", file="national/ceilings.yaml", key=key, date=day, detail=detail)


def _required_keys(entries: Mapping[str, Entry], rules: Mapping[str, str]) -> Iterator[Finding]:
    """Each rule of the product has its price and tolerance, and no price lacks its rule."""
    wanted = {key for rule in rules for key in rule_keys(rule)} | {share for share in rules.values() if share}
    for key in sorted(wanted - set(entries)):
        yield _problem("POLICY_MISSING_CELL", file=f"national/{key.split('.')[1]}.yaml", key=key, date="—")
    for key in sorted(k for k in entries if k.startswith("national.prices.") and k not in wanted):
        yield Finding(
            "POLICY_UNKNOWN_KEY", file="national/prices.yaml", row=1,
            params={"line": 1, "key": key.rpartition(".")[2], "known": ", ".join(rules)},
        )  # fmt: skip


def _geography(
    folder: Folder, entries: Mapping[str, Entry], findings: list[Finding]
) -> tuple[Communes | None, pd.DataFrame | None]:
    """Communes and EPCI, after checking that codes are unique and sorted and that the lists of communes exist."""
    adjacent = entries.get("national.ceiling_zones.paris_adjacent")
    region = entries.get("national.ceiling_zones.ile_de_france_region")
    overseas = entries.get("national.ceiling_zones.overseas_departements")
    if adjacent is None or region is None or overseas is None:
        return None, None
    codes = adjacent.values[-1].value
    beyond = overseas.values[-1].value
    communes = _tried(findings, lambda: read_communes(folder, codes, str(region.values[-1].value), beyond))
    epci = _tried(findings, lambda: read_epci(folder))
    if communes is None or epci is None:
        return None, None
    for name, frame in (("communes", communes.frame), ("epci", epci)):
        if not (frame.index.is_unique and frame.index.is_monotonic_increasing):
            detail = "codes uniques et triés"
            findings.append(
                _problem("POLICY_ORDER", file=f"territories/{name}.csv", key="code", date="—", detail=detail)
            )
    for code in (*codes, *sorted(set(communes.frame["epci"].unique()) - set(epci.index) - {""})):
        if code not in communes.frame.index:
            findings.append(_unknown_place("national/ceiling_zones.yaml", code))
    findings += [
        _unknown_place("national/ceiling_zones.yaml", code)
        for code in beyond
        if code not in communes.departements
    ]
    return communes, epci


def _unknown_place(file: str, code: str, line: int = 1) -> Finding:
    return Finding(
        "POLICY_PLACE_UNKNOWN", file=file, row=line, params={"file": file, "line": line, "place": code}
    )


def _check_places(
    folder: Folder, communes: Communes, epci: pd.DataFrame, findings: list[Finding]
) -> list[Finding]:
    tables = _tried(findings, lambda: read_places(folder)) or {}
    known: dict[str, Collection[str]] = {
        "lec_q1_threshold": epci.index,
        "essential_workers": epci.index,
        "dalo": communes.departements,
        "vacated": communes.departements,
        "qpv_share": communes.frame.index,
    }
    return [
        _unknown_place(f"territories/{table}.csv", place)
        for table, places in tables.items()
        for place in places
        if place not in known[table]
    ]


def _check_lines(lines: list[Line], communes: Communes, epci: pd.DataFrame) -> Iterator[Finding]:
    for line in lines:
        for code in (line.departement, line.area):
            if not communes.knows(code) and code not in epci.index:
                yield _problem(
                    "POLICY_AREA_UNKNOWN", file=line.file, line=line.at, area=code, landlord=line.landlord
                )
        if place_of(line.account):
            code = place_of(line.account)
            if not communes.knows(code) and code not in epci.index:
                yield _unknown_place(line.file, code)
    for year in sorted({line.year for line in lines}):
        current = in_force(lines, year)
        for landlord, area, total in oversubscribed(current, epci_of_areas(current, communes)):
            yield _problem(
                "POLICY_SHARES_OVER_ONE", landlord=landlord, area=area, total=total, by=Said("", "")
            )


def _check_territory(folder: Folder, name: str, year: int) -> list[Finding]:
    """The territory's files exist and load at the end of the latest year that agreements know."""
    findings: list[Finding] = []
    facts: Territory | None = _tried(findings, lambda: read_territory(folder, name))
    if facts is None:
        return findings
    for convention in facts.conventions:
        if convention not in folder.names("conventions"):
            findings.append(_problem("POLICY_FILE_MISSING", missing=f"conventions/{convention}.yaml"))
    if not findings:
        _tried(findings, lambda: load(name, date(year, 12, 31), models=folder.root))
    return findings


def check_days(entries: Mapping[str, Entry], today: date) -> list[Finding]:
    """Values that were reviewed on a day to come: a slip of the pen by which their review would never be due."""
    return [
        _problem(
            "POLICY_REVIEWED_LATER", file=entry.file, key=key, reviewed_on=value.reviewed_on, today=today
        )
        for key, entry in sorted(entries.items())
        for value in entry.values
        if value.reviewed_on > today
    ]


def check_freshness(entries: Mapping[str, Entry], today: date) -> list[Finding]:
    """A warning for each parameter whose last value was reviewed longer ago than its review period."""
    stale = []
    for key, entry in sorted(entries.items()):
        reviewed = entry.values[-1].reviewed_on
        months = 12 * (today.year - reviewed.year) + today.month - reviewed.month - (today.day < reviewed.day)
        if months >= entry.review_months:
            params = {"file": entry.file, "key": key, "reviewed_on": reviewed, "months": entry.review_months}
            stale.append(Finding("POLICY_STALE", severity="warning", file=entry.file, params=params))
    return stale
