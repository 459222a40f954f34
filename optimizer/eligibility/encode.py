"""From a case and the rules to :class:`Facts`, listing every problem that only the rules can tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.chains import EXCHANGED, FREED_BY, GUEST, POSITION
from optimizer.domain import Case
from optimizer.domain.schema import TABLES
from optimizer.eligibility import checks, without_effect
from optimizer.eligibility.accounts import known_places
from optimizer.eligibility.allowance import read_allowance
from optimizer.eligibility.conventions import Line, default_deadline, facts_of, read_lines
from optimizer.eligibility.decisions import check_orients, check_pins, read_decisions
from optimizer.eligibility.effort import RATE_UNIT
from optimizer.eligibility.encode_applications import encode_applications
from optimizer.eligibility.encode_dwellings import encode_dwellings
from optimizer.eligibility.expected import read_expected
from optimizer.eligibility.facts import FINANCING, PROOF, DwellingFacts, Facts, Nomination
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.simulations import check_simulations, read_simulations
from optimizer.eligibility.vocabulary import Vocabulary, flux_landlords, read_vocabulary
from optimizer.errors import Finding, InputProblems

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

CENTS = 100


@dataclass(frozen=True)
class Reading:
    """Facts of the sound rows of a case and everything found on the way."""

    facts: Facts
    findings: tuple[Finding, ...]


def encode(case: Case, rules: RuleSet, *, accept_assumed: bool = False) -> Facts:
    """Encode a case as dense columns.

    Parameters
    ----------
    accept_assumed : bool
        Consent to compute a real case with an ``assumed`` first-quartile threshold (design §2).

    Raises
    ------
    InputProblems
        Everything :func:`check_case` calls an error, all at once.
    """
    reading = examine(case, rules, accept_assumed=accept_assumed)
    if any(f.severity == "error" for f in reading.findings):
        raise InputProblems(reading.findings)
    return reading.facts


def check_case(case: Case, rules: RuleSet, *, accept_assumed: bool = False) -> tuple[Finding, ...]:
    """Errors and warnings that only the rules can tell, in the order of the tables; never raises for a bad cell."""
    return examine(case, rules, accept_assumed=accept_assumed).findings


def examine(case: Case, rules: RuleSet, *, accept_assumed: bool = False) -> Reading:
    """Facts of the rows that are sound, and the findings about the others."""
    places = known_places(rules)
    findings = Findings(case, places, rules.title)
    landlords = flux_landlords(case)
    lines = read_lines(case, rules, landlords, findings)
    dwellings = checks.sound_dwellings(case, rules, lines, findings)
    applications = checks.sound_applications(case, findings)
    checks.check_accounts(case, rules, findings)
    checks.check_choices(case, rules, findings)
    checks.check_designated(case, findings)
    checks.check_places(case, rules, findings)
    checks.check_size(case, rules, findings)
    checks.check_thresholds(case, rules, findings, accept_assumed=accept_assumed)
    checks.check_ceilings(case, rules, findings)
    words = read_vocabulary(case, rules, lines, landlords, places)
    facts = _assemble(case, dwellings, applications, rules, words, lines)
    facts = replace(facts, expected=read_expected(case, rules, words, lines, findings))
    facts = _decided(case, facts, rules, findings)
    check_simulations(case, facts, findings)
    without_effect.check_nominations(case, facts, findings)
    without_effect.check_assiette(case, dwellings, rules, findings)
    without_effect.check_tolerances(lines, rules, findings)
    without_effect.check_dalo(case, rules, findings)
    without_effect.check_progress(case, findings)
    without_effect.check_settings(case, findings)
    without_effect.check_grids(rules, findings)
    return Reading(facts, findings.found)


def examine_decisions(case: Case, facts: Facts, rules: RuleSet) -> Reading:
    """Facts of a case with other decisions, from those of the same case: the other tables are not read again."""
    findings = Findings(case, known_places(rules), rules.title)
    return Reading(_decided(case, facts, rules, findings), findings.found)


def _links(frame: pd.DataFrame, ids: NDArray[np.object_], apps: NDArray[np.object_]) -> dict[str, Any]:
    """Tenant, position and guest of the dwellings that chains add, in the order of the facts; nothing where there are none."""
    if FREED_BY not in frame.columns:
        return {}
    added = frame[frame[FREED_BY].notna()]
    number = {a: i for i, a in enumerate(apps.tolist())}
    at = {d: i for i, d in enumerate(ids.tolist())}
    tenant, guest = np.full(len(ids), -1, np.int32), np.full(len(ids), -1, np.int32)
    position = np.zeros(len(ids), np.int32)
    guests = added[GUEST] if GUEST in added.columns else [None] * len(added)
    rows = zip(added["dwelling_id"], added[FREED_BY], added[POSITION], guests, strict=True)
    for dwelling, application, place, alone in rows:
        if application in number:
            tenant[at[dwelling]], position[at[dwelling]] = number[application], int(place)
            guest[at[dwelling]] = number.get(alone, -1)
    return {"tenant": tenant, "position": position, "guest": guest}


def _decided(case: Case, facts: Facts, rules: RuleSet, findings: Findings) -> Facts:
    nothing = np.zeros((0, 2), np.int32)
    nobody = np.zeros(0, np.int32)
    facts = replace(facts, forbidden=nothing, pins=nothing, pin_accounts=nobody, orients=nothing, memo={})
    facts = replace(facts, **read_decisions(case, facts, rules, findings), memo={})
    # a later copy of a dwelling has another identifier, and its tenant may not take it either
    homes = facts.dwellings
    later = np.flatnonzero((homes.position > 1) | (homes.position <= EXCHANGED)).astype(np.int32)
    own = np.stack([later, homes.tenant[later]], axis=1)
    facts = replace(facts, forbidden=np.concatenate([facts.forbidden, own, *_strangers(facts)]), memo={})
    check_orients(case, facts, findings)
    check_pins(case, facts, findings)
    return facts


def _strangers(facts: Facts) -> list[NDArray[np.int32]]:
    """(dwelling, application) of everybody but its guest, for each dwelling of an exchange that is weighed."""
    homes = facts.dwellings
    everybody = np.arange(len(facts.applications.ids), dtype=np.int32)
    found = []
    for d in np.flatnonzero(homes.guest >= 0).tolist():
        others = everybody[(everybody != homes.guest[d]) & (everybody != homes.tenant[d])]
        found.append(np.stack([np.full(len(others), d, np.int32), others], axis=1))
    return found


def examine_stock(case: Case, rules: RuleSet) -> tuple[Finding, ...]:
    """What the rules say of the stock of a case and of its agreements: accounts that do not exist, shares above the whole flux."""
    findings = Findings(case, known_places(rules), rules.title)
    checks.check_stock_accounts(case, rules, findings)
    read_lines(case, rules, frozenset(case.table("stock")["landlord"].dropna()), findings)
    return findings.found


def examine_part(case: Case, rules: RuleSet, *, accept_assumed: bool = False) -> tuple[Finding, ...]:
    """What the rules say of a case whose tables cannot all be used: accounts, conventions and thresholds."""
    findings = Findings(case, known_places(rules), rules.title)
    checks.check_accounts(case, rules, findings)
    if not case.has("dwellings"):
        return findings.found
    lines = read_lines(case, rules, flux_landlords(case), findings)
    checks.sound_dwellings(case, rules, lines, findings)
    checks.check_thresholds(case, rules, findings, accept_assumed=accept_assumed)
    checks.check_ceilings(case, rules, findings)
    return findings.found


def _assemble(
    case: Case, dwellings: pd.DataFrame, applications: pd.DataFrame, rules: RuleSet, words: Vocabulary,
    lines: tuple[Line, ...],
) -> Facts:  # fmt: skip
    homes, receiving, table_names = encode_dwellings(case, dwellings, rules, words, lines)
    people, tables = encode_applications(case, applications, rules, words, homes, table_names)
    homes = replace(homes, **_links(dwellings, homes.ids, people.ids))
    thresholds = np.full(len(words.epcis), -1, np.int64)
    lec = np.zeros(len(words.epcis), bool)
    for i, epci in enumerate(words.epcis):
        if epci in rules.lec_epci:
            thresholds[i] = int(np.floor(float(rules.lec_epci[epci].value) * CENTS + 0.5))
            lec[i] = True
    return Facts(
        dwellings=homes,
        applications=people,
        landlords=words.landlords,
        communes=words.communes,
        epcis=words.epcis,
        departements=words.departements,
        commune_epci=words.commune_epci,
        commune_departement=words.commune_departement,
        districts=words.districts,
        residences=words.residences,
        accounts=words.accounts,
        conventions=facts_of(lines, words.landlord_index, words.departement_index, words.account_index),
        nominations=_nominations(case, words, homes, people.ids),
        forbidden=np.zeros((0, 2), np.int32),
        pins=np.zeros((0, 2), np.int32),
        pin_accounts=np.zeros(0, np.int32),
        orients=np.zeros((0, 2), np.int32),
        simulations=read_simulations(case, homes, people.ids),
        allowance=read_allowance(rules),
        effort_flag=int(np.floor(rules.number("national.effort.max_rate") * RATE_UNIT + 0.5)),
        burden_width=int(np.floor(rules.number("national.burden.span") * RATE_UNIT + 0.5)),
        q1_threshold_cents=thresholds,
        lec_epci=lec,
        seed=case.settings.seed,
        rooms_tables=tables,
        receiving=receiving,
        ceilings_cents=np.stack([rules.ceilings(f) for f in FINANCING]).astype(np.int64) * CENTS,
        default_mode=rules.text("national.flux.management_mode"),
        default_deadline_days=default_deadline(rules),
        months_per_year=rules.integer("national.lec.income_months"),
        labelled_proofs=_proofs(rules, "national.priority_publics.proof_state"),
        target_proofs=_proofs(rules, "national.priority_publics.proof_target"),
    )


def _proofs(rules: RuleSet, key: str) -> tuple[int, ...]:
    return tuple(sorted(PROOF.index(proof) for proof in rules.get(key)))


def _nominations(
    case: Case, words: Vocabulary, dwellings: DwellingFacts, applications: NDArray[np.object_]
) -> tuple[Nomination, ...]:
    """Lines that concern this run. A line naming a dwelling that is not in the case concerns another run; one that names a tenant's
    dwelling, each copy of it."""
    frame = case.table("nominations")
    if not len(frame):
        return ()
    copies_of = dwellings.named()
    application_at = {a: i for i, a in enumerate(applications)}
    columns = [
        TABLES["nominations"].column(c).name for c in ("account", "application_id", "dwelling_id", "rank")
    ]
    found = set()
    for account, application, dwelling, rank in frame[columns].itertuples(index=False, name=None):
        anywhere = not isinstance(dwelling, str) or dwelling == ""
        if account not in words.account_index or application not in application_at or pd.isna(rank):
            continue
        for place in (-1,) if anywhere else copies_of(str(dwelling)):
            found.add((words.account_index[account], place, int(rank), application_at[application]))
    return tuple(Nomination(account, app, dwelling, rank) for account, dwelling, rank, app in sorted(found))
