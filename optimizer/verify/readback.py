"""What others read again from a result: ``sheets.json``, of which a session is made, and ``why.npz``, from which `why` answers.

Both repeat what the tables say, and what they say is put before a commission or written to a household. Held against the tables,
which every other check recomputes: who stands where on which list, account, score, quartile, flags, effort rate and reason; place,
landlord, mode and days of vacancy of each dwelling, its state and why its list is short, by the account's own name; persons, state,
reason, points lacking and dwelling of each household, the account it is listed on, prices and shares of the rules. The other words of the pages stay what the manifest seals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Lang
from optimizer.verify.law import FINANCINGS
from optimizer.verify.naming import mode_of
from optimizer.verify.outputs import Out, need_out, read_json, read_out
from optimizer.verify.verdict import Findings
from optimizer.verify.wording import account_words, place_names
from optimizer.verify.world import World

CHECK = "readback"
SHEETS, INDEX = "sheets.json", "why.npz"
NUMBER = "NUR"
WHY: Mapping[Lang, str] = {"fr": "Pourquoi", "en": "Why"}
"""Labels of the pairs of a sheet that hold the number of a household and its reason."""
LINE = (
    "dwelling_id", "account", "rank", "application_id", "score", "effort", "q1", "priority", "flags", "reason",
)  # fmt: skip
HOME = ("dwelling_id", "account", "status", "reason_if_short")
CHAIN = ("chain", "kind", "position", "dwelling_id", "application_id", "conditional_on")
STATES = ("status", "state_reason")
Row = Mapping[str, str]


def check_readback(folder: Path, world: World, lang: Lang, found: Findings) -> None:
    """Both files, where the run wrote them; ``lang``: of the result's sentences."""
    if not (folder / SHEETS).exists() and not (folder / INDEX).exists():
        return
    proposals = need_out(folder, "proposals", LINE)
    if (folder / SHEETS).exists():
        _check_sheets(folder, proposals, world, lang, found)
    if (folder / INDEX).exists():
        _check_index(folder, proposals, world, found)


def _rows(out: Out, *names: str) -> list[dict[str, str]]:
    return [dict(zip(names, cells, strict=True)) for cells in zip(*map(out.strings, names), strict=True)]


def _table(folder: Path, stem: str, *names: str) -> list[dict[str, str]]:
    return _rows(need_out(folder, stem, names), *names)


def _check_sheets(folder: Path, proposals: Out, world: World, lang: Lang, found: Findings) -> None:
    content = read_json(folder, SHEETS)
    lists: dict[str, list[dict[str, str]]] = {}
    for row in _rows(proposals, *LINE):
        if row["application_id"]:
            lists.setdefault(row["dwelling_id"], []).append(row)
    due = {row["dwelling_id"]: row for row in _table(folder, "dwellings", *HOME)}
    names = place_names(world.law)
    links = _links(folder)
    forms = content["forms"]
    found.demand(CHECK, content["on"] == world.settings.on.isoformat(), f"{SHEETS} : on")
    stated = [str(form["dwelling"]) for form in forms]
    found.demand(CHECK, sorted(stated) == sorted(due), f"{SHEETS} : forms")
    for home, form in zip(stated, forms, strict=True):
        listed = sorted(lists.get(home, []), key=lambda row: int(row["rank"]))
        told = due.get(home, dict.fromkeys(HOME))
        for what, fine in (
            ("account", form["account"] == told["account"]),
            ("account_label", _same_label(form["account_label"], form["account"], names)),
            ("status", form["status"] == told["status"]),
            ("reason_if_short", form["reason_if_short"][lang] == told["reason_if_short"]),
            ("candidates", [(c["rank"], c["application"]) for c in form["candidates"]]
                == [(int(row["rank"]), row["application_id"]) for row in listed]),
            ("households", set(form["households"]) == {row["application_id"] for row in listed}),
            ("chain", form.get("chain") == links.get(home)),
            ("facts", _same_facts(form["facts"], home, form["account"], world)),
        ):  # fmt: skip
            found.demand(CHECK, fine, f"{SHEETS}, dwelling_id={home} : {what}")
        cards = {str(card["application"]): card for card in form["candidates"]}
        for row in listed:
            name = row["application_id"]
            fine = name in cards and name in form["households"]
            fine = fine and _same_line(form["households"][name], row, world, lang)
            fine = fine and _same_card(cards[name], form["households"][name])
            found.demand(CHECK, fine, f"{SHEETS}, dwelling_id={home} : rank={row['rank']}")


def _links(folder: Path) -> dict[str, dict[str, Any]]:
    """What each dwelling of a chain waits for and opens, from the table of chains; none in a run without."""
    out = read_out(folder, "chains", CHAIN)
    rows = [] if out is None else _rows(out, *CHAIN)
    first = {row["application_id"]: row["dwelling_id"] for row in rows}
    freed = {row["conditional_on"]: row["dwelling_id"] for row in rows if row["conditional_on"]}
    return {
        row["dwelling_id"]: {
            "number": int(row["chain"]),
            "kind": row["kind"],
            "position": int(row["position"]),
            "after": first.get(row["conditional_on"], "") if row["conditional_on"] else "",
            "next": freed.get(row["application_id"], ""),
        }
        for row in rows
    }


def _same_facts(facts: Mapping[str, Any], home: str, account: str, world: World) -> bool:
    d = world.dwellings.number.get(home)
    if d is None:
        return False
    commune, epci, departement = world.place(d)
    return (
        facts["dwelling_id"] == home
        and (facts["commune"], facts["epci"], facts["departement"]) == (commune, epci, departement)
        and facts["landlord"] == str(world.dwellings.landlord[d])
        and facts["subsidised"] is bool(world.dwellings.subsidised[d])
        and facts["vacancy_days"] == int(world.dwellings.vacancy_days[d])
        and _kind(facts["rooms"], facts["financing"], facts["qpv"]) == _kind_of(world, d)
        and _cents(facts["rent_eur"]) == int(world.dwellings.rent[d])
        and _cents(facts["charges_eur"]) == int(world.dwellings.charges[d])
        and (not account or facts["mode"] == mode_of(world, d, account))
    )


def _kind(rooms: Any, financing: Any, qpv: Any) -> tuple[int, str, bool]:
    return int(rooms), str(financing).lower(), bool(qpv)


def _kind_of(world: World, d: int) -> tuple[int, str, bool]:
    """Rooms, financing and QPV of a dwelling of the case."""
    w = world.dwellings
    return int(w.rooms[d]), FINANCINGS[int(w.financing[d])], bool(w.qpv[d])


def _cents(amount: float | None) -> int:
    """An amount as the case is read: in cents, -1 unknown."""
    return -1 if amount is None or amount != amount else round(amount * 100)


def _same_label(label: Mapping[str, str], account: str, names: Mapping[str, str]) -> bool:
    """Whether a sheet names its account as pages do, in both languages; nothing where the dwelling has none."""
    words: dict[Lang, str] = {lang: account_words(account, lang, names) for lang in WHY}
    return label == (words if account else dict.fromkeys(words, ""))


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None


def _same_line(kept: Mapping[str, Any], row: Row, world: World, lang: Lang) -> bool:
    """What the desk keeps of a household's line."""
    a = world.apps.number[row["application_id"]]
    effort, stated = _number(row["effort"]), kept["effort"]
    near = effort is None if stated is None else effort is not None and abs(stated - effort) < 1e-4
    return (
        kept["score"] == _number(row["score"])
        and near
        and kept["q1"] == (row["q1"] or "unknown")
        and kept["flags"] == row["flags"]
        and kept["dalo"] is ("DALO" in row["priority"].partition(" (")[0].split("|"))
        and kept["designated"] is bool(world.apps.prefet[a])
        and kept["persons"] == int(world.apps.persons[a])
        and kept["reason"][lang] == row["reason"]
    )


def _same_card(card: Mapping[str, Any], kept: Mapping[str, Any]) -> bool:
    """Whether the lines of a household name it, and give its reason, in both languages."""
    for lang, lines in card["lines"].items():
        pairs = [pair for line in lines for pair in line]
        if [value for label, value in pairs if label == NUMBER] != [card["application"]]:
            return False
        reasons = [value for label, value in pairs if label == WHY[lang]]
        scored = any(label in ("Cotation", "Score") for label, _ in pairs)
        if len(reasons) != 1 or (scored and reasons[0] != kept["reason"][lang]):
            return False
    return True


def _check_index(folder: Path, proposals: Out, world: World, found: Findings) -> None:
    with np.load(folder / INDEX, allow_pickle=False) as file:
        index = {name: file[name] for name in file.files}
    told = json.loads(index["meta"].tobytes().decode("utf-8"))
    apps, homes = (
        [x.decode("utf-8") for x in index[name].tolist()] for name in ("applications", "dwellings")
    )
    states = _table(folder, "applications", "application_id", "status", "reason")
    found.demand(CHECK, apps == [row["application_id"] for row in states], f"{INDEX} : applications")
    for name, column in zip(STATES, ("status", "reason"), strict=True):
        fine = _words(index[name], told[name]) == [row[column] for row in states]
        found.demand(CHECK, fine, f"{INDEX} : {name}")
    found.demand(CHECK, _explained(index, homes) == _wanted(folder, apps), f"{INDEX} : points_needed")
    names = place_names(world.law)
    at = np.flatnonzero(index["rank"])
    whose = np.searchsorted(index["ptr"], at, side="right") - 1
    here = zip(
        *(x.tolist() for x in (whose, *(index[n][at] for n in ("dwelling", "rank", "account")))), strict=True
    )
    ranks = {(apps[a], homes[d], int(rank), *told["accounts"][account]) for a, d, rank, account in here}
    listed = {
        (row["application_id"], row["dwelling_id"], int(row["rank"]), *(account_words(row["account"], x, names) for x in WHY))
        for row in _rows(proposals, "dwelling_id", "rank", "application_id", "account")
        if row["application_id"]
    }  # fmt: skip
    found.demand(CHECK, ranks == listed, f"{INDEX} : rank")
    known = (
        (kind, world.dwellings.number.get(name)) for name, kind in zip(homes, told["homes"], strict=True)
    )
    fine = all(d is None or _kind(*kind[1:4]) == _kind_of(world, d) for kind, d in known)
    found.demand(CHECK, fine, f"{INDEX} : homes")
    stated, due = [rule[2] for rule in told["rules"]], _prices(folder)
    fine = len(stated) == len(due) and bool(np.allclose(stated, due, rtol=0, atol=1e-4))
    found.demand(CHECK, fine, f"{INDEX} : rules")


def _prices(folder: Path) -> list[list[float]]:
    """Of each rule that weighs, in the order of the table: smallest and largest share asked, highest price."""
    shares: dict[str, list[tuple[float, float]]] = {}
    for row in _table(folder, "rules", "rule", "share", "price"):
        share, price = _number(row["share"]), _number(row["price"])
        if share is not None and price:
            shares.setdefault(row["rule"], []).append((share, price))
    return [[min(x)[0], max(x)[0], max(price for _, price in x)] for x in shares.values()]


def _words(codes: NDArray[Any], words: Sequence[str]) -> list[str]:
    return [str(words[x]) if x >= 0 else "" for x in codes.tolist()]


def _explained(index: Mapping[str, NDArray[Any]], homes: Sequence[str]) -> list[tuple[int, str, bool]]:
    """Of each household: points in hundredths (-1: none), dwelling, whether solved again."""
    rows = zip(*(index[x].tolist() for x in ("points_needed", "nearest", "confirmed")), strict=True)
    return [(points, homes[home] if home >= 0 else "", bool(sure)) for points, home, sure in rows]


def _wanted(folder: Path, apps: Sequence[str]) -> list[tuple[int, str, bool]]:
    names = ("application_id", "points_needed", "dwelling_id", "confirmed")
    rows = {row["application_id"]: row for row in _table(folder, "explanations", *names)}

    def each() -> Iterator[tuple[int, str, bool]]:
        for app in apps:
            row = rows.get(app)
            points = None if row is None else _number(row["points_needed"])
            if row is None:
                yield -1, "", False
            else:
                yield (
                    -1 if points is None else round(points * 100),
                    row["dwelling_id"],
                    row["confirmed"] == "yes",
                )

    return list(each())
