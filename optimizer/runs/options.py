"""Options of a run: one frozen value, recorded whole in ``run.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from optimizer.arguments import MAPPING, PATH, RESULT, TEXT, either, of_type, optional, require
from optimizer.chains import UNBOUNDED
from optimizer.errors import LANGS, AttrifluxError, Lang, define
from optimizer.workers import workers_of

if TYPE_CHECKING:
    from optimizer.runs.result import Result

define(
    "CHAINS_EXCHANGES_ALONE",
    "--exchanges s'ajoute à --chains L, L étant un nombre d'au moins 1 (--chains all a déjà tous les échanges).",
    "--exchanges comes beside --chains L, where L is a number of at least 1 (--chains all has every exchange already).",
)


define(
    "OPTIONS_VALUE",
    "Option de propose {option} : {value} ne convient pas (attendu : {expected}).",
    "Option {option} of propose: {value} does not fit (expected: {expected}).",
)
define(
    "OPTIONS_UNKNOWN",
    "« {name} » n'est pas une option de propose.",
    "“{name}” is not an option of propose.",
    expected_fr="{known}",
    expected_en="{known}",
)

Csv = Literal["french", "international"]


@dataclass(frozen=True)
class Options:
    """How to propose.

    Attributes
    ----------
    gap : float
        Relative gap accepted before the proof, 0 = go to the proof.
    time_limit : float or None
        Seconds; a run stopped by the clock is labelled « non rejouable ».
    backend : str
        ``auto`` or a name of ``optimizer/solve/backends/``: ``highs``, ``scale``, ``cpsat``, ``pulp``.
    threads : int
        Threads of the solver; never changes the files.
    workers : int or str
        Who solves the parts of a country side by side: ``threads:2``, ``2`` (processes) or ``tcp://host:8786`` (a Dask scheduler);
        never changes the files.
    prospects : int
        Names to call per dwelling before the documents are in (0: no file).
    accept_assumed : bool
        Consent to an assumed Q1 threshold on a case with real people.
    price_assumed : bool
        Rows whose target is assumed weigh in a case with real people too.
    csv : str
        ``french`` (``;``, decimal comma, BOM) or ``international``.
    pdf : bool
        Whether to set the A4 pack as PDF too.
    warm_start : Path, Result or None
        Earlier run of this case or of one much like it (its folder, or what it returned); a proven answer is the same without it.
    keep : Path, Result or None
        Earlier result whose first ranks weigh ``national.lean.keep_points`` each.
    chains : int
        Freed dwellings that a chain may let after its vacant one: 0 none, ``optimizer.chains.UNBOUNDED`` any number.
    exchanges : bool
        Whether two or three tenants may exchange their dwellings as well, beside chains of a number; chains of any number always may.
    """

    gap: float = 0.0
    time_limit: float | None = None
    backend: str = "auto"
    threads: int = 1
    workers: int | str = "threads:2"
    prospects: int = 0
    accept_assumed: bool = False
    price_assumed: bool = False
    csv: Csv = "french"
    pdf: bool = True
    models: Path | None = None
    warm_start: Path | Result | None = None
    keep: Path | Result | None = None
    chains: int = 0
    exchanges: bool = False
    lang: Lang = "fr"

    def __post_init__(self) -> None:
        for argument, kind in (
            ("backend", TEXT),
            ("csv", TEXT),
            ("lang", TEXT),
            ("models", optional(PATH)),
            ("warm_start", optional(RESULT)),
            ("keep", optional(RESULT)),
        ):
            require("af.Options", argument, getattr(self, argument), kind)
        for name, held, expected in (
            ("gap", _number(self.gap), "0 ≤ gap < 1"),
            ("time_limit", self.time_limit is None or _number(self.time_limit), "0 ≤ s < ∞, None"),
            ("threads", _whole(self.threads, 1), "int ≥ 1"),
            # a word would stand for yes, whatever it says
            *(
                (n, isinstance(getattr(self, n), bool), "True, False")
                for n in ("accept_assumed", "price_assumed", "pdf", "exchanges")
            ),
            ("chains", _whole(self.chains, UNBOUNDED), f"int ≥ 0, {UNBOUNDED} (all)"),
            ("prospects", _whole(self.prospects, 0), "int ≥ 0"),
            ("csv", self.csv in get_args(Csv), ", ".join(get_args(Csv))),
            ("lang", self.lang in LANGS, ", ".join(LANGS)),
        ):
            if not held:
                raise AttrifluxError(
                    "OPTIONS_VALUE", option=name, value=repr(getattr(self, name)), expected=expected
                )
        if self.exchanges and self.chains < 1:
            raise AttrifluxError("CHAINS_EXCHANGES_ALONE")

    def record(self) -> dict[str, object]:
        """The options as ``run.json`` keeps them: what changes the answer, no path of this machine."""
        content = {f.name: getattr(self, f.name) for f in fields(self)}
        content["models"] = Path(self.models).name if self.models else None
        content["warm_start"] = self.warm_start is not None
        content["keep"] = _named(self.keep)
        if not self.chains:  # as results without chains have always been
            del content["chains"]
        if not self.exchanges:
            del content["exchanges"]
        content["workers"] = workers_of(self.workers).kind
        return content


OPTIONS_GIVEN = optional(either(of_type(Options), MAPPING))
"""What a function takes as its options."""


def _number(value: object) -> bool:
    """Whether a value is a number; its range is the solver's to judge."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(value: object, least: int) -> bool:
    """Whether a value is a whole number of at least ``least``."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def options_of(given: Options | Mapping[str, object] | None) -> Options:
    """Options as they are, or by name: ``{"gap": 0.01}``; None: the defaults.

    Raises
    ------
    AttrifluxError
        ``OPTIONS_UNKNOWN``, ``OPTIONS_VALUE``.
    """
    if isinstance(given, Options):
        return given
    known = [f.name for f in fields(Options)]
    for name in given or {}:
        if name not in known:
            raise AttrifluxError("OPTIONS_UNKNOWN", name=name, known=", ".join(known))
    return Options(**(given or {}))  # type: ignore[arg-type]


def _named(result: Path | Result | None) -> str | None:
    """The name of a result: that of its folder, nothing more of this machine."""
    if result is None:
        return None
    return Path(result).name if isinstance(result, (Path, str)) else "result"
