"""``python -m optimizer.web.children.job CASE OUT LANG CHAINS LANDLORDS [SOURCE LOG]``: check, propose, verify, a line of JSON per thing that happens.

``LANDLORDS`` is a list in JSON of those whose cases are taken, empty where all are. With ``SOURCE`` and ``LOG`` the case is made first: the import ``SOURCE`` brought forward by what the desk has recorded since.

Lines: ``step`` (next, check, propose, verify, done), ``landlord`` (whose case it is), ``phase`` (a sentence), ``bound`` and ``value`` while solving, ``finding`` (a problem
of the case), ``error`` (why it ended), ``verdict``, ``short`` (what the verified proposal leaves short). SIGINT asks for the best certified proposal found so far; a second one, or the
end of the parent, ends at once. Exit codes are those of ``attriflux propose``.
"""

from __future__ import annotations

import json
import math
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from types import FrameType

from optimizer.chains import length_of
from optimizer.domain.case import Case
from optimizer.errors import FULL, AttrifluxError, Finding, InputProblems, Lang, Said, define, reason_of
from optimizer.store.records import DutyRecord, NominationRecord, SessionRecord
from optimizer.store.together import reaches
from optimizer.web.children.lines import LAST, give_way, say, when_alone

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


@dataclass(frozen=True)
class Log:
    """What the desk knows, as plain records: the child opens no store."""

    sessions: tuple[SessionRecord, ...]
    duties: tuple[DutyRecord, ...]
    nominations: tuple[NominationRecord, ...] = ()
    housed: Mapping[str, date] = field(default_factory=dict)
    """Households that signed a lease, of every landlord of the desk."""


define(
    "WEB_OTHER_LANDLORD",
    "Ce dossier n'est pas d'un bailleur pour lequel ce compte prépare ({theirs}) : {found}. Rien n'en a été gardé. Envoyer un dossier de ce "
    "bailleur, ou demander au service technique un rôle pour l'autre.",
    "This case is not of a landlord that this account prepares for ({theirs}): {found}. Nothing of it was kept. Send a case of that "
    "landlord, or ask the technical service for a role for the other one.",
)

NONE = Said("aucun bailleur n'y est nommé", "it names no landlord")


def main(
    case: Path,
    out: Path,
    lang: Lang,
    chains: int,
    landlords: Collection[str] = (),
    source: Path | None = None,
    log: Path | None = None,
) -> int:
    """The whole main job; the exit code."""
    give_way(LAST)
    stop = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    signal.signal(signal.SIGINT, interrupt)
    when_alone(lambda: os._exit(130))
    try:
        if source is not None and log is not None:
            _next(source, log, case, lang, landlords)
        return _run(case, out, lang, chains, stop, landlords)
    except InputProblems as problems:
        tell_remarks(problems.findings, lang)
        say(error=problems.text(lang))
        return 2
    except AttrifluxError as error:
        say(error=error.text(lang))
        return {"VERIFICATION_FAILED": 3, "WEB_OTHER_LANDLORD": 2}.get(error.code, 4)
    except OSError as error:
        why = reason_of(error)
        say(error=why.fr if lang == "fr" else why.en)
        # a full disk is no fault of the import, which stays
        return 4 if error.errno in FULL else 2
    except KeyboardInterrupt:
        return 130


def _next(source: Path, log: Path, case: Path, lang: Lang, landlords: Collection[str]) -> None:
    """Write the case of the next session."""
    from optimizer import importers, policy
    from optimizer.desk.next_case import next_case
    from optimizer.desk.next_files import write_next
    from optimizer.desk.next_words import brought_words
    from optimizer.desk.whose import duties_of, sessions_of, unread_of

    say(step="next")
    known: Log = pickle.loads(log.read_bytes())  # written by the desk itself, in its own folder
    read = importers.read(source)
    _whose(read, landlords)
    own = sessions_of(read, known.sessions)
    duties, rules = duties_of(known.duties, own), policy.rules_of(read.settings)
    made = next_case(read, own, rules, duties=duties, nominations=known.nominations, housed=known.housed)
    write_next(case, made, source)
    say(brought=brought_words(made, lang))
    tell_remarks([*unread_of(read, own, known.sessions), *made.said], lang)


def tell_remarks(findings: Sequence[Finding], lang: Lang) -> None:
    """What a case deserves a look for, the errors first, and how many there are: a long list is cut, and nothing that stops is behind it."""
    for finding in sorted(findings, key=lambda f: f.severity != "error")[:SHOWN]:
        say(finding=finding.sentence(lang), severity=finding.severity, place=finding.place(lang))
    say(findings=len(findings), errors=sum(f.severity == "error" for f in findings))


def _whose(read: Case, landlords: Collection[str]) -> str:
    """The landlords of a case, as a session names them (AttrifluxError: not all of them are of those taken)."""
    from optimizer.desk.whose import landlords_in

    found = landlords_in(read)
    if landlords and not any(reaches(one, found) for one in landlords):
        raise AttrifluxError("WEB_OTHER_LANDLORD", theirs=" ; ".join(landlords), found=found or NONE)
    return found


def _run(
    case: Path, out: Path, lang: Lang, chains: int, stop: threading.Event, landlords: Collection[str]
) -> int:
    from optimizer.desk.agenda import agenda
    from optimizer.importers.forgetting import forget_refused
    from optimizer.pipeline import check_case
    from optimizer.runs import Options, propose_to
    from optimizer.verify import verify

    say(step="check")
    read, findings = check_case(case)
    if forget_refused(case, findings):
        read, findings = check_case(case)
    tell_remarks(findings, lang)
    if read is None or any(f.severity == "error" for f in findings):
        return 2
    say(landlord=_whose(read, landlords))
    say(rows={source.name: source.rows for source in read.sources})
    if stop.is_set():
        return 130
    say(step="propose")
    options = Options(lang=lang, prospects=PROSPECTS, chains=chains)
    done = propose_to(case, out, options, keep=False, progress=Told(), interrupt=stop)
    say(step="verify")
    verdict = verify(out, case)
    say(verdict=verdict.verdict, sentence=verdict.sentence(lang), stop=done.stop)
    if verdict.verdict == "refused":
        return 3
    say(short=_short(out, lang))
    try:
        made = agenda(out, case, read, verdict=verdict)
    except AttrifluxError as error:
        if error.code != "DESK_AGENDA_EMPTY":
            raise
        say(
            nothing=error.text(lang)
        )  # verified, and nothing to examine: every dwelling awaits a réservataire, or has nobody
    else:
        agenda_file(out).write_text(
            json.dumps(asdict(made), ensure_ascii=False, default=str), encoding="utf-8"
        )
    say(step="done")
    return 0


def _short(out: Path, lang: Lang) -> list[dict[str, str]]:
    """Rules that weigh and that the verified proposal leaves short, in whole leases."""
    from optimizer.presentation.reading_back import read_back
    from optimizer.presentation.words import scope_words
    from optimizer.shortlist.labels import rule_label

    table = read_back(out, "rules", ("rule", "scope", "shortfall", "price"))
    short = []
    for row in [] if table is None else table.to_dict("records"):
        missing, price = (float(str(row[name] or "0").replace(",", ".")) for name in ("shortfall", "price"))
        if missing > 0 and price > 0:
            words = {
                "rule": rule_label(str(row["rule"]), lang),
                "scope": scope_words(str(row["scope"]), lang),
            }
            short.append({**words, "missing": str(math.ceil(missing))})
    return short


def agenda_file(out: Path) -> Path:
    """Where the agenda made from a result is left for the pages, which never compute."""
    return out.with_name(out.name + ".agenda.json")


if __name__ == "__main__":
    given = [Path(x) for x in sys.argv[6:8]]
    length = length_of(sys.argv[4]) or 0
    sys.exit(
        main(
            Path(sys.argv[1]),
            Path(sys.argv[2]),
            "en" if sys.argv[3] == "en" else "fr",
            length,
            json.loads(sys.argv[5]),
            *given,
        )
    )
