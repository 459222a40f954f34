"""``report.html``: the whole run on one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from optimizer.domain.frames import records
from optimizer.errors import Lang, Spaced, said
from optimizer.presentation.data import DECLARED, QUARTILES, ReportData, proof_sentence, stop_sentence
from optimizer.presentation.light import advice_words, light_week, publicity
from optimizer.presentation.numbers import day, decimal, due
from optimizer.presentation.numbers import percent as share_words
from optimizer.presentation.page import render
from optimizer.presentation.session import STATES, in_session, pace_words
from optimizer.presentation.sheets import chained, link_words, lived_in
from optimizer.presentation.svg import bar, gauge
from optimizer.presentation.words import dwelling_words, flags_words, place_words, scope_words, why_words
from optimizer.problem.registry import find_rule
from optimizer.shortlist.labels import account_label, count_word, flag_label, rule_label, rule_long, share_key

MOST_LISTS = 200
"""Dwellings listed in the report itself; beyond, the workbook and the sheets hold them."""
MOST_PLACES = 12
"""Places named of each thing to settle; the rest is counted."""
MOST_GAUGES = 40
MOST_CHANGES = 100
NAMES = 3
"""Households named beside each dwelling of the first table, a column each."""
HOUSEHOLD_GAUGES = ("epci_rates", "account_rates", "yearly_numbers")
"""Kinds of rules about who is housed (`RuleShape.gauge`)."""
SMALL_GROUP = 5
"""Households below which a group of the selection rates is not shown."""
GROUPS_EN = {
    "1er quartile": "first quartile",
    "2e à 4e quartile": "second to fourth quartile",
    "inconnu": "unknown",
    "sans seuil publié": "no threshold published",
    "5 et plus": "5 and more",
    "prioritaire prouvé": "priority, proven",
    "prioritaire déclaré": "priority, declared",
    "autre": "other",
    "externe": "external",
    "mutation": "transfer",
    "refuse ou inconnu": "refuses or unknown",
    "accepte": "accepts",
}
"""Names of the compared groups, which the tables hold in French."""


def proof_words(data: ReportData) -> dict[str, str]:
    """What is proved of the run, and why it stopped: on every page of a run."""
    return {
        "proof": proof_sentence(data.proof, data.lang),
        "stop": stop_sentence(data.proof, data.lang),
    }


def show(value: float, data: ReportData, places: int = 1) -> str:
    """A number on a page, with all its decimals."""
    return decimal(value, places, data.lang, fixed=True)


def percent(value: float, data: ReportData, places: int = 1) -> str:
    """A share in per cent, with all its decimals."""
    return share_words(value, places, data.lang, fixed=True)


def report_html(data: ReportData) -> str:
    """The whole ``report.html``: what a session opens first, then gauges, then annexes."""
    homes = in_session(data.dwellings)
    details = {int(row.line): row for row in records(data.details)} if _lined(data) else {}
    lines = _lines(data)
    settle = _to_settle(data, homes, lines, details)
    years, goals = year_rows(data), _goals(data)
    short = len(homes) <= MOST_LISTS and light_week(data, homes)
    return render(
        "presentation/report",
        data.lang,
        {
            "d": data,
            "short": said("LIGHT.SHORT_PAGE", data.lang) if short else "",
            "counts": counts_words(data),
            "settle": settle,
            "to_settle": show(sum(x["n"] for x in settle), data, 0),
            "told_elsewhere": "" if _lined(data) else said("REPORT.SETTLE_ELSEWHERE", data.lang),
            "settle_more": said("REPORT.SETTLE_MORE", data.lang, places=MOST_PLACES)
            if any(x["n"] > MOST_PLACES for x in settle)
            else "",
            "lists_elsewhere": said("REPORT.LISTS_ELSEWHERE", data.lang, most=MOST_LISTS)
            if _lined(data) and len(homes) > MOST_LISTS
            else "",
            "session": _session(data, homes, lines, details) if len(homes) <= MOST_LISTS else [],
            "changes": _changes(data),
            "changes_more": _more(len(data.changes) - MOST_CHANGES, "changes", data),
            "years": years[:MOST_GAUGES],
            "years_more": _more(len(years) - MOST_GAUGES, "rules", data),
            "goals": goals[:MOST_GAUGES],
            "goals_more": _more(len(goals) - MOST_GAUGES, "rules", data),
            "gauges": _gauges(data),
            "quartiles": _quartiles(data),
            "accounts": lettings_by_account(data),
            "groups": _groups(data),
            "small_group": SMALL_GROUP,
            "leapfrogs": _leapfrogs(data),
            "flags": _flags(data),
            "forbids": data.forbids.to_dict(orient="records"),
            "shortfalls": _shortfalls(data),
            "lists": _lists(data, homes, lines) if len(homes) <= MOST_LISTS else [],
            **proof_words(data),
        },
    )


def _lined(data: ReportData) -> bool:
    """Whether the run tells each household's line: a region's or a country's leaves that to the cases of its landlords."""
    return len(data.details.columns) > 1


def _lines(data: ReportData) -> dict[str, list[tuple[int, Any]]]:
    """Dwelling -> (number, line) of its households by rank; none where the run is too large for a line each."""
    found: dict[str, list[tuple[int, Any]]] = {}
    if not _lined(data):
        return found
    for i, line in enumerate(records(data.proposals)):
        if line.application_id:
            found.setdefault(str(line.dwelling_id), []).append((i, line))
    return found


def counts_words(data: ReportData) -> str:
    """``12 logements · 9 listes · 2 en attente · 1 sans candidat``, those that tenants still live in and those whose attribution is
    under way already."""
    status = data.dwellings["status"].value_counts()
    listed, awaiting, none = (int(status.get(state, 0)) for state in STATES)
    under_way = int(data.dwelling_facts["in_progress"].sum())
    lang = data.lang
    every, freed = Spaced(len(data.dwellings)), len(lived_in(data))
    words = [
        said("REPORT.COUNT_LIVED_IN", lang, n=every, freed=Spaced(freed))
        if freed
        else said("REPORT.COUNT_DWELLINGS", lang, n=every),
        said("REPORT.COUNT_LISTS", lang, n=Spaced(listed)),
        said("REPORT.COUNT_AWAITING", lang, n=show(awaiting, data, 0)),
        said("REPORT.COUNT_NONE", lang, n=show(none - under_way, data, 0)),
    ]
    if under_way:
        words.append(said("REPORT.COUNT_UNDER_WAY", lang, n=show(under_way, data, 0)))
    return " · ".join(words)


SETTLED: tuple[tuple[str, str], ...] = (
    ("SETTLE_DOSSIER", "DOSSIER_TO_VERIFY"), ("SETTLE_UNREACHABLE", "UNREACHABLE"), ("SETTLE_INCOME", "INCOME_MISSING"),
    ("SETTLE_OLD", "RESOURCES_OLD"), ("SETTLE_EFFORT", "EFFORT_HIGH"), ("SETTLE_DECLARED", "PRIORITY_DECLARED_ONLY"),
    ("SETTLE_RENEW", "TO_RENEW"), ("SETTLE_NEEDED", "ADAPTED_NEEDED"),
    ("SETTLE_ADAPTED", "ADAPTED_UNNEEDED"),
)  # fmt: skip
"""What somebody settles before the session, and the flag that tells it; old resources are read from their month, an adapted dwelling
that its first rank does not need from both."""


MONTHS_OLD = 12
"""Months after which resources are told to be old: a convention of this program, as the sentence says it."""


def _marks(data: ReportData, f: Any, i: int, line: Any, details: Mapping[int, Any]) -> set[str]:
    """The flags of a line, whether its resources are older than `MONTHS_OLD`, and whether it is first on an adapted dwelling, whose
    facts are ``f``, without a need of one: while eligible households that need it have no other first rank, or not."""
    marks = set(str(line.flags).split("|"))
    said_on = details[i].resources_on if i in details else ""
    year, month = divmod(12 * data.on.year + data.on.month - 1 - MONTHS_OLD, 12)
    if said_on and said_on[:7] < f"{year:04d}-{month + 1:02d}":
        marks.add("RESOURCES_OLD")
    if f.accessible == "adapted" and int(line.rank) == 1 and i in details and details[i].need != "adapted":
        marks.add("ADAPTED_NEEDED" if int(f.needed) > int(f.needed_housed) else "ADAPTED_UNNEEDED")
    return marks


def _to_settle(
    data: ReportData, homes: Sequence[Any], lines: Mapping[str, list[tuple[int, Any]]], details: Mapping[int, Any]
) -> list[dict[str, Any]]:  # fmt: skip
    """What is to be settled, kind by kind: how many, and the first of them with where they are told."""
    if not _lined(data):
        return []
    found: dict[str, list[dict[str, object]]] = {}
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    unproven = _unproven(data)
    page = "" if len(homes) <= MOST_LISTS else _sheets_file(data)
    anchor = f"{page}#logement-" if page else "#r-" if len(homes) <= MOST_LISTS else ""
    for n, d in enumerate(homes, start=1):
        named = lines.get(str(d.dwelling_id), [])
        where = {
            "at": f"{anchor}{n}" if anchor else "",
            "dwelling": d.dwelling_id,
            "rank": 0,
            "of": "",
            "passed": "",
        }
        for i, line in named:
            marks = _marks(data, facts[d.dwelling_id], i, line, details)
            if i in details and details[i].for_a_list:
                place = {**where, "rank": int(line.rank), "of": details[i].list_of}
                found.setdefault("SETTLE_FOR_A_LIST", []).append(place)
            for code, flag in SETTLED:
                if flag in marks:
                    found.setdefault(code, []).append({**where, "rank": int(line.rank)})
        for passed in unproven.get(str(d.dwelling_id), ()):
            found.setdefault("SETTLE_PROOF", []).append({**where, "passed": passed})
        shown = publicity(data, d, facts[d.dwelling_id], len(named))
        proven = shown is not None and shown.proven and facts[d.dwelling_id].eligible < data.least
        if d.status == "listed" and not proven and _few(data, d, named, details):
            found.setdefault("SETTLE_FEW", []).append(where)
        if d.status == "awaiting_reservataire":
            found.setdefault("SETTLE_NAMES", []).append(where)
    order = [
        "SETTLE_FOR_A_LIST",
        "SETTLE_PROOF",
        *(code for code, _ in SETTLED),
        "SETTLE_FEW",
        "SETTLE_NAMES",
    ]
    return [
        {
            "label": said(f"REPORT.{code}", data.lang, least=count_word(data.least, data.lang), months=MONTHS_OLD), "n": len(found[code]), "count": show(len(found[code]), data, 0),
            "places": found[code][:MOST_PLACES],
        }
        for code in order
        if code in found
    ]  # fmt: skip


def _unproven(data: ReportData) -> dict[str, list[str]]:
    """Dwelling -> the better-scored households whose priority is only declared, passed at its first rank for the share of priority
    publics: the proof alone is missing to them. None of a large run, whose table of leapfrogs names nobody here."""
    if "dwelling_id" not in data.leapfrogs:
        return {}
    for_it = data.leapfrogs[
        (data.leapfrogs["rank"] == 1)
        & data.leapfrogs["explained_by"].astype(str).str.startswith("priority_publics[")
    ]
    declared = set(data.population.loc[data.population["priority"] == DECLARED, "application_id"])
    found: dict[str, list[str]] = {}
    for x in records(for_it):
        if x.application_id_passed in declared:
            found.setdefault(str(x.dwelling_id), []).append(str(x.application_id_passed))
    return found


def _sheets_file(data: ReportData) -> str:
    """The one page of A4 sheets beside the report; empty where there is none, or one per landlord."""
    return "sheets.html" if any(file == "sheets.html" for _, file in data.papers) else ""


def _session(
    data: ReportData, homes: Sequence[Any], lines: Mapping[str, list[tuple[int, Any]]], details: Mapping[int, Any]
) -> list[dict[str, Any]]:  # fmt: skip
    """One row per dwelling in the order of the session: account, three names, what is missing."""
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    sheets, linked = _sheets_file(data), chained(data)
    out = []
    for n, d in enumerate(homes, start=1):
        named = lines.get(str(d.dwelling_id), [])
        names = [str(line.application_id) for _, line in named]
        link = linked.get(str(d.dwelling_id))
        waits = link_words(link, data.lang)[:1] if link is not None and link.after else ()
        lacks = _lacks(data, d, facts[d.dwelling_id], named, details)
        out.append(
            {
                "n": n,
                "dwelling": d.dwelling_id,
                "words": place_words(facts[d.dwelling_id], data.lang),
                "lived_in": said("REPORT.LIVED_IN", data.lang) if waits else "",
                "account": account_label(d.account, data.lang, data.places) or "–",
                "names": [*names, *[""] * NAMES][:NAMES],
                "sheet": f"{sheets}#logement-{n}" if sheets else "",
                "lacks": said("WORDS.LIST", data.lang).join(x for x in (*waits, lacks) if x),
            }
        )
    return out


def session_rows(data: ReportData) -> list[dict[str, Any]]:
    """The rows of the first screen for another paper: whatever the number of dwellings."""
    homes = in_session(data.dwellings)
    lines: dict[str, list[tuple[int, Any]]] = {}
    for i, line in enumerate(records(data.proposals)):
        if line.application_id:
            lines.setdefault(str(line.dwelling_id), []).append((i, line))
    return _session(data, homes, lines, {int(row.line): row for row in records(data.details)})


def _few(data: ReportData, d: Any, named: list[tuple[int, Any]], details: Mapping[int, Any]) -> bool:
    """Whether the list is shorter than the law asks: a household that the préfet designated may stand alone."""
    alone = any(details[i].designated for i, _ in named if i in details)
    return bool(d.reason_if_short) and int(d.candidates) < data.least and not alone


def _lacks(data: ReportData, d: Any, f: Any, named: list[tuple[int, Any]], details: Mapping[int, Any]) -> str:
    lang = data.lang
    shown = publicity(data, d, f, len(named))
    if d.status == "awaiting_reservataire":
        back = str(d.advice).removeprefix("plan B : ").removeprefix("plan B: ")
        parts = [
            deadline_words(d.deadline, data),
            said("REPORT.FALL_BACK", lang, account=back) if back else "",
        ]
    elif d.status == "no_candidate":
        light = shown is not None and shown.light
        parts = [
            shown.sentence if shown and light else "",
            d.reason_if_short,
            advice_words(str(d.advice), shown, lang),
        ]
    else:
        parts = []
        if shown is not None and shown.light:
            parts.append(shown.sentence)
        elif _few(data, d, named, details):
            parts.append(said("REPORT.FEW_NAMES", lang, n=int(d.candidates), of=data.least))
            if shown is not None:
                parts.append(shown.told)
        ranks: dict[str, list[str]] = {}
        for i, line in named:
            marks = _marks(data, f, i, line, details)
            for code in (code for code, flag in SETTLED if flag in marks):
                ranks.setdefault(code, []).append(str(int(line.rank)))
        for code, found in ranks.items():
            what = said(f"REPORT.{code}", lang, months=MONTHS_OLD)
            parts.append(
                said(
                    f"REPORT.AT_RANK{'S' if len(found) > 1 else ''}", lang, what=what, ranks=", ".join(found)
                )
            )
    return said("WORDS.LIST", lang).join(str(x) for x in parts if x)


def _changes(data: ReportData) -> list[dict[str, str]]:
    rows = []
    for x in records(data.changes.head(MOST_CHANGES)):
        before, now = str(x.first_before), str(x.first_now)
        if x.what == "account":
            before, now = (
                account_label(a, data.lang, data.places) for a in (x.account_before, x.account_now)
            )
        if x.what == "reserves":
            before, now = (str(a).replace("|", ", ") for a in (x.list_before, x.list_now))
        rows.append(
            {
                "dwelling": str(x.dwelling_id), "what": said(f"REPORT.WHAT_{x.what}".upper(), data.lang), "before": before or "–",
                "now": now or "–", "why": str(x.why),
            }
        )  # fmt: skip
    return rows


def year_rows(data: ReportData) -> list[dict[str, Any]]:
    """The year of each agreed share: due, done, in progress, remaining, and what this session brings."""
    if not len(data.years):
        return []
    first = data.proposals[data.proposals["rank"] == 1].merge(
        data.dwelling_facts[["dwelling_id", "landlord", "commune", "epci", "departement"]], on="dwelling_id"
    )
    several = data.years["landlord"].nunique() > 1
    # what is due and what remains are of the flux: a dwelling kept in stock for the account is none of it
    flux = {str(x.scope): int(x.num_run) for x in records(data.rules) if _agreed_share(str(x.rule))}
    rows = []
    shown = data.years[
        (data.years["due_year"] > 0) | (data.years["done"] > 0) | (data.years["in_progress"] > 0)
    ]
    for x in records(shown):
        inside = (first["commune"] == x.area) | (first["epci"] == x.area) | (first["departement"] == x.area)
        held = int((inside & (first["landlord"] == x.landlord) & (first["account"] == x.account)).sum())
        now = flux.get(f"landlord={x.landlord};area={x.area};account={x.account}", held)
        area = data.places.get(x.area, x.area)
        rows.append(
            {
                "account": account_label(x.account, data.lang, data.places),
                "area": f"{x.landlord} · {area}" if several else area,
                "share": percent(x.share, data),
                "due": due(x.due_to_date, data.lang), "due_year": due(x.due_year, data.lang),
                "done": show(x.done, data, 0), "in_progress": show(x.in_progress, data, 0),
                "remaining": show(x.remaining, data, 0), "now": show(now, data, 0),
                "raw": x, "session": now,
                "pace": pace_words(int(x.late), int(x.ahead), data.lang), "late": bool(x.late),
            }
        )  # fmt: skip
    return rows


def _agreed_share(rule: str) -> bool:
    shape = find_rule(rule)
    return shape is not None and shape.gauge == "agreed_shares"


def _missing_text(missing: int, limits: bool, priced: bool, lang: Lang) -> str:
    """What a row lacks in whole leases; one without a price is for information, short or not."""
    information = said("REPORT.FOR_INFORMATION", lang)
    if not missing:
        return _leases(0, lang) if priced else information
    text = said("REPORT.TOO_MANY", lang, n=missing) if limits else _leases(missing, lang)
    return text if priced else f"{text} ({information})"


def _more(hidden: int, table: str, data: ReportData) -> str:
    """What a table of the page leaves out, and the file that holds it all; empty where it leaves nothing."""
    return (
        said("REPORT.MORE", data.lang, n=Spaced(hidden), file=f"{table}.{data.ending}") if hidden > 0 else ""
    )


def _goals(data: ReportData) -> list[dict[str, Any]]:
    """LEC, publics prioritaires, DALO: what the session has to find, and what it lacks, in whole leases."""
    rows = []
    for x in records(data.rules):
        shape = find_rule(str(x.rule))
        if shape is None or shape.gauge not in HOUSEHOLD_GAUGES or not x.den_run:
            continue
        asked, missing = (
            ceil(round(float(x.rate_required) * float(x.den_run), 4)),
            ceil(round(float(x.shortfall), 4)),
        )
        lacks = said("REPORT.LACK_OF", data.lang, n=missing, of=max(asked, missing))
        state = lacks if missing else said("REPORT.HELD", data.lang)
        if not x.price:
            state += f" ({said('REPORT.FOR_INFORMATION', data.lang)})"
        rows.append(
            {
                "goal": rule_label(str(x.rule), data.lang), "scope": scope_words(str(x.scope), data.lang, data.places),
                "asked": show(asked, data, 0), "now": f"{show(x.num_run, data, 0)} / {show(x.den_run, data, 0)}", "state": state,
                "missing": missing > 0,
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: not row["missing"])


def _quartiles(data: ReportData) -> list[dict[str, str]]:
    """First ranks by quartile as proposed, and where the effort rate alone put nobody behind."""
    frame = data.leapfrogs
    if "rank" not in frame.columns or not len(data.population):
        return []
    first = data.proposals[(data.proposals["rank"] == 1) & (data.proposals["application_id"] != "")]
    named = {str(d): str(a) for d, a in zip(first["dwelling_id"], first["application_id"], strict=True)}
    other, taken = dict(named), set(named.values())
    passed = frame[
        (frame["rank"] == 1) & (frame["explained_by"] == "burden") & (frame["application_id_passed"] != "")
    ]
    for x in records(
        passed.sort_values(["dwelling_id", "points_gap"], ascending=[True, False], kind="stable")
    ):
        if other.get(x.dwelling_id) == named.get(x.dwelling_id) and x.application_id_passed not in taken:
            other[x.dwelling_id] = x.application_id_passed
            taken.add(x.application_id_passed)
    out = []
    group = data.quartiles
    unpublished = any(
        group.get(pair) == QUARTILES[-1] for chosen in (named, other) for pair in chosen.items()
    )
    for name in QUARTILES if unpublished else QUARTILES[:-1]:
        counts = [sum(group.get(pair) == name for pair in chosen.items()) for chosen in (named, other)]
        label = name if data.lang == "fr" else GROUPS_EN.get(name, name)
        out.append({"label": label, "with": show(counts[0], data, 0), "without": show(counts[1], data, 0)})
    return out


def _gauges(data: ReportData) -> list[dict[str, Any]]:
    assumed_keys = {n.key for n in data.numbers if n.assumed}
    out = []
    for rule, frame in data.rules.groupby("rule", sort=False):
        rows = []
        short_first = frame.assign(_s=-frame["shortfall"]).sort_values(["_s", "scope"], kind="stable")
        for x in records(short_first.head(MOST_GAUGES)):
            missing = int(-(-round(float(x.shortfall), 4) // 1))
            limits = x.rate_required != x.rate_required
            asked = float(x.share if limits else x.rate_required) * float(x.den_run)
            target = float(x.num_before) + asked + (float(x.allowance) if limits else 0.0)
            expected = float(x.expected_num) if x.expected_num == x.expected_num else 0.0
            rows.append(
                {
                    "scope": scope_words(str(x.scope), data.lang, data.places),
                    "share": percent(float(x.share), data),
                    "done": f"{show(x.num_before, data, 0)} / {show(x.den_before, data, 0)}",
                    "run": f"{show(x.num_run, data, 0)} / {show(x.den_run, data, 0)}",
                    "expected": show(expected, data),
                    "svg": gauge(
                        float(x.num_before),
                        float(x.num_run),
                        expected,
                        target,
                        f"{show(x.num_before, data, 0)} + {show(x.num_run, data, 0)} / {show(target, data)}",
                    ),
                    "missing": missing,
                    "missing_text": _missing_text(missing, limits, bool(x.price > 0), data.lang),
                }
            )
        hidden = len(frame) - len(rows)
        out.append(
            {
                "label": rule_label(str(rule), data.lang),
                "long": rule_long(str(rule), data.lang),
                "rows": rows,
                "assumed": share_key(str(rule)) in assumed_keys,
                "more": _more(hidden, "rules", data),
            }
        )
    return out


def _leases(n: int, lang: Lang) -> str:
    return said("REPORT.NO_LEASE", lang) if n == 0 else said("REPORT.LEASES", lang, n=n)


def _shortfalls(data: ReportData) -> list[dict[str, str]]:
    """Targets missed, in whole leases, with the reason and the rate these proposals would meet."""
    return [
        {
            "rule": rule_label(str(x.rule), data.lang),
            "scope": scope_words(str(x.scope), data.lang, data.places),
            "missing": _missing_text(int(x.missing_whole), bool(x.limits), True, data.lang),
            "why": _why_short(x, data),
            "holds": percent(float(x.rate_that_holds), data, 2),
        }
        for x in records(data.shortfalls)
    ]


def _why_short(x: Any, data: ReportData) -> str:
    """Why a target is missed, and the exchange that would help it for least: what it would cost most is the answer to « which »."""
    why, lang = str(x.reason_fr if data.lang == "fr" else x.reason_en), data.lang
    helped = str(getattr(x, "helped", ""))
    if helped == "no" and x.reason in ("above", "too_dear"):
        counts = {"applications": int(x.eligible_applications), "dwellings": int(x.eligible_dwellings)}
        code = "NOWHERE" if x.limits else "NOBODY"
        # the first rank of a chain cannot be changed alone: what follows would fall with it
        opens = any(link.next for link in chained(data).values())
        chains = said(f"REPORT.{code}_CHAINS", lang) if opens else ""
        whole = "REPORT.NOWHERE_ELSE" if x.limits else "REPORT.NOBODY_MORE"
        return said(whole, lang, chains=chains, **counts)
    if helped != "yes":
        return why
    pays = (
        f"{rule_label(str(x.pays_rule), lang)} ({scope_words(str(x.pays_scope), lang, data.places)})"
        if x.pays == "rule"
        else said(f"REPORT.PAYS_{x.pays}".upper(), lang)
    )
    code = "REPORT.REMEDY_MOVES" if x.exchange_moves else "REPORT.REMEDY_STAYS"
    account = account_label(str(x.exchange_account), lang, data.places)
    return said(code, lang, why=why, dwelling=str(x.exchange_dwelling), account=account, pays=pays)


def lettings_by_account(data: ReportData) -> list[dict[str, object]]:
    """Of each account that first ranks go to, what the table of accounts says."""
    first = data.proposals[data.proposals["rank"] == 1]
    out: list[dict[str, object]] = []
    for account, frame in first.groupby("account", sort=False):
        housed = frame[frame["application_id"] != ""]
        # as the objective counts them: a title that is only declared is not one
        counted = housed["priority"].astype(str).str.contains(r"^DALO|\((?:verified|labelled)\)$")
        out.append(
            {
                "label": account_label(str(account), data.lang, data.places),
                "n": len(frame),
                "points": show(float(housed["score"].mean()) if len(housed) else float("nan"), data),
                "q1": percent(float((housed["q1"] == "yes").mean()) if len(housed) else float("nan"), data),
                "priority": percent(float(counted.mean()) if len(housed) else float("nan"), data),
            }
        )
    return sorted(out, key=lambda x: (-int(str(x["n"])), str(x["label"])))


def _groups(data: ReportData) -> list[dict[str, Any]]:
    out = []
    eligible = data.population[data.population["eligible"]]
    for column in ("quartile", "size", "priority", "origin", "qpv"):
        if column not in eligible.columns:
            continue
        rows = []
        for name, frame in sorted(eligible.groupby(column, sort=True), key=lambda x: str(x[0])):
            if len(frame) < SMALL_GROUP:
                continue
            first = frame[frame["status"] == "proposed"]
            rate = len(first) / len(frame)
            rows.append(
                {
                    "label": str(name) if data.lang == "fr" else GROUPS_EN.get(str(name), str(name)),
                    "eligible": show(len(frame), data, 0),
                    "first": show(len(first), data, 0),
                    "rate": percent(rate, data, 2 if 0 < rate < 0.001 else 1),
                    "svg": "",
                    "raw": rate,
                    "points": show(float(first["score"].mean()) if len(first) else float("nan"), data),
                    "months": show(float(first["months"].mean()) if len(first) else float("nan"), data),
                }
            )
        most = max((float(str(row["raw"])) for row in rows), default=0.0)
        for row in rows:
            row["svg"] = bar(float(str(row["raw"])), most, str(row["rate"]))
        if rows:
            out.append({"label": said(f"REPORT.BY_{column}".upper(), data.lang), "rows": rows})
    return out


def _leapfrogs(data: ReportData) -> list[dict[str, object]]:
    frame = data.leapfrogs
    shown = frame[frame["application_id_passed"] != ""]
    tally = shown["explained_by"].value_counts()
    ordered = sorted(tally.items(), key=lambda x: (-int(x[1]), str(x[0])))
    return [
        {"label": why_words(str(why), data.lang, data.places, data.max_lists), "n": show(int(n), data, 0)}
        for why, n in ordered
        if n
    ]


def _flags(data: ReportData) -> list[dict[str, object]]:
    tally: dict[str, int] = {}
    for text in data.proposals["flags"]:
        for flag in str(text).split("|"):
            if flag and flag != "AWAITING_RESERVATAIRE":
                tally[flag] = tally.get(flag, 0) + 1
    return [
        {"label": flag_label(f, data.lang), "n": show(n, data, 0)}
        for f, n in sorted(tally.items(), key=lambda x: (-x[1], x[0]))
    ]


def _lists(
    data: ReportData, homes: Sequence[Any], lines: Mapping[str, list[tuple[int, Any]]]
) -> list[dict[str, Any]]:
    """Every line with its reason, in the order of the session; names alone where the cotation decided nothing."""
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    linked = chained(data)
    shown = {
        d.dwelling_id: publicity(data, d, facts[d.dwelling_id], len(lines.get(str(d.dwelling_id), [])))
        for d in homes
    }
    return [
        {
            "light": (x.sentence if (x := shown[d.dwelling_id]) is not None and x.light else ""),
            "dwelling": d.dwelling_id,
            "words": dwelling_words(facts[d.dwelling_id], data.lang),
            "account": account_label(d.account, data.lang, data.places),
            "note": said("WORDS.LIST", data.lang).join(
                x
                for x in (
                    *link_words(linked.get(str(d.dwelling_id)), data.lang),
                    deadline_words(d.deadline, data),
                    d.reason_if_short,
                    advice_words(str(d.advice), shown[d.dwelling_id], data.lang),
                )
                if x
            ),
            "lines": [
                {
                    "rank": x.rank,
                    "application": x.application_id,
                    "score": show(float(x.score), data, 2),
                    "reason": x.reason,
                    "flags": flags_words(x.flags, data.lang),
                }
                for _, x in lines.get(str(d.dwelling_id), [])
            ],
        }
        for d in homes
    ]


def deadline_words(iso: str, data: ReportData) -> str:
    if not iso:
        return ""
    return said("REPORT.NAMES_BEFORE", data.lang, day=day(iso, data.lang))
