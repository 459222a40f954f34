"""``why.npz``: what `why` answers from, written beside the tables so that the case is never read again.

Plain arrays in numpy's own container: a question opens the few it needs, in a tenth of a second, without pandas nor pyarrow.
Rejected: Parquet (its library takes longer to import than the answer takes), one JSON text per household (a second to write
for 20,000 of them).
"""

from __future__ import annotations

import json
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import eligibility, scoring
from optimizer.chains import home_of
from optimizer.eligibility.facts import CODES, Q1_NO, Q1_UNKNOWN, Q1_YES
from optimizer.eligibility.fit import DOSSIER_UNREACHABLE
from optimizer.eligibility.income import UC_UNIT
from optimizer.problem.leans import lean_terms
from optimizer.problem.model import MICRO_PER_HUNDREDTH
from optimizer.runs.why_reading import FILE, FORMAT
from optimizer.runs.why_words import (
    ABOVE_QUARTILE,
    BY_EPCI,
    COUNTED,
    IN_QUARTILE,
    NO_QUARTILE,
    QUARTILE_WRITTEN,
    UNIT_WRITTEN,
)
from optimizer.shortlist.departures import exchanges
from optimizer.shortlist.labels import account_label, on_lists, refusal_label, rule_label
from optimizer.shortlist.leapfrogs import SAME, SCORE, STILL
from optimizer.shortlist.nearest import nearest_exchanges
from optimizer.shortlist.standings import Standings, best_rows, standings

if TYPE_CHECKING:
    from optimizer.eligibility.facts import ApplicationFacts, Facts
    from optimizer.runs.result import Result

MOST_ROWS, BEST_PLACES = 3_000_000, 20
"""Pairs up to which every one is kept; beyond, so many of the best places of each household, and what all of them come to."""
MOST_CODES = 64_000_000
"""Pairs up to which the refusal of each is kept: the year of a département (3,200 dwellings, 15,000 applications)."""
UNREACHABLE = "unreachable"
"""The word ``lean`` of a household that nobody reached."""
MOST_HOMES = 1_000
"""Dwellings up to which it is looked for what reaching a household would have changed."""
BANDS = 10
"""Bands of the distribution of scores."""


def write_index(folder: Path, result: Result, lang: str) -> None:
    """Write ``why.npz`` in a result folder (not for a large run, whose menus are let go of before)."""
    arrays = index_arrays(result, lang)
    # the level of numpy's own `savez_compressed` takes twice the time for a tenth of the size
    with zipfile.ZipFile(folder / FILE, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name in sorted(arrays):
            # a bare name, which dates the part 1980: a `ZipInfo` of its own would be stored as it is
            with file.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.ascontiguousarray(arrays[name]), allow_pickle=False)


def index_arrays(result: Result, lang: str) -> dict[str, NDArray[np.generic]]:
    """The arrays of the index by name; `why_reading.Index` says what each is."""
    prepared = result.optimum.prepared
    problem, facts = prepared.problem, prepared.facts
    lists = result.tables.lists
    assert lists.finder is not None, "a large run has no index"
    found = standings(problem, lists.lines, lists.finder, partial(eligibility.pooled_on, facts))
    n = len(problem.application_ids)
    states = result.applications
    status, words_status = _coded(states["status"].astype(str).to_numpy(object))
    reason, words_reason = _coded(states["reason"].astype(str).to_numpy(object))
    explanations = result.explanations
    at = np.searchsorted(problem.application_ids, explanations["application_id"].to_numpy(object))
    needed, near = np.full(n, -1, np.int64), np.full(n, -1, np.int32)
    confirmed = np.zeros(n, np.int8)
    points = explanations["points_needed"].to_numpy(float)
    needed[at] = np.where(np.isnan(points), -1, np.round(np.nan_to_num(points) * 100)).astype(np.int64)
    homes = explanations["dwelling_id"].astype(str).to_numpy(object)
    number = {str(name): i for i, name in enumerate(problem.dwelling_ids)}
    near[at] = [number.get(x, -1) for x in homes.tolist()]
    confirmed[at] = (explanations["confirmed"] == "yes").to_numpy()
    pooled = np.zeros(n, np.bool_)
    for home in np.unique(near[needed > 0]).tolist():
        here = np.flatnonzero((near == home) & (needed > 0)).astype(np.int32)
        pooled[here] = eligibility.in_a_pool(facts, home, here)
    counts = eligibility.code_counts(facts)
    misses = [("", "")] * n
    for a in np.flatnonzero(counts[:, 0] == 0).tolist():
        misses[a] = eligibility.nearest_miss(facts, a)[1:]
    unreachable = facts.applications.dossier == DOSSIER_UNREACHABLE
    words, passed_by, behind_by = _own_words(found, unreachable)
    freed, sums = _freed(result), dict[str, NDArray[np.generic]]()
    if len(found.place) > MOST_ROWS:
        sums = _sums(found, passed_by, freed.get("after")) | {"under_way": problem.klass < 0}
        kept = best_rows(found, BEST_PLACES)
        found, passed_by, behind_by = found.only(kept), passed_by[kept], behind_by[kept]
    texts = sorted(set(misses))
    text_of = {text: i for i, text in enumerate(texts)}
    arrays: dict[str, NDArray[np.generic]] = {
        "applications": _utf8(problem.application_ids),
        "dwellings": _utf8(problem.dwelling_ids),
        "status": status,
        "state_reason": reason,
        "ptr": found.ptr,
        "dwelling": found.dwelling,
        "account": found.account.astype(np.int16),
        "place": found.place,
        "size": found.size,
        "rank": found.rank,
        "passed_by": passed_by,
        "behind": found.behind,
        "behind_by": behind_by,
        "points_needed": needed,
        "nearest": near,
        "if_reached": _if_reached(result, unreachable),
        "confirmed": confirmed,
        "pooled": pooled,
        "miss": np.array([text_of[x] for x in misses], np.int32),
        "code_counts": counts.astype(np.int32),
    }
    arrays |= _own_data(result) | _scores(result) | freed | sums
    if n * len(problem.dwelling_ids) <= MOST_CODES:
        arrays["codes"] = _codes(result)
    meta = _meta(result, lang, words)
    meta |= {"status": words_status, "state_reason": words_reason, "misses": [list(x) for x in texts]}
    arrays["meta"] = np.frombuffer(
        json.dumps(meta, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(), np.uint8
    )
    return arrays


def _own_words(
    found: Standings, unreachable: NDArray[np.bool_]
) -> tuple[list[str], NDArray[np.int32], NDArray[np.int32]]:
    """Reasons, and per row that of the first rank and that of the reserve: of a household that nobody reached, ``lean`` is its own
    file, else what the account adds to the household of the line."""
    words, reasons = list(found.words), [found.reason.copy(), found.behind_reason.copy()]
    mine = unreachable[found.app]
    for number, word in enumerate(found.words):
        parts = [told.split("+") for told in word.split(STILL)]
        if any("lean" in told for told in parts):
            for reason in reasons:
                reason[mine & (reason == number)] = len(words)
            own = [[UNREACHABLE if part == "lean" else part for part in told] for told in parts]
            words.append(STILL.join("+".join(told) for told in own))
    return words, reasons[0], reasons[1]


def _sums(
    found: Standings, passed_by: NDArray[np.int32], after: NDArray[np.generic] | None
) -> dict[str, NDArray[np.generic]]:
    """What all rows of a household come to, where only its best ones are kept: how many there are, by reason, and how many a tenant
    lives in."""
    app, reasons = found.app, passed_by.astype(np.int64)
    low = int(reasons.min(initial=0))
    span = int(reasons.max(initial=0)) - low + 1
    keys, begins, counts = np.unique(app * span + (reasons - low), return_index=True, return_counts=True)
    order = np.lexsort((begins, keys // span))  # reasons of equal number are told in the order of the places
    keys, counts = keys[order], counts[order]
    sums: dict[str, NDArray[np.generic]] = {
        "every": np.diff(found.ptr).astype(np.int32),
        "tally_ptr": np.searchsorted(keys // span, np.arange(len(found.ptr))).astype(np.int64),
        "tally_by": (keys % span + low).astype(np.int32),
        "tally": counts.astype(np.int32),
    }
    if after is not None:
        lived = (np.asarray(after, np.int64) >= 0)[found.dwelling]
        sums["every_lived_in"] = np.bincount(app[lived], minlength=len(found.ptr) - 1).astype(np.int32)
    return sums


def _if_reached(result: Result, unreachable: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(A,) the dwelling by which a household that nobody reached would have a first rank if it were reached, -1 for none.

    Every proposal without it would be worth what it is; where its cheapest exchange loses less than the points taken off, the best
    one holds it.
    """
    optimum = result.optimum
    prepared = optimum.prepared
    home = np.full(len(unreachable), -1, np.int32)
    if not unreachable.any() or result.stop != "proven" or len(prepared.problem.dwelling_ids) > MOST_HOMES:
        return home
    near = nearest_exchanges(prepared.problem, optimum.solved.first, optimum.evaluation)
    off = lean_terms(prepared.rules, prepared.facts.span).unreachable * MICRO_PER_HUNDREDTH
    at = np.flatnonzero(unreachable & (near.lacking >= 0) & (near.lacking < off))
    home[at] = near.dwelling[at]
    home[optimum.solved.first.app[optimum.solved.first.app >= 0]] = -1
    return home


def _freed(result: Result) -> dict[str, NDArray[np.generic]]:
    """Of a run with chains: per dwelling that a tenant lives in, the one which that tenant is first on (-1: a vacant one), and its name
    without the mark of its place in a chain; per household, whether a dwelling that nobody frees would have suited."""
    optimum = result.optimum
    tenant, first = optimum.prepared.facts.dwellings.tenant, optimum.solved.first
    found: dict[str, NDArray[np.generic]] = {}
    if (tenant >= 0).any():
        at = np.full(len(optimum.prepared.problem.application_ids), -1, np.int32)
        named = first.app >= 0
        at[first.app[named]] = first.dwelling[named]
        found["after"] = np.where(tenant >= 0, at[tenant], -1).astype(np.int32)
        names = zip(optimum.prepared.problem.dwelling_ids.tolist(), (tenant >= 0).tolist(), strict=True)
        found["bare"] = np.array(
            [(home_of(str(x)) if freed else str(x)).encode() for x, freed in names], np.bytes_
        )
    if result.could_be_freed is not None:
        found["could_be_freed"] = result.could_be_freed
    return found


def _utf8(names: NDArray[np.object_]) -> NDArray[np.bytes_]:
    """Identifiers as bytes, which sort as they did: four times shorter."""
    return np.array([str(name).encode("utf-8") for name in names.tolist()], np.bytes_)


def _coded(values: NDArray[np.object_]) -> tuple[NDArray[np.int8], list[str]]:
    words, back = np.unique(values.astype(str), return_inverse=True)
    return back.reshape(-1).astype(np.int8), [str(x) for x in words]


def _codes(result: Result) -> NDArray[np.int8]:
    """(D, A) first refusal code of each pair, 0 when eligible."""
    prepared = result.optimum.prepared
    everybody = np.arange(len(prepared.problem.application_ids), dtype=np.int32)
    found = np.zeros((len(prepared.problem.dwelling_ids), len(everybody)), np.int8)
    for d in range(len(found)):
        found[d] = eligibility.pair_code(prepared.facts, d, everybody)
    return found


def _own_data(result: Result) -> dict[str, NDArray[np.generic]]:
    """What the case says of each household and the computation read."""
    facts = result.optimum.prepared.facts
    a = facts.applications
    return {
        "own_days": a.seniority_days.astype(np.int32),
        "own_persons": a.persons.astype(np.int16),
        "own_uc": a.uc_hundredths.astype(np.int32),
        "own_income": a.monthly_income_cents.astype(np.int64),
        "own_declared": a.income_declared_only,
        "own_dalo": a.dalo,
        "own_priority": a.priority_any,
        "own_proof": a.proof,
        "own_designated": a.prefet_designated,
        "own_choices": np.diff(a.choices.ptr).astype(np.int16),
        "own_dossier": a.dossier,
        "own_tax": a.ceiling_income_cents.astype(np.int64),
        "own_rooms": eligibility.accepted_rooms(facts)[0],
        "own_mobility": a.mobility,
        "own_size": a.size_persons.astype(np.int16),
        "own_extend": a.extend,
        "own_districts": np.diff(a.districts_wanted.ptr).astype(np.int16),
        "own_perimeter": np.diff(a.dalo_perimeter.ptr).astype(np.int16),
        "own_category": a.category.astype(np.int8),
        "own_beyond": a.category_extra.astype(np.int16),
        "own_situation": _situations(a),
        "own_quartile": _quartiles(facts),
        **_quartile_figures(facts),
    }


def _situations(a: ApplicationFacts) -> NDArray[np.uint8]:
    """What opens or closes an account, one bit each in the order of `SITUATIONS`."""
    marks = (
        a.current_landlord >= 0,
        a.als_employee,
        a.public_agent,
        a.essential_worker,
        a.relocation > 0,
        np.diff(a.explicit_accounts.ptr) > 0,
    )
    bits = np.zeros(len(a.ids), np.uint8)
    for bit, mark in enumerate(marks):
        bits |= np.asarray(mark, np.uint8) << bit
    return bits


def _quartiles(facts: Facts) -> NDArray[np.int8]:
    """(A,) first quartile in the EPCI of the dwellings: as `QUARTILES` words it, -1 where none of them has a threshold."""
    everybody = np.arange(len(facts.applications.ids), dtype=np.int32)
    known = [
        e for e in np.unique(facts.dwellings.epci).tolist() if e >= 0 and facts.q1_threshold_cents[e] >= 0
    ]
    if not known:
        return np.full(len(everybody), -1, np.int8)
    states = np.stack([eligibility.q1_state(facts, everybody, int(e)) for e in known])
    yes, no = (states == Q1_YES).any(axis=0), (states == Q1_NO).any(axis=0)
    return np.select([yes & no, yes, no], [BY_EPCI, IN_QUARTILE, ABOVE_QUARTILE], NO_QUARTILE).astype(np.int8)


def _quartile_figures(facts: Facts) -> dict[str, NDArray[np.generic]]:
    """What the first quartile was judged by: income a year and unit, where that comes from, and the lowest and highest threshold."""
    a = facts.applications
    yearly = a.monthly_income_cents.astype(np.int64) * (facts.months_per_year * UC_UNIT)
    # up to the next cent, so that the figure shown stands on the same side of the threshold as the exact one
    counted = -(-yearly // np.maximum(a.uc_hundredths, 1))
    written = a.income_per_uc_cents >= 0
    whence = np.select([a.first_quartile != Q1_UNKNOWN, written], [QUARTILE_WRITTEN, UNIT_WRITTEN], COUNTED)
    thresholds = facts.q1_threshold_cents[np.unique(facts.dwellings.epci[facts.dwellings.epci >= 0])]
    known = thresholds[thresholds >= 0].astype(np.int64)
    return {
        "own_per_unit": np.where(written, a.income_per_uc_cents, counted).astype(np.int64),
        "own_quartile_from": whence.astype(np.int8),
        "quartile_limits": np.array([known.min(), known.max()] if len(known) else [], np.int64),
    }


def _scores(result: Result) -> dict[str, NDArray[np.generic]]:
    """Scores by criterion (application, EPCI, criterion, hundredths), and how scores are spread by EPCI."""
    prepared = result.optimum.prepared
    frame, ids = result.scores, prepared.problem.application_ids
    app = np.searchsorted(ids, frame["application_id"].astype(str).to_numpy(object)).astype(np.int32)
    epci, epcis = _coded(frame["epci"].astype(str).to_numpy(object))
    grid, grids = _coded(frame["grid"].astype(str).to_numpy(object))
    criterion, criteria = _coded(frame["criterion"].astype(str).to_numpy(object))
    points = np.round(frame["points"].to_numpy(float) * 100).astype(np.int64)
    order = np.argsort(app, kind="stable")
    top = max(1, int(prepared.facts.span))
    spread, below = np.zeros((len(epcis), BANDS), np.int32), np.zeros(len(epcis), np.int32)
    scored = np.zeros((len(ids), len(epcis)), np.bool_)
    # whoever is scored there is counted: nobody without a point has a line in the table, and a malus may leave less than none
    for e, here in prepared.scores.standing.items():
        if (name := str(prepared.scores.epcis[e])) in epcis:
            at = epcis.index(name)
            band = np.minimum(here.score * BANDS // (top + 1), BANDS - 1)
            spread[at] = np.bincount(band[band >= 0], minlength=BANDS)
            below[at] = int((band < 0).sum())
            scored[here.app, at] = True
    return {
        "score_ptr": np.searchsorted(app[order], np.arange(len(ids) + 1)).astype(np.int64),
        "score_epci": epci[order],
        "score_grid": grid[order],
        "score_criterion": criterion[order],
        "score_points": points[order].astype(np.min_scalar_type(-int(np.abs(points).max(initial=0)) - 1)),
        "spread": spread,
        "below": below,
        "scored": scored,
        "epcis": np.array(epcis, str),
        "criteria": np.array(criteria, str),
        "score_grids": np.array(grids, str),
    }


def _meta(result: Result, lang: str, words: list[str]) -> dict[str, object]:
    prepared = result.optimum.prepared
    problem, facts, settings = prepared.problem, prepared.facts, prepared.case.settings
    places, dw = result.tables.places, facts.dwellings
    titles = scoring.TITLES | {
        name: title
        for grid in prepared.scores.points_by_grid.values()
        for name, title in zip(grid.names, grid.titles, strict=True)
    }
    priced = result.rules[result.rules["price"] > 0]
    rules = list(dict.fromkeys(priced["rule"].astype(str)))
    return {
        "format": FORMAT,
        "title": settings.title,
        "on": settings.on.isoformat(),
        "lang": lang,
        "synthetic": bool(settings.synthetic),
        "proven": result.stop == "proven",
        "exchanged": exchanges(problem, result.optimum.solved.first),
        "top": int(facts.span),
        "grids": [str(x) for x in prepared.scores.titles],
        "ranked": prepared.scores.ranked,
        "seats": bool(len(problem.seats.kind)),
        "conversion": scoring.CONVERSION,
        "criteria_titles": {str(k): str(v) for k, v in titles.items()},
        "own_titles": {
            name: dict(zip(grid.names, grid.titles, strict=True))
            for name, grid in prepared.scores.points_by_grid.items()
        },
        "grid_titles": dict(zip(prepared.scores.grids, prepared.scores.titles, strict=True)),
        "accounts": [[account_label(a, "fr", places), account_label(a, "en", places)] for a in problem.accounts],
        "words": [_word(word, result.tables.lists.max_lists) for word in words],
        "score_and": [n for n, word in enumerate(words) if _parts(word)[0] in (SCORE, SAME) and UNREACHABLE not in _parts(word)],
        "unreachable": [n for n, word in enumerate(words) if UNREACHABLE in _parts(word) and STILL not in word],
        "unreachable_and": [n for n, word in enumerate(words) if UNREACHABLE in _parts(word) and STILL in word],
        "rules": [[rule_label(r, "fr"), rule_label(r, "en"), _share(priced, r)] for r in rules],
        "codes": [[refusal_label(c, "fr"), refusal_label(c, "en")] for c in CODES],
        "homes": [
            [places.get(facts.communes[c], facts.communes[c]), int(rooms), ("PLAI", "PLUS", "PLS")[f], bool(q), int(e)]
            for c, rooms, f, q, e in zip(
                dw.commune.tolist(), dw.rooms.tolist(), dw.financing.tolist(), dw.qpv.tolist(), dw.epci.tolist(), strict=True
            )
        ],
        "epcis": [[code, places.get(code, code)] for code in facts.epcis],
    }  # fmt: skip


def _share(priced: pd.DataFrame, rule: str) -> list[float]:
    """Smallest and largest share asked by the lines of a rule, and its price in points."""
    mine = priced[priced["rule"] == rule]
    return [float(mine["share"].min()), float(mine["share"].max()), float(mine["price"].max())]


def _parts(word: str) -> list[str]:
    """The parts of the value that a reason tells, without what would keep the household behind all the same."""
    return word.partition(STILL)[0].split("+")


def _word(word: str, max_lists: int) -> list[str]:
    """A reason of the leapfrogs in French and English, without scope nor price."""
    told, mark, still = word.partition(STILL)
    if mark:
        rest_fr, rest_en = _word(still, max_lists)
        if "[" in still:
            rule = still.split("[", 1)[0]
            rest_fr, rest_en = f"règle « {rule_label(rule, 'fr')} »", f"rule “{rule_label(rule, 'en')}”"
        if told == SAME:
            return [f"{rest_fr}, à cotation égale", f"{rest_en}, at the same score"]
        first_fr, first_en = _word(told, max_lists)
        return [f"{first_fr} (même sans cela : {rest_fr})", f"{first_en} (even without it: {rest_en})"]
    known = {
        "fit": ("préférence, taille ou accès du logement mieux adaptés", "a better match of preference, size or access"),
        "burden": ("taux d'effort au-delà du seuil pour vous dans ce logement", "an effort rate above the threshold for you in this dwelling"),
        "awaited": ("gardé pour un logement attendu, qui sans vous risquerait de rester vide", "kept for a dwelling expected, which might stay empty without you"),
        "lean": ("points que ce contingent donne à un ménage DALO ou désigné par le préfet", "points that this account gives a household that is DALO or designated by the préfet"),
        UNREACHABLE: ("dossier injoignable, placé après les autres", "an unreachable file, set after the others"),
        "keep": ("proposition antérieure gardée", "an earlier proposal kept"),
        "pin": ("décision enregistrée", "a recorded decision"),
        "chain": ("son départ libère un logement attribué à la suite", "its departure frees a dwelling that is let in turn"),
        "nomination": ("ordre d'un réservataire, pour ce logement ou pour un autre", "the order of a réservataire, for this dwelling or another"),
        "places": (f"déjà {on_lists(max_lists, 'fr')}", f"already {on_lists(max_lists, 'en')}"),
        "class": ("même public que le premier rang", "the same public as the first rank"),
        "filler": ("un ménage DALO ne complète pas une liste (premier rang, ou derrière un autre DALO)", "a DALO household never fills up a list (first rank, or behind another DALO)"),
        "gap": ("calcul arrêté avant la preuve", "a run stopped before the proof"),
        SCORE: ("cotation plus haute du premier rang", "the higher score of the first rank"),
        "count": ("", ""),
    }  # fmt: skip
    if word in known:
        return list(known[word])
    if "+" in word and set(parts := word.split("+")) <= known.keys():
        fr, en = zip(*(known[part] for part in parts), strict=True)
        return [" et ".join(fr) + ", ensemble", " and ".join(en) + ", together"]
    rule = word.split("[", 1)[0]
    return [f"règle : {rule_label(rule, 'fr')}", f"rule: {rule_label(rule, 'en')}"]
