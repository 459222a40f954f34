"""Target, obtained, difference: the margins of a synthetic case, counted from the tables themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain.schema import FINANCINGS, PROOFS, STAGES
from optimizer.synth.backlog import leases_to_date
from optimizer.synth.profile import Figure
from optimizer.synth.world import World

SIGMAS = 4
"""Standard deviations allowed between target and obtained."""
COLUMNS = ("margin", "unit", "target", "obtained", "difference", "tolerance", "rows", "status", "source")

Counter = Callable[[Any, "Places"], Iterable[tuple[str, int, int]]]


@dataclass(frozen=True)
class Places:
    """Look-ups from INSEE codes, as arrow arrays."""

    insee: Any
    zone: NDArray[np.int64]
    departement: NDArray[np.int64]
    threshold: NDArray[np.int64]
    plai_zone: NDArray[np.int64]
    world: World

    def of(self, codes: Any) -> NDArray[np.int64]:
        """Commune number of each code."""
        found = pc.index_in(codes, value_set=self.insee)
        return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


class Tally:
    """Counts (numerator, denominator) per margin, added up table by table."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._places = Places(
            pa.array(list(world.insee), pa.string()), world.zone_of[world.departement], world.departement,
            world.threshold, world.plai_zone, world,
        )  # fmt: skip
        self._counts: dict[str, tuple[int, int]] = {}

    def add(self, name: str, table: Any) -> None:
        """Count the rows of (a part of) a table."""
        counter = _COUNTERS.get(name)
        if counter is None:
            return
        for key, num, den in counter(table.combine_chunks(), self._places):
            before = self._counts.get(key, (0, 0))
            self._counts[key] = (before[0] + num, before[1] + den)

    def frame(self, tight: bool = False) -> pd.DataFrame:
        """One row per margin of the profile: shares within :data:`SIGMAS` binomial deviations, sizes exactly.

        Returns
        -------
        DataFrame
            ``margin, unit, target, obtained, difference, tolerance, rows, status, source``.
        """
        rows = []
        for key, label, target, figure in _expected(self._world, tight):
            num, den = self._counts.get(key, (0, 0))
            size = key.startswith("n:")
            if not size and den == 0:
                continue
            obtained = float(num) if size else num / den
            deviation = 0.0 if size else SIGMAS * (max(0.0, target * (1 - target)) / den) ** 0.5
            deviation = max(deviation, figure.slack if figure else 0.0)
            rows.append(
                (label, "nombre" if size else "part", target, obtained, obtained - target, deviation,
                 num if size else den, figure.status if figure else "", figure.source if figure else "")
            )  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS))


def _expected(world: World, tight: bool) -> Iterable[tuple[str, str, float, Figure | None]]:
    """(key, label, target, figure) of every margin, in the order of the screen."""
    profile, figures = world.profile, world.profile.figures
    for d, code in enumerate(world.departements):
        own = profile.places.get(code, {})
        yield (
            f"n:dwellings:{d}",
            f"Logements, {code}",
            float(world.dwellings[d]),
            own.get("vacated") or figures.get("dwellings"),
        )
        yield (
            f"n:applications:{d}",
            f"Demandes, {code}",
            float(world.applications[d]),
            own.get("applications") or figures.get("applications"),
        )
    for z, zone in enumerate(world.zones):
        yield (
            f"mutation:{z}",
            f"Mutations parmi les demandes, {zone.label}",
            float(zone.mutation_share.value),
            zone.mutation_share,
        )
        yield (
            f"young:{z}",
            f"Demandes de moins de 12 mois, {zone.label}",
            float(zone.under_12_months.value),
            zone.under_12_months,
        )
        reachable = world.qpv[np.isin(world.departement, zone.departements)].any()
        if reachable:
            yield f"qpv:{z}", f"Logements en QPV, {zone.label}", float(zone.qpv_share.value), zone.qpv_share
    for name in ("persons", "rooms_wanted", "priority_proof", "rooms", "financing", "stage"):
        figure = figures[name]
        for value, target in figure.value.items():
            yield f"{name}:{value}", f"{figure.title} : {value}", float(target), figure
    names = [
        "one_adult", "first_quartile", "income_below_median", "income_below_third_quartile", "income_unknown",
        "under_plai", "dalo", "priority", "als_employee", "public_agent", "essential_worker", "lease_mutation",
        "lease_q1_inside_qpv",
    ]  # fmt: skip
    for name in [*names, "tight_lease_q1_outside_qpv" if tight else "lease_q1_outside_qpv"]:
        figure = figures[name]
        yield name.removeprefix("tight_"), figure.title, float(figure.value), figure
    if profile.kind == "week":
        for d, code in enumerate(world.departements):
            yield (
                f"n:leases:{d}",
                f"Baux signés depuis le 1er janvier, {code}",
                float(leases_to_date(world)[d]),
                figures["dwellings"],
            )


def _np(column: Any, missing: float | bool | str = 0) -> NDArray[Any]:
    return np.asarray(pc.fill_null(column, missing).to_numpy(zero_copy_only=False))


def _known(column: Any) -> NDArray[np.bool_]:
    return np.asarray(column.is_valid().to_numpy(zero_copy_only=False), dtype=bool)


def _column(table: Any, name: str) -> Any:
    found = table.column(name)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _by(name: str, values: NDArray[Any], kinds: Iterable[Any]) -> Iterable[tuple[str, int, int]]:
    for kind in kinds:
        yield f"{name}:{kind}", int((values == kind).sum()), len(values)


def _dwellings(table: Any, places: Places) -> Iterable[tuple[str, int, int]]:
    commune = places.of(_column(table, "commune"))
    inside = _np(_column(table, "qpv"), "no") != "no"
    departement = places.departement[commune]
    for d in np.unique(departement).tolist():
        yield f"n:dwellings:{d}", int((departement == d).sum()), 1
    for z in np.unique(places.zone[commune]).tolist():
        mine = places.zone[commune] == z
        yield f"qpv:{z}", int(inside[mine].sum()), int(mine.sum())
    yield from _by("rooms", _np(_column(table, "rooms")), range(1, 7))
    yield from _by("financing", _np(_column(table, "financing"), ""), FINANCINGS)


def _applications(table: Any, places: Places) -> Iterable[tuple[str, int, int]]:
    world, n = places.world, table.num_rows
    first = places.of(pc.utf8_slice_codeunits(_column(table, "choices"), 0, 5))
    departement = places.departement[first]
    for d in np.unique(departement).tolist():
        yield f"n:applications:{d}", int((departement == d).sum()), 1
    on = np.datetime64(world.profile.on, "s")
    age = (on - _column(table, "first_registered_on").to_numpy(zero_copy_only=False)).astype("timedelta64[D]")
    sitting = _known(_column(table, "current_landlord"))
    for z in np.unique(places.zone[first]).tolist():
        mine = places.zone[first] == z
        yield f"mutation:{z}", int(sitting[mine].sum()), int(mine.sum())
        yield f"young:{z}", int((age[mine] < np.timedelta64(365, "D")).sum()), int(mine.sum())
    yield from _by("persons", _np(_column(table, "persons")), range(1, 9))
    wanted = _column(table, "rooms_wanted")
    main = _np(pc.utf8_slice_codeunits(wanted, 0, 1), "")[_known(wanted)]
    yield from _by("rooms_wanted", np.minimum(main.astype(np.int64), 5), range(1, 6))
    yield "one_adult", int((_np(_column(table, "adults")) == 1).sum()), n
    yield from _incomes(table, places, first)
    codes = _np(_column(table, "priority_codes"), "")
    dalo = np.char.startswith(codes.astype(str), "dalo")
    listed = (codes != "") & (codes != "dalo")
    yield "dalo", int(dalo.sum()), n
    yield "priority", int(listed.sum()), n
    yield from _by("priority_proof", _np(_column(table, "priority_status"), "")[listed & ~dalo], PROOFS)
    for name in ("als_employee", "public_agent", "essential_worker"):
        yield name, int(_np(_column(table, name), False).sum()), n


def _incomes(table: Any, places: Places, first: NDArray[np.int64]) -> Iterable[tuple[str, int, int]]:
    world, rules = places.world, places.world.rules
    persons, children = (_np(_column(table, k)).astype(np.int64) for k in ("persons", "children_under_14"))
    unit, other, child = (
        round(rules.number(f"national.uc.{k}") * 100) for k in ("first_person", "other_person", "child")
    )
    units = unit + other * (persons - 1 - children) + child * children
    monthly = _np(_column(table, "monthly_income_eur"), 0.0).astype(np.int64)
    known = monthly > 0
    yearly = monthly * 100 * rules.integer("national.lec.income_months")
    table_of: Mapping[int, int] = world.profile.of("income_per_uc")
    for name, rank in (
        ("first_quartile", 25),
        ("income_below_median", 50),
        ("income_below_third_quartile", 75),
    ):
        limit = places.threshold[first] * int(table_of[rank]) // int(table_of[25])
        yield name, int((yearly[known] <= (limit * units)[known]).sum()), int(known.sum())
    yield "income_unknown", int((~known).sum()), len(known)
    dependants, adults = (_np(_column(table, k)).astype(np.int64) for k in ("dependants", "adults"))
    ages = _np(_column(table, "ages_sum")).astype(np.int64)
    young = (ages > 0) & (ages <= world.rules.integer("national.household.young_couple_ages_sum"))
    disabled = _np(_column(table, "disabled_persons")) > 0
    one_more = ((adults == 1) & (dependants > 0)) | young | disabled
    category = persons + one_more
    ceilings = rules.ceilings("PLAI")[places.plai_zone[first]]
    ceiling = ceilings[np.arange(len(first)), np.minimum(6, category) - 1] + ceilings[:, 6] * np.maximum(
        0, category - 6
    )
    tax = _column(table, "tax_income_eur")
    told = _known(tax)
    yield "under_plai", int((_np(tax, 0.0) <= ceiling)[told].sum()), int(told.sum())


def _leases(table: Any, places: Places) -> Iterable[tuple[str, int, int]]:
    departement = places.departement[places.of(_column(table, "commune"))]
    for d in np.unique(departement).tolist():
        yield f"n:leases:{d}", int((departement == d).sum()), 1
    inside, q1 = _np(_column(table, "qpv"), "no") != "no", _np(_column(table, "q1"), "")
    for name, side in (("lease_q1_outside_qpv", ~inside), ("lease_q1_inside_qpv", inside)):
        known = side & (q1 != "unknown")
        yield name, int((q1[known] == "yes").sum()), int(known.sum())
    yield "lease_mutation", int(_np(_column(table, "mutation"), False).sum()), table.num_rows


def _in_progress(table: Any, places: Places) -> Iterable[tuple[str, int, int]]:
    yield from _by("stage", _np(_column(table, "stage"), ""), STAGES)


_COUNTERS: dict[str, Counter] = {
    "dwellings": _dwellings,
    "applications": _applications,
    "leases": _leases,
    "in_progress": _in_progress,
}
