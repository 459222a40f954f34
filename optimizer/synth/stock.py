"""The inventory of reserved stock: what each réservataire holds in the residences of the landlords, and until when."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from optimizer.domain.account import remainder
from optimizer.domain.schema import FINANCINGS
from optimizer.synth.accounts import Lines
from optimizer.synth.columns import Columns, days, decimals, numbers, texts, words
from optimizer.synth.draws import I64, Draws, apportion, share, table
from optimizer.synth.ledgers import base_weights
from optimizer.synth.world import World

_UNIT = 10_000
KEYS = ("landlord", "departement", "account", "commune", "rooms", "financing", "inside", "end")
LASTING = 0
"""Code of an agreement without an end; others are years."""


def draw_stock(world: World, lines: Lines) -> Columns:
    """The table ``stock``: the same for every seed, as agreements do not move with a draw of applications.

    Each dwelling of each residence is held by an account in proportion to the shares of its landlord's agreement where the
    dwelling stands; agreements end residence by residence. Turnover differs by account as the profile says and is scaled so
    that each département vacates as many dwellings as its year does, first lettings apart. A year asked for with fewer (or
    more) dwellings than its profile has as much less (or more) stock.
    """
    frame, vocabulary = _dwellings(world, lines)
    held = frame.groupby(list(KEYS), sort=True).size().reset_index(name="dwellings")
    held = _to_scale(world, held)
    account = held["account"].to_numpy(np.int64)
    end = held["end"].to_numpy(np.int64)
    names = [vocabulary[a] for a in account.tolist()]
    landlord = held["landlord"].to_numpy(np.int64)
    dated = end != LASTING
    reserved = np.array([n != "BAILLEUR" for n in names], bool)
    communes = held["commune"].tolist()
    inside = held["inside"].tolist()
    agreements = [
        f"{name.replace(':', '-')}-{world.landlords[b]}-{year}"
        for name, b, year in zip(names, landlord.tolist(), end.tolist(), strict=True)
    ]
    return {
        "landlord": words(landlord, world.landlords),
        "departement": words(held["departement"].to_numpy(np.int64), world.departements),
        "account": texts(names),
        "commune": texts([world.insee[c] for c in communes]),
        "rooms": numbers(held["rooms"].to_numpy(np.int64)),
        "financing": words(held["financing"].to_numpy(np.int64), FINANCINGS),
        "qpv": texts([f"QN0{world.insee[c]}I" if i else "no" for c, i in zip(communes, inside, strict=True)]),
        "dwellings": numbers(held["dwellings"].to_numpy(np.int64)),
        "turnover": decimals(_turnover(world, held, names), _UNIT),
        "convention": texts(agreements, dated),
        "ends_on": days(_first_of_january(end), dated),
        "rights_kind": texts(["recurring"] * len(held), reserved),
    }


def _dwellings(world: World, lines: Lines) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """One row per dwelling of every residence, with the codes of its account and of the end of its agreement."""
    homes, profile = world.residences, world.profile
    residence = np.repeat(np.arange(len(homes.dwellings), dtype=np.int64), homes.dwellings)
    n = len(residence)
    commune, landlord = homes.commune[residence], homes.landlord[residence]
    vocabulary = tuple(sorted({*lines.account, "BAILLEUR"}))
    rest = vocabulary.index("BAILLEUR")
    account = np.full(n, rest, np.int64)
    at = Draws(0, "stock/account").below(n, _UNIT)
    low = np.zeros(n, np.int64)
    for i, name in enumerate(
        lines.account
    ):  # one line after the other: a country has too many for a table of all pairs
        applies = (landlord == lines.landlord[i]) & lines.covers[i][commune]
        high = low + np.where(applies, int(lines.share[i]), 0)
        account = np.where((at >= low) & (at < high), vocabulary.index(name), account)
        low = high
    frame = pd.DataFrame(
        {
            "landlord": landlord, "departement": world.departement[commune], "account": account, "commune": commune,
            "rooms": Draws(0, "stock/rooms").pick(n, table(profile.of("rooms"))),
            "financing": Draws(0, "stock/financing").pick(
                n, table([profile.of("financing")[f] for f in FINANCINGS])
            ),
            "inside": homes.inside[residence],
            "end": _ends(world, vocabulary, account, residence),
        }
    )  # fmt: skip
    return frame, vocabulary


def _vacated(world: World) -> tuple[int, ...]:
    """Dwellings of the year by département: those asked for, those of the whole year where the case is a week of it."""
    return world.yearly if world.profile.kind == "week" else world.dwellings


def _to_scale(world: World, held: pd.DataFrame) -> pd.DataFrame:
    """The stock in proportion to the dwellings of the case, département by département; rows left without any fall out."""
    wanted = _vacated(world)
    if wanted == world.yearly:
        return held
    counts = held["dwellings"].to_numpy(np.int64).copy()
    departement = held["departement"].to_numpy(np.int64)
    for d, (asked, usual) in enumerate(zip(wanted, world.yearly, strict=True)):
        here = np.flatnonzero(departement == d)
        whole = int(counts[here].sum())
        # a small case keeps a stock worth vacating from, where it has dwellings at all
        total = max(int(asked > 0), whole * asked // usual) if usual else whole
        counts[here] = apportion(total, counts[here].tolist())
    return held.assign(dwellings=counts)[counts > 0].reset_index(drop=True)


def _ends(world: World, vocabulary: tuple[str, ...], account: I64, residence: I64) -> I64:
    """Year on whose first day the agreement of each dwelling ends; LASTING for rights without an end."""
    longest: dict[str, int] = {str(k): int(v) for k, v in world.profile.of("stock_agreement_years").items()}
    ended = share(world.profile.rate("stock_agreement_ended"))
    count = len(world.residences.dwellings)
    out = np.full(len(account), LASTING, np.int64)
    year = world.profile.on.year
    for code, name in enumerate(vocabulary):
        years = longest.get(name.partition(":")[0])
        if years is None:
            continue
        left = Draws(0, f"stock/end/{name}").below(count, years) + 1
        past = Draws(0, f"stock/ended/{name}").chance(count, np.full(count, ended, np.int64))
        end = year + np.where(past, 0, left)
        out = np.where(account == code, end[residence], out)
    return out


def _turnover(world: World, held: pd.DataFrame, names: list[str]) -> I64:
    """Ten-thousandths, per row: by account, scaled to the dwellings that the département vacates in its year.

    An account of a kind that the profile does not know turns over as what the landlord keeps.
    """
    rates: dict[str, float] = {str(k): float(v) for k, v in world.profile.of("stock_turnover").items()}
    common = rates[remainder()]
    base = np.array([round(rates.get(name.partition(":")[0], common) * _UNIT) for name in names], np.int64)
    departement = held["departement"].to_numpy(np.int64)
    flow = np.zeros(len(world.departements), np.int64)
    np.add.at(flow, departement, base * held["dwellings"].to_numpy(np.int64))
    weights = base_weights(world.profile)
    old = Fraction(sum(weights[:-1]), sum(weights))  # the rest are first lettings, of no stock yet
    factor = [
        old * Fraction(yearly * _UNIT, int(total)) if total else Fraction(1)
        for yearly, total in zip(_vacated(world), flow.tolist(), strict=True)
    ]
    scaled = {
        (d, b): min(_UNIT, round(factor[d] * b))
        for d, b in {(int(d), int(b)) for d, b in zip(departement, base, strict=True)}
    }
    return np.array([scaled[int(d), int(b)] for d, b in zip(departement, base, strict=True)], np.int64)


def _first_of_january(year: I64) -> I64:
    """Days since 1970 of 1 January of each year; year 0 (no end) is not read."""
    return (np.maximum(year, 1970) - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
