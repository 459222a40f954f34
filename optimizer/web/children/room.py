"""``python -m optimizer.web.children.room CASE``: the questions of a session, answered from an ``af.Session`` kept warm.

Lines of JSON on the input: ``{"id": I, "ask": "what_if", "dwelling": D, "application": N, "account": A, "lang": L}`` puts the household
first on the dwelling, ``{"id": I, "ask": "next", "dwelling": D, "without": [N, …], "lang": L}`` takes households off it. Each answer
bears the question's ``id``, says what would move elsewhere and what it costs; nothing is kept of a question. A line with ``"soon":
true`` is likely to be asked: it is answered in idle time, and given up for a while as soon as somebody asks something else.
``{"ready": true}`` comes first, once the case is proven.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import AttrifluxError, InputProblems
from optimizer.web.children.lines import PATIENT, give_way, say

if TYPE_CHECKING:
    from optimizer.runs import Session

Question = dict[str, Any]


class Waiting:
    """Questions that wait: those somebody asks before those somebody may ask."""

    def __init__(self) -> None:
        self._asked: deque[Question] = deque()
        self._soon: deque[Question] = deque()
        self._some = threading.Condition()
        self._now: Question | None = None
        self.yield_ = threading.Event()
        """Set while what is computed in advance should make room."""

    def add(self, question: Question) -> None:
        """One more; asked in earnest, it goes before all that was computed in advance."""
        with self._some:
            if question.get("soon"):
                self._soon.append(question)
            else:
                self._soon = deque(q for q in self._soon if q["id"] != question["id"])
                at_hand = self._now is not None and self._now["id"] == question["id"]
                if not at_hand:
                    self._asked.append(question)
                    self.yield_.set()
            self._some.notify()

    def take(self) -> Question:
        """The next one, as soon as there is one."""
        with self._some:
            while not self._asked and not self._soon:
                self._some.wait()
            self._now = self._asked.popleft() if self._asked else self._soon.popleft()
            if not self._asked:
                self.yield_.clear()
            return self._now

    def given_up(self, question: Question) -> None:
        """It made room for another: it waits again."""
        with self._some:
            self._soon.appendleft(question)


def main(case: Path) -> int:
    """Answer until the input ends."""
    from optimizer.runs import Session

    give_way(PATIENT)
    waiting = Waiting()
    threading.Thread(target=_listen, args=(waiting,), daemon=True).start()
    try:
        session = Session(case)
        session.propose()
    except AttrifluxError as error:
        say(ready=False, fr=error.text("fr"), en=error.text("en"))
        return 2
    say(ready=True)
    while True:
        question = waiting.take()
        told = answer(session, question, waiting.yield_ if question.get("soon") else None)
        if told is None:
            waiting.given_up(question)
        else:
            say(id=question["id"], **told)


def _listen(waiting: Waiting) -> None:
    for line in sys.stdin:
        waiting.add(json.loads(line))
    os._exit(0)  # the parent has ended, or asks us to


def answer(
    session: Session, asked: Question, interrupt: threading.Event | None = None
) -> dict[str, Any] | None:
    """What would hold if a household were first, or if some were not there; None when it was interrupted."""
    from optimizer.runs.session.trial import what_if, without

    dwelling, lang = str(asked["dwelling"]), asked.get("lang", "fr")
    try:
        if asked["ask"] == "what_if":
            account = str(asked.get("account", ""))
            trial = what_if(session, dwelling, str(asked["application"]), account, lang=lang, interrupt=interrupt)  # fmt: skip
        else:
            names = [str(x) for x in asked["without"]]
            trial = without(session, dwelling, names, lang=lang, interrupt=interrupt)
    except InputProblems as problems:
        return {"refused": [f.sentence(lang) for f in problems.findings if f.severity == "error"]}
    except AttrifluxError as error:
        return {"refused": [error.text(lang)]}
    if interrupt is not None and interrupt.is_set() and not trial.exact:
        return None
    return asdict(trial)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
