"""``python -m optimizer.web.children.look CASE``: what an import says of the names of a session, asked once on the input.

The question is a pickle of :data:`~optimizer.web.children.questions.Asked`, written by the desk itself; the answer is one line of JSON: ``found`` (candidate -> code)
for a new check of eligibility, ``item`` or ``name`` for a dwelling or a household described as the session keeps it, else ``refused``.
"""

from __future__ import annotations

import pickle
import sys
from dataclasses import asdict
from pathlib import Path

from optimizer.errors import AttrifluxError, InputProblems
from optimizer.web.children.lines import PATIENT, give_way, say
from optimizer.web.children.questions import Asked, DescribeItem, Recheck


def main(case: Path) -> int:
    """Answer the question of the input."""
    from optimizer import importers
    from optimizer.desk.late import Described
    from optimizer.desk.rechecking import rechecked

    give_way(PATIENT)
    asked: Asked = pickle.load(sys.stdin.buffer)
    try:
        read = importers.read(case)
        if isinstance(asked, Recheck):
            say(found={str(key): code for key, code in rechecked(read, asked.session).items()})
        elif isinstance(asked, DescribeItem):
            say(item=asdict(Described(read).item(asked.dwelling, asked.account, asked.numbers)))
        else:
            described = Described(read)
            say(
                name=asdict(
                    described.name(asked.dwelling, asked.account, asked.number, position=asked.position)
                )
            )
    except InputProblems as problems:
        say(refused={"fr": problems.text("fr"), "en": problems.text("en")})
    except AttrifluxError as error:
        say(refused={"fr": error.text("fr"), "en": error.text("en")})
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
