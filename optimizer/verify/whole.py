"""The whole verification on one page: read, recompute, compare, conclude."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.given import FLAG, PATH, optional, takes
from optimizer.domain.memory import give_back
from optimizer.errors import AttrifluxError, Lang
from optimizer.verify.behind import two_of
from optimizer.verify.bound import Field
from optimizer.verify.breakdown import check_breakdown
from optimizer.verify.chains import check_chains
from optimizer.verify.changes import check_changes, has_changes
from optimizer.verify.classes import Classes
from optimizer.verify.closed import FILE as PROOF
from optimizer.verify.closed import check_closed
from optimizer.verify.coverage import Deadlines, Reasons, check_applications, check_dwellings
from optimizer.verify.earlier import CHECK as EARLIER
from optimizer.verify.earlier import check_earlier
from optimizer.verify.equals import CHECK as EQUALS
from optimizer.verify.equals import check_equals
from optimizer.verify.exchanges import FirstRankExchanges
from optimizer.verify.explanations import COLUMNS as EXPLANATIONS
from optimizer.verify.explanations import Explanations, SolvedAgain
from optimizer.verify.form import CHECK, check_form
from optimizer.verify.gauges import SOLVED_AGAIN, Margins, check_gauges
from optimizer.verify.homes import ANY, Cycle, short_cycles, with_homes
from optimizer.verify.leapfrogs import Ranked
from optimizer.verify.lists import Lists
from optimizer.verify.manifest import RECORD, check_manifest, kept_firsts, old_format
from optimizer.verify.order import check_order
from optimizer.verify.outputs import Out, need_out, out_parts, read_json
from optimizer.verify.proof import Proof, foreseen
from optimizer.verify.prospects import prospects_of
from optimizer.verify.readback import check_readback
from optimizer.verify.readings import FirstReading, SecondReading
from optimizer.verify.record import check_record, check_verdict, language, rules_changed
from optimizer.verify.root import LeastLosses, Root
from optimizer.verify.rows import Book
from optimizer.verify.scores import Scores
from optimizer.verify.sentences import LONGEST
from optimizer.verify.sheets import EXCHANGED, Choices
from optimizer.verify.situation import Situation
from optimizer.verify.solution import (
    LineChecks,
    Lines,
    check_firsts,
    check_labels,
    check_rows,
    count_run,
    read_lines,
)
from optimizer.verify.tables import RawCase, not_read, read_case
from optimizer.verify.told import LARGEST, Told
from optimizer.verify.verdict import (
    CERTIFIED,
    MALFORMED,
    REFUSED,
    WITHIN,
    Findings,
    Unreadable,
    Verdict,
    decimal_text,
)
from optimizer.verify.waiters import Waiters
from optimizer.verify.world import World, read_world
from optimizer.verify.year import Year

NAMED = 5
"""Files of the rules named where some have changed since the run."""
_PACKAGE = Path(__file__).resolve().parents[1]


@takes(
    out_dir=PATH,
    case_path=PATH,
    models=optional(PATH),
    record=FLAG,
    keep=optional(PATH),
)
def verify(
    out_dir: Path,
    case_path: Path,
    *,
    models: Path | None = None,
    record: bool = True,
    keep: Path | None = None,
) -> Verdict:
    """Check a written proposal again from the raw files.

    Parameters
    ----------
    out_dir : folder written by ``propose``
    case_path : the case: folder or workbook
    models : folder of the law; the shipped one by default
    record : whether the folder must be whole, as ``propose`` writes it: the record of the run, every table, every sentence.
        False for the numbers of another program.
    keep : the earlier result that ``propose`` was given to keep; without it the first ranks that weighed are taken as ``kept.csv`` says

    Returns
    -------
    Verdict
        ``refused`` as soon as one check fails; ``certified`` when the recomputed bound is the objective; else
        ``certified within`` the points between them. Unreadable files are a refusal, never an exception.
    """
    found = Findings()
    out = Path(out_dir)
    with found.guard("format"):
        earlier = old_format(out)
        if earlier:
            found.add("format", earlier)
    if found.failed:
        return Verdict(REFUSED, found.checks())
    law = Path(models) if models is not None else shipped_models()
    worlds: list[World] = []
    with found.guard("reading"):
        strange = not_read(_stated(out))
        for name in strange:
            found.add("reading", f"{name} : format que la vérification ne lit pas")
        if strange:
            return Verdict(REFUSED, found.checks())
        raw = read_case(Path(case_path), law)
        worlds.append(read_world(raw, law))
        longest, short = _chains(out)
        if longest:
            worlds = _linked(raw, worlds[0], longest, short, out, law)
    if not worlds or found.failed:
        return Verdict(REFUSED, found.checks())
    world, whole = worlds[0], worlds[-1] if len(worlds) > 1 else None
    run: Mapping[str, Any] = {}
    with found.guard("inputs"):
        run = read_json(out, RECORD)
        _check_inputs(run, Path(case_path), world, found)
        world = replace(world, kept=kept_firsts(out, run, world, found, part=whole is not None))
        if whole is not None:
            whole = replace(whole, kept=kept_firsts(out, run, whole, found))
    with found.guard("manifest"):
        check_manifest(out, run, found)
    if keep is not None:
        with found.guard(EARLIER):
            check_earlier(
                out, Path(keep), run, world if whole is None else whole, need_out(out, "proposals"), found
            )
    elif has_changes(out):
        found.start("as_told")
    options = run.get("options")
    priced = isinstance(options, Mapping) and options.get("price_assumed") is True
    lang: Lang | None = None
    if record:
        with found.guard("record"):
            lang = language(run)
            check_record(out, run, world, found)
        with found.guard(CHECK):
            check_form(out, run["options"], found)
            check_closed(read_json(out, PROOF), found)
    verdict = _compare(world, out, priced, lang, found, whole, _names(options))
    if record and run and not verdict.refused:
        with found.guard("record"):
            check_verdict(run, verdict.verdict, found)
        verdict = replace(
            verdict, checks=found.checks(), verdict=REFUSED if found.failed else verdict.verdict
        )
    if record and verdict.refused:
        changed: list[str] = []
        with found.guard("law"):
            changed = rules_changed(run, law, Path(case_path))
            if changed:
                more = ["…"] if len(changed) > NAMED else []
                found.add("law", ", ".join([*changed[:NAMED], *more]), len(changed))
        if changed:
            verdict = replace(verdict, checks=found.checks())
    return verdict


def _names(options: object) -> int:
    """Names to call that the run was asked for, 0 for none."""
    asked = options.get("prospects", 0) if isinstance(options, Mapping) else 0
    return asked if type(asked) is int else 0


def _chains(out: Path) -> tuple[int, bool]:
    """Freed dwellings that a chain of this run may let (`homes.ANY` for any number), and whether short exchanges come beside."""
    options = read_json(out, RECORD).get("options")
    told = options if isinstance(options, Mapping) else {}
    asked, short = told.get("chains", 0), told.get("exchanges", False)
    if type(asked) is not int or asked < ANY:
        raise Unreadable(RECORD, "chains")
    if type(short) is not bool or (short and asked < 1):
        raise Unreadable(RECORD, "exchanges")
    return asked, short


def _cycles(raw: RawCase, places: Sequence[str], law: Path) -> list[Cycle]:
    """The exchanges of two or three tenants whom nothing but an account might refuse the dwellings."""
    alone, homes = with_homes(raw, 1, places)
    world = read_world(alone, law, homes)
    scores = Scores(world)
    scores.settle()
    book = Book(world, False)
    Year(world, book).count()
    classes = Classes(world, scores, book)
    ids = world.dwellings.ids
    home_of = {app: ids[d] for d, app in world.tenant.items()}
    takes: dict[str, set[str]] = {home: set() for home in home_of.values()}
    for d in world.tenant:
        door = classes.door(classes.door_of[int(classes.klass[d])])
        for app in door.block.app[door.fine].tolist():
            if app in home_of:
                takes[home_of[app]].add(ids[d])
    return short_cycles(takes)


def _linked(raw: RawCase, world: World, longest: int, short: bool, out: Path, law: Path) -> list[World]:
    """The case with the freed dwellings that are let, which the tables speak of; and with all, which the proof speaks of."""
    proposals = need_out(out, "proposals", ("dwelling_id",))
    listed = set(proposals.strings("dwelling_id"))
    places = world.law.places.insee
    few = with_homes(raw, longest, places, listed)
    every = with_homes(raw, longest, places, cycles=_cycles(raw, places, law) if short else ())
    if not few[1].tenant.items() <= every[1].tenant.items():
        # a bound over fewer dwellings than are let would prove nothing
        raise Unreadable("proposals", "logement libéré que ces options ne permettent pas")
    let, possible = (read_world(case, law, homes) for case, homes in (few, every))
    return [replace(let, percentiles=Scores(possible).percentile), possible]


def shipped_models() -> Path:
    """The checkout's ``models/``, else the copy inside the package."""
    beside = _PACKAGE.parent / "models"
    if (_PACKAGE.parent / "pyproject.toml").is_file() and beside.is_dir():
        return beside
    return _PACKAGE / "_shipped" / "models"


def _space(raw: Mapping[str, Any], whole: World, price_assumed: bool) -> tuple[Field, Book]:
    """All first ranks possible of a case with every dwelling that chains may free, and its rules."""
    scores = Scores(whole)
    scores.settle()
    book = Book(whole, price_assumed)
    Year(whole, book).count()
    classes = Classes(whole, scores, book)
    space = Field(classes, book, two=two_of(raw, whole))
    for door, named in classes.sweep():
        space.read(door, named)
    space.close()
    return space, book


def _read_result(
    world: World, out: Path, price_assumed: bool, found: Findings
) -> tuple[Classes, Book, Out, Lines] | None:
    """Scores, rules and classes of the case, and the lines that are proposed; None where these cannot be read, which is told."""
    try:
        scores = Scores(world)
        scores.settle()
        with found.guard("breakdown"):
            check_breakdown(out, scores, found)
        scores.forget()
        world.forget("applications", "scores")
        book = Book(world, price_assumed)
        Year(world, book).count()
        classes = Classes(world, scores, book)
        proposals = need_out(out, "proposals")
        return classes, book, proposals, read_lines(proposals, world, found)
    except AttrifluxError as error:
        found.add("reading", error.text("fr"))
    except MALFORMED as error:
        found.add("reading", f"contenu inattendu ({type(error).__name__})")
    return None


def _compare(
    world: World,
    out: Path,
    price_assumed: bool,
    lang: Lang | None,
    found: Findings,
    whole: World | None,
    names: int,
) -> Verdict:
    """Recompute, compare each file of the result, conclude.

    ``whole``: the case of the proof where that is another one (`_linked`).

    ``names``: ranks of the prospects, 0 without. ``price_assumed``: whether assumed targets kept their price. ``lang``: of the sentences, None where there are none.
    """
    recorded = lang is not None
    read = _read_result(world, out, price_assumed, found)
    if read is None:
        return Verdict(REFUSED, found.checks())
    classes, book, proposals, lines = read
    del read
    check_firsts(lines, world, found)
    if recorded:
        with found.guard("order"):
            check_order(out, world, found)
    if has_changes(out):
        with found.guard("changes"):
            check_changes(out, proposals, world, found)
    with found.guard("labels"):
        check_labels(proposals, world, classes.burdens.efforts, found)
    spoken = lang
    if len(lines) > LONGEST or len(world.dwellings) > LARGEST:
        lang = None
        del proposals
        give_back()
    counts = count_run(lines, world, book)
    with found.guard("rows"):
        check_rows(need_out(out, "rules"), book, counts, found)
    size = world.settings.shortlist_size or world.law.whole("national.caleol.shortlist_size")
    raw: Mapping[str, Any] = {}
    with found.guard("tree"):
        raw = read_json(out, "certificate.json")
    reasons, choices, deadlines = Reasons(classes), Choices(classes), Deadlines(classes, lines)
    space = Field(classes, book, foreseen(raw, world), two_of(raw, world)) if whole is None else None
    told = None if lang is None else Told(classes, book, counts, lines, size, lang)
    waiters = Waiters(classes, lines)
    lists = (
        None
        if found.counts.get("lines")
        else Ranked(Lists(classes, book, counts, lines, size, waiters), found, out, told=told is not None)
    )
    calls = (
        prospects_of(out, names, size, lines, classes, book, counts, waiters, found)
        if names and lists is not None
        else None
    )
    first = FirstReading(
        found,
        LineChecks(lines, classes, found),
        reasons,
        choices,
        deadlines,
        waiters,
        space,
        told,
        lists,
        calls,
    )
    give_back()  # what another process is to share is what there is, not what was freed
    with found.guard("eligibility"):
        first.read_all(classes)
        if space is not None:
            space.close()
    if calls is not None:
        calls.check_all()
    give_back()
    bound, proof = None, None
    with found.guard("tree"):
        if raw and whole is not None:
            proof = Proof(raw, *_space(raw, whole, price_assumed), counts, found)
            bound = proof.check()
            check_chains(out, lines, world, found)
        elif raw and space is not None:
            proof = Proof(raw, space, book, counts, found)
            bound = proof.check()
    proven = bound is not None and bound <= counts.objective
    if proof is not None and bound is not None:
        with found.guard("ties"):
            _check_end(proof, lines, world, proven, recorded, found)
    margins, least = None, None
    with found.guard("multipliers"):
        root = Root.read(proof, found) if recorded and proof is not None and bound is not None else None
        if proof is not None and root is not None:
            small = len((whole or world).dwellings) <= SOLVED_AGAIN
            margins = Margins(root, proof, proven and small)
            if space is not None and len(world.dwellings) <= EXCHANGED:
                least = LeastLosses(root, space, counts.objective)
    with found.guard("gauges"):
        check_gauges(need_out(out, "rules"), world, book, counts, lines, recorded, margins, found)
    del first, space, proof, margins
    give_back()
    exchanges = FirstRankExchanges(classes, book, counts, lines, waiters)
    with found.guard("explanations"):
        misses = None if told is None else told.misses(reasons)
        table = out_parts(out, "explanations", EXPLANATIONS)
        explained = None
        if table is not None:
            allowed = proven and whole is None and len(world.dwellings) <= LARGEST
            again = SolvedAgain.of(world, allowed, least, recorded)
            explained = Explanations(table, exchanges, lines, reasons, misses, proven, again, found)
    SecondReading(found, lists, explained).read_all(classes)
    if explained is not None:
        explained.close()
    if lists is not None:
        lists.close(proven)
        with found.guard("dwellings"):
            check_dwellings(need_out(out, "dwellings"), deadlines, lines, size, world.settings.on, found)
    with found.guard("applications"):
        check_applications(need_out(out, "applications"), reasons, lines, found)
    with found.guard("orientation"):
        choices.check(out, lines, Situation(world, book), exchanges, least, found)
    if told is not None:
        with found.guard("sentences"):
            passed = None if lists is None else lists.table
            told.check(out, proposals, found, {} if passed is None or passed.lost is None else passed.lost)
    if spoken is not None and not found.failed:  # against tables that are right
        with found.guard("readback"):
            check_readback(out, world, spoken, found)
    return conclude(found, counts.objective, bound)


def _check_end(
    proof: Proof, lines: Lines, world: World, proven: bool, recorded: bool, found: Findings
) -> None:
    """How the run says that it ended: proven, and its tie rules carried to their end, with nothing equal that comes before."""
    drawn = proof.raw["stages"]["unique"]
    if recorded:
        stopped = proof.raw["stopped"]
        found.demand("status", proven or stopped != "proven", "calcul dit prouvé")
        fine = drawn is None or (type(drawn) is bool and proven and stopped == "proven")
        found.demand("ties", fine, "règles d'égalité d'un calcul non prouvé")
        if drawn is None:
            found.start("undrawn")
    if drawn is not None and proven and not found.failed:
        with found.guard(EQUALS):
            numbers = [proof.world.dwellings.number[name] for name in world.dwellings.ids]
            here = replace(lines, dwelling=np.array(numbers, np.int32)[lines.dwelling])
            # by the rows of the proof: dwellings that could be freed and are not may have rows of their own
            counts = count_run(here, proof.world, proof.book)
            check_equals(proof.field, proof.book, here, counts, proof.in_play, found)


def conclude(found: Findings, objective: int, bound: int | None) -> Verdict:
    """The verdict from the checks, the objective and the proven bound (micropoints)."""
    said = decimal_text(Fraction(objective, 10**6))
    if bound is None:
        found.add("bound", "aucune borne prouvée")
    if found.failed or bound is None:
        return Verdict(REFUSED, found.checks(), objective=said)
    proved = decimal_text(Fraction(bound, 10**6))
    if bound <= objective:
        return Verdict(CERTIFIED, found.checks(), "", said, proved)
    return Verdict(WITHIN, found.checks(), decimal_text(Fraction(bound - objective, 10**6)), said, proved)


def _stated(out: Path) -> list[str]:
    """Input files that a record names; what is wrong with the record itself is told by later checks."""
    try:
        return [str(name) for name in read_json(out, RECORD)["inputs"]]
    except MALFORMED:
        return []


def _check_inputs(run: Mapping[str, Any], case_path: Path, world: World, found: Findings) -> None:
    """Hashes of the input files, date and seed of the run."""
    stated = run["inputs"]
    folder = case_path.parent if case_path.is_file() else case_path
    for name, digest in sorted(stated.items()):
        path = (folder / name).resolve()
        inside = path.is_file() and path.is_relative_to(folder.resolve())
        fine = inside and hashlib.sha256(path.read_bytes()).hexdigest() == digest
        found.demand("inputs", fine, name)
    for name in world.raw.used:
        found.demand("inputs", name in stated, name)
    found.demand("inputs", str(run["on"]) == world.settings.on.isoformat(), "on")
    found.demand("inputs", str(run["seed"]) == world.settings.seed, "seed")
