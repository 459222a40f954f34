"""The minutes of a session (procès-verbal), with every mention that must be there, and its copy without numbers or names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from optimizer.desk.chained import chains_words, waits_of
from optimizer.desk.documents import BLANK
from optimizer.desk.entry_rows import account_words
from optimizer.desk.following import housed_before, items_of, local_day
from optimizer.desk.papers.wording import (
    HASH,
    Told,
    decided_order,
    departs,
    examined,
    in_groups,
    qpv_words,
    voices_on,
    yes_no,
)
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
from optimizer.presentation.numbers import UNKNOWN, decimal
from optimizer.shortlist.labels import count_word
from optimizer.store.clock import SITTING
from optimizer.store.records import AttendanceRecord, CandidateRecord, ItemRecord, RectificationRecord

AT_ONCE = timedelta(minutes=1)
"""No commission opens, examines and closes within it: such a session was recorded from a workbook."""


def minutes(told: Told) -> Document:
    """The minutes of a closed session; those of one still open say so."""
    session = told.session
    head = told.say(
        "MINUTES_HEAD", day=told.day(session.on), landlord=told.landlord, commission=session.commission
    )
    first = Sheet(told.say("MINUTES"), tuple(_opening(told)), sub=head, anchor="seance")
    homes = [
        Sheet(
            told.head(item),
            tuple(_dwelling(told, item)),
            sub=told.home(item),
            anchor=f"logement-{item.position}",
            follows=n > 0,
        )
        for n, item in enumerate(i for i in items_of(session) if i.status != "not_examined")
    ]
    last = Sheet(told.say("CLOSING"), tuple(_closing(told)), sub=head, anchor="cloture")
    return Document(
        told.say("MINUTES"), session.on, (first, *homes, last), foot=told.foot,
        banners=() if session.status == "closed" else (told.say("NOT_CLOSED"),), decided=True,
    )  # fmt: skip


def _hours(told: Told) -> str:
    """When the session sat: as it was written down, else as the screens opened and closed it; of one recorded afterwards without its
    hours, the hour it was convened for and the days it was recorded on.

    A workbook opens and closes a session in one go: the minute it was read is not the hour the commission sat.
    """
    s, say = told.session, told.say
    if s.sat_from or s.sat_to:
        return say("HOURS", opened=s.sat_from or BLANK, closed=s.sat_to or BLANK)
    days = [local_day(at) for at in (s.opened_at, s.closed_at) if at is not None]
    at_once = s.opened_at is not None and s.closed_at is not None and s.closed_at - s.opened_at < AT_ONCE
    # past midnight the close is of the day after; a session closed later than that was recorded then
    night = s.opened_at is not None and s.closed_at is not None and s.closed_at - s.opened_at < SITTING
    if all(day == s.on for day in days[: 1 if night else None]) and not at_once:
        return say("HOURS", opened=told.hour(s.opened_at), closed=told.hour(s.closed_at))
    recorded = ", ".join(dict.fromkeys(told.day(day) for day in days))
    return say("HOURS_RECORDED", hour=s.hour or BLANK, days=recorded)


def _times(told: Told, m: AttendanceRecord) -> str:
    """When a member came and left, each by its word."""
    told_hours = (("CAME", m.arrived_at), ("WENT", m.left_at))
    return ", ".join(told.say(word, hour=hour) for word, hour in told_hours if hour) or UNKNOWN


def _opening(told: Told) -> Iterator[Block]:
    s, say = told.session, told.say
    hours = _hours(told)
    rows = [
        (say("LANDLORD"), told.landlord), (say("COMMISSION"), s.commission), (say("DATE"), told.day(s.on)), (say("TIMES"), hours),
        (say("PLACE"), s.place or UNKNOWN), (say("MODE"), say(f"MODE_{s.mode}")),
        (say("CONVOCATION"), told.convoked),
        (say("QUORUM_RULE"), told.quorum),
    ]  # fmt: skip
    if s.urgent:
        rows.append((say("URGENT"), told.urgency))
    if s.programme:
        rows.append((say("PROGRAMME"), s.programme))
    yield pairs(rows)
    yield heading(say("MEMBERS"))
    yield members_table(told)
    yield text(say("CASTING_RULE"))
    outside = [i for i in items_of(s) if i.status == "not_examined"]
    yield heading(say("NOT_EXAMINED"))
    if outside:
        reasons = "not_examined_reasons"
        yield listing(
            [
                told.beside(f"{i.dwelling_id} – {told.home(i)}", told.because(reasons, i.end_reason))
                for i in outside
            ]
        )
    else:
        yield text(say("NONE"))


def members_table(told: Told) -> Block:
    """Who was there, by what right, from when to when, and who left the room for which dwelling."""
    s, say = told.session, told.say
    labels = told.law.words("voice_labels", told.lang)
    at = {i.item_id: i.dwelling_id for i in s.items}
    return table(
        [say("MEMBER"), say("QUALITY"), say("VOICE"), say("PRESENCE"), say("TIMES"), say("RECUSED")],
        [
            [
                m.member, m.quality or UNKNOWN, labels[m.voice],
                say(f"PRESENCE_{m.presence}") + (f" ({m.represented_by})" if m.represented_by and m.presence == "represented" else ""),
                _times(told, m),
                ", ".join(at[i] for i in m.recused if i in at) or UNKNOWN,
            ]
            for m in s.attendance
        ],
    )  # fmt: skip


def ledger_rows(told: Told) -> list[tuple[str, str]]:
    """The head of the ledger that was signed after the session, and its signature."""
    s, say = told.session, told.say
    head = told.beside(s.signed_seq, in_groups(s.signed_hash)) if s.signed_seq is not None else UNKNOWN
    return [(say("LEDGER_HEAD"), head), (say("LEDGER_SIGNATURE"), in_groups(s.signed_with) or UNKNOWN)]


def _dwelling(told: Told, item: ItemRecord) -> Iterator[Block]:
    say, f = told.say, item.facts
    named = examined(item)
    few = item.few_reason if len(named) < told.law.shortlist_size else ""
    present, quorum = (
        voices_on(told.session, item),
        item.vote.quorum if item.vote is not None else told.session.quorum,
    )
    rows = [
        (say("REFERENCE"), item.dwelling_id + (f" – RPLS {f['rpls']}" if f.get("rpls") else "")),
        *([(say("LANDLORD"), told.landlord_of(item))] if told.several else []),
        (say("COMMUNE"), str(f.get("commune_name") or f.get("commune") or UNKNOWN)), (say("TYPE"), f"T{f.get('rooms')}"),
        (say("FINANCING"), str(f.get("financing") or UNKNOWN).upper()), ("QPV", qpv_words(f, told.lang)),
        (say("FIRST_LETTING"), yes_no(f.get("first_letting"), told.lang)),
        (say("ACCOUNT"), account_words(item, told.lang)),
        (say("QUORUM_HERE"), say("QUORUM_MET" if present >= quorum else "QUORUM_NOT_MET", present=present, quorum=quorum)),
        (say("TO_EXAMINE" if item.status == "listed" else "EXAMINED"), str(len(named)) + (f" – {say('FEWER', least=count_word(told.law.shortlist_size, told.lang))} {say(f'FEW_{few}')}" if few else "")),
        (say("PROPOSED_ORDER"), told.listed(told.beside(c.position, told.number(c)) for c in named) or UNKNOWN),
        (say("DECIDED_ORDER"), told.listed(told.beside(i, told.number(c)) for i, c in enumerate(decided_order(item), 1)) or say("NONE")),
    ]  # fmt: skip
    # who only waited behind the list, and signed elsewhere since, was never told of: a convocation checks the names of the list alone
    left = [
        c for c in item.candidates if c.status in ("declined", "replaced") or (housed_before(c) and c.checks)
    ]
    if left:
        words = (told.beside(c.position, f"{told.number(c)} ({told.set_aside(c)})") for c in left)
        rows.append((say("LEFT_BEFORE"), told.listed(words)))
    asked = [(c, told.asked_of(c)) for c in named]
    if any(words for _, words in asked):
        rows.append(
            (say("DOCUMENTS"), told.listed(told.beside(told.number(c), words) for c, words in asked if words))
        )
    waits = waits_of(told.session, item)
    if waits is not None:
        who = [] if waits.tenant is None else [told.number(waits.tenant)]
        rows.append((say("CHAIN"), " – ".join([waits.words(told.lang), *who])))
    if item.added_as == "late":
        rows.append((say("LATE"), told.free(item.added_reason)))
    yield pairs(rows)
    yield table(
        [say("PROPOSED_RANK"), say("HOUSEHOLD"), say("DECISION"), say("CONDITION"), say("MOTIVE")],
        [
            [
                str(c.position), told.who(c), _decided(told, c),
                told.condition(c.decision) if c.decision else "", told.motive(c.decision) if c.decision else "",
            ]
            for c in [*named, *(c for c in item.candidates if c.status == "not_examined")]
        ],
        caption=say("DECISIONS"),
    )  # fmt: skip
    yield text(_ballot(told, item))
    if departs(item):
        yield mention(say("DEPARTURE", why=_why_it_departs(told, item)))
    if item.status == "withdrawn":
        yield mention(say("WITHDRAWN", why=told.because("withdrawal_reasons", item.end_reason)))


def _decided(told: Told, c: CandidateRecord) -> str:
    """The decision in force, and the rectificatif that it comes from; of a household without one, whether it is still to be examined."""
    if c.decision is None:
        return told.say("CANDIDATE_TO_EXAMINE") if c.status == "listed" else told.set_aside(c)
    words, number = told.decision(c.decision), c.decision.rectification
    return f"{words} ({told.say('RECTIFIED', n=number)})" if number is not None else words


def _why_it_departs(told: Told, item: ItemRecord) -> str:
    """The reason that the commission gave in session, and those of the signed rectificatifs that the order in force comes from."""
    numbers = {c.decision.rectification for c in decided_order(item) if c.decision is not None}
    whys = [told.free(item.departure)] if item.departure else []
    whys += [
        told.beside(told.say("RECTIFIED", n=r.number), told.free(r.reason) or BLANK)
        for r in told.session.rectifications
        if r.signed_at is not None and r.number in numbers
    ]
    return told.listed(whys) or BLANK


def _changes(told: Told, one: RectificationRecord) -> list[str]:
    """What a rectificatif changes: dwelling, household, the decision of the session, or of the rectificatif before, and the one that
    takes its place."""
    names = {c.candidate_id: c for item in told.session.items for c in item.candidates}
    return [
        told.say(
            "RECTIFICATION_LINE", n=one.number, dwelling=names[now.candidate_id].dwelling_id,
            household=told.number(names[now.candidate_id]), was=told.whole_decision(was), now=told.whole_decision(now),
            by=told.say("DECIDED_IN_SESSION" if was.rectification is None else "DECIDED_BY", n=was.rectification),
        )
        for was, now in one.corrected
    ]  # fmt: skip


def _ballot(told: Told, item: ItemRecord) -> str:
    v, say = item.vote, told.say
    if item.status == "listed":
        return say("NOT_VOTED")
    if v is None or (v.votes_for >= v.present and v.votes_against == 0 and v.abstentions == 0):
        return say("UNANIMOUS")
    counted = v.votes_for + v.votes_against + v.abstentions
    words = [say("BALLOT", pro=v.votes_for, con=v.votes_against, abstentions=v.abstentions)]
    if counted < v.present:
        words.append(say("BALLOT_FEWER", counted=counted, present=v.present))
    if v.casting:
        words.append(say(f"CASTING_{v.casting}"))
    return " ".join(words)


def _closing(told: Told) -> Iterator[Block]:
    s, say = told.session, told.say
    yield heading(say("RUN"))
    if s.run is None:
        yield text(say("NO_RUN"))
    else:
        r = s.run
        verdict = say("VERDICT_CERTIFIED")
        if r.verdict != "certified":
            gap = decimal(Fraction(r.gap_points.replace(",", ".")), 2, told.lang, fixed=True)
            verdict = say("VERDICT_WITHIN", gap=gap)
        hashes = [(name, value[:HASH]) for name, value in sorted(r.hashes.items()) if _printed(name)]
        yield pairs(
            [
                (say("VERDICT"), verdict), (say("SEED"), r.seed), (say("RUNS"), str(r.runs)), (say("CASE_ON"), told.day(r.case_on)),
                *([(say("CHAINS"), chains_words(s, told.lang))] if r.chains else []),
                (say("HASHES"), told.listed(f"{name} {value}" for name, value in hashes)),
                (say("AGENDA_HASH"), s.agenda_hash[:HASH] or UNKNOWN),
            ]
        )  # fmt: skip
    yield mention(
        told.term("algorithm", address=told.issuer.rules_at or BLANK, contact=told.issuer.contact or BLANK)
    )
    yield heading(say("LEDGER"))
    yield pairs(ledger_rows(told))
    if s.one_person:
        yield text(say("ONE_PERSON"))
    yield heading(say("RECTIFICATIONS"))
    if s.rectifications:
        yield table(
            [say("NUMBER"), say("REASON"), say("PREPARED"), say("SIGNED")],
            [
                [
                    str(r.number), told.free(r.reason), f"{r.prepared_by}, {told.day(local_day(r.prepared_at))}",
                    f"{r.signed_by}, {told.day(local_day(r.signed_at))}" if r.signed_at else say("NOT_SIGNED"),
                ]
                for r in s.rectifications
            ],
        )  # fmt: skip
        yield listing([line for r in s.rectifications for line in _changes(told, r)])
    else:
        yield text(say("NONE"))
    yield signatures([(say("CHAIR"), s.signed_by), (say("SECRETARY"), s.prepared_by)])


def _printed(name: str) -> bool:
    """Hashes worth a line of paper: the certificate, the lists, the rules and the two tables of the case."""
    return name in ("rules", "result/certificate.json", "result/proposals.csv") or (
        name.startswith("case/")
        and any(w in name for w in ("demandes", "applications", "logements", "dwellings", ".xlsx"))
    )
