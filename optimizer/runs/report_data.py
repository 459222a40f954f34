"""From a result to what the pages show: words, groups and numbers of the law, nothing that decides."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer import eligibility
from optimizer.disk.stems import stems
from optimizer.domain.account import transfers
from optimizer.domain.durations import DAYS_PER_MONTH
from optimizer.eligibility.facts import ACCESS, EXCLUSION, MOBILITY, Q1_NO, Q1_YES
from optimizer.errors import said
from optimizer.presentation.csvfile import PARQUET_FROM
from optimizer.presentation.data import PRIORITIES, QUARTILES, LegalNumber, ReportData, proof_of
from optimizer.presentation.sheets import chained
from optimizer.problem import all_rules
from optimizer.runs.assumed import assumed_here, assumed_of, here_of
from optimizer.runs.chains import chains_told
from optimizer.runs.earlier import certificate_bytes
from optimizer.runs.large import SHEETS_PER_FILE
from optimizer.runs.options import Options
from optimizer.runs.parameters import parameter_words, titled
from optimizer.runs.publicity import publicity_of
from optimizer.runs.tables import is_large

if TYPE_CHECKING:
    from optimizer.errors import Lang
    from optimizer.runs.result import Result


def report_data(result: Result, options: Options) -> ReportData:
    """Everything the workbook and the pages read."""
    prepared = result.optimum.prepared
    settings = prepared.case.settings
    certificate = result.certificate
    decisions = prepared.case.table("decisions")
    forbids = decisions[decisions["decision"] == "forbid"] if len(decisions) else decisions
    tally = (
        forbids.groupby(["author", "reason"], sort=True).size().reset_index(name="count")
        if len(forbids)
        else pd.DataFrame({"author": [], "reason": [], "count": []})
    )
    tally["reason"] = tally["reason"].replace(
        _labels(result, "national.forbid_reasons.reasons", options.lang)
    )
    kept = result.kept is not None
    notes = [w.sentence(options.lang) for w in prepared.case.warnings[:20]]
    notes += [note.fr if options.lang == "fr" else note.en for note in dict.fromkeys(prepared.problem.notes)]
    notes += chains_told(result, result.tables.ending, options.lang)
    return ReportData(
        title=settings.title,
        territory=str(prepared.rules.title or settings.territory),
        on=settings.on,
        year=settings.year,
        landlord=settings.landlord or "",
        seed=settings.seed,
        seed_modified=settings.seed_modified,
        synthetic=settings.synthetic,
        proof=proof_of(certificate, options.gap),
        proposals=result.proposals,
        details=result.tables.details,
        dwellings=result.dwellings,
        dwelling_facts=_dwelling_facts(result),
        applications=result.applications,
        population=_population(result),
        rules=result.rules,
        orientation=result.orientation,
        leapfrogs=result.leapfrogs,
        shortfalls=result.tables.shortfalls,
        numbers=tuple(_numbers(result, options)),
        places=result.tables.places,
        forbids=tally,
        max_lists=result.tables.lists.max_lists,
        least=prepared.rules.integer("national.caleol.shortlist_size"),
        ranked=prepared.scores.ranked,
        confirmed=_confirmed(result.explanations),
        changes=result.changes,
        quartiles=_first_rank_quartiles(result),
        kept=kept,
        years=result.tables.years,
        banners=tuple(_banners(result, options)),
        stamp=hashlib.sha256(certificate_bytes(certificate)).hexdigest()[:12],
        papers=tuple(_papers(result, options)),
        lang=options.lang,
        ending=result.tables.ending,
        notes=tuple(notes),
    )


def reworded(data: ReportData, result: Result, options: Options, lang: Lang) -> ReportData:
    """What the pages read of a run, in a language that its tables were worded in beside the run's own."""
    if lang == data.lang:
        return data
    words = result.tables.wordings[lang]
    return dataclasses.replace(
        data,
        lang=lang,
        proposals=data.proposals.assign(reason=list(words.reasons)),
        dwellings=data.dwellings.assign(reason_if_short=list(words.short), advice=list(words.advice)),
        banners=tuple(_banners(result, dataclasses.replace(options, lang=lang))),
    )


def _banners(result: Result, options: Options) -> Iterator[str]:
    """What every page of the run says first."""
    prepared, lang = result.optimum.prepared, options.lang
    settings = prepared.case.settings
    if settings.synthetic:
        yield said("REPORT.SYNTHETIC", lang)
    if settings.seed_modified:
        yield said("REPORT.MODIFIED_DRAW", lang, seed=settings.seed)
    yield from assumed_of(
        prepared.case,
        prepared.facts,
        prepared.rules,
        prepared.scores,
        prepared.problem.rows,
        priced=options.price_assumed,
    ).said(lang, shown=True)
    yield from _uncapped_transfers(result, lang)


def _uncapped_transfers(result: Result, lang: Lang) -> Iterator[str]:
    """Dwellings that own tenants take where no assiette says how many transfers the year is to have: no row limits them there."""
    facts, rows = result.optimum.prepared.facts, result.optimum.prepared.problem.rows
    capped = {row.scope for row in rows if row.rule == "mutation_max"}
    dw = facts.dwellings
    held = dw.exclusion == EXCLUSION.index("mutation")
    own = transfers()
    held |= np.isin(dw.reserved_to, [i for i, account in enumerate(facts.accounts) if account in own])
    taken = result.dwellings["account"].isin(own).to_numpy() & ~held
    place = dw.landlord.astype(np.int64) * len(facts.departements) + dw.departement
    free = []
    for at in np.unique(place[taken]).tolist():
        landlord, departement = divmod(at, len(facts.departements))
        scope = f"landlord={facts.landlords[landlord]};departement={facts.departements[departement]}"
        if scope not in capped:
            free.append(at)
    if free:
        here = np.isin(place, free)
        names = [facts.landlords[at // len(facts.departements)] for at in free]
        yield said(
            "REPORT.UNCAPPED_TRANSFERS", lang, n=int((taken & here).sum()), of=int(here.sum()),
            names=said("WORDS.LIST", lang).join(dict.fromkeys(names)),
        )  # fmt: skip


def _papers(result: Result, options: Options) -> Iterator[tuple[str, str]]:
    """The papers written beside the report, in the order one needs them."""
    lang = options.lang
    if is_large(result.optimum.prepared.problem):
        return
    if result.tables.prospects is not None:
        yield said("REPORT.PAPER_CALLS", lang), f"prospects.{result.tables.ending}"
    single, one_book = len(result.dwellings) <= SHEETS_PER_FILE, len(result.proposals) <= PARQUET_FROM
    parts = [] if single and one_book else _owners(result)
    if single:
        if options.pdf and len(result.dwellings):
            yield said("REPORT.PAPER_PACK", lang), "sheets.pdf"
        yield said("REPORT.PAPER_SHEETS", lang), "sheets.html"
    else:
        for stem, owner, departement in parts:
            yield (
                said("REPORT.PAPER_SHEETS_OF", lang, owner=owner, departement=departement),
                f"sheets/{stem}.html",
            )
    if one_book:
        yield said("REPORT.PAPER_BOOK", lang), "shortlists.xlsx"
    else:
        for stem, owner, departement in parts:
            yield (
                said("REPORT.PAPER_BOOK_OF", lang, owner=owner, departement=departement),
                f"shortlists-{stem}.xlsx",
            )


def _owners(result: Result) -> list[tuple[str, str, str]]:
    """(stem of its files, landlord, département) of each part of :func:`split`."""
    facts, dw = result.optimum.prepared.facts, result.optimum.prepared.facts.dwellings
    owners = sorted(
        {
            (facts.landlords[a], facts.departements[b])
            for a, b in zip(dw.landlord.tolist(), dw.departement.tolist(), strict=True)
        }
    )
    return [(stem, a, b) for (a, b), stem in _stem_of(owners).items()]


def _stem_of(owners: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Stem of the files of each (landlord, département), in the order given."""
    listed = list(owners)
    names = stems(f"{a}-{b}" for a, b in listed)
    return {(a, b): names[f"{a}-{b}"] for a, b in listed}


def _confirmed(explanations: pd.DataFrame) -> int:
    """Households whose number of lacking points was checked."""
    return int((explanations["confirmed"] == "yes").sum()) if "confirmed" in explanations else 0


def _labels(result: Result, key: str, lang: Lang) -> dict[str, str]:
    """The words of a closed list of the models by code; the French ones where it has no others."""
    rules = result.optimum.prepared.rules
    if key not in set(rules.keys()):
        return {}
    parameter = rules.value(key)
    found = (lang == "en" and parameter.english) or parameter.value
    return {str(code): str(words) for code, words in found.items()} if isinstance(found, dict) else {}


def _dwelling_facts(result: Result) -> pd.DataFrame:
    prepared = result.optimum.prepared
    facts, dw = prepared.facts, prepared.facts.dwellings
    communes = prepared.rules.communes["name"].to_dict()
    cities = prepared.rules.communes["city"].to_dict()
    codes = [facts.communes[c] for c in dw.commune.tolist()]

    def cents(values: np.ndarray) -> np.ndarray:
        return np.where(values >= 0, values / 100.0, np.nan)

    table = prepared.case.table("dwellings").set_index("dwelling_id", drop=False).loc[list(dw.ids)]
    chosen = dict(zip(result.dwellings["dwelling_id"], result.dwellings["account"], strict=True))

    def text(name: str) -> list[str]:
        return ["" if pd.isna(x) else str(x) for x in table[name].astype(object)]

    def number(name: str) -> np.ndarray:
        return np.asarray(table[name].astype("float64").to_numpy(na_value=np.nan), np.float64)

    def told(name: str) -> list[str]:
        """``yes``, ``no`` or empty."""
        return ["" if pd.isna(x) else "yes" if x else "no" for x in table[name].astype("boolean")]

    def mode(d: int) -> str:
        account = str(chosen.get(dw.ids[d], ""))
        if account not in facts.accounts:
            return ""
        at = facts.accounts.index(account)
        return facts.mode_of(at, facts.line_of(d, at))

    shown = pd.DataFrame(
        {
            "dwelling_id": dw.ids,
            "epci": [facts.epcis[x] if x >= 0 else "" for x in dw.epci.tolist()],
            "address": text("address"),
            "floor": number("floor"),
            "lift": told("lift"),
            "accessible": [ACCESS[x] for x in dw.accessible.tolist()],
            "energy_label": [x.upper() for x in text("energy_label")],
            "heating": text("heating"),
            "rpls": text("rpls"),
            "ceiling_factor": dw.ceiling_factor / 10_000,
            "priority_mix": dw.priority_mix,
            "in_progress": dw.blocked,
            "q1_threshold": [e >= 0 and int(facts.q1_threshold_cents[e]) >= 0 for e in dw.epci.tolist()],
            "first_letting": told("first_letting"),
            "available_on": [x[:10] for x in text("available_on")],
            "vacant_since": [x[:10] for x in text("vacant_since")],
            "attempts": number("attempts"),
            "subsidised": dw.subsidy_d331_25_1,
            "mode": [mode(d) for d in range(len(dw.ids))],
            "landlord": [facts.landlords[x] for x in dw.landlord.tolist()],
            "commune": codes,
            "commune_name": [str(communes.get(c, c)) for c in codes],
            "city_name": [str(communes.get(cities.get(c) or c, c)) for c in codes],
            "departement": [facts.departements[x] for x in dw.departement.tolist()],
            "rooms": dw.rooms.astype(np.int64),
            "financing": [("PLAI", "PLUS", "PLS")[x] for x in dw.financing.tolist()],
            "qpv": dw.qpv,
            "surface_m2": np.where(dw.surface_tenths >= 0, dw.surface_tenths / 10.0, np.nan),
            "rent_eur": cents(dw.rent_cents),
            "charges_eur": cents(dw.charges_cents),
            "residence": [facts.residences[x] if x >= 0 else "" for x in dw.residence.tolist()],
            "district": [facts.districts[x] if x >= 0 else "" for x in dw.district.tolist()],
            "vacancy_days": dw.vacancy_days,
        }
    )
    return pd.concat([shown, publicity_of(result), _needs(result)], axis=1)


def _needs(result: Result) -> pd.DataFrame:
    """Of each adapted dwelling, how many eligible households need one, and how many of these have a first rank on another."""
    problem, facts = result.optimum.prepared.problem, result.optimum.prepared.facts
    counts = np.full((len(facts.dwellings.ids), 2), -1, np.int64)
    wanting = np.flatnonzero(facts.applications.mobility == MOBILITY.index("adapted")).astype(np.int32)
    first = result.optimum.solved.first
    home = np.full(len(facts.applications.ids), -1, np.int64)
    home[first.app[first.app >= 0]] = first.dwelling[first.app >= 0]
    adapted = facts.dwellings.accessible == ACCESS.index("adapted")
    for d in [] if is_large(problem) else np.flatnonzero(adapted).tolist():
        fit = wanting[eligibility.pair_code(facts, d, wanting) == 0]
        counts[d] = len(fit), int(((home[fit] >= 0) & (home[fit] != d)).sum())
    return pd.DataFrame(counts, columns=["needed", "needed_housed"])


def _population(result: Result) -> pd.DataFrame:
    """Groups compared in the report, one row per application; quartile in the EPCI of the first choice."""
    prepared = result.optimum.prepared
    facts, apps = prepared.facts, prepared.facts.applications
    n = len(apps.ids)
    start = apps.choices.ptr[:-1]
    has = apps.choices.ptr[1:] > start
    commune = (
        np.where(has, apps.choices.values[np.minimum(start, max(0, len(apps.choices.values) - 1))], -1)
        if len(apps.choices.values)
        else np.full(n, -1)
    )
    epci = (
        np.where(commune >= 0, facts.commune_epci[np.maximum(commune, 0)], -1)
        if len(facts.commune_epci)
        else np.full(n, -1)
    )
    state = np.full(n, 2, np.int8)
    for e in np.unique(epci[epci >= 0]).tolist():
        pick = np.flatnonzero(epci == e).astype(np.int32)
        state[pick] = eligibility.q1_state(facts, pick, int(e))
    published = facts.q1_threshold_cents >= 0
    unpublished = (epci >= 0) & ~(published[np.maximum(epci, 0)] if len(published) else np.zeros(n, bool))
    # words by number: an array of fixed-width texts would weigh 80 bytes a household
    quartiles = np.array(QUARTILES, object)
    quartile = quartiles[np.select([state == Q1_YES, state == Q1_NO, unpublished], [0, 1, 3], 2)]
    score = np.zeros(n)
    for e in np.unique(epci[epci >= 0]).tolist():
        pick = np.flatnonzero(epci == e).astype(np.int32)
        score[pick] = prepared.scores.points(pick, int(e)) / 100
    sizes = np.array([*(str(n) for n in range(5)), "5 et plus"], object)
    size = sizes[np.clip(apps.persons, 0, 5)]
    labelled = apps.priority_any & (apps.proof >= 2)
    priorities = np.array(PRIORITIES, object)
    priority = priorities[np.select([apps.dalo, labelled, apps.priority_any], [0, 1, 2], 3)]
    frame = pd.DataFrame(
        {
            "application_id": apps.ids,
            "status": result.applications["status"].to_numpy(),
            "eligible": (result.applications["status"] != "ineligible").to_numpy(),
            "quartile": quartile,
            "size": size,
            "priority": priority,
            "origin": np.array(["externe", "mutation"], object)[(apps.current_landlord >= 0).astype(np.int8)],
            "qpv": np.array(["refuse ou inconnu", "accepte"], object)[apps.accepts_qpv.astype(np.int8)],
            "score": score,
            "months": np.floor(apps.seniority_days / DAYS_PER_MONTH),
        }
    )
    return frame


def _first_rank_quartiles(result: Result) -> dict[tuple[str, str], str]:
    """Group of resources in the EPCI of the dwelling: of first ranks, and of those whom an effort rate put behind one."""
    prepared, frame = result.optimum.prepared, result.leapfrogs
    facts = prepared.facts
    first = result.proposals[(result.proposals["rank"] == 1) & (result.proposals["application_id"] != "")]
    pairs = set(zip(first["dwelling_id"], first["application_id"], strict=True))
    if "rank" in frame.columns:
        behind = frame[
            (frame["rank"] == 1)
            & (frame["explained_by"] == "burden")
            & (frame["application_id_passed"] != "")
        ]
        pairs |= set(zip(behind["dwelling_id"], behind["application_id_passed"], strict=True))
    asked = sorted((str(d), str(a)) for d, a in pairs)
    homes = np.searchsorted(prepared.problem.dwelling_ids, np.array([d for d, _ in asked], object))
    apps = np.searchsorted(prepared.problem.application_ids, np.array([a for _, a in asked], object)).astype(
        np.int32
    )
    epci = facts.dwellings.epci[homes]
    group = np.full(len(asked), 2, np.int64)
    for e in np.unique(epci).tolist():
        here = np.flatnonzero(epci == e)
        state = eligibility.q1_state(facts, apps[here], int(e))
        unknown = 3 if e >= 0 and facts.q1_threshold_cents[e] < 0 else 2
        group[here] = np.select([state == Q1_YES, state == Q1_NO], [0, 1], unknown)
    return {pair: QUARTILES[g] for pair, g in zip(asked, group.tolist(), strict=True)}


def _numbers(result: Result, options: Options) -> Iterator[LegalNumber]:
    """Shares that rules ask for, what is assumed, then ceilings and thresholds of the places of the case."""
    prepared = result.optimum.prepared
    rules = prepared.rules
    here = here_of(prepared.case, prepared.facts, rules)
    seen: set[str] = set()
    met = set(result.rules["rule"])
    wanted = [shape.share_key for shape in all_rules() if shape.id in met and shape.share_key]
    parameters = [rules.value(key) for key in wanted]
    parameters += assumed_here(prepared.case, prepared.facts, rules)
    parameters += [rules.value(key) for key in sorted(here.ceilings)]
    parameters += [p for e, p in sorted(rules.lec_epci.items()) if e in here.places]
    shown: set[tuple[str, str]] = set()
    for p in parameters:
        if p.key in seen:
            continue
        seen.add(p.key)
        title = titled(p, result.tables.places)
        text = parameter_words(p.value, p.unit, options.lang)
        if (title, text) not in shown:
            shown.add((title, text))
            yield LegalNumber(p.key, title, text, p.status, p.source, str(p.in_force_from))


def split(data: ReportData) -> Iterator[tuple[str, ReportData]]:
    """The same data per landlord and département, for workbooks and sheets of a large run."""
    facts = data.dwelling_facts.reset_index(drop=True)
    groups = facts.groupby(["landlord", "departement"], sort=True)
    owner = pd.Series(groups.ngroup().to_numpy(), index=pd.Index(facts["dwelling_id"]))

    def shared(frame: pd.DataFrame) -> dict[int, np.ndarray]:
        """Rows of the frame by part, each row looked at once."""
        part = owner.reindex(pd.Index(frame["dwelling_id"])).to_numpy()
        order = np.argsort(part, kind="stable")
        bounds = np.searchsorted(part[order], np.arange(len(groups) + 1))
        return {j: order[bounds[j] : bounds[j + 1]] for j in range(len(groups))}

    frames = {name: getattr(data, name) for name in ("proposals", "dwellings", "orientation", "leapfrogs")}
    rows = {name: shared(frame) for name, frame in frames.items()}
    details = data.details.set_index("line", drop=False)
    linked = chained(data)
    names = _stem_of((str(a), str(b)) for (a, b), _ in groups)
    for j, ((landlord, departement), group) in enumerate(groups):
        lines = rows["proposals"][j]
        mine = details.reindex(lines[np.isin(lines, details.index)])
        position = {int(line): at for at, line in enumerate(lines.tolist())}
        own = {name: frame.iloc[rows[name][j]].reset_index(drop=True) for name, frame in frames.items()}
        scope = f"landlord={landlord}"
        yield (
            names[str(landlord), str(departement)],
            dataclasses.replace(
                data,
                title=f"{data.title} — {landlord} ({departement})",
                landlord=str(landlord),
                details=mine.assign(line=[position[int(x)] for x in mine["line"]]).reset_index(drop=True),
                dwelling_facts=group.reset_index(drop=True),
                shortfalls=_of_scope(data.shortfalls, scope),
                rules=_of_scope(data.rules, scope),
                linked=linked,
                **own,
            ),
        )


def _of_scope(frame: pd.DataFrame, scope: str) -> pd.DataFrame:
    return frame[frame["scope"].str.contains(scope, regex=False)].reset_index(drop=True)
