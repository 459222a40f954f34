"""The year behind a week: leases signed since 1 January and the work in progress."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.schema import FINANCINGS, PRIORITY_CODES, RELOCATIONS, STAGES
from optimizer.synth.accounts import Lines, draw_accounts
from optimizer.synth.applications import application_ids
from optimizer.synth.columns import Columns, days, flags, numbers, texts, words
from optimizer.synth.draws import I64, Draws, table
from optimizer.synth.dwellings import departements_of, draw_units, dwelling_ids, qpv_texts
from optimizer.synth.world import MOST_APPLICATIONS, World

_WINDOW = 45
"""Days over which the work in progress began."""
_ONE_IN = 10
_LATE = 60
"""Age of an orientation that has run past any usual deadline."""


def _day(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def leases_to_date(world: World) -> tuple[int, ...]:
    """Leases signed since 1 January by département: the year's dwellings × the part of the year gone."""
    gone = (world.profile.on - date(world.profile.on.year, 1, 1)).days
    return tuple(v * gone // 365 for v in world.yearly)


def draw_leases(world: World, lines: Lines, seed: int, tight: bool) -> Columns:
    """Every lease signed since 1 January."""
    profile, sizes = world.profile, leases_to_date(world)
    n = sum(sizes)
    rows = np.arange(n, dtype=np.int64)
    units = draw_units(world, seed, "leases", 0, departements_of(rows, sizes))

    def draws(column: str) -> Draws:
        return Draws(seed, f"leases/{column}")

    vocabulary, account = draw_accounts(world, lines, seed, "leases", units, False, tight)
    named = {name: account == i for i, name in enumerate(vocabulary)}
    no = np.zeros(n, bool)
    own, moved, state = named["MUTATION"], named["RELOGEMENT"], named.get("ETAT_PRIO", no)
    outside = profile.rate("tight_lease_q1_outside_qpv" if tight else "lease_q1_outside_qpv")
    inside = profile.rate("lease_q1_inside_qpv")
    unknown = draws("q1_unknown").chance(n, profile.rate("lease_q1_unknown"))
    word = draws("q1").words(n)
    poor = _exactly(word, units.inside & ~unknown, inside) | _exactly(word, ~units.inside & ~unknown, outside)
    taken = profile.rate("own_mutation")
    transfer = own | draws("mutation").chance(
        n, max(0.0, (profile.rate("lease_mutation") - taken) / (1 - taken))
    )
    public = state | draws("priority").chance(n, profile.rate("lease_priority"))
    weights = [0.04, *(float(profile.of("priority_codes").get(c, 0)) for c in PRIORITY_CODES[1:])]
    code = draws("code").pick(n, table(weights))
    shares = {r: float(profile.of("relocation")[r]) for r in RELOCATIONS}
    relocation = draws("relocation").pick(n, table([0.0, *(shares[r] for r in RELOCATIONS[1:])]))
    first = _day(date(profile.on.year, 1, 1))
    signed = first + draws("signed").below(n, max(1, _day(profile.on) - first))
    return {
        "dwelling_id": texts(dwelling_ids(world, units.landlord, rows, "L")),
        "landlord": words(units.landlord, world.landlords),
        "commune": words(units.commune, list(world.insee)),
        "qpv": texts(qpv_texts(world, units.commune, units.inside)),
        "rooms": numbers(units.rooms),
        "financing": words(units.financing, FINANCINGS),
        "construction_year": numbers(units.year),
        "account": words(account, vocabulary),
        "application_id": texts(application_ids(seed, rows + MOST_APPLICATIONS)),
        "signed_on": days(signed),
        "q1": words(np.where(unknown, 2, poor.astype(np.int64)), ("no", "yes", "unknown")),
        "priority_codes": words(np.where(public, code, len(PRIORITY_CODES)), (*PRIORITY_CODES, None)),
        "priority_status": words(np.where(public, np.where(state, 1, 0), 2), ("verified", "labelled", None)),
        "relocation": words(np.where(moved, relocation, 0), RELOCATIONS),
        "essential_worker": flags(draws("essential").chance(n, profile.rate("essential_worker"))),
        "mutation": flags(transfer),
        "in_flux": flags(~own & ~moved),
    }


def _exactly(word: I64, members: NDArray[np.bool_], probability: float) -> NDArray[np.bool_]:
    """The members with the smallest words, in the exact share: a few leases decide whether the year's target can be met."""
    rows = np.flatnonzero(members)
    wanted = (len(rows) * round(probability * 10_000) + 5_000) // 10_000
    chosen = np.zeros(len(word), bool)
    chosen[rows[np.lexsort((rows, word[rows]))[:wanted]]] = True
    return chosen


def in_progress_applications(world: World, seed: int) -> I64:
    """Row numbers of the applications that have a live candidacy, all different."""
    n = _in_progress_size(world)
    if n == 0:
        return np.zeros(0, np.int64)
    step = world.n_applications // n
    first = int(Draws(seed, "in_progress/first").below(1, step)[0])
    return np.arange(n, dtype=np.int64) * step + first


def _in_progress_size(world: World) -> int:
    """Work in progress follows the dwellings, but holds at most one application in ten."""
    return min(
        world.n_dwellings * int(world.profile.of("weeks_in_progress")), -(-world.n_applications // _ONE_IN)
    )


def draw_in_progress(world: World, lines: Lines, seed: int, tight: bool) -> Columns:
    """Orientations and candidacies under way, none on a dwelling of the case (see :func:`on_the_list`)."""
    applications = in_progress_applications(world, seed)
    n = len(applications)
    weeks = int(world.profile.of("weeks_in_progress"))
    rows = np.arange(n, dtype=np.int64)
    sizes = tuple(d * weeks for d in world.dwellings)
    units = draw_units(world, seed, "in_progress", 0, departements_of(rows, sizes))

    def draws(column: str) -> Draws:
        return Draws(seed, f"in_progress/{column}")

    vocabulary, account = draw_accounts(world, lines, seed, "in_progress", units, True, tight)
    stage = draws("stage").pick(n, table([float(world.profile.of("stage")[s]) for s in STAGES]))
    return {
        "dwelling_id": texts(dwelling_ids(world, units.landlord, rows, "P")),
        "landlord": words(units.landlord, world.landlords),
        "commune": words(units.commune, list(world.insee)),
        "qpv": texts(qpv_texts(world, units.commune, units.inside)),
        "rooms": numbers(units.rooms),
        "financing": words(units.financing, FINANCINGS),
        "account": words(account, vocabulary),
        "application_id": texts(application_ids(seed, applications), stage > 0),
        "stage": words(stage, STAGES),
        "since": days(_day(world.profile.on) - 1 - draws("since").below(n, _WINDOW)),
    }


def on_the_list(world: World, dwellings: Columns) -> Columns:
    """A dwelling of the case that was oriented so long ago without any name that it may go elsewhere."""
    names = ("dwelling_id", "landlord", "commune", "qpv", "rooms", "financing")
    return {name: dwellings[name].slice(0, 1) for name in names} | {
        "account": texts(["ALS"]),
        "application_id": texts([""], np.array([False])),
        "stage": texts([STAGES[0]]),
        "since": days(np.array([_day(world.profile.on) - _LATE], np.int64)),
    }
