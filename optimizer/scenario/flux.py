"""Stock to flux for a case: the numbers of the law from `policy`, the arithmetic from `conversion`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pandas as pd

from optimizer import conversion, eligibility, importers, pipeline, policy
from optimizer.arguments import COUNT, MAPPING, PATH, TEXT, either, listed, of_type, optional, takes
from optimizer.conversion import Caps, Conversion, Inventory, Negotiated, Register, Terms
from optimizer.domain import Case
from optimizer.domain.account import is_convention_account, place_of
from optimizer.domain.frames import OwnFrames
from optimizer.domain.given import CASE
from optimizer.errors import AttrifluxError, Finding, InputProblems
from optimizer.runs.committed import EXTENSION, assiette_base, commitments_of
from optimizer.runs.tables import place_names
from optimizer.scenario import messages as messages
from optimizer.scenario import stocktaking
from optimizer.scenario.fit import FIT_GAP, public_fit

NUMBERS = (
    "national.flux.agents_cap", "national.flux.state_cap", "national.flux.guarantee_cap",
    "national.flux.cap_receiver", "national.flux.spread_years", "national.flux.stock_rights", "national.flux.counterparts",
    "national.planning.turnover_gap", stocktaking.ENDING_WITHIN, FIT_GAP, EXTENSION,
)  # fmt: skip
"""Parameters a conversion rests on, in the order they are shown."""


BASES = ("forecast", "actual")
"""What an assiette is counted from."""


@dataclass(frozen=True)
class Flux(OwnFrames):
    """Everything the stock-to-flux command shows.

    Attributes
    ----------
    conversion : Conversion
        ``.assiette``, ``.flux``, ``.rights`` and exact shares.
    inventory : Inventory
    fit : DataFrame
        Stock beside what the active applications of each réservataire's public ask for: rooms, commune, ceiling (empty
        without applications).
    mixity, moves, commitments : DataFrame
        QPV and first quartile per contingent; dwellings that pass from one contingent to another; agreements, their ends
        and counterparts (:mod:`~optimizer.scenario.stocktaking`).
    register : Register
        The case's own commitments: what each brings in the year and in the next; it weighs on no mode.
    trace : DataFrame
        What each subtraction of the assiette rests on.
    exclusions : DataFrame
        Each dwelling out of the assiette, with its reason (empty without dwellings).
    first_lettings : DataFrame
    numbers : tuple of Parameter
        The values of ``models/`` used.
    base : int
        Dwellings that the shares apply to, all landlords together: the assiette of the basis asked, the other where it is missing.
    places : mapping
        Code of each commune, EPCI and département -> its name.
    """

    case: Case
    conversion: Conversion
    inventory: Inventory
    fit: pd.DataFrame
    mixity: pd.DataFrame
    moves: pd.DataFrame
    commitments: pd.DataFrame
    register: Register
    exclusions: pd.DataFrame
    trace: pd.DataFrame
    first_lettings: pd.DataFrame
    negotiated: Negotiated | None
    numbers: tuple[policy.Parameter, ...]
    findings: tuple[Finding, ...]
    base: int
    territory: str = ""
    """Title of the territory."""
    places: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """A line: the case, and how many shares there are of how many modes."""
        modes = ", ".join(str(mode) for mode in sorted(self.flux["mode"].unique()))
        return f"<Flux of {self.case.settings.title!r}; modes: {modes}; shares: {len(self.flux)}>"

    @property
    def assiette(self) -> pd.DataFrame:
        """``assiette.csv`` as a frame."""
        return self.conversion.assiette

    @property
    def flux(self) -> pd.DataFrame:
        """``flux.csv`` as a frame."""
        return self.conversion.flux


def conventions_of(case: Case, rules: policy.RuleSet) -> pd.DataFrame:
    """Convention lines in force: those of the case replace the shipped ones of the landlords they name."""
    own, shipped = case.table("conventions"), rules.conventions
    kept = shipped[~shipped["landlord"].isin(own["landlord"].unique())]
    return pd.concat([kept, own], ignore_index=True) if len(own) else kept


def _reach(case: Case, rules: policy.RuleSet) -> dict[str, frozenset[str]]:
    """Départements that each collectivité of the negotiation, or of new rights, has communes in."""
    communes = rules.all_communes
    negotiated = case.settings.negotiated.get("delta", {})
    found = {}
    for account in negotiated if isinstance(negotiated, Mapping) else ():
        place = place_of(str(account))
        if not place:
            continue
        inside = communes[
            (communes.index == place) | (communes["epci"] == place) | (communes["departement"] == place)
        ]
        found[str(account)] = frozenset(str(d) for d in inside["departement"].unique())
    return found


def terms_of(
    case: Case, rules: policy.RuleSet, added: Mapping[tuple[str, str], Mapping[int, int]] | None = None
) -> tuple[Terms, tuple[Finding, ...]]:
    """Caps, spread years and receivers in force for a case, with the single-use rights that new financing brings."""

    def exact(key: str) -> Fraction:
        return Fraction(repr(rules.get(key)))

    default = rules.text("national.flux.cap_receiver")
    receivers: dict[tuple[str, str], str] = {}
    findings = []
    lines = conventions_of(case, rules)
    lines = lines[lines["cap_receiver"].notna() & (lines["cap_receiver"] != "")]
    for key, group in lines.groupby(["landlord", "departement"], sort=True)["cap_receiver"]:
        place = (str(key[0]), str(key[1]))
        named = sorted({str(x) for x in group})
        receivers[place] = named[0] if len(named) == 1 else default
        if len(named) > 1:
            params = {"landlord": place[0], "departement": place[1], "receiver": default}
            findings.append(Finding("FLUX_SEVERAL_RECEIVERS", "warning", file="conventions", params=params))
    for receiver in sorted({default, *receivers.values()}):
        if not is_convention_account(receiver):
            raise AttrifluxError("FLUX_RECEIVER_UNKNOWN", receiver=receiver)
    return Terms(
        caps=Caps(
            exact("national.flux.agents_cap"),
            exact("national.flux.state_cap"),
            exact("national.flux.guarantee_cap"),
        ),
        spread_years=rules.integer("national.flux.spread_years"),
        receiver=default,
        receivers=receivers,
        kept=frozenset(str(x) for x in rules.get("national.flux.stock_rights")),
        negotiated=conversion.negotiated_from(case.settings.negotiated),
        added=added or {},
        turnover_gap=exact("national.planning.turnover_gap"),
        reach=_reach(case, rules),
    ), tuple(findings)


def departements_of(dwellings: pd.DataFrame, rules: policy.RuleSet) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Département of each dwelling, and a finding per unknown commune."""
    communes = dwellings["commune"].astype(object)
    found = rules.place_of(communes, "departement")
    missing = communes[found.isna()].value_counts().sort_index()
    return found.fillna(""), tuple(
        Finding(
            "FLUX_UNKNOWN_COMMUNE",
            file="dwellings",
            column="commune",
            value=str(c),
            params={"commune": c, "count": int(n)},
        )
        for c, n in missing.items()
    )


MODES_GIVEN = optional(either(COUNT, TEXT, listed(either(COUNT, TEXT))))
"""What a function takes as the ways from stock to flux: one, several, or None for all."""


@takes(
    case=CASE,
    modes=MODES_GIVEN,
    basis=TEXT,
    models=optional(PATH),
    rules=optional(of_type(policy.RuleSet)),
    added=optional(MAPPING),
)
def flux(
    case: Case | Path | str,
    *,
    modes: Sequence[int] | int | str | None = None,
    basis: str = "forecast",
    models: Path | None = None,
    rules: policy.RuleSet | None = None,
    added: Mapping[tuple[str, str], Mapping[int, int]] | None = None,
) -> Flux:
    """Convert the stock of a case into shares of the year's flux.

    Parameters
    ----------
    case : Case, or path of a folder or workbook
        Needs `stock`, and `assiette` or `dwellings`.
    modes : sequence of int, one alone, or words joined by commas, optional
        1 strict share, 2 weighted by rotation, 3 single-use rights, 4 negotiated; default: all that the case allows
        (4 only with ``negotiated``).
    basis : str
        ``forecast`` or ``actual``: the base the shares apply to where both are given.
    models : path, optional
        Another ``models/`` folder than the shipped one.
    rules : RuleSet, optional
        Rules already loaded (with a scenario's changes).
    added : mapping, optional
        (landlord, account) -> year -> single-use rights that new financing brings on 1 January (mode 3).

    Raises
    ------
    InputProblems
        The case cannot be used; all problems are listed.
    AttrifluxError
        ``FLUX_UNKNOWN_MODE``, ``FLUX_UNKNOWN_BASIS``.
    """
    known: tuple[Finding, ...] = ()
    if not isinstance(case, Case):
        read, whole, known = importers.read_parts(Path(case), need=("stock",), models=models)
        if read is None or not whole or any(f.severity == "error" for f in known):
            raise InputProblems((*known, *_of_part(read, known, models)))
        case = read
    importers.need_tables(case, ("stock",))
    case, unmade = pipeline.changed_told(case, models)
    settings = case.settings
    if rules is None:
        rules, wrong = pipeline.rules_told(settings, models)
        if rules is None or wrong or unmade:
            raise InputProblems((*known, *unmade, *wrong, *(_problems(case, rules)[1] if rules else ())))
    result, terms, places, findings = converted(case, rules, modes=modes, basis=basis, added=added)
    stock, dwellings = case.table("stock"), case.table("dwellings")
    chosen = chosen_bases(result, basis)
    register = commitments_of(case, rules, conventions_of(case, rules), assiette_base(case, rules, chosen))
    exclusions = conversion.trace(dwellings, places)
    return Flux(
        case=case,
        conversion=result,
        inventory=conversion.inventory(stock, settings.on),
        fit=public_fit(stock, case.table("applications"), settings.on, rules),
        mixity=stocktaking.mixity(case, rules),
        moves=stocktaking.moves(case, rules),
        commitments=stocktaking.commitments(stock, settings.on, rules, register),
        register=register,
        exclusions=exclusions,
        trace=conversion.subtractions(result.bases, exclusions),
        negotiated=terms.negotiated,
        first_lettings=conversion.first_lettings(dwellings, places, settings.year),
        numbers=tuple(rules.value(key) for key in NUMBERS),
        findings=(*findings, *register.findings),
        base=sum(chosen.values()),
        territory=rules.title,
        places=place_names(rules),
    )


def _of_part(case: Case | None, known: tuple[Finding, ...], models: Path | None) -> tuple[Finding, ...]:
    """What the rules say of a case that cannot be read whole, beside what is known of it."""
    if case is None:
        return ()
    rules, wrong = pipeline.rules_told(case.settings, models)
    if any(f.column == "on" and f.severity == "error" for f in known):
        wrong = tuple(f for f in wrong if f.column != "on")  # without a day of its own nothing lacks on it
    return (*wrong, *(_problems(case, rules)[1] if rules else ()))


def _problems(case: Case, rules: policy.RuleSet) -> tuple[pd.Series, tuple[Finding, ...]]:
    """The département of each row of `dwellings`, and what the rules say of the stock, the agreements and the dwellings."""
    places, unknown = departements_of(case.table("dwellings"), rules)
    return places, (*eligibility.examine_stock(case, rules), *unknown)


def chosen_bases(result: Conversion, basis: str) -> dict[tuple[str, str], int]:
    """The assiette the shares apply to, by landlord and département."""
    chosen: dict[tuple[str, str], int] = {}
    for base in result.bases:
        if (base.landlord, base.departement) not in chosen or base.basis == basis:
            chosen[base.landlord, base.departement] = base.assiette
    return chosen


def modes_of(asked: Sequence[int] | int | str) -> tuple[int, ...]:
    """Modes of a list, one alone, or words joined by commas as on the command line: sorted, each once.

    Raises
    ------
    AttrifluxError
        ``FLUX_UNKNOWN_MODE``: of a word that is no number; a number that is no mode is told by the conversion.

    Examples
    --------
    >>> modes_of("3,1"), modes_of(2), modes_of((1, 1))
    ((1, 3), (2,), (1,))
    """
    words = asked.split(",") if isinstance(asked, str) else [asked] if isinstance(asked, int) else asked
    if wrong := [word for word in words if not str(word).strip().isdigit()]:
        raise AttrifluxError("FLUX_UNKNOWN_MODE", mode=wrong[0])
    return tuple(sorted({int(word) for word in words}))


def converted(
    case: Case,
    rules: policy.RuleSet,
    *,
    modes: Sequence[int] | int | str | None = None,
    basis: str = "forecast",
    added: Mapping[tuple[str, str], Mapping[int, int]] | None = None,
) -> tuple[Conversion, Terms, pd.Series, tuple[Finding, ...]]:
    """The conversion alone, for who needs shares and no inventory. Arguments and errors as :func:`flux`.

    Returns
    -------
    conversion, terms, departements, findings
        The département of each row of `dwellings`; findings with the case's own warnings first.
    """
    places, told = _problems(case, rules)
    if any(f.severity == "error" for f in told):
        raise InputProblems(told)
    terms, more = terms_of(case, rules, added)
    if modes is None:
        modes = (1, 2, 3, 4) if terms.negotiated else (1, 2, 3)
    modes = modes_of(modes)
    if not len(modes):
        raise AttrifluxError("FLUX_UNKNOWN_MODE", mode="[]")
    if basis not in BASES:
        raise AttrifluxError("FLUX_UNKNOWN_BASIS", basis=basis)
    if 4 in modes and terms.negotiated is None:
        raise InputProblems([Finding("FLUX_NEGOTIATED_MISSING", file="case.yaml")])
    dwellings = case.table("dwellings")
    result = conversion.convert(
        case.table("stock"), case.table("assiette"), dwellings, places, on=case.settings.on, year=case.settings.year,
        terms=terms, modes=tuple(modes), basis=basis,
    )  # fmt: skip
    return result, terms, places, (*case.warnings, *told, *more, *result.findings)
