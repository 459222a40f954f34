"""``python -m optimizer.web.children.room CASE``: the questions of a session, answered from an ``af.Session`` kept warm.

Asked in lines of JSON on the input, answered in the same order: ``{"ask": "what_if", "dwelling": D, "application": N}`` puts the
household first on the dwelling, ``{"ask": "next", "dwelling": D, "without": [N, …]}`` takes households off it. Each answer says what
would move elsewhere and what it costs; nothing is kept of a question. ``{"ready": true}`` comes first, once the case is proven.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import AttrifluxError, InputProblems
from optimizer.web.children.lines import give_way, say

if TYPE_CHECKING:
    from optimizer.runs import Session
    from optimizer.runs.session import Proposed


def main(case: Path) -> int:
    """Answer until the input ends."""
    from optimizer.runs import Session

    give_way()
    try:
        session = Session(case)
        before = session.propose()
    except AttrifluxError as error:
        say(ready=False, fr=error.text("fr"), en=error.text("en"))
        return 2
    say(ready=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            say(**answer(session, before, asked))
        except InputProblems as problems:
            say(
                refused={
                    "fr": [f.sentence("fr") for f in problems.findings],
                    "en": [f.sentence("en") for f in problems.findings],
                }
            )
        except AttrifluxError as error:
            say(refused={"fr": [error.text("fr")], "en": [error.text("en")]})
    return 0


def answer(session: Session, before: Proposed, asked: dict[str, Any]) -> dict[str, Any]:
    """What would hold if a household were first, or if some were not there; the session stays as it is."""
    trial = copy.copy(session)  # decisions replace its parts, they change none of them
    dwelling = str(asked["dwelling"])
    if asked["ask"] == "what_if":
        trial.decide(
            "pin",
            dwelling=dwelling,
            application=str(asked["application"]),
            account=str(asked.get("account", "")),
        )
    else:
        for number in asked["without"]:
            trial.decide("forbid", dwelling=dwelling, application=str(number), reason="commission_decision")
    after = trial.propose()
    return {
        "list": _list(after, dwelling),
        "moved": moved(before, after),
        "cost": _points(before) - _points(after),
    }


def _list(proposed: Proposed, dwelling: str) -> list[dict[str, Any]]:
    lines = proposed.proposals
    own = lines[lines["dwelling_id"] == dwelling].sort_values("rank")
    return [
        {"rank": int(row["rank"]), "application": str(row["application_id"]), "account": str(row["account"]), "reason": str(row["reason"])}
        for row in own.to_dict("records")
    ]  # fmt: skip


def _first(proposed: Proposed) -> dict[str, tuple[str, str]]:
    lines = proposed.proposals
    first = lines[lines["rank"] == 1]
    return {
        str(row["dwelling_id"]): (str(row["account"]), str(row["application_id"] or ""))
        for row in first.to_dict("records")
    }


def moved(before: Proposed, after: Proposed) -> list[dict[str, str]]:
    """Dwellings whose account or first household is another."""
    was, now = _first(before), _first(after)
    return [
        {
            "dwelling": home, "account_before": was.get(home, ("", ""))[0], "account_after": now.get(home, ("", ""))[0],
            "before": was.get(home, ("", ""))[1], "after": now.get(home, ("", ""))[1],
        }
        for home in sorted({*was, *now}) if was.get(home) != now.get(home)
    ]  # fmt: skip


def _points(proposed: Proposed) -> float:
    return float(proposed.optimum.solved.certificate.as_dict()["objective"])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
