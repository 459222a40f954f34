"""The scene of a falsification: private copies of a case, its result and the law, and the register of what is done to them."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import publish
import town as t

Rows = list[dict[str, str]]
CORRUPTIONS: list[Callable[..., bool]] = []


@dataclass
class Scene:
    """A private copy of a case, its result and the law, to be falsified."""

    r: random.Random
    case: Path
    out: Path
    models: Path
    pub: publish.Published

    def table(self, name: str) -> Rows:
        text = (self.out / f"{name}.csv").read_bytes().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))

    def write(self, name: str, rows: Rows) -> None:
        publish.write_table(self.out, name, rows)

    def json(self, name: str) -> Any:
        return json.loads((self.out / name).read_text())

    def write_json(self, name: str, content: Any) -> None:
        (self.out / name).write_text(json.dumps(content))

    def rehash(self) -> None:
        """State the hashes of the present files: the falsification is then in the content only."""
        run = self.json("run.json")
        run["inputs"] = t.hashes(self.case)
        self.write_json("run.json", run)

    def pick(
        self, rows: Rows, test: Callable[[dict[str, str]], Any] = lambda row: True
    ) -> dict[str, str] | None:
        found = [row for row in rows if test(row)]
        return self.r.choice(found) if found else None


def corruption(action: Callable[[Scene], bool]) -> Callable[[Scene], bool]:
    CORRUPTIONS.append(action)
    return action


def shifted(text: str, by: str) -> str:
    return str(Decimal(text.replace(",", ".")) + Decimal(by)).replace(".", ",")


def edit(
    scene: Scene, name: str, column: str, change: Callable[[str], str], test: Callable[..., Any]
) -> bool:
    rows = scene.table(name)
    row = scene.pick(rows, test)
    if row is None or change(row[column]) == row[column]:
        return False
    row[column] = change(row[column])
    scene.write(name, rows)
    return True


def named(row: dict[str, str]) -> bool:
    return bool(row["application_id"])
