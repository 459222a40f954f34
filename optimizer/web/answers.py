"""Answers during a session: why a household, what if another were first, who is next.

What is known without computing comes at once, from the index of the result: whether the household may be proposed, its place, what
passed before it. The effect on the lists comes from the room, exact, with it or when the question is asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from optimizer.errors import AttrifluxError, Lang, said
from optimizer.store.records import CandidateRecord, ItemRecord, SessionRecord
from optimizer.web.desk import Desk
from optimizer.web.imports import case_path
from optimizer.web.models import Job
from optimizer.web.rooms import Question, room_at_hand, room_of

QUESTIONS = ("why", "what_if", "next")


@dataclass(frozen=True)
class Answered:
    """What a page shows of an answer: a question in words, what is known at once, and for a trial its list and what it moves.

    ``exact`` tells a proven effect from one whose computation stopped before the proof; ``waiting``: the effect is being computed.
    """

    question: str
    lines: tuple[str, ...] = ()
    list: tuple[dict[str, Any], ...] = ()
    moved: tuple[dict[str, str], ...] = ()
    cost: float | None = None
    exact: bool = True
    waiting: bool = False
    asked: dict[str, str] = field(default_factory=dict)
    beyond: int = 0
    """Dwellings moved that the visitor does not see."""


def ask(
    desk: Desk,
    session: SessionRecord,
    item: ItemRecord,
    question: str,
    number: str,
    lang: Lang,
    homes: Collection[ItemRecord],
) -> Answered:
    """The answer, or the sentence that says why there is none yet.

    ``homes``: the dwellings of the session that the visitor sees. Where they are not all, it asks of the households of the dwelling
    alone: of any other number it learns neither whether it exists, nor its score, nor where it stands.
    """
    if question not in QUESTIONS or (question != "next" and not number):
        return Answered(said("WEB.ASK", lang), (said("WEB.ASK_WHAT", lang),))
    words = said(f"WEB.ASK_{question}".upper(), lang, number=number, dwelling=item.dwelling_id)
    whole = len(homes) == len(session.items)
    if question != "next" and not whole and number not in {c.application_id for c in item.candidates}:
        return Answered(words, (said("WEB.ASK_NOT_HERE", lang),))
    job = job_of(session)
    if job is None or not (desk.cases / job.case).is_dir():
        return Answered(words, (said("WEB.ASK_NO_CASE", lang),))
    if question == "next":
        known, asked = _waiting(item, lang), _next(item, lang)
    else:
        seen = None if whole else {home.dwelling_id for home in homes}
        known, asked = _why(desk, job, item, number, lang, seen), _what_if(item, number, lang)
    if question == "why":
        return Answered(words, known)
    if _chained(session):
        return Answered(words, (*known, said("WEB.ASK_CHAINS", lang)))
    room = room_of(session.session_id, case_path(desk, job.case))
    told = room.ask(asked)
    if told is None:
        state = {"warming": "WARMING", "failed": "FAILED"}.get(room.state, "COMPUTING")
        known = (*known, said(f"WEB.ASK_{state}", lang))
        return Answered(words, known, waiting=True, asked={"ask": question, "number": number})
    if "refused" in told:
        return Answered(words, (*known, *told["refused"]))
    return Answered(words, known, tuple(told["lines"]), tuple(told["moved"]), float(told["cost"]), told["exact"])  # fmt: skip


def kept_to(answered: Answered, session: SessionRecord, homes: Collection[ItemRecord]) -> Answered:
    """The answer for who sees ``homes`` of a session alone: what moves elsewhere is counted, no dwelling nor household told."""
    if len(homes) == len(session.items):
        return answered
    seen = {home.dwelling_id for home in homes}
    moved = tuple(one for one in answered.moved if one["dwelling"] in seen)
    return replace(answered, moved=moved, beyond=len(answered.moved) - len(moved))


def expect(desk: Desk, session: SessionRecord, item: ItemRecord, lang: Lang) -> None:
    """Have the room prepare what will be asked of a dwelling whose page is opened: each name of its list but the first, and the next.

    Once the session is convened the room is begun for it; before, only questions begin it.
    """
    job = job_of(session)
    if job is None or _chained(session) or not (desk.cases / job.case).is_dir():
        return
    begin = session.status in ("convened", "open")
    room = room_at_hand(session.session_id, case_path(desk, job.case), begin=begin)
    if room is not None:
        names = [c.application_id for c in _examined(item.candidates)]
        room.soon([*(_what_if(item, name, lang) for name in names[1:]), _next(item, lang)])


def _chained(session: SessionRecord) -> bool:
    """Whether the proposal has chains, which the room, a session of a case without them, knows nothing of."""
    return session.run is not None and bool(session.run.chains)


def job_of(session: SessionRecord) -> Job | None:
    """The computation that a session's agenda comes from, on this machine."""
    if session.run is None:
        return None
    return Job.objects.filter(run=session.run.run_id).order_by("-started_at").first()


def _examined(candidates: Iterable[CandidateRecord]) -> list[CandidateRecord]:
    return [c for c in candidates if c.status != "queue" and c.application_id]


def _what_if(item: ItemRecord, number: str, lang: Lang) -> Question:
    return {
        "ask": "what_if",
        "dwelling": item.dwelling_id,
        "application": number,
        "account": item.account,
        "lang": lang,
    }


def _next(item: ItemRecord, lang: Lang) -> Question:
    names = [c.application_id for c in _examined(item.candidates)]
    return {"ask": "next", "dwelling": item.dwelling_id, "without": names, "lang": lang}


def _waiting(item: ItemRecord, lang: Lang) -> tuple[str, ...]:
    """Names that stand behind the list already: they take over without a new computation."""
    names = [c.application_id for c in item.candidates if c.status == "queue" and c.application_id]
    return (said("WEB.ASK_NEXT_QUEUE", lang, names=", ".join(names)),) if names else ()


def _why(
    desk: Desk, job: Job, item: ItemRecord, number: str, lang: Lang, seen: Collection[str] | None
) -> tuple[str, ...]:
    from optimizer.runs import why

    try:
        return why(desk.runs / job.id, number, item.dwelling_id, seen=seen, lang=lang).lines
    except AttrifluxError as unknown:
        return (unknown.text(lang),)
