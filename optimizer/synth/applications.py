"""Applications: who asks, for where and what, since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.schema import ACCESS, FINANCINGS, MOBILITY, PROOFS, RELOCATIONS
from optimizer.synth.columns import Columns, days, decimals, flags, joined, numbers, texts, words
from optimizer.synth.draws import I64, Draws, at_rank, exponential_knots, share, table
from optimizer.synth.dwellings import departements_of, draw_access, dwelling_ids, qpv_texts
from optimizer.synth.households import B, Households, Resources, Stream, draw_households, draw_resources
from optimizer.synth.situations import LISTED, Situations, draw_situations, tight_score
from optimizer.synth.world import World

MOST_CHOICES = 8
_CANDIDATES = 12
_STEPS = (0, 30, 61, 91, 183, 274, 365, 548, 730, 1096, 1461, 1826, 2557, 3653)
_YEAR = 365
_REFUSAL_DAYS = 480
"""The last refusal may be older than the twelve months that count."""
_HALF = 1_000_000_000


@dataclass(frozen=True)
class Applications:
    """A chunk: its columns, and the facts other tables are made from."""

    columns: Columns
    homes: Households
    found: Situations
    wishes: NDArray[np.int64]
    """(n, candidates) communes, -1 after the last choice and for repeated ones."""
    live: B
    """Neither struck off nor late."""
    landlord: I64
    """Present landlord of the sitting social tenants, -1 for the others."""


def application_ids(seed: int, rows: I64) -> list[str]:
    """Eighteen digits that say nothing: both halves are permutations of the row number, moved by the seed."""
    shift = Draws(seed, "applications/ids").below(2, _HALF)
    high = (rows * 387_420_489 + int(shift[0])) % _HALF
    low = (rows * 612_579_511 + int(shift[1])) % _HALF
    return [f"{h:09d}{low_:09d}" for h, low_ in zip(high.tolist(), low.tolist(), strict=True)]


def draw_applications(
    world: World, seed: int, number: int, low: int, high: int, tight: bool, tenants: bool
) -> Applications:
    """The rows ``low`` to ``high`` of ``applications``; ``tenants``: with what each sitting tenant's dwelling is."""
    n, profile = high - low, world.profile
    rows = np.arange(low, high, dtype=np.int64)

    def draws(column: str) -> Draws:
        return Draws(seed, f"applications/{column}", number)

    departement = departements_of(rows, world.applications)
    homes = draw_households(world, draws, n)
    wishes = _wishes(world, draws, departement, homes.poorest & tight)
    first = wishes[:, 0]
    money = draw_resources(world, draws, homes, first)
    found = draw_situations(world, draws, homes)
    age, status, renewed = _dates(world, draws, departement)
    today = int(np.datetime64(profile.on, "D").astype(np.int64))
    columns: Columns = {
        "application_id": texts(application_ids(seed, rows)),
        "first_registered_on": days(today - age),
        "persons": numbers(homes.persons),
        "choices": _commune_lists(world, wishes),
        "status": words(status, ("active", "to_renew", "struck_off")),
        "renewed_on": days(today - renewed, renewed < age),
    }
    columns |= _household_columns(homes, money)
    columns |= _wish_columns(world, draws, homes, found, wishes)
    columns |= _situation_columns(found)
    now, landlord, present = _present_home(world, draws, departement, homes, rows)
    columns |= present
    if tenants:
        columns |= _tenants_home(world, draws, now, landlord >= 0)
    low_rate, high_rate = (round(float(v) * 100) for v in profile.of("acceptance"))
    refusals = draws("refusals").pick(n, table({int(k): float(v) for k, v in profile.of("refusals").items()}))
    columns["refusals"] = numbers(refusals)
    columns["acceptance"] = decimals(low_rate + draws("acceptance").below(n, high_rate - low_rate + 1), 100)
    columns["dossier"] = words(
        draws("dossier").pick(n, table([float(v) for v in profile.of("dossier").values()])),
        list(profile.of("dossier")),
    )
    if tight:
        columns["score"] = decimals(tight_score(world, draws, homes, found, age * 12 // _YEAR), 1)
    columns |= _grid_columns(world, draws, today, refusals, columns["current_rooms"].is_valid())
    return Applications(columns, homes, found, wishes, status == 0, landlord)


def _wishes(world: World, draws: Stream, departement: I64, poorest: B) -> I64:
    """Communes in order of preference: one to eight, mostly of the EPCI of the first."""
    n, profile = len(departement), world.profile
    towards = poorest & draws("tight_qpv").chance(n, profile.rate("tight_first_quartile_qpv"))
    first = np.where(
        towards,
        draws("first_qpv").pick_in(departement, world.demand_qpv),
        draws("first").pick_in(departement, world.demand),
    )
    wanted = draws("count").pick(n, table({int(k): float(v) for k, v in profile.of("choices").items()}))
    elsewhere = profile.rate("choice_elsewhere")
    found = np.full((n, _CANDIDATES), -1, np.int64)
    found[:, 0] = first
    for k in range(1, _CANDIDATES):
        here = draws(f"next{k}").pick_in(world.home[first], world.demand_home)
        away = draws(f"away{k}").pick_in(departement, world.demand_anywhere)
        other = np.where(draws(f"elsewhere{k}").chance(n, elsewhere), away, here)
        only_qpv = draws(f"qpv{k}").pick_in(departement, world.demand_qpv)
        other = np.where(towards, only_qpv, other)
        repeated = (found[:, :k] == other[:, None]).any(axis=1)
        enough = (found[:, :k] >= 0).sum(axis=1) >= np.minimum(wanted, MOST_CHOICES)
        found[:, k] = np.where(repeated | enough, -1, other)
    return found


def _commune_lists(world: World, wishes: I64) -> Any:
    kept = wishes >= 0
    return joined(words(wishes[kept], list(world.insee)), kept.sum(axis=1))


def _dates(world: World, draws: Stream, departement: I64) -> tuple[I64, I64, I64]:
    """Days since the first registration, status (position), days since the last renewal."""
    n, profile = len(departement), world.profile
    cap = int(profile.of("seniority_cap_days"))
    word = draws("age").words(n)
    age = np.zeros(n, np.int64)
    for z, zone in enumerate(world.zones):
        mine = world.zone_of[departement] == z
        law = exponential_knots([*_STEPS, cap], float(zone.under_12_months.value), _YEAR)
        age[mine] = at_rank(word[mine], *law)
    old = age >= _YEAR
    late = old & draws("late").chance(n, profile.rate("to_renew"))
    out = draws("out").chance(n, profile.rate("struck_off"))
    renewed = np.where(late, _YEAR + draws("late_days").below(n, 29), age % _YEAR)
    renewed = np.where(old, np.minimum(renewed, age), age)
    return age, np.where(out, 2, np.where(late, 1, 0)), renewed


def _household_columns(homes: Households, money: Resources) -> Columns:
    return {
        "adults": numbers(homes.adults),
        "children_under_14": numbers(homes.children_under_14),
        "visiting_children": numbers(homes.visiting),
        "couple": flags(homes.couple),
        "ages_sum": numbers(homes.ages_sum, homes.ages_sum > 0),
        "disabled_persons": numbers(homes.disabled.astype(np.int64)),
        "dependants": numbers(homes.dependants),
        "tax_income_eur": decimals(money.tax, 1, money.tax_known),
        "tax_income_n1_eur": decimals(money.tax_n1, 1, money.tax_n1_known & money.tax_known),
        "monthly_income_eur": decimals(money.monthly, 1, money.monthly_known),
        "income_status": words(money.verified.astype(np.int64), ("declared", "verified")),
        "housing_allowance_eur": decimals(money.allowance, 1),
    }


def _wish_columns(world: World, draws: Stream, homes: Households, found: Situations, wishes: I64) -> Columns:
    n, profile = len(homes.persons), world.profile
    tables = {
        int(k): {int(r): float(w) for r, w in v.items()} for k, v in profile.of("rooms_by_persons").items()
    }
    word = draws("rooms")
    main = np.zeros(n, np.int64)
    size = np.minimum(homes.persons, max(tables))
    for persons, weights in sorted(tables.items()):
        mine = size == persons
        main[mine] = word.pick(int(mine.sum()), table(weights))
    second = draws("second_rooms").chance(n, profile.rate("second_rooms"))
    # A family that asks for a large dwelling first also takes one room less.
    large = main >= 5
    other = np.where(large, main - 1, np.minimum(main + 1, 6))
    stated = draws("stated").chance(n, profile.rate("rooms_stated"))
    pair = np.stack([main, other], axis=1)
    kept = np.stack([stated, stated & (second | large)], axis=1)
    k = int(profile.of("districts"))
    told = world.districts[wishes[:, 0]] & draws("told").chance(n, profile.rate("districts_stated"))
    areas = np.stack([draws("district").below(n, k), draws("district2").below(n, k)], axis=1)
    both = np.stack([told, told & (areas[:, 0] != areas[:, 1])], axis=1)
    fixed = found.dalo & draws("perimeter").chance(n, profile.rate("dalo_perimeter"))
    within = (wishes >= 0) & fixed[:, None]
    return {
        "extend": flags(draws("extend").chance(n, profile.rate("extend"))),
        "rooms_wanted": joined(words(pair[kept], [str(r) for r in range(7)]), kept.sum(axis=1)),
        "districts_wanted": joined(
            words(areas[both], [f"Secteur {j + 1}" for j in range(k)]), both.sum(axis=1)
        ),
        "dalo_perimeter": joined(words(wishes[within], list(world.insee)), within.sum(axis=1)),
        "dalo_rooms": words(np.where(fixed, main, 0), [None, "1", "2", "3", "4", "5", "6"]),
    }


def _situation_columns(found: Situations) -> Columns:
    several = np.stack([np.where(found.dalo, len(LISTED), -1), found.first, found.second], axis=1)
    kept = several >= 0
    codes = (*LISTED, "dalo")
    return {
        "mobility_need": words(found.mobility, MOBILITY),
        "priority_codes": joined(words(several[kept], codes), kept.sum(axis=1)),
        "priority_status": words(np.where(found.proof < 0, len(PROOFS), found.proof), (*PROOFS, None)),
        "accepts_qpv": flags(found.accepts_qpv == 1, found.accepts_qpv >= 0),
        "relocation": words(found.relocation, RELOCATIONS),
        "als_employee": flags(found.als),
        "public_agent": flags(found.agent),
        "essential_worker": flags(found.essential),
        "local_job": flags(found.local_job),
    }


def _present_home(
    world: World, draws: Stream, departement: I64, homes: Households, rows: I64
) -> tuple[I64, I64, Columns]:
    """Commune, landlord and dwelling of the sitting social tenants; rooms, rent and surface of everybody who has a home."""
    n = len(departement)
    shares = np.array([share(float(z.mutation_share.value)) for z in world.zones], np.int64)
    sitting = draws("mutation").chance(n, shares[world.zone_of[departement]])
    commune = draws("now_commune").pick_in(departement, world.stock)
    landlord = world.cell_landlord[draws("now_landlord").pick_in(commune, world.landlord_of)]
    stays = sitting | draws("housed").chance(n, world.profile.rate("has_home"))
    gaps = {int(k): float(v) for k, v in world.profile.of("rooms_gap").items()}
    rooms = np.clip((homes.persons + 3) // 2 + draws("now_rooms").pick(n, table(gaps)), 1, 6)
    surface = (140 + 165 * rooms) * (90 + draws("now_surface").below(n, 21)) // 100
    rent = surface * (55 + draws("now_rent").below(n, 60)) // 10
    ids = dwelling_ids(world, landlord, rows, "A")
    return (
        commune,
        np.where(sitting, landlord, -1),
        {
            "current_landlord": words(
                np.where(sitting, landlord, len(world.landlords)), (*world.landlords, None)
            ),
            "current_dwelling": texts(ids, sitting),
            "current_rooms": numbers(rooms, stays),
            "current_rent_eur": decimals(rent, 10, stays),
            "current_surface_m2": decimals(surface, 10, stays),
        },
    )


def _tenants_home(world: World, draws: Stream, commune: I64, sitting: B) -> Columns:
    """What else the dwelling of a sitting tenant is, drawn as that of a vacated one; ``propose --chains`` may free it."""
    n, profile = len(sitting), world.profile

    def now(column: str) -> Draws:
        return draws(f"now_{column}")

    inside = now("qpv").chance(n, world.qpv[commune])
    lift = now("lift").chance(n, profile.rate("lift"))
    access, floor = draw_access(world, now, lift)
    financing = now("financing").pick(n, table([profile.of("financing")[f] for f in FINANCINGS]))
    return {
        "current_commune": words(np.where(sitting, commune, len(world.insee)), (*world.insee, None)),
        "current_financing": words(np.where(sitting, financing, len(FINANCINGS)), (*FINANCINGS, None)),
        "current_qpv": texts(qpv_texts(world, commune, inside), sitting),
        "current_accessible": words(np.where(sitting, access, len(ACCESS)), (*ACCESS, None)),
        "current_floor": numbers(floor, sitting),
        "current_lift": flags(lift, sitting),
    }


def _grid_columns(world: World, draws: Stream, today: int, refusals: I64, housed: Any) -> Columns:
    """Columns that the territory's grids declare and that a synthetic household can have."""
    n, profile = len(refusals), world.profile
    declared = {c.name for grid in world.rules.grids for c in grid.columns}
    roofs: dict[str, float] = profile.of("hebergement")
    roof = draws("roof").pick(n, table([1 - sum(roofs.values()), *roofs.values()]))
    roof = np.where(housed.to_numpy(zero_copy_only=False), 0, roof)
    known: Columns = {
        "hebergement": words(roof, (None, *roofs)),
        "conge_bailleur": flags(draws("notice").chance(n, profile.rate("conge_bailleur"))),
        "separation": flags(draws("separation").chance(n, profile.rate("separation"))),
        "dernier_refus_le": days(today - draws("refused").below(n, _REFUSAL_DAYS), refusals > 0),
        "bon_entretien": flags(draws("upkeep").chance(n, profile.rate("bon_entretien"))),
    }
    return {name: column for name, column in known.items() if name in declared}
