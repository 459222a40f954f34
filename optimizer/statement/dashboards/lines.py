"""The leases of the year as one table: signed, in progress, proposed at first rank, and the reserves behind.

One row per (dwelling, household). ``weight`` is the probability that the line becomes a lease, in units of 1 / ``SCALE``:
whole for what is signed or in progress, and for a proposal the chance that its household is reached and accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import eligibility, policy
from optimizer.conversion.inventory import in_qpv
from optimizer.domain import Case
from optimizer.domain.account import outside_flux
from optimizer.domain.schema import RELOCATIONS, STAGES
from optimizer.eligibility.facts import PROOF, Q1_NO, Q1_YES, Facts
from optimizer.errors import AttrifluxError
from optimizer.problem.ground import COUNTED_RELOCATIONS, Counted, Ground, leases_of_first_ranks
from optimizer.problem.returned import REACHED, furthest, returned_orientations
from optimizer.results import FULL, SCALE
from optimizer.statement.dashboards.run import Run
from optimizer.statement.ledger import RuleAt, count_rule_of, in_flux, of_their_year, placed

Q1_WORDS = {Q1_NO: "no", Q1_YES: "yes"}
COLUMNS = (
    "state", "dwelling_id", "application_id", "landlord", "commune", "epci", "departement", "qpv", "account", "rooms",
    "financing", "residence", "q1", "dalo", "priority", "relocation", "relocated", "essential", "accepts_qpv", "in_flux", "rank", "weight", "day",
    "stage", "counted",
)  # fmt: skip


class Households:
    """What the case says of its applications, by number: the facts that the rules count."""

    def __init__(self, facts: Facts, rules: policy.RuleSet) -> None:
        self.facts, a = facts, facts.applications
        proofs = [PROOF.index(word) for word in rules.get("national.priority_publics.proof_target")]
        self.priority = a.dalo | (a.priority_any & np.isin(a.proof, proofs))
        self.at = {str(name): i for i, name in enumerate(a.ids.tolist())}
        self._epci = {name: i for i, name in enumerate(facts.epcis)}

    def columns(self, numbers: list[str], epcis: list[str]) -> dict[str, list[Any]]:
        """``q1, dalo, priority, relocation, essential, acceptance`` of the households that the case knows."""
        a = self.facts.applications
        at = np.array([self.at.get(n, -1) for n in numbers], np.int64)
        known, who = at >= 0, np.maximum(at, 0)
        q1 = ["unknown"] * len(at)
        for epci in sorted(set(epcis)):
            if epci not in self._epci:
                continue
            rows = [i for i, e in enumerate(epcis) if e == epci and known[i]]
            states = eligibility.q1_state(self.facts, who[rows].astype(np.int32), self._epci[epci])
            for i, state in zip(rows, states.tolist(), strict=True):
                q1[i] = Q1_WORDS.get(int(state), "unknown")

        def of(values: Any) -> Any:
            return values[who] & known if len(values) else np.zeros(len(at), bool)

        relocation = a.relocation[who] if len(a.relocation) else np.zeros(len(at), np.int8)
        acceptance = a.acceptance[who] if len(a.acceptance) else np.zeros(len(at), np.int64)
        return {
            "q1": q1,
            "dalo": of(a.dalo).tolist(),
            "priority": of(self.priority).tolist(),
            "relocation": [
                RELOCATIONS[int(r)] if k else "none" for r, k in zip(relocation, known, strict=True)
            ],
            "essential": of(a.essential_worker).tolist(),
            "accepts_qpv": of(a.accepts_qpv).tolist(),
            "acceptance": [int(x) if k else FULL for x, k in zip(acceptance, known, strict=True)],
        }


def year_lines(
    case: Case, rules: policy.RuleSet, ground: Ground, conventions: pd.DataFrame, ahead: pd.DataFrame | None
) -> pd.DataFrame:
    """Every line of the case's year, sorted by state, dwelling and rank; ``ahead`` are those of a run (:func:`proposed`)."""
    people = Households(ground.facts, rules)
    residence = dict(
        zip(case.table("dwellings")["dwelling_id"], case.table("dwellings")["residence"], strict=True)
    )
    rule_at = count_rule_of(conventions, rules.text("national.flux.count_rule"))
    parts = [_signed(case, rules, rule_at), _in_progress(case, rules, rule_at, people)]
    if ahead is not None:
        parts.append(ahead)
    frame = pd.concat([p for p in parts if len(p)], ignore_index=True) if any(map(len, parts)) else parts[0]
    told = [residence.get(d) for d in frame["dwelling_id"]]
    frame["residence"] = [str(r) if isinstance(r, str) else "" for r in told]
    order = ["state", "dwelling_id", "rank", "day"]
    return frame[list(COLUMNS)].sort_values(order, kind="stable", ignore_index=True)


def returned_lines(case: Case, rules: policy.RuleSet, conventions: pd.DataFrame) -> pd.DataFrame:
    """Orientations that came back without a lease and that their account counts: they enter the gauges of the flux alone.

    ``landlord, account, commune, epci, departement, day``.
    """
    back = returned_orientations(case, case.settings.year)
    back = back[back["inside"].astype(bool)].reset_index(drop=True)
    back = pd.concat([back, territory(back["commune"], rules)], axis=1)
    rule_at = count_rule_of(conventions, rules.text("national.flux.count_rule"))
    rows = zip(*(back[n] for n in ("landlord", "account", "commune", "epci", "departement")), strict=True)
    own = pd.Series([rule_at(b, a, (c, e, d)) for b, a, c, e, d in rows], index=back.index, dtype=object)
    names = ["landlord", "account", "commune", "epci", "departement", "day"]
    return back.loc[own == back["rule"], names].reset_index(drop=True)


def territory(commune: pd.Series, rules: policy.RuleSet) -> pd.DataFrame:
    """``epci`` and ``departement`` of INSEE codes, empty for a code that does not exist; same index."""
    known = rules.all_communes[["epci", "departement"]].reindex(sorted(set(commune.dropna())))
    frame = known.reindex(commune.astype(object)).fillna("").astype(str)
    return frame.set_axis(commune.index)


def _places(frame: pd.DataFrame, rules: policy.RuleSet) -> dict[str, Any]:
    around = territory(frame["commune"], rules)
    return {
        "commune": frame["commune"].astype(object).astype(str),
        "epci": around["epci"],
        "departement": around["departement"],
        "qpv": in_qpv(frame["qpv"]) == "oui",
    }


def _home(frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "dwelling_id": frame["dwelling_id"].astype(str),
        "application_id": _text(frame["application_id"]),
        "landlord": _text(frame["landlord"]),
        "account": _text(frame["account"]),
        "rooms": frame["rooms"].astype("Int64"),
        "financing": _text(frame["financing"]).str.upper(),
    }


def _text(series: pd.Series) -> pd.Series:
    return series.astype(object).where(series.notna(), "").astype(str)


def _signed(case: Case, rules: policy.RuleSet, rule_at: RuleAt) -> pd.DataFrame:
    """Leases of the year; not ``counted``: an earlier year's flux has their orientation."""
    frame = case.table("leases")
    frame = frame[frame["signed_on"].dt.year == case.settings.year]
    codes = [
        str(x).split("|") if isinstance(x, str) and x else [] for x in frame["priority_codes"].astype(object)
    ]
    proofs = tuple(rules.get("national.priority_publics.proof_target"))
    dalo = np.array(["dalo" in c for c in codes], bool)
    some = np.array([bool(c) for c in codes], bool)
    around = placed(frame, rules.by_commune("epci"), rules.by_commune("departement"))
    earlier = of_their_year(case, around, rule_at, case.settings.year)["earlier"]
    return pd.DataFrame(
        {
            "state": "signed", **_home(frame), **_places(frame, rules),
            "q1": frame["q1"].astype(object).fillna("unknown").astype(str),
            "dalo": dalo,
            "priority": dalo | (some & frame["priority_status"].isin(list(proofs)).to_numpy()),
            "relocation": _text(frame["relocation"]).replace("", "none"),
            "relocated": frame["relocation"].isin(COUNTED_RELOCATIONS),
            "essential": frame["essential_worker"].astype("boolean").fillna(False).astype(bool),
            "accepts_qpv": False,
            "in_flux": in_flux(frame),
            "rank": 1, "weight": SCALE, "day": frame["signed_on"], "stage": "", "counted": ~earlier,
        }
    ).reset_index(drop=True)  # fmt: skip


def _in_progress(case: Case, rules: policy.RuleSet, rule_at: RuleAt, people: Households) -> pd.DataFrame:
    """One line per dwelling, the furthest; ``counted`` once its stage has reached the convention's count rule."""
    frame = case.table("in_progress")
    kept, stage = furthest(frame)
    frame = frame.assign(level=stage)[kept].sort_values("dwelling_id")
    places = _places(frame, rules)
    home = _home(frame)
    rows = zip(home["landlord"], home["account"], *(places[p] for p in ("commune", "epci", "departement")),
               frame["level"], strict=True)  # fmt: skip
    counted = [
        int(level) >= REACHED.get(rule_at(landlord, account, (commune, epci, departement)), len(STAGES))
        for landlord, account, commune, epci, departement, level in rows
    ]
    known = people.columns(home["application_id"].tolist(), places["epci"].tolist())
    known.pop("acceptance")
    known["relocated"] = [word in COUNTED_RELOCATIONS for word in known["relocation"]]
    return pd.DataFrame(
        {
            "state": "progress", **home, **places, **{k: pd.Series(v, index=frame.index) for k, v in known.items()},
            "in_flux": ~frame["account"].isin(outside_flux()),
            "rank": 1, "weight": SCALE, "day": frame["since"], "stage": frame["stage"].astype(str),
            "counted": pd.Series(counted, index=frame.index, dtype=bool),
        }
    ).reset_index(drop=True)  # fmt: skip


@dataclass(frozen=True)
class Proposed:
    """First ranks and reserves of a run, line by line, as the rules count leases.

    Attributes
    ----------
    leases : Counted
    rank : (n,) int64
    weight : (n,) int64
        Chance that the line becomes a lease, in units of 1 / ``SCALE``.
    """

    leases: Counted
    rank: NDArray[np.int64]
    weight: NDArray[np.int64]


def no_proposals(ground: Ground) -> Proposed:
    """Nothing proposed: a dashboard without a run."""
    none = np.zeros(0, np.int64)
    return Proposed(leases_of_first_ranks(ground, none, none, none), none, none)


def proposed(case: Case, rules: policy.RuleSet, ground: Ground, run: Run) -> tuple[Proposed, pd.DataFrame]:
    """The lines of a run as leases, and the columns of :func:`year_lines` that they give."""
    people = Households(ground.facts, rules)
    lines = run.proposals
    frame = pd.DataFrame(
        {
            "dwelling_id": lines["dwelling_id"], "account": lines["account"], "application_id": lines["application_id"],
            "rank": [int(x or 1) for x in lines["rank"]],
        }
    ).sort_values(["dwelling_id", "rank"], kind="stable", ignore_index=True)  # fmt: skip
    homes = case.table("dwellings").set_index("dwelling_id")
    frame = frame.join(homes[["landlord", "commune", "qpv", "rooms", "financing"]], on="dwelling_id")
    home, places = _home(frame), _places(frame, rules)
    dwelling = _numbers(ground.facts.dwellings.ids.tolist(), home["dwelling_id"])
    account = _numbers(ground.facts.accounts, home["account"])
    seat = home["application_id"] == ""
    app = np.where(seat, -1, _numbers(ground.facts.applications.ids.tolist(), home["application_id"], seat))
    counted = leases_of_first_ranks(ground, dwelling, app, account)
    known = people.columns(home["application_id"].tolist(), places["epci"].tolist())
    chances = _chances(home["dwelling_id"].tolist(), known["acceptance"])
    found = Proposed(counted, frame["rank"].to_numpy(np.int64), chances)
    return found, pd.DataFrame(
        {
            "state": np.where(frame["rank"] == 1, "proposed", "reserve"), **home, **places,
            "q1": [Q1_WORDS.get(int(x), "unknown") for x in counted.q1], "dalo": counted.dalo, "priority": counted.priority,
            "relocation": known["relocation"], "relocated": counted.relocated, "essential": counted.essential,
            "accepts_qpv": counted.accepts_qpv, "in_flux": counted.flux_base, "rank": frame["rank"],
            "weight": chances, "day": pd.NaT, "stage": "", "counted": True,
        }
    )  # fmt: skip


def _numbers(words: Sequence[object], wanted: pd.Series, spare: pd.Series | None = None) -> NDArray[np.int64]:
    """Positions of ``wanted`` among ``words``.

    Raises
    ------
    AttrifluxError
        ``DASHBOARD_OTHER_CASE``: a name of the proposals is unknown to the case.
    """
    at = {str(w): i for i, w in enumerate(words)}
    out = np.array([at.get(x, -1) for x in wanted], np.int64)
    missing = out < 0 if spare is None else (out < 0) & ~spare.to_numpy()
    if missing.any():
        raise AttrifluxError("DASHBOARD_OTHER_CASE", name="proposals", file=str(wanted.name))
    return out


def _chances(dwellings: list[str], acceptance: list[int]) -> NDArray[np.int64]:
    """Chance that each line signs, names being called in the order of the ranks: ``accept_i × Π (1 − accept_j)``."""
    out, left, before = np.zeros(len(dwellings), np.int64), SCALE, ""
    for i, (dwelling, accept) in enumerate(zip(dwellings, acceptance, strict=True)):
        left = SCALE if dwelling != before else left
        before = dwelling
        out[i] = left * accept // FULL
        left -= int(out[i])
    return out
