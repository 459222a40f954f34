"""The territory a case is drawn in: communes with their weights, landlords, residences, and the sizes by département."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError
from optimizer.policy import RuleSet
from optimizer.synth.draws import I64, ONE, Stack, apportion, share, stack
from optimizer.synth.profile import BAD_FIGURE, BAD_SIZE, Figure, Profile

S = NDArray[np.object_]

_ARRONDISSEMENTS = ("751", "6938", "132")
"""INSEE prefixes of the arrondissements of Paris, Lyon and Marseille: their commune stands for them."""
_QPV_MOST = 0.9
"""No commune has more of its stock in a QPV, whatever the scaling to the département's share."""
MOST_DWELLINGS, MOST_APPLICATIONS = 900_000, 20_000_000


@dataclass(frozen=True)
class Zone:
    """Départements that share one set of figures: one with its own, or all those on the default."""

    label: str
    departements: tuple[int, ...]
    mutation_share: Figure
    under_12_months: Figure
    qpv_share: Figure


@dataclass(frozen=True)
class World:
    """Communes are sorted by (département, EPCI, INSEE code); arrays are parallel."""

    profile: Profile
    rules: RuleSet = field(repr=False)
    departements: tuple[str, ...]
    zones: tuple[Zone, ...]
    zone_of: I64
    """Zone of each département."""
    insee: S
    departement: I64
    home: I64
    """Group of the communes of one EPCI inside one département."""
    in_region: NDArray[np.bool_]
    """In the Île-de-France."""
    plai_zone: I64
    """Row of the ceilings' table."""
    threshold: I64
    """First-quartile threshold, euros per year and unit; the national median where the EPCI has none."""
    qpv: I64
    """Probability on the 32-bit scale that a dwelling of the commune is in a QPV."""
    districts: NDArray[np.bool_]
    stock: Stack
    """Communes by département, by stock."""
    demand: Stack
    demand_home: Stack
    demand_anywhere: Stack
    """As ``demand``, outside the EPCI of the profile too."""
    demand_qpv: Stack
    """Communes that have a QPV; a département without any keeps all its communes."""
    landlords: tuple[str, ...]
    landlord_of: Stack
    """Landlords by commune: outcomes are positions in ``cell_landlord``."""
    cell_landlord: I64
    residences: Residences
    dwellings: tuple[int, ...]
    applications: tuple[int, ...]
    """Sizes by département."""
    yearly: tuple[int, ...]
    """Dwellings vacated in the whole year, by département."""

    @property
    def n_dwellings(self) -> int:
        return sum(self.dwellings)

    @property
    def n_applications(self) -> int:
        return sum(self.applications)


@dataclass(frozen=True)
class Residences:
    """Residences of each cell (commune × landlord, out of and in a QPV): a cell's are consecutive."""

    start: I64
    """(cells, 2): first residence out of and in a QPV."""
    count: I64
    landlord: I64
    commune: I64
    inside: NDArray[np.bool_]
    dwellings: I64


def make_world(profile: Profile, rules: RuleSet, dwellings: int | None, applications: int | None) -> World:
    """The territory of a profile under the rules of its date.

    Raises
    ------
    AttrifluxError
        ``SYNTH_BAD_SIZE`` for a negative or an absurd size; ``SYNTH_BAD_FIGURE`` when the profile names a landlord or
        an EPCI that the territory does not have.
    """
    _check_size("dwellings", dwellings, MOST_DWELLINGS)
    _check_size("applications", applications, MOST_APPLICATIONS)
    conventions = rules.conventions
    if profile.landlord is not None:
        conventions = conventions[conventions["landlord"] == profile.landlord]
    communes = _communes(profile, rules, tuple(sorted(conventions["departement"].unique())))
    if not len(communes) or (profile.epci and not communes["epci"].isin(profile.epci).any()):
        raise AttrifluxError(
            BAD_FIGURE, file=f"{profile.name}.yaml", line=1, name="territory", detail="aucune commune"
        )
    codes = tuple(sorted(communes["departement"].unique()))
    departement = np.array([codes.index(d) for d in communes["departement"]], np.int64)
    homes = communes["departement"] + communes["epci"]
    home = pd.factorize(homes)[0].astype(np.int64)
    scope = communes["epci"].isin(profile.epci).to_numpy() if profile.epci else np.ones(len(communes), bool)
    held, asked = _weights(profile, communes)
    stock_weight, demand_weight = held * scope, asked * scope
    n = len(codes)
    with_qpv = (communes["qpv_share"].to_numpy() > 0) & (demand_weight > 0)
    has_qpv = np.isin(departement, departement[with_qpv])
    zones, zone_of = _zones(profile, codes)
    qpv = _qpv(communes["qpv_share"].to_numpy(float), stock_weight, zone_of[departement], zones)
    median = rules.integer("national.lec.median_threshold")
    thresholds = {e: int(p.value) for e, p in rules.lec_epci.items()}
    region = str(rules.get("national.ceiling_zones.ile_de_france_region"))
    sizes = _sizes(profile, codes, _by_departement(stock_weight, departement, n))
    landlords, cells, cell_landlord, shares = _landlords(profile, communes, conventions, stock_weight > 0)
    held_now = _stock(profile, codes, sizes[2])
    residences = _residences(profile, stock_weight, departement, qpv, held_now, cells, cell_landlord, shares)
    return World(
        profile=profile,
        rules=rules,
        departements=codes,
        zones=zones,
        zone_of=zone_of,
        insee=np.asarray(communes.index.to_numpy(), dtype=object),
        departement=departement,
        home=home,
        in_region=(communes["region"] == region).to_numpy(),
        plai_zone=communes["zone"].to_numpy().astype(np.int64),
        threshold=np.array([thresholds.get(e, median) for e in communes["epci"]], np.int64),
        qpv=qpv,
        districts=(communes["population"] >= int(profile.of("district_population"))).to_numpy(),
        stock=stack(stock_weight, departement, n),
        demand=stack(demand_weight, departement, n),
        demand_home=stack(asked, home, int(home.max()) + 1),
        demand_anywhere=stack(asked, departement, n),
        demand_qpv=stack(np.where(with_qpv | ~has_qpv, demand_weight, 0), departement, n),
        landlords=landlords,
        landlord_of=stack(shares, cells, len(communes)),
        cell_landlord=cell_landlord,
        residences=residences,
        dwellings=_scaled(sizes[0], dwellings),
        applications=_scaled(sizes[1], applications),
        yearly=tuple(sizes[2]),
    )


def _check_size(name: str, value: int | None, high: int) -> None:
    if value is not None and (not isinstance(value, (int, np.integer)) or not 0 <= value <= high):
        raise AttrifluxError(BAD_SIZE, name=name, value=value, high=high)


def _communes(profile: Profile, rules: RuleSet, with_landlord: tuple[str, ...]) -> pd.DataFrame:
    frame = rules.communes
    kept = ~frame.index.str.startswith(_ARRONDISSEMENTS) & frame["departement"].isin(with_landlord)
    if profile.departements:
        kept &= frame["departement"].isin(profile.departements)
    frame = frame[kept & (frame["epci"] != "") & (frame["population"] > 0)]
    return frame.sort_index().sort_values(["departement", "epci"], kind="stable")


def _weights(profile: Profile, communes: pd.DataFrame) -> tuple[I64, I64]:
    """Weights of stock and of demand by commune (tenths of a dwelling)."""
    population = communes["population"].to_numpy().astype(np.int64)
    steps: Mapping[int, float] = profile.of("stock_rate")
    lows = sorted(steps)
    per_mille = np.array([round(steps[low] * 1000) for low in lows], np.int64)
    rate = per_mille[np.searchsorted(np.array(lows), population, side="right") - 1]
    rate = np.where(
        communes["qpv_share"].to_numpy() > 0, round(profile.rate("stock_rate_with_qpv") * 1000), rate
    )
    floor = round(profile.rate("demand_rate_floor") * 1000)
    return population * rate // 100, population * np.maximum(rate, floor) // 100 + 1


def _zones(profile: Profile, codes: tuple[str, ...]) -> tuple[tuple[Zone, ...], I64]:
    labels = [code if code in profile.places else "autres" for code in codes]
    order = list(dict.fromkeys(labels))
    zones = []
    for label in order:
        members = tuple(i for i, found in enumerate(labels) if found == label)
        first = codes[members[0]]
        zones.append(
            Zone(label, members, *(profile.place(first, f) for f in ("mutation_share", "under_12_months", "qpv_share")))
        )  # fmt: skip
    return tuple(zones), np.array([order.index(label) for label in labels], np.int64)


def _qpv(shares: NDArray[np.float64], weight: I64, zone: I64, zones: tuple[Zone, ...]) -> I64:
    """Probability by commune, scaled so that the zone has its share of stock in QPV."""
    result = np.zeros(len(shares), np.int64)
    for z, figures in enumerate(zones):
        base = [
            Fraction(round(s * 10_000), 10_000) if w else Fraction(0)
            for s, w in zip(shares, weight, strict=True)
        ]
        rows = [i for i in np.flatnonzero(zone == z).tolist() if base[i] > 0]
        target = Fraction(round(float(figures.qpv_share.value) * 10_000), 10_000)
        missing = target * int(weight[zone == z].sum())
        most = Fraction(round(_QPV_MOST * 100), 100)
        while rows:
            factor = missing / sum(base[i] * int(weight[i]) for i in rows)
            capped = [i for i in rows if base[i] * factor > most]
            for i in capped or rows:
                result[i] = share(float(most if capped else base[i] * factor))
            if not capped:
                break
            missing -= sum(most * int(weight[i]) for i in capped)
            rows = [i for i in rows if i not in set(capped)]
    return result


def _by_departement(weight: I64, departement: I64, n: int) -> list[int]:
    totals = np.zeros(n, np.int64)
    np.add.at(totals, departement, weight)
    return [int(t) for t in totals]


def _sizes(
    profile: Profile, codes: tuple[str, ...], stock: list[int]
) -> tuple[list[int], list[int], list[int]]:
    """Dwellings, applications, and dwellings vacated in the year, by département."""
    whole = {name: profile.figures.get(name) for name in ("dwellings", "applications")}

    def of(name: str, total: Figure | None) -> list[int]:
        if total is not None:
            return apportion(int(total.value), stock)
        return [int(profile.places[code][name].value) for code in codes]

    dwellings, applications = of("vacated", whole["dwellings"]), of("applications", whole["applications"])
    weeks = int(profile.of("weeks_per_year")) if profile.kind == "week" else 1
    return dwellings, applications, [d * weeks for d in dwellings]


def _scaled(sizes: list[int], total: int | None) -> tuple[int, ...]:
    return tuple(sizes if total is None else apportion(total, sizes))


def _landlords(
    profile: Profile, communes: pd.DataFrame, conventions: pd.DataFrame, with_stock: NDArray[np.bool_]
) -> tuple[tuple[str, ...], I64, I64, I64]:
    """Landlords, then per cell its commune, its landlord and its share of the commune's stock."""
    pairs = conventions[["landlord", "departement"]].drop_duplicates()
    names = tuple(sorted(pairs["landlord"].unique()))
    index = {name: i for i, name in enumerate(names)}
    by_departement: dict[str, list[str]] = {}
    for landlord, departement in pairs.sort_values(["departement", "landlord"]).itertuples(index=False):
        by_departement.setdefault(departement, []).append(landlord)
    public = profile.rate("public_landlord_share")
    mixes: dict[tuple[str, str], list[tuple[int, int]]] = {}
    cells: list[int] = []
    owner: list[int] = []
    weight: list[int] = []
    places = zip(communes["departement"], communes["epci"], strict=True)
    for c, key in enumerate(places):
        if not with_stock[c]:
            continue
        if key not in mixes:
            present = [
                name
                for name in by_departement[key[0]]
                if name not in profile.local_landlords or key[1] in profile.local_landlords[name]
            ]
            mixes[key] = _mix(present, public, index)
        for landlord, part in mixes[key]:
            cells.append(c)
            owner.append(landlord)
            weight.append(part)
    return names, np.array(cells, np.int64), np.array(owner, np.int64), np.array(weight, np.int64)


def _mix(present: list[str], public: float, index: Mapping[str, int]) -> list[tuple[int, int]]:
    """Shares in ten-thousandths: public offices together have theirs, the others the rest."""
    offices = [name for name in present if name.startswith("OPH")]
    others = [name for name in present if not name.startswith("OPH")]
    whole = 10_000
    first = whole if not others else 0 if not offices else round(public * whole)
    parts: list[tuple[int, int]] = []
    for group, total in ((offices, first), (others, whole - first)):
        sizes = apportion(total, [1] * len(group)) if group else []
        parts += [(index[name], size) for name, size in zip(group, sizes, strict=True)]
    return sorted(parts)


def _stock(profile: Profile, codes: tuple[str, ...], yearly: list[int]) -> list[int]:
    """Dwellings of the territory's landlords by département: published, else the year's vacated ones over mobility."""
    mobility = profile.rate("mobility")
    published = [profile.places.get(code, {}).get("stock") for code in codes]
    return [
        int(known.value) if known is not None and profile.kind == "year" else round(vacated / mobility)
        for known, vacated in zip(published, yearly, strict=True)
    ]


def _residences(
    profile: Profile,
    weight: I64,
    departement: I64,
    qpv: I64,
    stock: list[int],
    cells: I64,
    owner: I64,
    shares: I64,
) -> Residences:
    """Residences of about the usual size in each cell, out of and in a QPV."""
    size = int(profile.of("residence_dwellings"))
    totals = _by_departement(weight, departement, len(stock))
    held = np.array(stock, np.int64)[departement] * weight
    held = held // np.maximum(1, np.array(totals, np.int64))[departement]
    per_cell = held[cells] * shares // 10_000
    inside = (per_cell * (qpv[cells] >> 12)) // (ONE >> 12)
    both = np.stack([per_cell - inside, inside], axis=1)
    open_side = np.stack([qpv[cells] < ONE, qpv[cells] > 0], axis=1)
    count = np.where(open_side, np.maximum(1, both // size), 0)
    flat = count.ravel()
    start = (np.cumsum(flat) - flat).reshape(count.shape)
    of_cell = np.repeat(np.arange(len(flat)), flat)
    return Residences(
        start=start,
        count=count,
        landlord=owner[of_cell // 2],
        commune=cells[of_cell // 2],
        inside=of_cell % 2 == 1,
        dwellings=np.maximum(4, both.ravel()[of_cell] // np.maximum(1, flat[of_cell])),
    )
