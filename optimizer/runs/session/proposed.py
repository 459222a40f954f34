"""What a session proposes: the four tables that say who is proposed what, not verified until somebody has it done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd

from optimizer import importers
from optimizer.disk import seal
from optimizer.errors import InputProblems
from optimizer.pipeline import PROPOSE_TABLES, Optimum
from optimizer.presentation.csvfile import csv_bytes
from optimizer.runs.options import Options
from optimizer.runs.result import Result
from optimizer.runs.tables import MainTables, make_tables
from optimizer.runs.writing import write_certificate, write_run_record, write_tables
from optimizer.synth import write_case

if TYPE_CHECKING:
    from optimizer.verify import Verdict

FOUR = ("proposals", "applications", "dwellings", "rules")


@dataclass(repr=False)
class Proposed:
    """A proven proposal of the case as decided so far.

    Attributes
    ----------
    optimum : Optimum       first ranks, rules and proof
    verdict : Verdict or None
        Of :meth:`verify`; None before.
    """

    optimum: Optimum
    options: Options
    main: MainTables
    verdict: Verdict | None = None

    def __repr__(self) -> str:
        """A line: how the proof ended, whether it was verified, and the sizes of the tables."""
        sizes = ", ".join(f"{stem}: {len(getattr(self.main, stem))}" for stem in FOUR)
        return f"<Proposed {self.stop}, {'verified' if self.verified else 'not verified'}; {sizes}>"

    @property
    def proposals(self) -> pd.DataFrame:
        """``proposals.csv`` as a frame."""
        return self.main.proposals

    @property
    def applications(self) -> pd.DataFrame:
        """``applications.csv`` as a frame."""
        return self.main.applications

    @property
    def dwellings(self) -> pd.DataFrame:
        """``dwellings.csv`` as a frame."""
        return self.main.dwellings

    @property
    def rules(self) -> pd.DataFrame:
        """``rules.csv`` as a frame."""
        return self.main.rules

    @property
    def stop(self) -> str:
        """``proven``, or why the proof was left open."""
        return self.optimum.solved.stop

    @property
    def verified(self) -> bool:
        """Whether the independent check has passed."""
        return self.verdict is not None and self.verdict.verdict != "refused"

    def files(self) -> dict[str, bytes]:
        """The four tables as a run writes them (CSV): name of the file -> bytes."""
        return {f"{stem}.csv": csv_bytes(getattr(self.main, stem), self.options.csv) for stem in FOUR}

    def verify(self, out: Path | str | None = None) -> Verdict:
        """Write the decided case and its whole result, and have `verify` read both from the files as a stranger would.

        Parameters
        ----------
        out : new folder to keep them in, as ``case`` and ``result``; without it they are thrown away.

        Raises
        ------
        InputProblems
            The case as written is not read as the case in memory was.
        """
        if out is not None:
            self.verdict = self._checked(Path(out))
            return self.verdict
        with TemporaryDirectory(prefix="attriflux-session-") as folder:
            self.verdict = self._checked(Path(folder))
        return self.verdict

    def _checked(self, folder: Path) -> Verdict:
        from optimizer.verify import verify

        prepared, options = self.optimum.prepared, self.options
        case, result = folder / "case", folder / "result"
        write_case(prepared.case, case)
        read, findings = importers.read_findings(case, need=PROPOSE_TABLES, models=options.models)
        if read is None:
            raise InputProblems(findings)
        optimum = replace(
            self.optimum, prepared=replace(prepared, case=replace(prepared.case, sources=read.sources))
        )
        solved = optimum.solved
        whole = Result(make_tables(optimum, options), solved.certificate.as_dict(), solved.stop, optimum)
        result.mkdir(parents=True)
        tables = write_tables(result, whole.tables, options)
        write_certificate(result, whole.certificate)
        write_run_record(result, whole, options, dict(prepared.timings), tables=tables, verdict=None)
        seal(result)
        return verify(result, case, models=options.models)
