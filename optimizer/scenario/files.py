"""Scenario files: read strictly, inherited, expanded into named runs; every refusal gives the line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from optimizer import importers
from optimizer.arguments import MAPPING, TEXT, Kind, require
from optimizer.datadirs import scenarios_dir
from optimizer.domain import Case
from optimizer.errors import AttrifluxError, Finding, InputProblems, Said
from optimizer.policy import PolicyError, YamlMap, check_changes, read_yaml
from optimizer.policy.changes import parse_line_key
from optimizer.policy.parameter import as_written
from optimizer.scenario import messages as messages
from optimizer.scenario.keys import is_policy_key, near_own, own_key, value_fits

FILE_KEYS = ("title", "why", "based_on", "changes", "over", "variants")
MOST_RUNS = 500
"""Runs that one file may expand to: a slip of the pen must not start ten thousand."""


SWEPT = Kind(
    "un dict : clé -> liste de valeurs",
    "a dict: key -> list of values",
    lambda value: (
        isinstance(value, Mapping)
        and all(
            isinstance(tried, Sequence) and not isinstance(tried, (str, bytes)) for tried in value.values()
        )
    ),
)
VARIED = Kind(
    "un dict : nom -> dict de changements",
    "a dict: name -> dict of changes",
    lambda value: isinstance(value, Mapping) and all(isinstance(keys, Mapping) for keys in value.values()),
)


@dataclass(frozen=True)
class Scenario:
    """A what-if: one file as read, with what it inherits already merged, or a value made in Python.

    ``Scenario("lec-30", changes={"national.lec.first_quartile_share": 0.30})`` is enough; :func:`sound_scenario` checks it as
    a file is checked.

    Attributes
    ----------
    name : str
        Letters, figures, ``- _ . =``: it names a folder.
    title, why : str
        In a sentence; a value without title is titled by its name.
    chain : tuple of str
        Names of the files it is based on, its own last.
    changes : mapping
        Dotted key -> value, its own and those of the files it is based on (its own win).
    over : mapping
        Dotted key -> values to try.
    variants : mapping
        Name -> changes of that variant, laid over ``changes``: several named what-ifs in one file; without any it is those alone.
    lines : mapping
        Dotted key -> (file, line) for messages; ``variant/key`` for those of a variant.
    """

    name: str
    title: str = ""
    why: str = ""
    chain: tuple[str, ...] = ()
    changes: Mapping[str, object] = field(default_factory=dict)
    over: Mapping[str, Sequence[object]] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    lines: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for argument, kind in (
            ("name", TEXT),
            ("title", TEXT),
            ("why", TEXT),
            ("changes", MAPPING),
            ("over", SWEPT),
            ("variants", VARIED),
            ("lines", MAPPING),
        ):
            require("af.Scenario", argument, getattr(self, argument), kind)


@dataclass(frozen=True)
class Run:
    """One named run: a scenario with one value of each swept key."""

    name: str
    title: str
    scenario: str
    changes: Mapping[str, object]
    swept: Mapping[str, object] = field(default_factory=dict)
    variant: str = ""
    """Name of the variant it is; empty: none."""


def read_scenario(path: Path | str) -> Scenario:
    """Read one file: a path, or the name of a shipped scenario.

    Raises
    ------
    InputProblems
        Everything that is wrong at once: ``YAML_…`` where the file is not strict YAML (same key twice, date that does not exist,
        alias), ``SCENARIO_…`` for unknown keys, values that do not fit, a missing title, inheritance that goes round.
    """
    found, wrong = _read(locate(path), ())
    if wrong:
        raise InputProblems(wrong)
    return found


def locate(path: Path | str) -> Path:
    """The file, or the shipped scenario of that name; AttrifluxError ``SCENARIO_UNKNOWN`` where there is neither."""
    found = Path(path)
    if found.is_file():
        return found
    if found.suffix == "" and len(found.parts) == 1:
        ours = scenarios_dir() / f"{found.name}.yaml"
        if ours.is_file():
            return ours
    raise AttrifluxError("SCENARIO_UNKNOWN", name=path, known=", ".join(shipped()))


def shipped() -> tuple[str, ...]:
    """Names of the shipped scenarios, sorted."""
    return tuple(sorted(p.stem for p in scenarios_dir().glob("*.yaml")))


class _Wrong:
    """What is wrong in one file, gathered while it is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Finding] = []

    def add(self, code: str, line: int | None, key: str, value: object = None, **params: object) -> None:
        """One problem, at a line and a key of the file."""
        shown = None if value is None else as_written(value)
        said = None if isinstance(shown, Said) else shown
        if any(f.code == "YAML_BAD_DATE" and (f.row, f.value) == (line, str(value)) for f in self.found):
            return  # a day that does not exist is told already
        self.found.append(Finding(code, file=self.file, row=line, column=key, value=said, params=params))

    def bad(self, line: int, key: str, value: object, fr: str, en: str) -> None:
        """A value that does not fit."""
        empty = isinstance(as_written(value), Said)
        code = "SCENARIO_EMPTY_VALUE" if empty else "SCENARIO_BAD_VALUE"
        self.add(code, line, key, None if empty else value, expected_fr=fr, expected_en=en)


def read_scenarios(files: Sequence[Path | str | Scenario] | Path | str | Scenario) -> list[Scenario]:
    """Files, shipped names and values made in Python, in their order; what is wrong in any of them is told at once.

    Raises
    ------
    InputProblems
        As :func:`read_scenario`, of every file together.
    """
    read, wrong = _gathered(files)
    if wrong:
        raise InputProblems(wrong)
    return read


def checked_scenarios(
    files: Sequence[Path | str | Scenario] | Path | str | Scenario,
    case: Path | Case,
    models: Path | None = None,
) -> list[Scenario]:
    """:func:`read_scenarios`, and their keys of `models/` as the case's territory and date have them, before the case is read whole.

    Raises
    ------
    InputProblems
        As :func:`read_scenario` and :func:`check_keys`, all together: a wrong key of one kind hides none of another.
    """
    read, wrong = _gathered(files)
    try:
        territory, on = settings_of(case)
    except InputProblems as problems:
        raise InputProblems([*wrong, *problems.findings]) from problems
    for scenario in read:
        try:
            check_keys(scenario, territory, on, models)
        except InputProblems as problems:
            wrong += [f for f in problems.findings if f not in wrong]
    if wrong:
        raise InputProblems(wrong)
    return read


def _gathered(
    files: Sequence[Path | str | Scenario] | Path | str | Scenario,
) -> tuple[list[Scenario], list[Finding]]:
    """Files and values in their order, or one alone, as far as they can be read, and all that is wrong in them."""
    listed = [files] if isinstance(files, (str, Path, Scenario)) else files
    each = [_sound(file) if isinstance(file, Scenario) else _read(locate(file), ()) for file in listed]
    return [scenario for scenario, _ in each], [finding for _, wrong in each for finding in wrong]


def _read(path: Path, above: tuple[str, ...]) -> tuple[Scenario, list[Finding]]:
    """One file as far as it can be read, and what is wrong in it."""
    name, file = path.stem, path.name
    wrong = _Wrong(file)
    content = _content(path, wrong)
    if content is None:
        return Scenario(name), wrong.found
    for key in content:
        if key not in FILE_KEYS:
            near = ", ".join(FILE_KEYS)
            wrong.add("SCENARIO_KEY_UNKNOWN", content.line_of(key), str(key), near=near)
    for key in ("title", "why"):
        written = content.get(key)
        if written is None or written == "" or (isinstance(written, str) and not written.strip()):
            wrong.add("SCENARIO_MISSING", None, key)
        elif not isinstance(written, str):
            wrong.bad(content.line_of(key), key, written, "un texte, entre guillemets", "a text, in quotes")
    changes: dict[str, object] = {}
    lines: dict[str, tuple[str, int]] = {}
    chain = (*above, name)
    base_name = content.get("based_on")
    if base_name is not None:
        base = _base(path, str(base_name), chain, content.line_of("based_on"), wrong)
        if base is not None:
            changes.update(base.changes)
            lines.update(base.lines)
    own = _section(content, "changes", wrong)
    over = _section(content, "over", wrong)
    for key, value in own.items():
        _check_own(own.line_of(key), str(key), value, wrong)
        changes[str(key)] = value
        lines[str(key)] = (file, own.line_of(key))
    swept: dict[str, tuple[object, ...]] = {}
    for key, values in over.items():
        line = over.line_of(key)
        if key in own:
            wrong.add("SCENARIO_TWICE", line, str(key))
        swept[str(key)] = _values(line, str(key), values, wrong)
        lines[str(key)] = (file, line)
    variants: dict[str, dict[str, object]] = {}
    named = _section(content, "variants", wrong)
    for variant, part in named.items():
        line = named.line_of(variant)
        word = str(variant)
        if not re.fullmatch(r"[\w-]+", word):
            wrong.bad(line, "variants", word, *VARIANT_NAME)
        variants[word] = {}
        if part is None:
            continue  # a variant without keys is the scenario's own changes alone: what the others are compared with
        if not isinstance(part, YamlMap):
            wrong.bad(line, f"variants.{word}", part, "une suite de « clé: valeur »", "a mapping")
            continue
        for key, value in part.items():
            if key in swept:
                wrong.add("SCENARIO_TWICE", part.line_of(key), str(key))
            _check_own(part.line_of(key), str(key), value, wrong)
            variants[word][str(key)] = value
            lines[f"{word}/{key}"] = (file, part.line_of(key))
    swept = _few_enough(swept, variants, wrong)
    told = (str(content.get("title", "")), str(content.get("why", "")))
    return Scenario(name, *told, chain, changes, swept, variants, lines), wrong.found


def _content(path: Path, wrong: _Wrong) -> YamlMap | None:
    """The file as far as it is YAML: with a key written twice or a day that does not exist, the rest is read all the same."""
    try:
        return read_yaml(path)
    except PolicyError as error:
        wrong.found += error.findings
        partial = getattr(error, "partial", None)
        return partial if isinstance(partial, YamlMap) else None


VARIANT_NAME = ("un nom en lettres, chiffres et tirets", "a name of letters, figures and dashes")


def _values(line: int, key: str, values: object, wrong: _Wrong) -> tuple[object, ...]:
    """The values to try of a key of ``over``, each checked."""
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        wrong.bad(line, key, values, "une liste de valeurs", "a list of values")
        return ()
    if len({repr(v) for v in values}) < len(values):
        wrong.bad(line, key, values, "des valeurs toutes différentes", "values that all differ")
    for value in values:
        _check_own(line, key, value, wrong)
    return tuple(values)


def _few_enough(
    over: Mapping[str, tuple[object, ...]], variants: Mapping[str, object], wrong: _Wrong
) -> dict[str, tuple[object, ...]]:
    """The keys that have values to try; too many runs are refused, and none of them expanded."""
    count = max(1, len(variants))
    for values in over.values():
        count *= max(1, len(values))
    if count > MOST_RUNS:
        wrong.add("SCENARIO_TOO_MANY", None, "over", count=count, most=MOST_RUNS)
        return {}
    return {key: values for key, values in over.items() if values}


def sound_scenario(scenario: Scenario) -> Scenario:
    """A scenario made in Python, checked as a file is: names, keys and values; its messages name the scenario, line 1.

    Raises
    ------
    InputProblems
        ``SCENARIO_…`` as :func:`read_scenario`.
    """
    found, wrong = _sound(scenario)
    if wrong:
        raise InputProblems(wrong)
    return found


def _sound(scenario: Scenario) -> tuple[Scenario, list[Finding]]:
    """A scenario made in Python as far as it is sound, and what is wrong with it."""
    wrong = _Wrong(scenario.name)
    if not re.fullmatch(r"[\w.=-]*\w[\w.=-]*", scenario.name) or scenario.name.startswith("."):
        wrong.bad(1, "name", scenario.name, "lettres, chiffres, - _ . =", "letters, figures, - _ . =")
    lines = dict(scenario.lines)
    for where, part in (
        ("", scenario.changes),
        *((f"{name}/", keys) for name, keys in scenario.variants.items()),
    ):
        for key, value in part.items():
            if key in scenario.over:
                wrong.add("SCENARIO_TWICE", 1, key)
            _check_own(1, key, value, wrong)
            lines.setdefault(f"{where}{key}", (scenario.name, 1))
    over: dict[str, tuple[object, ...]] = {}
    for key, values in scenario.over.items():
        over[key] = _values(1, key, list(values), wrong)
        lines.setdefault(key, (scenario.name, 1))
    for name in scenario.variants:
        if not re.fullmatch(r"[\w-]+", name):
            wrong.bad(1, "variants", name, *VARIANT_NAME)
    over = _few_enough(over, scenario.variants, wrong)
    return replace(
        scenario,
        title=scenario.title or scenario.name,
        chain=scenario.chain or (scenario.name,),
        over=over,
        lines=lines,
    ), wrong.found


def _base(path: Path, name: str, chain: tuple[str, ...], line: int, wrong: _Wrong) -> Scenario | None:
    """The scenario it is based on, None (and a problem) where there is none to be based on."""
    if name in chain:
        wrong.add("SCENARIO_CYCLE", line, "based_on", name, chain=" → ".join((*chain, name)))
        return None
    if not re.fullmatch(r"[\w-]+", name):
        wrong.bad(line, "based_on", name, "le nom d'un scénario", "the name of a scenario")
        return None
    for folder in (path.parent, scenarios_dir()):
        candidate = folder / f"{name}.yaml"
        if candidate.is_file():
            base, more = _read(candidate, chain)
            wrong.found += more
            if base.over or base.variants:
                wrong.bad(
                    line, "based_on", name, "un scénario sans over ni variants", "a scenario without over or variants"
                )  # fmt: skip
            return base
    wrong.add("SCENARIO_NOT_FOUND", line, "based_on", name)
    return None


def _section(content: YamlMap, key: str, wrong: _Wrong) -> YamlMap:
    section = content.get(key)
    if isinstance(section, YamlMap):
        return section
    if section is not None:
        wrong.bad(content.line_of(key), key, section, "une suite de « clé: valeur »", "a mapping")
    return YamlMap(wrong.file, content.line_of(key))


def _check_own(line: int, key: str, value: object, wrong: _Wrong) -> None:
    if is_policy_key(key):
        return
    found = own_key(key)
    if found is None:
        wrong.add("SCENARIO_KEY_UNKNOWN", line, key, near=near_own(key))
    elif not value_fits(found[0].kind, value):
        wrong.bad(line, key, value, found[0].fr, found[0].en)


def expand(scenario: Scenario) -> tuple[Run, ...]:
    """The named runs of a scenario: one, or one per variant and combination of the swept values, in the order written."""
    keys = list(scenario.over)
    variants: list[tuple[str, Mapping[str, object]]] = list(scenario.variants.items()) or [("", {})]
    runs = []
    for variant, more in variants:
        for values in itertools.product(*scenario.over.values()):
            swept = dict(zip(keys, values, strict=True))
            words = [variant] if variant else []
            words += [f"{k.rpartition('.')[2] if len(keys) > 1 else k}={word(v)}" for k, v in swept.items()]
            said = [variant] if variant else []
            said += [f"{k} = {word(v)}" for k, v in swept.items()]
            runs.append(
                Run(
                    name=_file_name("--".join([scenario.name, *words])),
                    title=f"{scenario.title} ({', '.join(said)})" if said else scenario.title,
                    scenario=scenario.name,
                    changes={**scenario.changes, **more, **swept},
                    swept=swept,
                    variant=variant,
                )
            )
    return tuple(runs)


def place_of_key(scenario: Scenario, run: Run, key: str) -> tuple[str, int] | None:
    """File and line where a run's scenario writes a key: in its variant first."""
    return scenario.lines.get(f"{run.variant}/{key}") or scenario.lines.get(key)


def word(value: object) -> str:
    """A value as names and titles of runs write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _file_name(text: str) -> str:
    return re.sub(r"[^\w.=-]+", "_", text.replace("*", "tous"))


def check_keys(scenario: Scenario, territory: str | Path, on: date, models: Path | None = None) -> None:
    """Check the keys of `models/` of every run, before any case is read.

    Raises
    ------
    InputProblems
        ``SCENARIO_REFUSED`` with the file and line of every key that `policy` refuses. A convention key that names no agreement
        of the territory is left to the case, which may bring its own, as are shares that are too many beside those
        of a shipped agreement.
    """
    seen: set[str] = set()
    wrong: list[Finding] = []
    for run in expand(scenario):
        mark = repr(sorted(policy_changes(run.changes).items(), key=str))
        if mark in seen:
            continue
        seen.add(mark)
        pending = policy_changes(run.changes)
        while True:
            try:
                check_changes(pending, territory, on, models)
                break
            except PolicyError as error:
                if error.findings:  # a file of the territory itself, whatever the scenario says
                    raise InputProblems([*wrong, *error.findings]) from None
                key = str(error.params.get("key", ""))
                landlord = error.params.get("landlord")
                left = {k: v for k, v in pending.items() if k != key}
                of_line = error.code == "POLICY_CHANGE_UNKNOWN" and key.startswith("conventions.")
                if not (of_line and _has_form(key)):
                    rest = {k: v for k, v in pending.items() if not k.startswith(f"conventions.{landlord}.")}
                    if error.code == "POLICY_SHARES_OVER_ONE" and len(rest) < len(pending):
                        left = rest
                    else:
                        wrong += [f for f in refusal(scenario, run, key, error).findings if f not in wrong]
                if len(left) == len(pending):
                    break
                pending = left
    if wrong:
        raise InputProblems(wrong)


def refusal(scenario: Scenario, run: Run, key: str, error: AttrifluxError) -> InputProblems:
    """``SCENARIO_REFUSED`` for a key that another part refused, with the line it stands on."""
    file, line = place_of_key(scenario, run, key) or _line_about(
        scenario, str(error.params.get("landlord", ""))
    )
    shown = as_written(run.changes.get(key))
    value = None if isinstance(shown, Said) else shown
    why = Said(error.text("fr"), error.text("en"))
    return InputProblems(
        [
            Finding(
                "SCENARIO_REFUSED", file=file, row=line, column=key or None, value=value, params={"why": why}
            )
        ]
    )


def _line_about(scenario: Scenario, landlord: str) -> tuple[str, int]:
    """Where the scenario changes a share of a landlord, else its first key: for a refusal that names no key."""
    for at, place in scenario.lines.items():
        key = at.rpartition("/")[2]
        if key.startswith((f"conventions.{landlord}.", "conventions.*.")) and key.endswith(".share"):
            return place
    return next(iter(scenario.lines.values()), (f"{scenario.name}.yaml", 1))


def policy_changes(changes: Mapping[str, object]) -> dict[str, object]:
    """The changes that concern `models/`."""
    return {key: value for key, value in changes.items() if is_policy_key(key)}


def _has_form(key: str) -> bool:
    return bool(parse_line_key(key)[3])


def settings_of(case: Path | Case) -> tuple[str | Path, date]:
    """Territory and date of a case, from its ``case.yaml`` alone where it is a folder."""
    if isinstance(case, Case):
        return case.settings.rules_from, case.settings.on
    file = case / "case.yaml"
    if file.is_file():
        content = read_yaml(file)
        territory, on = content.get("territory"), content.get("on")
        if isinstance(territory, str) and isinstance(on, date):
            beside = case / territory
            return (beside if beside.is_file() else territory), on
    read = importers.read(case, need=())
    return read.settings.rules_from, read.settings.on
