"""The tables of the dashboards: accounts, communes, DALO, State dwellings in QPV, relocations, forbids, own files."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from optimizer.conversion import account_order
from optimizer.conversion.inventory import in_qpv
from optimizer.domain.account import of_place, state_accounts
from optimizer.domain.frames import OwnFrames
from optimizer.domain.intervals import FORECAST_WORDS
from optimizer.statement.dashboards.gauges import count, rate
from optimizer.statement.dashboards.targets import label, own_ledger, place_name
from optimizer.statement.dashboards.year import Year


@dataclass(frozen=True)
class Table(OwnFrames):
    """A table of a page, of a sheet of the workbook and of a CSV file; ``note`` says how to read it."""

    id: str
    title: str
    frame: pd.DataFrame
    note: str = ""
    most: int = 60
    """Rows shown on the page; beyond, the workbook and the CSV hold them."""


STATES = ("signed", "progress", "proposed")


def tally(lines: pd.DataFrame, mask: pd.Series | None = None) -> dict[str, int]:
    frame = lines if mask is None else lines[mask]
    counts = frame["state"].value_counts()
    return {state: int(counts.get(state, 0)) for state in STATES}


def _share(part: int | Fraction, whole: int | Fraction) -> float:
    found = rate(part, whole)
    return float("nan") if found is None else float(found)


def accounts_table(year: Year) -> Table:
    """Leases, work in progress and proposals by account, with the part in QPV."""
    lines, rows = year.lines, []
    for account in sorted(set(lines["account"]), key=account_order):
        mine = lines[lines["account"] == account]
        inside = mine[mine["qpv"].astype(bool)]
        n, q = tally(mine), tally(inside)
        rows.append({"account": label(year, account), **n, "signed_qpv_share": _share(q["signed"], n["signed"]),
                     "proposed_qpv_share": _share(q["proposed"], n["proposed"])})  # fmt: skip
    columns = ["account", *STATES, "signed_qpv_share", "proposed_qpv_share"]
    return Table("accounts", "Par réservataire", pd.DataFrame(rows, columns=columns))


def ledger_table(year: Year) -> Table:
    """The viewer's rows of the ledger, with what this run proposes on each."""
    own, lines = own_ledger(year), year.lines
    rows = []
    order = own.assign(_o=own["account"].map(account_order)).sort_values(["landlord", "area", "_o"])
    for x in order.to_dict("records"):
        area = str(x["area"])
        column = "commune" if len(area) == 5 else "epci" if len(area) == 9 else "departement"
        mine = (
            (lines["landlord"] == x["landlord"])
            & (lines[column] == area)
            & (lines["account"] == x["account"])
        )
        proposed = int((mine & (lines["state"] == "proposed") & lines["in_flux"].astype(bool)).sum())
        rows.append({
            "landlord": x["landlord"], "account": label(year, str(x["account"])), "area": place_name(year, area),
            **{k: x[k] for k in ("share", "due", "consumed_oriented", "consumed_presented", "consumed_attributed", "consumed_signed")},
            "proposed": proposed,
            **{k: x[k] for k in ("returned", "year_due", "done", "in_progress", "remaining", "late", "forecast", "forecast_low", "forecast_high")},
        })  # fmt: skip
    columns = [
        "account", "landlord", "area", "share", "due", "consumed_oriented", "consumed_presented", "consumed_attributed",
        "consumed_signed", "returned", "late", "year_due", "done", "in_progress", "remaining", "proposed", "forecast", "forecast_low", "forecast_high",
    ]  # fmt: skip
    told = {"landlord": "landlord", "maire": "area"}.get(year.viewer.kind)
    nothing = "" if own["returned"].any() else "returned"
    columns = [c for c in columns if c not in (told, nothing)]
    note = f"Mêmes chiffres que le registre du bilan ; prévision au 31 décembre avec son intervalle à {FORECAST_WORDS[0]}."
    return Table("ledger", "Registre du flux", pd.DataFrame(rows, columns=columns), note)


def communes_table(year: Year) -> Table:
    """Leases and proposals by commune, in and outside QPV; the part of first-quartile households among the leases."""
    lines, rows = year.lines, []
    for commune in sorted(set(lines["commune"])):
        for inside in (False, True):
            mine = lines[(lines["commune"] == commune) & (lines["qpv"].astype(bool) == inside)]
            if len(mine):
                rows.append({"commune": place_name(year, commune), "qpv": "en QPV" if inside else "hors QPV", **tally(mine),
                             **_first_quartile(year, mine)})  # fmt: skip
    columns = ["commune", "qpv", *STATES, "signed_q1_share", "proposed_q1_share"]
    small = year.rules.value("national.dashboard.small_group")
    note = f"1er quartile : masqué au-dessous de {small.value} ménages dont les ressources sont connues (supposé)."
    return Table("communes", "Par commune", pd.DataFrame(rows, columns=columns), note)


def _first_quartile(year: Year, lines: pd.DataFrame) -> dict[str, float]:
    """Part of first-quartile households among those whose income is known; unknown for a group that is too small."""
    small = year.rules.integer("national.dashboard.small_group")
    out = {}
    for state in ("signed", "proposed"):
        known = lines[(lines["state"] == state) & lines["q1"].isin(["yes", "no"])]
        out[f"{state}_q1_share"] = (
            _share(int((known["q1"] == "yes").sum()), len(known)) if len(known) >= small else float("nan")
        )
    return out


def residences_table(year: Year) -> Table:
    """Occupation and fragility of the residences with a dwelling in this case, and what this run brings there."""
    told = year.case.table("residences").set_index("residence")
    names = sorted({str(r) for r in year.dwellings["residence"].dropna()})
    if year.viewer.kind in ("maire", "epci", "prefet"):
        # A residence that also has dwellings elsewhere is not this viewer's alone.
        every = year.case.table("dwellings")
        here = set(year.dwellings["dwelling_id"])
        shared = {str(r) for r in every.loc[~every["dwelling_id"].isin(here), "residence"].dropna()}
        names = [n for n in names if n not in shared]
    rows = []
    for name in names:
        mine = year.lines[year.lines["residence"] == name]
        row = {"residence": name, **tally(mine)}
        known = told.loc[name] if name in told.index else None
        for column in ("dwellings", "q1_share", "fragility", "vacant", "recent_q1_share"):
            value = None if known is None else known[column]
            row[column] = None if value is None or pd.isna(value) else value
        group = _first_quartile(year, mine)["proposed_q1_share"]
        row["proposed_q1_share"] = group
        rows.append(row)
    columns = [
        "residence",
        "dwellings",
        "vacant",
        "fragility",
        "q1_share",
        "recent_q1_share",
        *STATES,
        "proposed_q1_share",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame = (
        frame.sort_values(["proposed", "residence"], ascending=[False, True], ignore_index=True)
        if rows
        else frame
    )
    note = "Part du 1er quartile parmi les proposés : masquée quand les ménages sont trop peu nombreux."
    return Table("residences", "Résidences", frame, note, most=20)


def fragility_table(year: Year) -> Table:
    """The effect on residences without naming one household: arrivals by fragility of the residence, against those there."""
    told = year.case.table("residences")
    fragility = {str(r): f for r, f in zip(told["residence"], told["fragility"].astype(object), strict=True)}
    weight = {
        str(r): (int(n) if pd.notna(n) else 0, s)
        for r, n, s in zip(told["residence"], told["dwellings"], told["q1_share"], strict=True)
    }
    lines = year.lines.assign(fragility=[_word(fragility.get(r)) for r in year.lines["residence"]])
    rows = []
    for word in sorted(set(lines["fragility"]), key=lambda w: (_FRAGILITY.get(w, 9), w)):
        mine = lines[lines["fragility"] == word]
        names = sorted(set(mine["residence"]) - {""})
        known = [weight[r] for r in names if r in weight and pd.notna(weight[r][1])]
        housed = sum(n for n, _ in known)
        there = Fraction(0)
        for n, share in known:
            there += n * Fraction(repr(float(share)))
        rows.append({"fragility": word, "residences": len(names), **tally(mine),
                     "q1_share": float(there / housed) if housed else float("nan"), **_first_quartile(year, mine)})  # fmt: skip
    columns = ["fragility", "residences", *STATES, "q1_share", "signed_q1_share", "proposed_q1_share"]
    note = "« Occupants » : part du 1er quartile dans les résidences concernées, d'après la table residences."
    return Table("fragility", "Effet sur les résidences", pd.DataFrame(rows, columns=columns), note)


_FRAGILITY = {"forte": 0, "moyenne": 1, "faible": 2}


def _word(value: object) -> str:
    return value if isinstance(value, str) and value else "résidence non renseignée"


def qpv_table(year: Year) -> Table:
    """Part of the dwellings in QPV: the État's against the others', leases, proposals, and the reserved stock if it is given."""
    lines = year.lines[year.lines["in_flux"].astype(bool)]
    state = lines["account"].isin(state_accounts())
    stock = year.case.table("stock")
    stock = (
        stock[stock["departement"] == year.viewer.code] if year.viewer.kind == "prefet" else stock.iloc[:0]
    )
    held = stock["account"].isin(state_accounts())
    rows = []
    for title, mask, owned in (
        ("État", state, held),
        ("Autres réservataires et bailleur", ~state, ~held),
    ):
        mine = lines[mask]
        n, q = tally(mine), tally(mine[mine["qpv"].astype(bool)])
        part = stock[owned]
        whole = int(part["dwellings"].fillna(0).sum())
        inside = int(part.loc[in_qpv(part["qpv"]) == "oui", "dwellings"].fillna(0).sum())
        row: dict[str, object] = {"group": title}
        for name in STATES:
            row |= {name: n[name], f"{name}_qpv": q[name], f"{name}_qpv_share": _share(q[name], n[name])}
        rows.append(row | {"stock": whole, "stock_qpv_share": _share(inside, whole)})
    columns = ["group"]
    for name in STATES:
        columns += [name, f"{name}_qpv", f"{name}_qpv_share"]
    if len(stock):
        columns += ["stock", "stock_qpv_share"]
    note = "Logements du flux : les baux de mutation ou hors de l'assiette, que « Par réservataire » compte, n'y sont pas."
    return Table("state_in_qpv", "Logements de l'État en QPV", pd.DataFrame(rows, columns=columns), note)


def effect_table(year: Year) -> Table:
    """What this year and this run do to the part of dwellings in QPV: leases, if all accept, and expected."""
    lines, rows = year.lines, []
    mine = lines["account"].isin(of_place(year.viewer.code))
    for title, mask in (("Contingent de la commune", mine), ("Tous réservataires", mine | ~mine)):
        c = count(lines, mask, lines["qpv"].astype(bool))
        rows.append({
            "group": title, "signed": c.num_signed, "den_signed": c.den_signed, "signed_qpv_share": _share(c.num_signed, c.den_signed),
            "all_accept_rate": _share(c.num + c.num_run, c.den + c.den_run), "expected_rate": _share(c.num + c.num_expected, c.den + c.den_expected),
        })  # fmt: skip
    columns = ["group", "signed", "den_signed", "signed_qpv_share", "all_accept_rate", "expected_rate"]
    frame = pd.DataFrame(rows, columns=columns).rename(columns={"signed": "signed_qpv"})
    return Table(
        "qpv_effect",
        "Effet sur la part en QPV",
        frame,
        "Part des baux en QPV : signés, puis avec les propositions.",
    )


def stays_table(year: Year) -> Table:
    """Dwellings of the commune: in and outside QPV, on the commune's account and in all."""
    lines, rows = year.lines, []
    mine = lines["account"].isin(of_place(year.viewer.code))
    everyone = pd.Series(True, index=lines.index)
    for title, mask in (("Contingent de la commune", mine), ("Tous réservataires", everyone)):
        for inside in (False, True):
            part = lines[mask & (lines["qpv"].astype(bool) == inside)]
            rows.append({"group": title, "qpv": "en QPV" if inside else "hors QPV", **tally(part), **_first_quartile(year, part)})  # fmt: skip
    columns = ["group", "qpv", *STATES, "signed_q1_share", "proposed_q1_share"]
    small = year.rules.value("national.dashboard.small_group")
    note = f"1er quartile : masqué au-dessous de {small.value} ménages dont les ressources sont connues (supposé)."
    return Table("qpv", "QPV et hors QPV", pd.DataFrame(rows, columns=columns), note)
