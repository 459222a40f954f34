"""The instance of a case for any other solver: pairs, MPS, LP."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from optimizer import pipeline
from optimizer.problem import export


def export_case(
    case: Path,
    *,
    pairs: Path | None = None,
    mps: Path | None = None,
    lp: Path | None = None,
    models: Path | None = None,
    accept_assumed: bool = False,
) -> dict[str, int]:
    """Write what was asked and return lines or columns per file name.

    Raises
    ------
    InputProblems
        The case cannot be used; nothing is written then.
    """
    prepared = pipeline.prepare(case, models=models, accept_assumed=accept_assumed)
    counts: dict[str, int] = {}
    wanted = [
        (p, w) for p, w in ((pairs, export.write_pairs), (mps, export.write_mps), (lp, export.write_lp)) if p
    ]
    with tempfile.TemporaryDirectory() as folder:
        made: list[tuple[Path, Path]] = []
        for path, write in wanted:
            work = Path(folder) / str(len(made))
            work.mkdir()
            counts[path.name] = int(write(prepared.problem, work / path.name))
            made += [(file, path.parent / file.name) for file in sorted(work.iterdir())]
        for _, target in made:
            if target.is_dir():
                raise IsADirectoryError(21, "est un dossier", str(target))
        for source, target in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return counts
