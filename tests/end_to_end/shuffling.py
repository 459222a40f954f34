"""The same case with its rows and columns in another order."""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

from tests.end_to_end.small import header, table


def shuffled(case: Path, folder: Path, seed: int) -> Path:
    """The case with the rows and the columns of every table in another order."""
    folder.mkdir()
    draw = random.Random(seed)
    for source in sorted(case.iterdir()):
        if source.suffix != ".csv":
            shutil.copy(source, folder)
            continue
        rows, names = table(source), header(source)
        draw.shuffle(rows)
        draw.shuffle(names)
        with (folder / source.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    return folder
