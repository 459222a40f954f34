"""The tables about households: DALO, relocations, decisions that set somebody aside, and a commune's own files."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.conversion import account_order
from optimizer.domain.account import account_of, in_flux, of_place, place_of
from optimizer.domain.schema import RELOCATIONS
from optimizer.eligibility.accounts import in_pool
from optimizer.presentation.numbers import day
from optimizer.statement.dashboards.alerts import deadlines
from optimizer.statement.dashboards.tables import Table, tally
from optimizer.statement.dashboards.targets import label
from optimizer.statement.dashboards.year import Year


def dalo_table(year: Year) -> Table:
    """DALO households by account: waiting (who may name them), in progress, proposed, housed since 1 January."""
    lines = year.lines[year.lines["dalo"].astype(bool)]
    waiting = waiting_dalo(year)
    accounts = sorted({*waiting["account"], *lines["account"]} - {""}, key=account_order)
    rows = []
    for account in accounts:
        mine = lines[lines["account"] == account]
        n = tally(mine)
        rows.append({"account": label(year, account), "waiting": int((waiting["account"] == account).sum()),
                     "progress": n["progress"], "proposed": n["proposed"], "housed": n["signed"]})  # fmt: skip
    n = tally(lines)
    rows.append({"account": "Ensemble", "waiting": int(waiting["application_id"].nunique()), "progress": n["progress"],
                 "proposed": n["proposed"], "housed": n["signed"]})  # fmt: skip
    note = (
        "En attente : demandes DALO actives qui souhaitent une commune du département (ou dont le périmètre a été fixé), sans bail ni "
        "candidature en cours ; un ménage compte sur chaque contingent qui peut le désigner, une seule fois dans l'ensemble. Logés : "
        "tous les ménages DALO ; la jauge laisse à part ceux du premier quartile logés en QPV sans accord connu."
    )
    return Table(
        "dalo",
        "DALO : en attente, proposés, logés",
        pd.DataFrame(rows, columns=["account", "waiting", "progress", "proposed", "housed"]),
        note,
    )


def waiting_dalo(year: Year) -> pd.DataFrame:
    """``application_id, account``: one line per household waiting and account that may name it."""
    facts, a = year.facts, year.facts.applications
    busy = set(year.lines.loc[year.lines["state"].isin(["signed", "progress"]), "application_id"])
    here = year.applications
    here = here[here["active"] & here["dalo"] & ~here["housed"] & ~here["application_id"].isin(busy)]
    apps = here["at"].to_numpy("int32")
    listed = a.explicit_accounts.filled(apps) if len(apps) else np.zeros(0, bool)
    rows: list[tuple[str, str]] = []
    for i, account in enumerate(facts.accounts):
        if not in_flux(account) or not len(apps):
            continue
        named = in_pool(facts, account_of(account).kind.pool, apps)
        if account_of(account).kind.replaceable:
            named = np.where(listed, a.explicit_accounts.holds(apps, i), named)
        if place_of(account):
            named = named & _wishes(year, apps, place_of(account))
        rows += [(n, account) for n, yes in zip(here["application_id"], named.tolist(), strict=True) if yes]
    return pd.DataFrame(rows, columns=["application_id", "account"])


def _wishes(year: Year, apps: NDArray[np.int32], area: str) -> NDArray[np.bool_]:
    """Which households wish a commune of a collectivité's area: it names for no other."""
    communes = year.rules.all_communes
    codes = year.facts.communes
    inside = {area, *communes.index[(communes["epci"] == area) | (communes["departement"] == area)]}
    here = np.array([code in inside for code in codes], bool)
    owner, _, values = year.facts.applications.wished.gather(apps)
    found = np.zeros(len(apps), bool)
    known = values >= 0
    found[owner[known][here[values[known]]]] = True
    return found


def relocations_table(year: Year) -> Table:
    """Relocated households by operation: waiting, in progress, proposed, housed."""
    words = {"npnru": "NPNRU", "orcod": "ORCOD", "unfit": "habitat indigne", "sale": "vente HLM"}
    busy = set(year.lines.loc[year.lines["state"].isin(["signed", "progress"]), "application_id"])
    active = year.applications[year.applications["active"] & ~year.applications["housed"]]
    active = active[~active["application_id"].isin(busy)]
    rows = []
    for number, code in enumerate(RELOCATIONS):
        if code == "none":
            continue
        n = tally(year.lines, year.lines["relocation"] == code)
        rows.append({"operation": words[code], "waiting": int((active["relocation"] == number).sum()),
                     "progress": n["progress"], "proposed": n["proposed"], "housed": n["signed"]})  # fmt: skip
    return Table(
        "relocations",
        "Relogements",
        pd.DataFrame(rows, columns=["operation", "waiting", "progress", "proposed", "housed"]),
    )


def forbids_table(year: Year) -> Table:
    """Every decision that set a household aside, its written reason, its author and its end."""
    reasons = year.rules.get("national.forbid_reasons.reasons")
    decisions = year.case.table("decisions")
    decisions = decisions[decisions["decision"] == "forbid"]
    here, wishing = set(year.dwellings["dwelling_id"]), set(year.applications["application_id"])
    rows = []
    for x in decisions.to_dict("records"):
        everywhere = not isinstance(x["dwelling_id"], str) or not x["dwelling_id"]
        if not (x["application_id"] in wishing if everywhere else x["dwelling_id"] in here):
            continue
        end = x["expires_on"]
        over = pd.notna(end) and end < pd.Timestamp(year.on)
        rows.append({
            "dwelling_id": "tous" if everywhere else str(x["dwelling_id"]), "application_id": str(x["application_id"]),
            "reason": str(reasons.get(x["reason"], x["reason"])), "author": str(x["author"]),
            "expires_on": "–" if pd.isna(end) else f"{end:%d/%m/%Y}" + (" (échue)" if over else ""),
        })  # fmt: skip
    columns = ["author", "reason", "dwelling_id", "application_id", "expires_on"]
    frame = pd.DataFrame(rows, columns=columns).sort_values(columns, ignore_index=True)
    source = year.rules.value("national.forbid_reasons.reasons").source
    return Table(
        "forbids",
        "Demandes écartées par décision",
        frame,
        f"Liste fermée de motifs ({source}).",
        most=100_000,
    )


def files_table(year: Year) -> Table:
    """A commune's own files only: what is proposed or in progress on its account, and the dwellings it must name for."""
    lines = year.lines[year.lines["account"].isin(of_place(year.viewer.code))]
    lines = lines[lines["state"] != "signed"].sort_values(["dwelling_id", "rank"])
    ends = {
        name: day(str(end))
        for name, end in zip(year.homes["dwelling_id"], year.homes["deadline"], strict=True)
    }
    late = deadlines(year)  # in words already
    ends |= dict(zip(late["dwelling_id"], late["deadline"], strict=True))
    rows = [
        {
            "dwelling_id": x["dwelling_id"], "landlord": x["landlord"], "rooms": f"T{x['rooms']}" if pd.notna(x["rooms"]) else "",
            "financing": x["financing"], "qpv": "en QPV" if x["qpv"] else "hors QPV", "state": _state(x),
            "rank": int(x["rank"]) if x["application_id"] else None, "application_id": x["application_id"],
            "deadline": "" if x["application_id"] else ends.get(x["dwelling_id"], ""),
        }
        for x in lines.to_dict("records")
    ]  # fmt: skip
    columns = [
        "dwelling_id",
        "landlord",
        "rooms",
        "financing",
        "qpv",
        "state",
        "rank",
        "application_id",
        "deadline",
    ]
    note = "Le contingent de la commune seulement ; échéance : date avant laquelle un candidat est attendu de la commune."
    return Table("files", "Dossiers de la commune", pd.DataFrame(rows, columns=columns), note)


def _state(line: dict[Hashable, Any]) -> str:
    if not line["application_id"]:
        return (
            "orienté, candidat à désigner" if line["state"] == "progress" else "proposé, candidat à désigner"
        )
    return {"proposed": "proposé, 1er rang", "progress": "en cours", "reserve": "réserve"}[str(line["state"])]
