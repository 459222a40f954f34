"""The convocation of the members and the agenda: what is to be examined, on whose account, with the six inputs of each orientation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

from optimizer.desk.chained import waits_of
from optimizer.desk.documents import BLANK
from optimizer.desk.entry_rows import account_words
from optimizer.desk.following import items_of, left_before, on_the_list
from optimizer.desk.papers.wording import HASH, Told, sitting
from optimizer.domain.account import find_account
from optimizer.errors import said
from optimizer.presentation import texts as page_words  # noqa: F401  the share is worded as on the A4 pages
from optimizer.presentation.document import (
    Block,
    Document,
    Sheet,
    heading,
    listing,
    mention,
    pairs,
    signatures,
    table,
    text,
)
from optimizer.presentation.numbers import UNKNOWN, decimal, percent
from optimizer.problem import all_rules
from optimizer.store.records import DutyRecord, ItemRecord


def convocation(told: Told) -> Document:
    """One sheet for every recipient: préfet, maires, presidents of EPCI, members, réservataires."""
    told = told.for_everyone
    s, say = told.session, told.say
    blocks = [
        text(say("CONVOCATION_TEXT", commission=s.commission, landlord=told.landlord)),
        pairs(
            [
                (say("DATE"), told.day(s.on)), (say("HOUR"), s.hour or UNKNOWN), (say("PLACE"), s.place or UNKNOWN),
                (say("MODE"), say(f"MODE_{s.mode}")), (say("DWELLINGS"), str(sum(not left_before(s, i) for i in s.items))),
                *([(say("URGENT"), told.urgency)] if s.urgent else []),
            ]
        ),
        heading(say("RECIPIENTS")), listing(list(s.recipients) or [UNKNOWN]),
        text(_attached(told)), text(say("CONVOCATION_VOICES")),
        signatures([(say("WRITER"), f"{told.issuer.author or BLANK}, {told.issuer.quality or BLANK}"), ("", "")]),
    ]  # fmt: skip
    title = say("CONVOCATION")
    return Document(
        title,
        s.on,
        (Sheet(title, tuple(blocks), sub=f"{told.landlord} – {s.commission}"),),
        foot=told.foot,
    )


def _attached(told: Told) -> str:
    """What is sent with the convocation: the agenda, and the minutes drawn up since the commission last sat."""
    names = {"closed": "ATTACHED_MINUTES", "cancelled": "ATTACHED_CARENCE"}
    minutes = [told.say(names[s.status], day=told.day(s.on)) for s in told.before]
    label = told.say("CONVOCATION_ATTACHED" if minutes else "CONVOCATION_ATTACHED_ONE")
    return f"{told.beside(label, told.listed([told.say('ATTACHED_AGENDA'), *minutes]))}."


def agenda_paper(told: Told, duties: Sequence[DutyRecord] = ()) -> Document:
    """The agenda: a table of dwellings, their orientation, and the duties still open. No household is named."""
    told = told.for_everyone
    s, say = told.session, told.say
    blocks = tuple(_agenda(told, duties))
    title = say("AGENDA")
    sub = say("AGENDA_HEAD", day=told.day(s.on), commission=s.commission)
    if s.agenda_hash:  # of an agenda that is frozen: a draft has none
        sub = say("AGENDA_FROZEN", head=sub, hash=s.agenda_hash[:HASH])
    return Document(title, s.on, (Sheet(title, blocks, sub=sub),), foot=told.foot)


def _agenda(told: Told, duties: Sequence[DutyRecord]) -> Iterator[Block]:
    s, say = told.session, told.say
    items = [i for i in items_of(s) if not left_before(s, i)]
    yield table(
        [say("N"), say("REFERENCE"), *([say("LANDLORD")] if told.several else []), say("HOME"), say("ACCOUNT"), say("CANDIDATES")],
        [
            [
                str(i.position), i.dwelling_id, *([told.landlord_of(i)] if told.several else []), told.home(i),
                account_words(i, told.lang), _candidates(told, i),
            ]
            for i in items
        ],
        caption=say("DWELLINGS"),
    )  # fmt: skip
    oriented = [i for i in items if any(i.orientation.values())]
    if oriented:
        yield heading(say("ORIENTATION"))
        yield table(
            [
                say("REFERENCE"),
                say("O_OBJECTIVES"),
                say("O_FLUX"),
                say("O_RESIDENCE"),
                say("O_RECENT"),
                say("O_PROFILES"),
            ],
            [[i.dwelling_id, *_inputs(told, i)] for i in oriented],
        )
    chained = [(i, waits) for i in items if (waits := waits_of(s, i)) is not None]
    if chained:
        yield heading(say("CHAIN"))
        yield listing([told.beside(i.dwelling_id, waits.words(told.lang)) for i, waits in chained])
    late: list[ItemRecord] = [i for i in items if i.added_as == "late"]
    if late:
        yield heading(say("LATE"))
        yield listing([told.beside(i.dwelling_id, told.free(i.added_reason)) for i in late])
    if gone := [i for i in items_of(s) if left_before(s, i)]:
        yield heading(say("NOT_EXAMINED"))
        yield listing(
            [told.beside(i.dwelling_id, told.because("not_examined_reasons", i.end_reason)) for i in gone]
        )
    yield heading(say("DUTIES"))
    owed = [d for d in duties if d.kind == "suitable_offer" and d.closed_on is None]
    if owed:
        yield listing(
            [
                say(
                    "DUTY_LINE",
                    ref=d.ref,
                    day=told.day(d.opened_on),
                    session=sitting(d.session_id, told.lang),
                )
                for d in owed
            ]
        )
    else:
        yield text(say("NO_DUTY"))
    yield mention(say("DECIDES"))


def _candidates(told: Told, item: ItemRecord) -> str:
    """How many names the agenda holds, and the case of R. 441-3 where it began with fewer than are to be examined."""
    names = sum(on_the_list(c) for c in item.candidates)
    few = item.few_reason if names < told.law.shortlist_size else ""
    return f"{names} ({told.say(f'FEW_{few}')})" if few else str(names)


def _number(written: Any) -> float:
    """A figure of the orientation, which the agenda keeps as it was written."""
    return float(str(written or "0").replace(",", "."))


def _objectives(told: Told, written: Any) -> str:
    """Targets reached, as the table of orientations words them, in the language of the paper."""
    text = str(written or "")
    if told.lang == "en":
        for french, english in (shape.reached for shape in all_rules() if shape.reached[0]):
            text = text.replace(french, english)
        text = text.replace(" ; ", "; ")
    return text or UNKNOWN


def _leases(told: Told, number: Any) -> str:
    """A number of leases, whole, as the report and the page of the dwelling say it."""
    return decimal(_number(number), 0, told.lang)


def _without_share(told: Told, account: str) -> str:
    """Of an account without a line of agreement, in the words of the A4 page: what is left to the landlord, or outside the flux."""
    found = find_account(account)
    left = found is not None and found.kind.remainder
    return said("SHEETS.REST_OF_FLUX" if left else "SHEETS.OUTSIDE_FLUX_AGREEMENT", told.lang)


def _inputs(told: Told, item: ItemRecord) -> list[str]:
    """The dwelling stands in its own column; here the five others. A part of a lease that remains is a lease to find, as on the A4 page."""
    say, o = told.say, item.orientation
    flux = say(
        "FLUX",
        done=_leases(told, o.get("flux_done")),
        progress=_leases(told, o.get("flux_in_progress")),
        remaining=_leases(told, ceil(max(0.0, _number(o.get("flux_remaining"))))),
    )
    home = say(
        "RESIDENCE_Q1",
        share=percent(_number(q1), lang=told.lang) if (q1 := o.get("residence_q1_share")) else UNKNOWN,
        fragility=o.get("residence_fragility") or UNKNOWN,
    )
    people = say(
        "PROFILES",
        n=o.get("candidates") or "0",
        dalo=o.get("candidates_dalo") or "0",
        priority=o.get("candidates_priority") or "0",
    )
    return [
        _objectives(told, o.get("objectives")), flux if o.get("flux_share") else _without_share(told, item.account), home,
        str(o.get("recent_move_ins") or UNKNOWN), people,
    ]  # fmt: skip
