"""Answers during a session: why a household, what if another were first, who is next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from optimizer.errors import AttrifluxError, Lang, said
from optimizer.store.records import ItemRecord, SessionRecord
from optimizer.web.desk import Desk
from optimizer.web.imports import case_path
from optimizer.web.models import Job
from optimizer.web.rooms import room_of

QUESTIONS = ("why", "what_if", "next")


@dataclass(frozen=True)
class Answered:
    """What a page shows of an answer: a question in words, lines, and for a trial its list and what it moves."""

    question: str
    lines: tuple[str, ...] = ()
    list: tuple[dict[str, Any], ...] = ()
    moved: tuple[dict[str, str], ...] = ()
    cost: float | None = None
    waiting: bool = False
    asked: dict[str, str] = field(default_factory=dict)


def ask(
    desk: Desk, session: SessionRecord, item: ItemRecord, question: str, number: str, lang: Lang
) -> Answered:
    """The answer, or the sentence that says why there is none yet."""
    if question not in QUESTIONS or (question != "next" and not number):
        return Answered(said("WEB.ASK", lang), (said("WEB.ASK_WHAT", lang),))
    words = said(f"WEB.ASK_{question}".upper(), lang, number=number, dwelling=item.dwelling_id)
    job = Job.objects.filter(run=session.run.run_id).order_by("-started_at").first() if session.run else None
    if job is None or not (desk.cases / job.case).is_dir():
        return Answered(words, (said("WEB.ASK_NO_CASE", lang),))
    if question == "why":
        return Answered(words, _why(desk, job, item, number, lang))
    room = room_of(session.session_id, case_path(desk, job.case))
    if room.state == "warming":
        return Answered(
            words, (said("WEB.ASK_WARMING", lang),), waiting=True, asked={"ask": question, "number": number}
        )
    asked: dict[str, Any] = {"ask": question, "dwelling": item.dwelling_id}
    if question == "what_if":
        asked |= {"application": number, "account": item.account}
    else:
        asked["without"] = [
            c.application_id for c in item.candidates if c.status != "queue" and c.application_id
        ]
    told = room.ask(asked)
    if told is None:
        return Answered(words, (said("WEB.ASK_FAILED" if room.state == "failed" else "WEB.ASK_LATE", lang),))
    if "refused" in told:
        return Answered(words, tuple(told["refused"][lang]))
    return Answered(words, (), tuple(told["list"]), tuple(told["moved"]), float(told["cost"]))


def _why(desk: Desk, job: Job, item: ItemRecord, number: str, lang: Lang) -> tuple[str, ...]:
    from optimizer.runs import why

    try:
        return why(desk.runs / job.id, number, item.dwelling_id, lang=lang).lines
    except AttrifluxError as unknown:
        return (unknown.text(lang),)
