"""The instance of a case for any other solver: pairs, MPS, LP."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from optimizer import pipeline
from optimizer.disk import check_files, write_files
from optimizer.problem import export
from optimizer.problem.export import Style


def export_case(
    case: Path,
    *,
    pairs: Path | None = None,
    mps: Path | None = None,
    lp: Path | None = None,
    models: Path | None = None,
    accept_assumed: bool = False,
    price_assumed: bool = False,
    style: Style = "french",
    force: bool = False,
    began: Callable[[str, int], None] = lambda name, size: None,
) -> dict[str, int]:
    """Write what was asked, each file whole, and return lines or columns per file name.

    ``price_assumed`` as ``propose`` takes it: the optimum of the instance is that of a proposal made with the same word.
    ``began`` is told each file and how many pairs or columns it is to hold, before it is written.
    ``style`` of the pairs where they are a CSV file; MPS, LP and their names are read by programs and have one style.

    Raises
    ------
    AttrifluxError
        ``FILE_EXISTS`` without ``force``; ``FILE_OF_CASE`` always. Before any work.
    InputProblems
        The case cannot be used; nothing is written then.
    """
    write_pairs = partial(export.write_pairs, style=style)
    wanted: list[tuple[Path, Callable[..., int]]] = [
        (p, w) for p, w in ((pairs, write_pairs), (mps, export.write_mps), (lp, export.write_lp)) if p
    ]
    beside = {path.parent / export.NAMES_FILE for path in (mps, lp) if path is not None}
    check_files([*(path for path, _ in wanted), *sorted(beside)], force=force, case=case)
    problem = pipeline.prepare(
        case, models=models, accept_assumed=accept_assumed, price_assumed=price_assumed
    ).problem
    sizes = write_files(
        [(path, partial(write, problem, began=partial(began, path.name))) for path, write in wanted],
        force=force,
        case=case,
    )
    return {path.name: int(str(size)) for (path, _), size in zip(wanted, sizes, strict=True)}
