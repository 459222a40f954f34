"""``python -m optimizer.web.children.job CASE OUT LANG``: check, propose, verify, one line of JSON per thing that happens.

Lines: ``step`` (check, propose, verify, done), ``phase`` (a sentence), ``bound`` and ``value`` while solving, ``finding`` (a problem
of the case), ``error`` (why it ended), ``verdict``. SIGINT asks for the best certified proposal found so far; a second one, or the
end of the parent, ends at once. Exit codes are those of ``attriflux propose``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from optimizer.errors import AttrifluxError, InputProblems, Lang, reason_of
from optimizer.web.children.lines import give_way, say, when_alone

SHOWN = 400
"""Findings that are handed over one by one; the rest is counted."""


PROSPECTS = 6
"""Names per dwelling that stand ready when one of the list declines before the session."""


class Told:
    """Progress as lines, at most two a second while solving."""

    def __init__(self) -> None:
        self._last = 0.0

    def phase(self, text: str) -> None:
        """A new phase."""
        say(phase=text)

    def solving(self, bound: float | None, value: float | None) -> None:
        """Bound and value, in points."""
        now = time.monotonic()
        if now - self._last > 0.5:
            self._last = now
            say(bound=bound, value=value)


def main(case: Path, out: Path, lang: Lang) -> int:
    """The whole main job; the exit code."""
    give_way()
    stop = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    signal.signal(signal.SIGINT, interrupt)
    when_alone(lambda: os._exit(130))
    try:
        return _run(case, out, lang, stop)
    except InputProblems as problems:
        for finding in problems.findings[:SHOWN]:
            say(finding=finding.sentence(lang), severity=finding.severity, place=finding.place(lang))
        say(error=problems.text(lang))
        return 2
    except AttrifluxError as error:
        say(error=error.text(lang))
        return 3 if error.code == "VERIFICATION_FAILED" else 4
    except OSError as error:
        why = reason_of(error)
        say(error=why.fr if lang == "fr" else why.en)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(case: Path, out: Path, lang: Lang, stop: threading.Event) -> int:
    from optimizer.desk.agenda import agenda
    from optimizer.pipeline import check_case
    from optimizer.runs import Options, propose_to
    from optimizer.verify import verify

    say(step="check")
    read, findings = check_case(case)
    for finding in findings[:SHOWN]:
        say(finding=finding.sentence(lang), severity=finding.severity, place=finding.place(lang))
    say(findings=len(findings), errors=sum(f.severity == "error" for f in findings))
    if read is None or any(f.severity == "error" for f in findings):
        return 2
    say(rows={source.name: source.rows for source in read.sources})
    if stop.is_set():
        return 130
    say(step="propose")
    done = propose_to(
        case, out, Options(lang=lang, prospects=PROSPECTS), keep=False, progress=Told(), interrupt=stop
    )
    say(step="verify")
    verdict = verify(out, case)
    say(verdict=verdict.verdict, sentence=verdict.sentence(lang), stop=done.stop)
    if verdict.verdict == "refused":
        return 3
    agenda_file(out).write_text(
        json.dumps(asdict(agenda(out, case, read)), ensure_ascii=False, default=str), encoding="utf-8"
    )
    say(step="done")
    return 0


def agenda_file(out: Path) -> Path:
    """Where the agenda made from a result is left for the pages, which never compute."""
    return out.with_name(out.name + ".agenda.json")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), "en" if sys.argv[3:] == ["en"] else "fr"))
