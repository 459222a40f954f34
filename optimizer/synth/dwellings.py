"""Vacated dwellings: where, whose, of what size and financing, since when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.schema import ACCESS, EXCLUSIONS, FINANCINGS
from optimizer.synth.columns import Columns, days, decimals, flags, numbers, texts, words
from optimizer.synth.draws import I64, Draws, at_rank, knots, table
from optimizer.synth.world import World

B = NDArray[np.bool_]
PERMUTED = 1_000_003
"""A prime above the largest number of dwellings: numbers are permuted so that an identifier says nothing."""


@dataclass(frozen=True)
class Units:
    """What is drawn for a dwelling wherever it appears: vacated now, let since January, or in progress."""

    departement: I64
    commune: I64
    landlord: I64
    inside: B
    residence: I64
    rooms: I64
    financing: I64
    year: I64
    lift: B


def departements_of(rows: I64, sizes: tuple[int, ...]) -> I64:
    """Département of each row number when the rows of a table follow each other by département."""
    return np.searchsorted(np.cumsum(np.array(sizes, np.int64)), rows, side="right").astype(np.int64)


def draw_units(world: World, seed: int, label: str, number: int, departement: I64) -> Units:
    """One unit per entry of ``departement``."""
    n, profile = len(departement), world.profile

    def draws(column: str) -> Draws:
        return Draws(seed, f"{label}/{column}", number)

    commune = draws("commune").pick_in(departement, world.stock)
    cell = draws("landlord").pick_in(commune, world.landlord_of)
    inside = draws("qpv").chance(n, world.qpv[commune])
    side = inside.astype(np.int64)
    homes = world.residences
    residence = homes.start[cell, side] + draws("residence").below(n, homes.count[cell, side])
    return Units(
        departement=departement,
        commune=commune,
        landlord=world.cell_landlord[cell],
        inside=inside,
        residence=residence,
        rooms=draws("rooms").pick(n, table(profile.of("rooms"))),
        financing=draws("financing").pick(n, table([profile.of("financing")[f] for f in FINANCINGS])),
        year=residence_years(world)[residence],
        lift=residence_lifts(world)[residence],
    )


def residence_years(world: World) -> I64:
    """Construction year of each residence (the same in every table, whatever the seed)."""
    n = len(world.residences.landlord)
    decades = {int(k): float(v) for k, v in world.profile.of("construction_decades").items()}
    starts = sorted(decades)
    at = Draws(0, "residences/decade").pick(n, table([decades[s] for s in starts]))
    low = np.array(starts, np.int64)[at]
    high = np.array([*starts[1:], world.profile.on.year], np.int64)[at]
    return low + Draws(0, "residences/year").below(n, high - low)


def residence_lifts(world: World) -> B:
    """Whether each residence has a lift."""
    return Draws(0, "residences/lift").chance(len(world.residences.landlord), world.profile.rate("lift"))


def residence_mix(world: World) -> B:
    """Residences listed for priority mix."""
    return Draws(0, "residences/mix").chance(
        len(world.residences.landlord), world.profile.rate("priority_mix")
    )


def residence_names(world: World, residence: I64) -> list[str]:
    """Name of each residence: its landlord and a number."""
    owners = world.residences.landlord[residence].tolist()
    return [f"{world.landlords[b]}-R{r:06d}" for b, r in zip(owners, residence.tolist(), strict=True)]


def dwelling_ids(world: World, landlord: I64, rows: I64, letter: str = "") -> list[str]:
    """Identifiers: the landlord, then a number that does not follow the order of the rows."""
    shuffled = ((rows + 1) * 611_953 % PERMUTED + rows // PERMUTED * PERMUTED).tolist()
    return [f"{world.landlords[b]}-{letter}{k:06d}" for b, k in zip(landlord.tolist(), shuffled, strict=True)]


def qpv_texts(world: World, commune: I64, inside: B) -> list[str]:
    """A QPV code in a QPV (département and commune in it, invented), ``no`` elsewhere."""
    codes = [f"QN0{c}I" for c in world.insee]
    return [codes[c] if known else "no" for c, known in zip(commune.tolist(), inside.tolist(), strict=True)]


def draw_access(world: World, draws: Callable[[str], Draws], lift: B) -> tuple[I64, I64]:
    """(place in ``ACCESS``, floor) of each dwelling; an adapted one is on the ground floor."""
    n = len(lift)
    access = draws("accessible").pick(n, table([world.profile.of("accessible")[a] for a in ACCESS]))
    floor = np.where(lift, draws("floor").below(n, 9), draws("stairs").below(n, 5))
    return access, np.where(access == ACCESS.index("adapted"), 0, floor)


def district_codes(world: World, draws: Draws, commune: I64) -> I64:
    """District of each dwelling, from 1; 0 in a commune without districts."""
    number = draws.below(len(commune), int(world.profile.of("districts"))) + 1
    return np.where(world.districts[commune], number, 0)


def draw_dwellings(world: World, seed: int, number: int, low: int, high: int) -> Columns:
    """The rows ``low`` to ``high`` of ``dwellings``."""
    n, profile = high - low, world.profile
    rows = np.arange(low, high, dtype=np.int64)
    units = draw_units(world, seed, "dwellings", number, departements_of(rows, world.dwellings))

    def draws(column: str) -> Draws:
        return Draws(seed, f"dwellings/{column}", number)

    exclusion = draws("exclusion").pick(
        n, table([float(profile.of("exclusion").get(e, 0)) for e in EXCLUSIONS])
    )
    free = exclusion == EXCLUSIONS.index("none")
    first = draws("first").chance(n, profile.rate("first_letting")) & free
    promised = draws("promised").below(n, 2)
    stock = exclusion == EXCLUSIONS.index("stock")
    account = np.where(stock, 3, np.where(first, 1 + promised, 0))
    surface = _surface(world, draws("surface"), units.rooms)
    district = district_codes(world, draws("district"), units.commune)
    vacant, since, available = _dates(world, draws, n)
    access, floor = draw_access(world, draws, units.lift)
    year = np.where(first, profile.on.year, units.year)
    return {
        "dwelling_id": texts(dwelling_ids(world, units.landlord, rows)),
        "landlord": words(units.landlord, world.landlords),
        "commune": words(units.commune, list(world.insee)),
        "rooms": numbers(units.rooms),
        "financing": words(units.financing, FINANCINGS),
        "qpv": texts(qpv_texts(world, units.commune, units.inside)),
        "surface_m2": decimals(surface, 10),
        "rent_eur": decimals(_rent(world, draws("rent"), units, surface), 100),
        "charges_eur": decimals(surface * round(profile.rate("charges_eur_m2") * 10), 100),
        "accessible": words(access, ACCESS),
        "floor": numbers(floor),
        "lift": flags(units.lift),
        "available_on": days(available),
        "vacant_since": days(since, vacant),
        "attempts": numbers(np.where(vacant, (_day(world) - since) // 45, 0)),
        "reserved_to": words(account, [None, "ETAT_PRIO", "ALS", "ETAT_AGENT"]),
        "assiette_exclusion": words(exclusion, EXCLUSIONS),
        "first_letting": flags(first),
        "priority_mix_residence": flags(residence_mix(world)[units.residence]),
        "residence": texts(residence_names(world, units.residence)),
        "district": words(
            district, [None, *(f"Secteur {k}" for k in range(1, int(profile.of("districts")) + 1))]
        ),
        "construction_year": numbers(year),
    }


def _day(world: World) -> int:
    return int(np.datetime64(world.profile.on, "D").astype(np.int64))


def _surface(world: World, draws: Draws, rooms: I64) -> I64:
    """Tenths of m², within 15 % of the mean of the number of rooms."""
    means = {int(k): round(float(v) * 10) for k, v in world.profile.of("surface_m2").items()}
    mean = np.array([means.get(k, 0) for k in range(7)], np.int64)[rooms]
    return mean * (850 + draws.below(len(rooms), 301)) // 1000


def _rent(world: World, draws: Draws, units: Units, surface: I64) -> I64:
    """Cents per month: the mean rent of the region × the factor of the financing, within 10 %."""
    rules = world.rules
    here = np.where(
        world.in_region[units.commune],
        round(rules.number("national.vacancy.rent_eur_m2_month_idf") * 100),
        round(rules.number("national.vacancy.rent_eur_m2_month") * 100),
    )
    factors = np.array([round(world.profile.of("rent_factor")[f] * 100) for f in FINANCINGS], np.int64)
    spread = 900 + draws.below(len(surface), 201)
    return surface * here // 10 * factors[units.financing] // 100 * spread // 1000


def _dates(world: World, draws: Callable[[str], Draws], n: int) -> tuple[B, I64, I64]:
    """Which are vacant already, since when, and the day each can be let."""
    profile, today = world.profile, _day(world)
    vacant = draws("vacant").chance(n, profile.rate("already_vacant"))
    age = at_rank(draws("vacancy").words(n), *knots(profile.of("vacancy_days")))
    ahead = draws("available").below(n, 365 if profile.kind == "year" else 60)
    return vacant, today - age, np.where(vacant, today, today + ahead)
