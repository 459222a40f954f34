"""The dwellings of sitting tenants, added to those of a case: what their departure would free."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from optimizer.chains.exchanges import Exchange
from optimizer.domain import Case
from optimizer.domain.schema import TABLES, empty_frame
from optimizer.errors import AttrifluxError, define

UNBOUNDED = -1
"""Length of chains that are as long as they may be, cycles included."""
EXCHANGED = -2
"""Position of the dwellings of the first exchange; those of the next have the next lower number each."""
FREED_BY, POSITION, GUEST = "freed_by", "position", "guest"
"""Columns of the dwellings added: whose departure frees it, how many dwellings of its chain are let before it (``UNBOUNDED``: any
number; from ``EXCHANGED`` down: none, its exchange has that number), and in an exchange who alone may be first there. Dwellings
of the case itself have none of them."""
IN_EXCHANGE = re.compile(r"(?P<home>.+)~e(?P<number>[1-9][0-9]{0,8})", re.DOTALL)
"""Identifier of a dwelling in an exchange: its own, and the number of the exchange among all that were weighed."""
COPY = re.compile(r"~e?[1-9][0-9]{0,8}\Z")
"""What a copy of a dwelling adds to its identifier."""
OF_HOME = {
    "dwelling_id": "current_dwelling", "landlord": "current_landlord", "commune": "current_commune",
    "rooms": "current_rooms", "financing": "current_financing", "qpv": "current_qpv",
    "surface_m2": "current_surface_m2", "rent_eur": "current_rent_eur", "accessible": "current_accessible",
    "floor": "current_floor", "lift": "current_lift", "available_on": "current_available_on",
}  # fmt: skip
"""Column of ``dwellings`` -> the column of ``applications`` that says it of the present dwelling."""
MOST = 10_000
"""Freed dwellings of a bounded chain, at all its positions together, that are weighed: each has its pairs like a dwelling."""
NEEDED = tuple(c.name for c in TABLES["dwellings"].columns if c.required)
"""What must be known of a dwelling for it to be let."""


def length_of(text: str) -> int | None:
    """The length that a word asks for, ``UNBOUNDED`` for ``all``; None where the word is no length.

    >>> length_of("2"), length_of("all"), length_of("-1"), length_of("1.5")
    (2, -1, None, None)
    """
    if text == "all":
        return UNBOUNDED
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def length_word(longest: int) -> str:
    """The word of a length, as `length_of` reads it."""
    return "all" if longest == UNBOUNDED else str(longest)


define(
    "CHAINS_TOO_LARGE",
    "Le dossier a {dwellings:logement/logements} : au-delà de {limit:logement/logements}, ceux qui se ressemblent y partagent leur loyer et --chains n'est pas possible.",
    "The case has {dwellings:dwelling/dwellings}: beyond {limit:dwelling/dwellings}, those alike share their rents and --chains is not possible.",
)
define(
    "CHAINS_TOO_LONG",
    "--chains {length} demande {homes:logement libérable/logements libérables} à {positions:place/places} d'une chaîne, soit plus de {limit:place/places} en tout.",
    "--chains {length} asks for {homes:dwelling/dwellings} that may be freed at {positions:place/places} of a chain, more than {limit:place/places} in all.",
    remedy_fr="Proposer avec --chains {fits} au plus, ou avec --chains all.",
    remedy_en="Propose with --chains {fits} at most, or with --chains all.",
)


def copy_id(dwelling_id: str, position: int) -> str:
    """Identifier of a freed dwelling at a position of its chain: its own, but for the second position on."""
    return dwelling_id if position <= 1 else f"{dwelling_id}~{position}"


def home_of(dwelling_id: str) -> str:
    """The dwelling itself, of a copy at some position of a chain or in an exchange.

    >>> home_of("H1~2"), home_of("H1~e3"), home_of("H1")
    ('H1', 'H1', 'H1')
    """
    return COPY.sub("", dwelling_id)


def present_homes(case: Case) -> frozenset[str]:
    """The dwellings that applicants say they live in."""
    frame = case.table("applications")
    return (
        frozenset(frame["current_dwelling"].dropna().astype(str))
        if "current_dwelling" in frame
        else frozenset()
    )


def with_homes(
    case: Case, longest: int, communes: frozenset[str], *, limit: int, only: Iterable[str] | None = None,
    exchanges: Sequence[Exchange] = (),
) -> Case:  # fmt: skip
    """The case with the dwellings its tenants may free; the case itself where there is none.

    Parameters
    ----------
    longest : freed dwellings a chain may let after its vacant one, ``UNBOUNDED`` for any number.
    communes : codes that the rules know; a dwelling elsewhere frees nothing.
    limit : dwellings of the case above which like ones share their rents: chains stay below.
    only : identifiers (`copy_id`, ``IN_EXCHANGE``) to add; all by default. What is let in an exchange then has the list of any other.
    exchanges : those that are weighed beside bounded chains, each on copies of its own dwellings.

    Notes
    -----
    A tenant frees its dwelling when landlord, commune, rooms and financing of it are known, the landlord has a dwelling in the
    case, no other application lives there and the case does not list it already (then it is vacant, or about to be). At each
    position of a bounded chain the dwelling is a copy of itself, and its own tenant may take none of them. A chain has no more
    positions than there are tenants, since each place is opened by the departure of another one.

    Raises
    ------
    AttrifluxError
        ``CHAINS_TOO_LARGE``; ``CHAINS_TOO_LONG`` for more than ``MOST`` copies.
    """
    dwellings = case.table("dwellings")
    if len(dwellings) > limit:
        raise AttrifluxError("CHAINS_TOO_LARGE", dwellings=len(dwellings), limit=limit)
    homes = _homes(case.table("applications"), dwellings, communes)
    last = min(longest, len(homes))
    if last * len(homes) > MOST:
        raise AttrifluxError(
            "CHAINS_TOO_LONG",
            length=longest,
            homes=len(homes),
            positions=last,
            limit=MOST,
            fits=MOST // len(homes),
        )
    positions = [UNBOUNDED] if longest == UNBOUNDED else list(range(1, last + 1))
    copies = []
    for position in positions:
        copy = homes.assign(**{POSITION: position})
        copy["dwelling_id"] = [copy_id(str(x), position) for x in homes["dwelling_id"]]
        copies.append(copy)
    wanted = None if only is None else sorted(set(only))
    if wanted is not None:
        copies.append(_let_in_exchanges(homes, wanted))
    elif exchanges:
        copies.append(_of_exchanges(homes, exchanges))
    added = pd.concat(copies) if copies else homes.iloc[:0]
    if wanted is not None:
        added = added[added["dwelling_id"].isin(wanted)]
        case = _without_orients(case, set(homes["dwelling_id"]) - {home_of(name) for name in wanted})
    if not len(added):
        return case
    shape = empty_frame("dwellings").dtypes
    whole = pd.concat([dwellings, added], ignore_index=True)
    whole = whole.astype({name: kind for name, kind in shape.items() if name in whole.columns})
    return replace(case, tables={**case.tables, "dwellings": whole})


def _without_orients(case: Case, away: set[str]) -> Case:
    """The case without the orientations of dwellings that nobody frees after all: they forced no letting."""
    frame = case.table("decisions")
    keep = ~(frame["dwelling_id"].isin(away) & (frame["decision"] == "orient")).to_numpy(bool)
    if keep.all():
        return case
    origins = dict(case.origins)
    if "decisions" in origins:
        origins["decisions"] = replace(origins["decisions"], rows=case.row_numbers("decisions")[keep])
    decisions = frame[keep].reset_index(drop=True)
    return replace(case, tables={**case.tables, "decisions": decisions}, origins=origins)


def _of_exchanges(homes: pd.DataFrame, exchanges: Sequence[Exchange]) -> pd.DataFrame:
    """A copy of each dwelling of each exchange; its guest is the tenant of the dwelling before it."""
    at = {str(x): i for i, x in enumerate(homes["dwelling_id"])}
    rows = np.array([at[home] for exchange in exchanges for home in exchange])
    before = np.array([at[exchange[i - 1]] for exchange in exchanges for i in range(len(exchange))])
    number = np.array([k for k, exchange in enumerate(exchanges) for _ in exchange])
    found = homes.iloc[rows].copy()
    found[POSITION] = EXCHANGED - number
    found[GUEST] = homes[FREED_BY].to_numpy()[before]
    names = zip(found["dwelling_id"], (number + 1).tolist(), strict=True)
    found["dwelling_id"] = [f"{home}~e{k}" for home, k in names]
    return found


def _let_in_exchanges(homes: pd.DataFrame, wanted: Iterable[str]) -> pd.DataFrame:
    """The dwellings of these identifiers that are let in an exchange."""
    at = {str(x): i for i, x in enumerate(homes["dwelling_id"])}
    named = [(name, IN_EXCHANGE.fullmatch(name)) for name in wanted]
    told = [(name, at[x["home"]], int(x["number"])) for name, x in named if x is not None and x["home"] in at]
    found = homes.iloc[[i for _, i, _ in told]].copy()
    found[POSITION] = [EXCHANGED - number + 1 for _, _, number in told]
    found["dwelling_id"] = [name for name, _, _ in told]
    return found


def known_homes(case: Case, communes: frozenset[str]) -> int:
    """How many dwellings the tenants of a case may free: what is asked of each is said in `with_homes`."""
    return len(_homes(case.table("applications"), case.table("dwellings"), communes))


def _homes(applications: pd.DataFrame, dwellings: pd.DataFrame, communes: frozenset[str]) -> pd.DataFrame:
    """The dwellings that may be freed, each with its tenant, by identifier."""
    known = {name: source for name, source in OF_HOME.items() if source in applications.columns}
    found = pd.DataFrame({name: applications[source] for name, source in known.items()})
    found[FREED_BY] = applications["application_id"]
    if set(NEEDED) - set(known):
        return found.iloc[:0]
    keep = found[list(NEEDED)].notna().all(axis=1) & (found["dwelling_id"] != "")
    keep &= ~found["dwelling_id"].duplicated(keep=False)
    keep &= ~found["dwelling_id"].isin(dwellings["dwelling_id"])
    keep &= found["landlord"].isin(dwellings["landlord"]) & found["commune"].isin(communes)
    return found[keep].sort_values("dwelling_id", kind="stable")
