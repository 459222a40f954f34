"""« À reporter » : what a session changes in the shared file and at the national desk, so that nothing is typed from memory.

Two tables: the events of each application (CCH R. 441-2-15), and the fields of a radiation after a lease, an ineligibility or a notice
that nobody answered.
What the desk does not know (SIREN of the landlord, agreement of the département) is left blank, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from optimizer.desk.chained import void, waits_of
from optimizer.desk.entry_rows import account_words, in_qpv
from optimizer.desk.following import WAITING, Followed, followed, items_of, local_day
from optimizer.desk.months import months_after
from optimizer.desk.papers.wording import Told
from optimizer.presentation.document import Document, Sheet, table, text
from optimizer.presentation.numbers import UNKNOWN
from optimizer.store.records import CandidateRecord, CorrectionRecord, DecisionRecord, ItemRecord
from optimizer.store.together import owner_of

EVENT_COLUMNS = ("numUnique", "evenement", "date", "logement", "reservataire", "detail")
RADIATION_COLUMNS = (
    "numUnique", "motifRadiation", "dateSignatureBail", "dejaLogeParcBailleur", "numeroRpls", "attribueEnComDALO", "accordCollectif",
    "typeReservataire", "codeSirenBailleur", "zus", "typeLogement", "surface", "montantLoyer", "adresse", "sousMotifIrrecevabilite",
    "dateCourrier", "radiationPasAvant",
)  # fmt: skip
"""Fields of the national desk, and the day before which an ineligible household is not struck off."""
OWNER = "bailleur"
"""Second column of both tables where the session sits for several landlords: each carries over what is of its own dwellings."""


def events_table(told: Told) -> pd.DataFrame:
    """What happened to each application: passage, decision and the one a rectificatif replaced, offer, answer, lease, failed condition, a rank that came to nothing with its
    dwelling; columns `EVENT_COLUMNS`, with `OWNER` where several landlords sit together."""
    rows: list[dict[str, str]] = []
    for x in _numbered(told):
        d, o = x.candidate.decision, x.candidate.offer
        assert d is not None
        rows.append(_event(told, x, "PASSED", told.day(x.session.on), ""))
        why = ", ".join(part for part in (told.decision(d), d.motive, told.condition(d)) if part)
        rows.append(_event(told, x, "DECIDED", told.day(x.session.on), why))
        rows += [*_rectified(told, x), *_taken_back(told, x)]
        if o is not None:
            rows.append(
                _event(
                    told,
                    x,
                    "OFFERED",
                    told.day(o.notified_on),
                    told.law.known("proofs", told.lang).get(o.proof, ""),
                )
            )
            # what was accepted stays so, whatever became of it: a condition that failed, a tenant who kept the dwelling
            taken = x.candidate.status == "signed" or (
                x.candidate.status in ("condition_failed", "released") and o.answered_on is not None
            )
            if taken or x.candidate.status in ("refused", "silent", "desisted", "accepted"):
                status = "accepted" if taken else x.candidate.status
                why = told.law.known("refusal_reasons", told.lang).get(o.refusal_reason, "")
                rows.append(_event(told, x, f"ANSWER_{status}", told.day(o.answered_on or o.deadline), why))
            if o.lease_on is not None:
                rows.append(_event(told, x, "LEASED", told.day(o.lease_on), ""))
        if x.candidate.status == "condition_failed":
            rows.append(
                _event(told, x, "CONDITION_FAILED", told.day(x.candidate.condition_on), _failed(told, x))
            )
        if x.positive and x.item.status == "withdrawn" and x.candidate.status in ("released", *WAITING):
            fell = told.day(local_day(x.item.ended_at))
            rows.append(_event(told, x, "NOTHING", fell, _withdrawn_because(told, x)))
    for name, item in _noticed(told):
        day = told.day(told.no_replies[name.ref].noticed)
        rows.append(_event_of(told, name, item, "NOTICED", day, ""))
    return pd.DataFrame(rows, columns=_columns(told, EVENT_COLUMNS))


def radiations_table(told: Told) -> pd.DataFrame:
    """Fields of a radiation, one row per household housed, found ineligible and neither examined since nor put right, or that left its
    notice without an answer; columns `RADIATION_COLUMNS`, with `OWNER` where several landlords sit together."""
    rows = []
    barred = {*told.examined_since, *told.put_right}
    for x in _numbered(told):
        if x.candidate.status == "signed":
            rows.append(_housed(told, x))
        elif x.candidate.status == "ineligible" and x.candidate.ref not in barred:
            assert x.candidate.decision is not None
            barred.add(x.candidate.ref)
            noticed = told.noticed.get(x.candidate.ref)
            motive = x.candidate.decision.motive
            words = told.law.known("motives", told.lang).get(motive, "")
            rows.append(
                {
                    OWNER: owner_of(x.session, x.item), "numUnique": told.number(x.candidate), "motifRadiation": told.say("RADIATION_INELIGIBLE"),
                    "sousMotifIrrecevabilite": f"{motive} – {words}", "dateCourrier": "" if noticed is None else told.day(noticed),
                    "radiationPasAvant": _not_before(told, noticed),
                }
            )  # fmt: skip
    rows += [
        {
            OWNER: owner_of(told.session, item), "numUnique": told.number(name), "motifRadiation": told.say("RADIATION_NO_REPLY"),
            "dateCourrier": told.day(told.no_replies[name.ref].noticed),
        }
        for name, item in _noticed(told)
        if told.no_replies[name.ref].unanswered
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_columns(told, RADIATION_COLUMNS), dtype=object).fillna("")


def _columns(told: Told, columns: tuple[str, ...]) -> list[str]:
    return [columns[0], OWNER, *columns[1:]] if told.several else list(columns)


def _not_before(told: Told, noticed: date | None) -> str:
    """The day from which an ineligible household may be struck off; in words while nobody recorded that its notice was delivered."""
    months = int(told.law.value("radiation_notice_months"))
    if noticed is None:
        return told.say("NOT_BEFORE_NOTICE", time=told.months(months))
    return told.day(months_after(noticed, months))


def _failed(told: Told, x: Followed) -> str:
    """The condition, and why it was not met where that was said."""
    assert x.candidate.decision is not None
    why = told.law.known("condition_failures", told.lang).get(x.candidate.condition_reason, "")
    return ", ".join(part for part in (told.condition(x.candidate.decision), why) if part)


def _withdrawn_because(told: Told, x: Followed) -> str:
    """Why the dwelling of a rank is no longer to be let; of one in a chain, for want of which departure."""
    if void(told.session, x.item):
        waits = waits_of(told.session, x.item)
        assert waits is not None
        return waits.words(told.lang)
    return told.law.known("withdrawal_reasons", told.lang).get(x.item.end_reason, x.item.end_reason)


def _numbered(told: Told) -> Iterator[Followed]:
    """Candidatures of the session; not those of an erased household, which the shared file cannot be told of without its number."""
    return (x for x in followed([told.session]) if x.candidate.application_id)


def _rectified(told: Told, x: Followed) -> list[dict[str, str]]:
    """The decision that a rectificatif took the place of: whoever carried it over takes it out of the shared file again."""

    def words(d: DecisionRecord) -> str:
        return ", ".join(part for part in (told.decision(d), d.motive, told.condition(d)) if part)

    found = told.corrected(x.candidate, words)
    if found is None:
        return []
    one, was = found
    assert one.signed_at is not None
    what = told.say("RECTIFIED_WHAT", n=one.number, what=words(was))
    return [_event(told, x, "RECTIFIED", told.day(local_day(one.signed_at)), what)]


def _taken_back(told: Told, x: Followed) -> list[dict[str, str]]:
    """Offers and answers that were typed by mistake: whoever carried one over takes it out of the shared file again."""
    rows = []
    for c in told.corrections:
        if _withdrawal_taken_back(c, x):
            what = told.say("TAKEN_BACK_WHAT", what=told.say("EVENT_NOTHING"))
            rows.append(_event(told, x, "TAKEN_BACK", told.day(local_day(c.at)), what))
            continue
        if (c.dwelling_id, c.ref) != (x.item.dwelling_id, x.candidate.ref):
            continue
        if c.kind == "condition.corrected" and c.was["condition"] == "failed":
            event, on = "EVENT_CONDITION_FAILED", str(c.was["condition_on"])
        elif c.kind in ("answer.corrected", "notified.corrected"):
            was, on = str(c.was["status"]), str(c.was.get("answered_on") or c.was.get("notified_on") or "")
            event = "EVENT_OFFERED" if was == "offered" else f"EVENT_ANSWER_{was}"
        else:
            continue
        what = told.say(event) + (f" {told.day(date.fromisoformat(on))}" if on else "")
        rows.append(
            _event(told, x, "TAKEN_BACK", told.day(local_day(c.at)), told.say("TAKEN_BACK_WHAT", what=what))
        )
    return rows


def _withdrawal_taken_back(c: CorrectionRecord, x: Followed) -> bool:
    """Whether a dwelling was taken back by mistake, so that its ranks were said to have come to nothing."""
    return (
        c.kind == "item.restored"
        and c.dwelling_id == x.item.dwelling_id
        and c.was["status"] == "withdrawn"
        and x.positive
    )


def _noticed(told: Told) -> list[tuple[CandidateRecord, ItemRecord]]:
    """Households that a notice of no answer went to, on the dwelling they could not be reached for."""
    return [
        (name, item)
        for item in items_of(told.session)
        for name in item.candidates
        if name.application_id and name.ref in told.no_replies
        if told.no_replies[name.ref].item_id == item.item_id
    ]


def _event(told: Told, x: Followed, name: str, day: str, detail: str) -> dict[str, str]:
    return _event_of(told, x.candidate, x.item, name, day, detail)


def _event_of(
    told: Told, candidate: CandidateRecord, item: ItemRecord, name: str, day: str, detail: str
) -> dict[str, str]:
    return {
        OWNER: owner_of(told.session, item), "numUnique": told.number(candidate), "evenement": told.say(f"EVENT_{name}"), "date": day,
        "logement": item.dwelling_id, "reservataire": account_words(item, told.lang), "detail": detail,
    }  # fmt: skip


def _housed(told: Told, x: Followed) -> dict[str, str]:
    f: Mapping[str, Any] = x.item.facts
    offer = x.candidate.offer
    yes = told.say("YES"), told.say("NO")
    rent = f.get("rent_eur")
    return {
        OWNER: owner_of(x.session, x.item), "numUnique": told.number(x.candidate), "motifRadiation": told.say("RADIATION_HOUSED"),
        "dateSignatureBail": told.day(offer.lease_on if offer is not None else None),
        "dejaLogeParcBailleur": yes[0] if x.candidate.facts.get("transfer") == "internal" else yes[1],
        "numeroRpls": str(f.get("rpls") or ""), "attribueEnComDALO": yes[0] if x.candidate.facts.get("dalo") else yes[1],
        "typeReservataire": account_words(x.item, told.lang), "zus": yes[0] if in_qpv(f.get("qpv")) else yes[1],
        "typeLogement": f"T{f.get('rooms')}", "surface": "" if f.get("surface_m2") is None else str(f["surface_m2"]).replace(".", ","),
        "montantLoyer": "" if rent is None else f"{float(rent):.2f}".replace(".", ","), "adresse": str(f.get("address") or ""),
    }  # fmt: skip


def report_back(told: Told) -> Document:
    """The two tables on paper, household by household."""
    say = told.say
    events, radiations = events_table(told), radiations_table(told)
    blocks = [text(say("REPORT_TEXT"))]
    blocks.append(
        table(
            [
                say("NUR"),
                *([say("LANDLORD")] if told.several else []),
                say("EVENT"),
                say("DATE"),
                say("REFERENCE"),
                say("ACCOUNT"),
                say("DETAIL"),
            ],
            [[str(v) for v in row] for row in events.itertuples(index=False)],
            say("EVENTS"),
        )
    )
    of = f"{told.landlord} – {told.session.commission} – {told.day(told.session.on)}"
    sheets = [Sheet(say("REPORT"), tuple(blocks), sub=of, anchor="evenements")]
    for n, row in enumerate(radiations.to_dict("records"), start=1):
        lines = [[str(name), str(value) or UNKNOWN] for name, value in row.items()]
        sheets.append(
            Sheet(
                say("RADIATION", n=n),
                (table([say("FIELD"), say("VALUE")], lines),),
                anchor=f"radiation-{n}",
                follows=n > 1,
            )
        )
    return Document(say("REPORT"), told.session.on, tuple(sheets), foot=told.foot, decided=True)
