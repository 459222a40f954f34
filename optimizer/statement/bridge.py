"""From the statement to the ledger, account by account: two counts of one year that must agree to the unit."""

from __future__ import annotations

import pandas as pd

from optimizer import policy
from optimizer.domain import Case
from optimizer.errors import Finding
from optimizer.statement import messages as messages
from optimizer.statement.ledger import count_rule_of, in_flux, lines_of, looked_up, of_their_year, placed

KEYS = ["landlord", "departement", "account"]
COLUMNS = (
    *KEYS, "attributed", "not_signed", "attributed_before", "signed", "outside_flux", "counted_before", "no_line", "several_lines",
    "ledger_signed", "followed", "returned", "ledger_consumed", "difference",
)  # fmt: skip


def bridge(
    case: Case, rules: policy.RuleSet, year: int, counted: pd.DataFrame, ledger: pd.DataFrame
) -> pd.DataFrame:
    """What separates the dwellings attributed of the statement from the leases signed of the ledger.

    Parameters
    ----------
    counted : DataFrame
        One line per (dwelling, account) of the statement: ``landlord, commune, account, dwelling_id, attributed``.
    ledger : DataFrame
        As :func:`optimizer.statement.ledger.ledger` gives it.

    Returns
    -------
    DataFrame
        ``attributed`` (statement) − ``not_signed`` in the year + ``attributed_before`` the year and signed in it = ``signed``;
        less ``outside_flux`` (transfers, relocations, first lettings, stock), ``counted_before`` (an earlier year counted their
        orientation) and ``no_line`` (no share agreed there for the account), and once more for each further line of the account that covers it (``several_lines``: a share of a commune's flux
        beside one of the département's) = ``ledger_signed``. Then what the ledger counts and the statement does not: ``followed``, candidates that are
        still followed and have reached the count rule of the agreement, and ``returned``, orientations come back without a
        lease that it counts, make ``ledger_consumed``. ``difference`` is what is left: nothing, or the statement is refused.
    """
    departement = rules.by_commune("departement")
    leases = case.table("leases")
    leases = leases[leases["signed_on"].dt.year == year]
    epci = rules.by_commune("epci")
    signed = placed(leases, epci, departement).rename(columns={"dep": "departement"})
    lines = lines_of(case, rules, year)
    rule_at = count_rule_of(lines, rules.text("national.flux.count_rule"))
    before = of_their_year(case, placed(leases, epci, departement), rule_at, year)["earlier"].to_numpy(bool)
    inside = in_flux(leases).to_numpy(bool)
    flux = inside & ~before
    covering = _covering(signed, lines)
    parts: dict[str, pd.Series] = {
        "signed": pd.Series(True, index=signed.index),
        "outside_flux": pd.Series(~inside, index=signed.index),
        "counted_before": pd.Series(inside & before, index=signed.index),
        "no_line": (covering == 0) & flux,
        "several_lines": (covering - 1).clip(lower=0).where(flux, 0),
        "attributed_before": _before(signed, _decided_in(case.table("events"), year)),
    }
    by = [signed[name].astype(object) for name in KEYS]
    sums = {name: mask.groupby(by).sum() for name, mask in parts.items()}
    here = counted.assign(departement=looked_up(counted["commune"], departement))
    attributed = here.groupby(KEYS)["attributed"].sum()
    booked = ledger.assign(kept=ledger["done"] - ledger["returned"])
    told = booked.groupby(KEYS)[["kept", "returned", "consumed"]].sum()
    nothing = pd.Series(0, index=told.columns)
    rows = []
    for key in sorted({*attributed.index, *sums["signed"].index, *told.index}):
        n = {name: int(values.get(key, 0)) for name, values in sums.items()}
        given = int(attributed.get(key, 0))
        book = told.loc[key] if key in told.index else nothing
        kept, returned, consumed = (int(book[name]) for name in ("kept", "returned", "consumed"))
        waiting = given - (n["signed"] - n["attributed_before"])
        left = (
            n["signed"] - n["outside_flux"] - n["counted_before"] - n["no_line"] + n["several_lines"] - kept
        )
        rows.append(
            (
                *key,
                given,
                waiting,
                n["attributed_before"],
                n["signed"],
                n["outside_flux"],
                n["counted_before"],
                n["no_line"],
                n["several_lines"],
                kept,
                consumed - kept - returned,
                returned,
                consumed,
                left,
            )
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table[(table[list(COLUMNS[3:])] != 0).any(axis=1)].reset_index(drop=True)


def gaps(table: pd.DataFrame) -> tuple[Finding, ...]:
    """One error per account whose two counts do not agree, or that signs more than it attributes."""
    out = []
    for row in table.to_dict("records"):
        if row["difference"] != 0 or row["not_signed"] < 0:
            names = ("landlord", "departement", "account", "attributed", "signed", "ledger_signed")
            out.append(Finding("BILAN_LEDGER_GAP", file="baux", params={k: row[k] for k in names}))
    return tuple(out)


def _before(signed: pd.DataFrame, decided: dict[tuple[str, str], int] | None) -> pd.Series:
    """Leases of the year that an earlier year attributed; without a follow-up a lease stands for its attribution."""
    out = pd.Series(False, index=signed.index)
    if decided is None:
        return out
    left = dict(decided)
    ordered = signed.sort_values(["dwelling_id", "signed_on"], ascending=[True, False])
    for at, d, a in zip(
        ordered.index, ordered["dwelling_id"].astype(str), ordered["account"].astype(str), strict=True
    ):
        left[d, a] = left.get((d, a), 0) - 1
        out[at] = left[d, a] < 0
    return out


def _decided_in(events: pd.DataFrame, year: int) -> dict[tuple[str, str], int] | None:
    """(dwelling, account) -> attributions decided in the year that were signed; None without events."""
    if events.empty:
        return None
    decided = events["attributed_on"].fillna(events["signed_on"])
    kept = events[(decided.dt.year == year) & (events["signed_on"].dt.year == year)]
    out: dict[tuple[str, str], int] = {}
    for pair in zip(kept["dwelling_id"].astype(str), kept["account"].astype(str), strict=True):
        out[pair] = out.get(pair, 0) + 1
    return out


def _covering(signed: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """Of each lease, the lines by which its landlord agreed a share with its account where it lies."""
    agreed = {
        (str(b), str(a), str(area))
        for b, a, area in zip(lines["landlord"], lines["account"], lines["area"], strict=True)
    }
    return pd.Series(
        [
            sum((b, a, place) in agreed for place in places)
            for b, a, *places in zip(
                signed["landlord"].astype(str), signed["account"].astype(str), signed["commune"].astype(str),
                signed["epci"].astype(str), signed["departement"].astype(str), strict=True,
            )
        ],
        index=signed.index,
        dtype="int64",
    )  # fmt: skip
