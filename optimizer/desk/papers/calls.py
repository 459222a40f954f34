"""The list of calls on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from optimizer.desk.call_list import KINDS, Due
from optimizer.desk.papers.wording import Told
from optimizer.presentation.document import Block, Document, Sheet, heading, table, text
from optimizer.presentation.numbers import UNKNOWN


def calls_paper(told: Told, lines: Sequence[Due], on: date) -> Document:
    """The lines of a day under their kinds, with room to write what was said."""
    say = told.say
    blocks: list[Block] = []
    for kind in KINDS:
        own = [x for x in lines if x.kind == kind]
        if own:
            blocks.append(heading(say(f"DUE_{kind}")))
            blocks.append(
                table(
                    [
                        say("REFERENCE"),
                        *([say("LANDLORD")] if told.several else []),
                        say("NUR"),
                        say("RANK_COLUMN"),
                        say("DAY"),
                        say("ATTEMPTS"),
                        say("SAID"),
                    ],
                    [_row(told, x) for x in own],
                )
            )
    if not blocks:
        blocks.append(text(say("NOTHING_DUE")))
    title = say("CALL_LIST", day=told.day(on))
    return Document(
        title, on, (Sheet(title, tuple(blocks), sub=f"{told.landlord} – {told.session.commission}"),)
    )


def _row(told: Told, x: Due) -> list[str]:
    number = x.ref if told.pseudonymous or not x.application_id else x.application_id
    person = told.people.get(x.ref)
    phone = (
        f" – {person.name} {person.phone}".rstrip() if person is not None and not told.pseudonymous else ""
    )
    tried = str(x.attempts) + (f" ({told.say('WRITE_NOW')})" if x.write else "") if x.attempts else UNKNOWN
    day = told.day(x.day)
    if x.kind == "next_rank":
        if x.lived_in:
            day = told.say("STILL_LIVED_IN")
        elif x.free_on is not None:
            day = told.say("FREE_ON", day=told.day(x.free_on))
        else:
            day = told.say("VACANT_SINCE", n=x.vacant_days)
    elif x.lived_in:
        day = f"{day} – {told.say('STILL_LIVED_IN')}"
    whose = [x.landlord or UNKNOWN] if told.several else []
    return [
        x.dwelling_id or UNKNOWN,
        *whose,
        number + phone,
        str(x.rank) if x.rank else UNKNOWN,
        day,
        tried,
        "",
    ]
