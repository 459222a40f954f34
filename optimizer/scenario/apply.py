"""A case under a scenario: its settings, its conventions, its base, its deliveries. Frozen in, frozen out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer import policy
from optimizer.conversion.blocks import in_area
from optimizer.conversion.rounding import SHARE_UNITS
from optimizer.domain import Case, empty_frame
from optimizer.domain.account import place_of, remainder
from optimizer.errors import AttrifluxError, Finding, Said
from optimizer.policy.changes import parse_line_key, sorted_changes
from optimizer.policy.own_lines import changed_conventions, named
from optimizer.presentation.numbers import percent
from optimizer.scenario import messages as messages
from optimizer.scenario.case_changes import change_tables, new_rights, put_on_each
from optimizer.scenario.files import Run, policy_changes
from optimizer.scenario.flux import chosen_bases, conventions_of, converted
from optimizer.scenario.keys import own_key


def apply(case: Case, run: Run, models: Path | None = None) -> Case:
    """The case as it would be under the changes of a run.

    Changes of `models/` go to the settings of the case; the others act on its tables, in this order: the base
    (``assiette.…``), turnover (``stock.…``), deliveries, then the conversion (``flux.mode``), whose shares become those
    of the conventions.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_NO_STOCK``, ``SCENARIO_MODE_MISSING``, or what `policy` and `conversion` refuse.
    """
    own = {key: value for key, value in run.changes.items() if own_key(key) is not None}
    case = policy.with_own_changes(case, models)
    tables = dict(case.tables)
    settings = replace(case.settings, title=run.title)
    case = replace(case, settings=settings, tables=tables, path=None)
    if "conventions" in tables and len(tables["conventions"]):
        tables["conventions"], rest = changed_conventions(
            tables["conventions"],
            policy_changes(run.changes),
            lambda: policy.rules_of(settings, models).conventions,
        )
    else:
        rest = policy_changes(run.changes)
    settings = replace(settings, changes={**settings.changes, **rest})
    for key, value in sorted(own.items()):
        found = own_key(key)
        if found is not None and not change_tables(tables, key, found[1], value, settings.year):
            raise AttrifluxError("SCENARIO_NOTHING", key=key, name=run.name)
    if "case.shortlist_size" in own:
        settings = replace(settings, shortlist_size=int(str(own["case.shortlist_size"])))
    if "case.all_landlords" in own:
        settings = replace(settings, all_landlords=bool(own["case.all_landlords"]))
    settings = replace(settings, negotiated=_negotiated(settings.negotiated, own))
    warnings = (*case.warnings, *put_on_each(tables, own, settings.year))
    case = replace(case, settings=settings, tables=tables, warnings=warnings)
    return _converted(case, run, own, models) if "flux.mode" in own else case


def _negotiated(known: Mapping[str, object], own: Mapping[str, object]) -> dict[str, object]:
    out = dict(known)
    deltas = {
        k.removeprefix("flux.negotiated."): v
        for k, v in sorted(own.items())
        if k.startswith("flux.negotiated.") and k != "flux.negotiated.base"
    }
    if "flux.negotiated.base" in own:
        out["base"] = own["flux.negotiated.base"]
    if deltas:
        before = out.get("delta", {})
        out["delta"] = {**(before if isinstance(before, Mapping) else {}), **deltas}
        out.setdefault("base", 1)
    given = {
        k.removeprefix("flux.counterpart."): v for k, v in own.items() if k.startswith("flux.counterpart.")
    }
    if given:
        before = out.get("counterparts", {})
        out["counterparts"] = {**(before if isinstance(before, Mapping) else {}), **given}
    minima = {k.removeprefix("flux.minimum."): v for k, v in own.items() if k.startswith("flux.minimum.")}
    if minima:
        before = out.get("minima", {})
        out["minima"] = {**(before if isinstance(before, Mapping) else {}), **minima}
    return out


def _converted(case: Case, run: Run, own: Mapping[str, object], models: Path | None) -> Case:
    """The case with the shares of one conversion mode as the shares of its conventions."""
    if not len(case.table("stock")):
        raise AttrifluxError("SCENARIO_NO_STOCK", name=run.name, key="flux.mode")
    mode = int(str(own["flux.mode"]))
    basis = str(own.get("flux.basis", "forecast"))
    added = new_rights(own)
    table, landlords, said = converted_lines(case, mode, basis=basis, models=models, added=added)
    if not landlords:
        why = " ; ".join(f.text("fr") for f in said) or "assiette"
        raise AttrifluxError("SCENARIO_MODE_MISSING", name=run.name, mode=mode, why=why, key="flux.mode")
    own_lines = case.table("conventions")
    rest = own_lines[~own_lines["landlord"].isin(landlords)]
    joined = pd.concat([rest, table], ignore_index=True) if len(rest) else table
    shipped = policy.rules_of(case.settings, models).conventions
    kept, overruled = _without_shares(case.settings.changes, landlords, shipped)
    keys = sorted(overruled | {key for key in run.changes if _sets_share(key, landlords)})
    warnings = (
        *case.warnings,
        *said,
        *(Finding("SCENARIO_SHARE_OVERRULED", "warning", params={"key": key}) for key in keys),
    )
    return replace(
        case,
        settings=replace(case.settings, changes=kept),
        tables={**case.tables, "conventions": typed_conventions(joined)},
        warnings=warnings,
    )


def _sets_share(key: str, landlords: frozenset[str]) -> bool:
    """Whether a key sets a share of one of these landlords, or of all."""
    landlord, *_, name = parse_line_key(key)
    return name == "share" and (landlord == "*" or landlord in landlords)


def _without_shares(
    changes: Mapping[str, object], landlords: frozenset[str], shipped: pd.DataFrame
) -> tuple[dict[str, object], set[str]]:
    """The changes without the shares that the conversion replaces, and the keys taken out.

    Left there, they would be made again to the converted agreements when the case is read back. A key for every landlord
    goes on for those whose stock is not converted, by name.
    """
    kept: dict[str, object] = {}
    out: set[str] = set()
    for key, value in sorted_changes(changes):
        if not _sets_share(key, landlords):
            kept[key] = value
            continue
        out.add(key)
        landlord, *line, _ = parse_line_key(key)
        if landlord != "*":
            continue
        for name in sorted(set(shipped["landlord"]) - landlords):
            if any(named(shipped, name, *line)):
                area = "" if line[1] == "*" else f".{line[1]}"
                kept[f"conventions.{name}.{line[0]}{area}.share"] = value
    return kept, out


def converted_lines(
    case: Case,
    mode: int,
    *,
    basis: str = "forecast",
    models: Path | None = None,
    added: Mapping[tuple[str, str], Mapping[int, int]] | None = None,
) -> tuple[pd.DataFrame, frozenset[str], tuple[Finding, ...]]:
    """Convention lines whose shares are those of one conversion mode of the case's stock.

    Returns
    -------
    lines, landlords, findings
        Lines of the table `conventions`; the landlords whose stock could be converted (none: the findings say why).
    """
    settings = case.settings
    rules = policy.rules_of(settings, models)
    result, _, _, findings = converted(case, rules, modes=(mode,), basis=basis, added=added)
    shares = {(landlord, departement): four for (landlord, departement, _), four in result.rounded.items()}
    if not shares:
        return conventions_of(case, rules).iloc[:0], frozenset(), findings
    bases = chosen_bases(result, basis)
    table, cut = _with_shares(
        conventions_of(case, rules), shares, case.table("stock"), bases, rules, settings.year
    )
    return table, frozenset(landlord for landlord, _ in shares), (*result.findings, *cut)


def _with_shares(
    lines: pd.DataFrame,
    shares: Mapping[tuple[str, str], Mapping[str, Fraction]],
    stock: pd.DataFrame,
    bases: Mapping[tuple[str, str], int],
    rules: policy.RuleSet,
    year: int,
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Convention lines whose shares are those of a conversion; what else they agree on is kept.

    A collectivité's share is of the flux in its own area: its share of the landlord's flux is divided by the part of the
    landlord's rotation that lies there. Where the others leave less in that area it is cut, and said. A city whose stock bears
    arrondissements has the same share in each of them, or in the département where the landlord has nothing else there.
    """
    landlords = {landlord for landlord, _ in shares}
    epci_of = rules.by_commune("epci")
    kept = lines[lines["landlord"].isin(landlords)]
    rows: list[_Converted] = []
    for (landlord, departement), four in sorted(shares.items()):
        mine = kept[(kept["landlord"] == landlord) & (kept["departement"] == departement)]
        known = {str(r["account"]): r for r in mine.to_dict("records")}
        broad = sum((q for a, q in four.items() if not place_of(a)), Fraction(0))
        areas = {a: _areas(stock, landlord, departement, place_of(a) or departement, rules) for a in four}
        broad += sum((q for a, q in four.items() if place_of(a) and areas[a] == [departement]), Fraction(0))
        own_share = four.get(remainder(), Fraction(0))
        taken: dict[str, Fraction] = {}
        for account, share in sorted(four.items()):
            if not share or account == remainder():
                continue
            line = dict(
                known.get(account, {"landlord": landlord, "departement": departement, "account": account})
            )
            here = areas[account]
            if here == [departement]:
                line |= {"area": departement, "year": year}
                rows.append(_Converted(line, share, share, Fraction(1), Fraction(1), account in known))
                continue
            parts = {area: in_area(stock, landlord, departement, area, epci_of) for area in here}
            part = sum(parts.values(), Fraction(0))
            due = share / part if part else share
            for area in here:
                left = max(1 - (broad - own_share) - _met(taken, area, epci_of), Fraction(0))
                given = Fraction(floor(min(left, due) * SHARE_UNITS), SHARE_UNITS)
                taken[area] = taken.get(area, Fraction(0)) + given
                weight = parts[area] * bases.get((landlord, departement), 0)
                whole = {**line, "area": area, "year": year}
                rows.append(_Converted(whole, due, given, weight, left, account in known))
    found, cut = _one_line_each(rows)
    return pd.DataFrame(found, columns=list(lines.columns)), cut


def _areas(
    stock: pd.DataFrame, landlord: str, departement: str, place: str, rules: policy.RuleSet
) -> list[str]:
    """The areas a collectivité's share is of: its place, or the arrondissements that the stock of a city bears."""
    rows = stock[(stock["landlord"] == landlord) & (stock["departement"] == departement)]
    communes = rows["commune"].dropna().astype(str)
    inside = communes.map(rules.all_communes["city"]) == place
    if not inside.any():
        return [place]
    return [departement] if inside.all() else sorted({place} & set(communes) | set(communes[inside]))


def _part(share: Fraction) -> Said:
    """A share as a person reads it."""
    return Said(percent(share, 2), percent(share, 2, "en"))


@dataclass(frozen=True)
class _Converted:
    """A line of one département: its share, and the dwellings of the year's flux that this share is of."""

    line: Mapping[Hashable, Any]
    due: Fraction
    """What the conversion gives it."""
    share: Fraction
    weight: Fraction
    most: Fraction
    """What the other shares leave it there."""
    agreed: bool
    """Whether an agreement of the département has such a line."""


def _one_line_each(rows: Sequence[_Converted]) -> tuple[list[dict[Hashable, Any]], tuple[Finding, ...]]:
    """One line per landlord, area and account: an EPCI of two départements has one share of the flux in it, the mean of both,
    and no more than the others leave in either. What a line loses by that is said once.

    The line is that of the département whose agreement has it, else of the one with most of the flux there.
    """
    groups: dict[tuple[object, ...], list[_Converted]] = {}
    for row in rows:
        groups.setdefault((row.line["landlord"], row.line["area"], row.line["account"]), []).append(row)
    out, cut = [], []
    for group in groups.values():
        first = max(group, key=lambda row: (row.agreed, row.weight))
        due, share, whole = first.due, first.share, sum((row.weight for row in group), Fraction(0))
        if len(group) > 1 and whole:
            due, mean = (sum((x * row.weight for x, row in zip(values, group, strict=True)), Fraction(0)) / whole
                         for values in ([row.due for row in group], [row.share for row in group]))  # fmt: skip
            share = Fraction(floor(min(mean, *(row.most for row in group)) * SHARE_UNITS), SHARE_UNITS)
        # a share is rounded down to its four decimals, in each département and again as their mean: that is no cut
        if due - share >= Fraction(2, SHARE_UNITS):
            names = {str(key): first.line[key] for key in ("landlord", "account")}
            params = {**names, "due": _part(due), "share": _part(share)}
            cut.append(Finding("SCENARIO_SHARE_CUT", "warning", params=params))
        out.append({**first.line, "share": float(share)})
    return out, tuple(cut)


def _met(taken: Mapping[str, Fraction], area: str, epci_of: Mapping[str, str]) -> Fraction:
    """What shares taken already come to, at most, in a commune of the area: its EPCI's and its own, never a neighbour's."""
    nothing = Fraction(0)
    if area in epci_of:
        return taken.get(area, nothing) + taken.get(str(epci_of[area]), nothing)
    inside = (share for other, share in taken.items() if epci_of.get(other) == area)
    return taken.get(area, nothing) + max(inside, default=nothing)


def typed_conventions(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the canonical columns and kinds of the table `conventions`."""
    empty = empty_frame("conventions")
    return frame.reindex(columns=list(empty.columns)).astype({n: str(k) for n, k in empty.dtypes.items()})
