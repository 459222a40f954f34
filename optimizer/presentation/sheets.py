"""The A4 page of a dwelling that the commission fills in: 26 lines in a fixed order. HTML and PDF share the content.

What is known is printed, what the commission decides is left to fill in: boxes of CCH R. 441-3, vote, decision a to e of each
household, signatures. Three households stand on a sheet; a fourth goes on a second one. A dwelling that awaits its réservataire
has its deadline and fall-back, one without candidate its cause and what may be done. No letter of L. 441-1: some tell violence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from optimizer.domain.account import find_account
from optimizer.domain.frames import records
from optimizer.errors import Lang, Spaced, said
from optimizer.presentation.bilingual import in_both
from optimizer.presentation.data import Headed, Linked, ReportData
from optimizer.presentation.light import advice_words, publicity
from optimizer.presentation.numbers import UNKNOWN, day, decimal, percent
from optimizer.presentation.page import render
from optimizer.presentation.session import account_year, in_session, title_words, year_words
from optimizer.presentation.words import (
    allowance_words,
    first_quartile_word,
    flags_words,
    of_commune,
    score_words,
)
from optimizer.shortlist.labels import account_label, count_word, ordinal

PER_SHEET = 3
"""Households on one sheet."""
BOX = "☐"
SAID_BESIDE = (
    "ALLOWANCE_ESTIMATED",
    "ALLOWANCE_MISSING",
    "DOSSIER_TO_VERIFY",
    "UNREACHABLE",
    "PRIORITY_DECLARED_ONLY",
)
"""Flags that another value of the same lines already tells."""
Line = list[tuple[str, str]]
"""Pairs (label, value) of one line; either may be empty."""


def sheet_forms(data: ReportData) -> list[dict[str, Any]]:
    """What stands on the sheets, dwelling by dwelling in the order of the session, as plain data.

    Returns
    -------
    list of dict
        ``dwelling, rpls, lines`` (lines 2 to 9), ``candidates`` (``rank, application, lines, decision``, four lines each),
        ``close`` (lines 22 to 25), ``foot``; ``lines`` and ``close`` are lists of `Line`.
    """
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    details = {int(row.line): row for row in records(data.details)}
    lines: dict[str, list[tuple[int, Any]]] = {}
    for i, line in enumerate(records(data.proposals)):
        if line.application_id:
            lines.setdefault(str(line.dwelling_id), []).append((i, line))
    chosen = data.orientation[data.orientation["chosen"] == 1] if len(data.orientation) else data.orientation
    eligible = dict(zip(chosen["dwelling_id"], chosen["candidates"], strict=True)) if len(chosen) else {}
    linked = chained(data)
    made = []
    for d in in_session(data.dwellings):
        named = lines.get(str(d.dwelling_id), [])
        link = linked.get(str(d.dwelling_id))
        home = _Home(data, d, facts[d.dwelling_id], int(eligible.get(d.dwelling_id, 0)), len(named), link)
        made.append(
            {
                "dwelling": str(d.dwelling_id), "rpls": str(home.f.rpls), "lines": home.lines(len(named)),
                "candidates": [_candidate(home, line, details[i]) for i, line in named],
                "close": home.close() if named else [], "foot": home.foot(),
                **({} if link is None else {"chain": link._asdict()}),
            }
        )  # fmt: skip
    return made


def chained(data: ReportData) -> Mapping[str, Linked]:
    """The dwellings of chains, by identifier; none in a run without. Of a part of a run, those of the whole: a chain knows no landlord."""
    if data.linked is not None:
        return data.linked
    if "conditional_on" not in data.proposals:
        return {}
    first = [row for row in records(data.proposals) if row.rank == 1 and pd.notna(row.chain)]
    on = {str(row.application_id): str(row.dwelling_id) for row in first}
    frees = {str(row.conditional_on): str(row.dwelling_id) for row in first if row.conditional_on}
    begun = {int(row.chain) for row in first if not int(row.position)}
    return {
        str(row.dwelling_id): Linked(
            int(row.chain), "chain" if int(row.chain) in begun else "cycle", int(row.position),
            on[str(row.conditional_on)] if row.conditional_on else "", frees.get(str(row.application_id), ""),
        )
        for row in first
    }  # fmt: skip


def link_words(link: Linked | None, lang: Lang) -> tuple[str, ...]:
    """What a dwelling of a chain waits for, if it is lived in, then what it opens: for a line of a table. No number of a household."""
    if link is None:
        return ()
    told = [said("REPORT.CHAIN_WAITS", lang, after=link.after)] if link.after else []
    return (*told, *([said("REPORT.CHAIN_FREES", lang, next=link.next)] if link.next else []))


def lived_in(data: ReportData) -> frozenset[str]:
    """The dwellings of this part of a run that a tenant still lives in."""
    own = set(data.dwellings["dwelling_id"].astype(str))
    return frozenset(name for name, link in chained(data).items() if link.after and name in own)


def sheet_pages(
    data: ReportData, dwelling_ids: Iterable[str] | None = None, forms: list[dict[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """The content of the pages, in the order of the session; ``forms`` where they are made already.

    Returns
    -------
    list of dict
        ``dwelling, anchor, head, follows, lines, candidates, close, foot``: see :func:`paged`.
    """
    wanted = None if dwelling_ids is None else set(dwelling_ids)
    pages = paged(sheet_forms(data) if forms is None else forms, data.on, data.lang)
    return [page for page in pages if wanted is None or page["dwelling"] in wanted]


def paged(forms: Sequence[Mapping[str, Any]], on: date, lang: Lang) -> list[dict[str, Any]]:
    """Forms as sheets of paper: three households on the first, a fourth on another that says it follows.

    Parameters
    ----------
    forms : as :func:`sheet_forms` makes them; ``lived_in`` where it is known better than by ``chain`` whether a tenant still lives there.
    on : day of the session, in the head of each sheet.
    """
    pages = []
    for n, form in enumerate(forms, start=1):
        cards = list(form["candidates"])
        lived_in = form.get("lived_in", bool((form.get("chain") or {}).get("after")))
        head = said(
            "SHEETS.HEAD", lang, day=day(on, lang), n=n, of=len(forms),
            dwelling=said("SHEETS.HEAD_LIVED_IN", lang, dwelling=form["dwelling"]) if lived_in else form["dwelling"],
            rpls=form["rpls"] or UNKNOWN,
        )  # fmt: skip
        for at in range(0, max(1, len(cards)), PER_SHEET):
            pages.append(
                {
                    "dwelling": form["dwelling"],
                    "anchor": f"logement-{n}" if at == 0 else f"logement-{n}-{at // PER_SHEET + 1}",
                    "head": head,
                    "follows": said("SHEETS.FOLLOWS", lang) if at else "",
                    "lines": form["lines"] if at == 0 else [],
                    "candidates": cards[at : at + PER_SHEET],
                    "close": form["close"] if at == 0 else [],
                    "foot": form["foot"],
                }
            )
    return pages


class _Home:
    """A dwelling and its lines."""

    def __init__(
        self, data: ReportData, d: Any, facts: Any, eligible: int, named: int, link: Linked | None = None
    ) -> None:
        self.data, self.d, self.f, self.eligible, self.link = data, d, facts, eligible, link
        self.lang = data.lang
        self.shown = publicity(data, d, facts, named)

    @property
    def light(self) -> str:
        """What stands for places and points where the cotation decided nothing; empty elsewhere."""
        return self.shown.sentence if self.shown is not None and self.shown.light else ""

    def say(self, name: str, **values: object) -> str:
        return said(f"SHEETS.{name}", self.lang, **values)

    def money(self, value: float) -> str:
        return UNKNOWN if value != value else f"{decimal(value, 2, self.lang, fixed=True)} €"

    def yes_no(self, value: object) -> str:
        """Yes, no, or a dash where nothing is written."""
        if value in ("", None):
            return UNKNOWN
        return said("WORDS.YES" if value in (True, "yes") else "WORDS.NO", self.lang)

    def lines(self, named: int) -> list[Line]:
        """Lines 2 to 7, then 8 and 9 where there are candidates, else what the dwelling awaits or lacks."""
        return [
            self._address(),
            self._home(),
            self._status(),
            self._rent(),
            self._account(),
            self._year(),
            *self._chain(),
            *self._rest(named),
        ]

    def _chain(self) -> list[Line]:
        """What the dwelling waits for and what it opens, of one in a chain; no number of a household."""
        if self.link is None:
            return []
        told = [self.say("CHAIN_WAITS", after=self.link.after)] if self.link.after else []
        told += [self.say("CHAIN_FREES", next=self.link.next)] if self.link.next else []
        return [[(self.say("CHAIN"), " · ".join(told))]]

    def _address(self) -> Line:
        f = self.f
        floor = UNKNOWN if f.floor != f.floor else self.say("GROUND") if f.floor == 0 else f"{f.floor:.0f}"
        return [
            (self.say("ADDRESS"), ", ".join(x for x in (f.address, f.commune_name) if x)), (self.say("BUILDING"), f.residence or UNKNOWN),
            (self.say("FLOOR"), floor), (self.say("LIFT"), self.yes_no(f.lift)),
            (self.say("ACCESS"), self._access()),
        ]  # fmt: skip

    def _access(self) -> str:
        """Access; of an adapted dwelling, who needs it among those eligible: it is theirs before anybody else's."""
        f = self.f
        if int(f.needed) < 0:
            return self.say(f"ACCESS_{f.accessible}".upper())
        return (
            self.say("ACCESS_WANTED", n=int(f.needed), housed=int(f.needed_housed))
            if f.needed
            else self.say("ACCESS_UNWANTED")
        )

    def _home(self) -> Line:
        f = self.f
        surface = UNKNOWN if f.surface_m2 != f.surface_m2 else f"{decimal(f.surface_m2, 1, self.lang)} m²"
        return [
            (self.say("TYPE"), f"T{f.rooms}"), (self.say("SURFACE"), surface), (self.say("ENERGY"), f.energy_label or UNKNOWN),
            (self.say("HEATING"), f.heating or UNKNOWN), (self.say("EXTRAS"), UNKNOWN),
        ]  # fmt: skip

    def _status(self) -> Line:
        f = self.f
        times = "" if f.ceiling_factor == 1 else f" × {decimal(f.ceiling_factor, 2, self.lang)}"
        return [
            (self.say("FINANCING"), f.financing), (self.say("CEILING"), f"{f.financing}{times}"), ("QPV", self.yes_no(bool(f.qpv))),
            (self.say("PRIORITY_MIX"), self.yes_no(bool(f.priority_mix))), (self.say("FIRST_LETTING"), self.yes_no(f.first_letting)),
        ]  # fmt: skip

    def _rent(self) -> Line:
        f = self.f
        charges = 0.0 if f.charges_eur != f.charges_eur else f.charges_eur
        attempt = 1 if f.attempts != f.attempts else int(f.attempts) + 1
        return [
            (self.say("RENT"), f"{self.money(f.rent_eur)} + {self.money(f.charges_eur)} = {self.money(f.rent_eur + charges)}"),
            (self.say("AVAILABLE"), day(f.available_on, self.lang) or UNKNOWN),
            (self.say("VACANT"), self._vacancy()), (self.say("ATTEMPT"), str(attempt)),
        ]  # fmt: skip

    def _vacancy(self) -> str:
        """Days without a tenant, since the day it is available where no other is told; of one that is still lived in, that it is not free yet."""
        if self.link is not None and self.link.after:
            return self.say("NOT_FREE_YET")
        free = str(self.f.available_on or "")
        days = int(self.f.vacancy_days)
        if free > self.data.on.isoformat() and not days:
            return self.say("NOT_FREE_YET")
        if self.f.vacant_since:
            return self.say("DAYS", n=days)
        return self.say("DAYS", n=(self.data.on - date.fromisoformat(free)).days) if free else UNKNOWN

    def _account(self) -> Line:
        d, f = self.d, self.f
        if not d.account:
            return [(self.say("ACCOUNT"), self.say("NONE"))]
        label = account_label(d.account, self.lang, self.data.places)
        who = label if f.mode in ("direct", "partial") else f.landlord
        mode = self.say(f"MODE_{f.mode}".upper()) if f.mode else UNKNOWN
        return [
            (self.say("ACCOUNT"), label), (self.say("NAMED_BY"), who), (self.say("MODE"), mode),
            (self.say("DEADLINE"), day(d.deadline, self.lang) or UNKNOWN),
        ]  # fmt: skip

    def _year(self) -> Line:
        f, label = self.f, self.say("YEAR", day=day(self.data.on, self.lang))
        row = account_year(self.data.years, f.landlord, self.d.account, (f.commune, f.epci, f.departement))
        if row is not None:
            return [(label, year_words(row, self.lang))]
        account = find_account(self.d.account)
        kept = account is not None and account.kind.remainder
        return [(label, self.say("REST_OF_FLUX" if kept else "OUTSIDE_FLUX_AGREEMENT"))]

    def _rest(self, named: int) -> list[Line]:
        d = self.d
        if d.status == "awaiting_reservataire":
            back = str(d.advice).removeprefix("plan B : ").removeprefix("plan B: ")
            until = day(d.deadline, self.lang) or UNKNOWN
            return [
                [("", self.say("AWAITING", day=until))],
                [(self.say("FALLBACK"), back or self.say("NONE"))],
            ]
        if not named:
            cause = said("WORDS.LIST", self.lang).join(x for x in (self.light, d.reason_if_short) if x)
            return [
                [(self.say("CAUSE"), cause or UNKNOWN)],
                [(self.say("ACT"), advice_words(str(d.advice or ""), self.shown, self.lang) or UNKNOWN)],
            ]
        return [self._votes(), self._examined(named)]

    def _votes(self) -> Line:
        place = self.f.city_name
        return [
            (self.say("VOTES"), self.say("VOTES_WHO", place=place, of_place=of_commune(place))),
            (self.say("QUORUM"), f"…… {BOX} {said('WORDS.YES', self.lang)} {BOX} {said('WORDS.NO', self.lang)}"),
            (self.say("DEPORTS"), "……"),
        ]  # fmt: skip

    def _examined(self, named: int) -> Line:
        few = named < self.data.least and self.shown is not None
        proof = [(said("LIGHT.LABEL", self.lang), self.shown.words)] if few and self.shown else []
        return [
            (self.say("EXAMINED"), str(named)), *proof, (self.say("IF_FEWER", least=count_word(self.data.least, self.lang)), ""),
            ("", f"{BOX} {self.say('FEW', eligible=self.eligible)}"), ("", f"{BOX} {self.say('DESIGNATED')}"),
            ("", f"{BOX} {self.say('SUBSIDISED')}"),
        ]  # fmt: skip

    def close(self) -> list[Line]:
        """Lines 22 to 25."""
        return [
            [(self.say("VOTE"), self.say("VOTE_COUNT", box=BOX))], [(self.say("DEPARTURE"), "……")],
            [(self.say("REMARKS"), "……")], [(self.say("SIGNATURES"), self.say("SIGNED_BY"))],
        ]  # fmt: skip

    def foot(self) -> str:
        verified = day(self.data.on, self.lang)
        return self.say("FOOT", title=self.data.title, day=verified, stamp=self.data.stamp)


def _candidate(home: _Home, line: Any, x: Any) -> dict[str, Any]:
    """The four lines of a household, and the boxes of its decision."""
    say, lang = home.say, home.lang

    def whole(value: float) -> str:
        return UNKNOWN if value != value else f"{value:.0f}"

    children = [
        (name, value)
        for name, value in (
            ("CUSTODY", x.alternate_custody_children), ("VISITING", x.visiting_children), ("EXPECTED", x.expected_children)
        )
        if value == value and value > 0
    ]  # fmt: skip
    more = f" ({', '.join(f'{say(name)} {value:.0f}' for name, value in children)})" if children else ""
    first: Line = [
        (say("RANK"), str(int(line.rank))), ("NUR", str(line.application_id)), (say("PERSONS"), whole(x.persons)),
        (say("ADULTS"), whole(x.adults)), (say("CHILDREN"), whole(x.children_under_14) + more),
        (say("FIRST_ASKED"), day(x.first_registered_on, lang) or UNKNOWN), (say("TRANSFER"), say(f"TRANSFER_{x.transfer or 'none'}".upper())),
        *([(say("NEED"), say(f"NEED_{x.need}".upper()))] if x.need != "none" or home.f.accessible == "adapted" else []),
    ]  # fmt: skip
    month = f", {x.resources_on[5:7]}/{x.resources_on[:4]}" if x.resources_on else ""
    proof = say("VERIFIED" if x.verified else "DECLARED")
    income = (
        UNKNOWN
        if x.income_month_eur != x.income_month_eur
        else f"{home.money(x.income_month_eur)} ({proof}{month})"
    )
    before = f" {say('BEFORE')}" if x.effort_status == "before_allowance" else ""
    quartile = first_quartile_word(str(line.q1 or ""), bool(home.f.q1_threshold), lang)
    residual = (
        UNKNOWN
        if x.residual_eur != x.residual_eur
        else say("RESIDUAL_VALUE", value=home.money(x.residual_eur))
    )
    second: Line = [
        (say("INCOME"), income), (say("TAX_INCOME"), UNKNOWN if x.ceiling_share != x.ceiling_share else f"{percent(x.ceiling_share, 0, lang)} {say('OF_CEILING')}"),
        ("Q1", quartile), (say("ALLOWANCE"), allowance_words(x.counted, x.effort_status, lang)),
        (say("EFFORT"), percent(x.effort_rate, 1, lang) + before), (say("RESIDUAL"), residual),
    ]  # fmt: skip
    flags = flags_words("|".join(f for f in str(line.flags).split("|") if f not in SAID_BESIDE), lang)
    place = "" if not x.size else f" ({say('PLACE', place=ordinal(int(x.place), lang), n=Spaced(x.size))})"
    third: Line = [
        (say("TITLE"), title_words(line.priority, bool(x.designated), lang)), (say("FILE"), say(f"FILE_{x.dossier}".upper())),
        *([] if home.light else [(say("SCORE"), _score(home, line, x) + place)]), *([(say("TO_CHECK"), flags)] if flags else []),
    ]  # fmt: skip
    return {
        "rank": int(line.rank),
        "application": line.application_id,
        "lines": [first, second, third, [(say("WHY"), home.light or str(line.reason))]],
        "decision": say("DECISION", box=BOX),
    }


def _score(home: _Home, line: Any, x: Any) -> str:
    return score_words(float(line.score), float(x.behind), ranked=home.data.ranked, lang=home.lang)


def sheets_html(head: Headed, pages: list[dict[str, Any]]) -> str:
    """One HTML file with a printed page per dwelling."""
    return render(
        "presentation/sheets", head.lang, {"title": head.title, "pages": pages, "banners": head.banners}
    )


def sheets_json(data: Mapping[Lang, ReportData], forms: Mapping[Lang, Sequence[Mapping[str, Any]]]) -> bytes:
    """The sheets as data, each sentence in both languages: what each says, where the dwelling is, and what the desk keeps of each
    household's line.

    Parameters
    ----------
    data : the whole run, by language.
    forms : as :func:`sheet_forms` makes them, in the order of the session, by language.
    """
    one = next(iter(data.values()))
    facts = {str(row["dwelling_id"]): row for row in one.dwelling_facts.to_dict("records")}
    details = {int(row.line): row for row in records(one.details)}
    told = {lang: [str(x) for x in data[lang].proposals["reason"]] for lang in data}
    people: dict[str, dict[str, dict[str, Any]]] = {}
    for i, line in enumerate(records(one.proposals)):
        if line.application_id:
            why = {lang: told[lang][i] for lang in data}
            people.setdefault(str(line.dwelling_id), {})[str(line.application_id)] = _kept(
                line, details[i], why, one.ranked
            )
    rows = {lang: {str(d.dwelling_id): d for d in records(data[lang].dwellings)} for lang in data}
    content = {
        "format": "attriflux-sheets/2",
        "on": one.on.isoformat(),
        "stamp": one.stamp,
        "banners": {lang: list(data[lang].banners) for lang in data},
        "forms": [
            _form_in_both({lang: forms[lang][i] for lang in data}, data, rows)
            | {"facts": facts[form["dwelling"]], "households": people.get(form["dwelling"], {})}
            for i, form in enumerate(next(iter(forms.values())))
        ],
    }
    return (json.dumps(_plain(content), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _form_in_both(
    form: Mapping[Lang, Mapping[str, Any]],
    data: Mapping[Lang, ReportData],
    rows: Mapping[Lang, Mapping[str, Any]],
) -> dict[str, Any]:
    """A form whose sentences stand by language, beside what has none."""
    one = next(iter(form.values()))
    name = one["dwelling"]
    row = next(iter(rows.values()))[name]
    return {
        **{key: value for key, value in one.items() if key not in ("lines", "close", "foot", "candidates")},
        **{key: {lang: form[lang][key] for lang in form} for key in ("lines", "close", "foot")},
        "candidates": [
            {
                "rank": card["rank"],
                "application": card["application"],
                **{
                    key: {lang: form[lang]["candidates"][i][key] for lang in form}
                    for key in ("lines", "decision")
                },
            }
            for i, card in enumerate(one["candidates"])
        ],
        "account": row.account or "",
        "account_label": {lang: account_label(row.account, lang, x.places) for lang, x in data.items()},
        "status": row.status,
        "reason_if_short": {lang: rows[lang][name].reason_if_short or "" for lang in form},
    }


def _kept(line: Any, x: Any, why: Mapping[Lang, str], ranked: bool) -> dict[str, Any]:
    """A household's line in values: never a letter of L. 441-1."""
    return {
        "score": float(line.score), "ranked": ranked, "behind": x.behind, "effort": x.effort_rate, "effort_status": x.effort_status, "counted": x.counted, "income_month_eur": x.income_month_eur,
        "ceiling_share": x.ceiling_share, "q1": str(line.q1 or "unknown"), "persons": x.persons, "dossier": x.dossier,
        "title": in_both(lambda lang: title_words(line.priority, bool(x.designated), lang)),
        "dalo": "DALO" in str(line.priority).partition(" (")[0].split("|"),
        "designated": bool(x.designated), "flags": str(line.flags), "reason": why, "transfer": str(x.transfer or ""),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """JSON's own kinds: an unknown number or text is null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if hasattr(value, "item"):
        return _plain(value.item())
    return None if value != value else value
