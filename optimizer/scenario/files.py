"""Scenario files: read strictly, inherited, expanded into named runs; every refusal gives the line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NoReturn

from optimizer import importers
from optimizer.datadirs import scenarios_dir
from optimizer.errors import AttrifluxError
from optimizer.policy import PolicyError, YamlMap, check_changes, read_yaml
from optimizer.scenario import messages as messages
from optimizer.scenario.keys import is_policy_key, near_own, own_key, value_fits

FILE_KEYS = ("title", "why", "based_on", "changes", "over")
MOST_RUNS = 500
"""Runs that one file may expand to: a slip of the pen must not start ten thousand."""


@dataclass(frozen=True)
class Scenario:
    """One file as read, with what it inherits already merged.

    Attributes
    ----------
    changes : mapping
        Dotted key -> value, its own and those of the files it is based on (its own win).
    over : mapping
        Dotted key -> values to try.
    lines : mapping
        Dotted key -> (file, line) for messages.
    """

    name: str
    title: str
    why: str
    chain: tuple[str, ...]
    changes: Mapping[str, object]
    over: Mapping[str, tuple[object, ...]]
    lines: Mapping[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One named run: a scenario with one value of each swept key."""

    name: str
    title: str
    scenario: str
    changes: Mapping[str, object]
    swept: Mapping[str, object] = field(default_factory=dict)


def read_scenario(path: Path | str) -> Scenario:
    """Read one file: a path, or the name of a shipped scenario.

    Raises
    ------
    PolicyError
        The file is not strict YAML (same key twice, date that does not exist, alias), with the line.
    AttrifluxError
        ``SCENARIO_…``: unknown key, value that does not fit, missing title, inheritance that goes round.
    """
    return _read(locate(path), ())


def locate(path: Path | str) -> Path:
    """The file, or the shipped scenario of that name."""
    found = Path(path)
    if found.is_file():
        return found
    if found.suffix == "" and len(found.parts) == 1:
        shipped = scenarios_dir() / f"{found.name}.yaml"
        if shipped.is_file():
            return shipped
    raise FileNotFoundError(2, "scenario", str(path))


def shipped() -> tuple[str, ...]:
    """Names of the shipped scenarios, sorted."""
    return tuple(sorted(p.stem for p in scenarios_dir().glob("*.yaml")))


def _read(path: Path, above: tuple[str, ...]) -> Scenario:
    content = read_yaml(path)
    name, file = path.stem, path.name
    for key in content:
        if key not in FILE_KEYS:
            raise AttrifluxError(
                "SCENARIO_KEY_UNKNOWN",
                file=file,
                line=content.line_of(key),
                key=key,
                near=", ".join(FILE_KEYS),
            )
    for key in ("title", "why"):
        if not isinstance(content.get(key), str) or not str(content[key]).strip():
            raise AttrifluxError("SCENARIO_MISSING", file=file, key=key)
    changes: dict[str, object] = {}
    lines: dict[str, tuple[str, int]] = {}
    chain = (*above, name)
    base_name = content.get("based_on")
    if base_name is not None:
        base = _base(path, str(base_name), chain, content.line_of("based_on"))
        changes.update(base.changes)
        lines.update(base.lines)
    own = _section(content, "changes", file)
    over = _section(content, "over", file)
    for key, value in own.items():
        _check_own(file, own.line_of(key), str(key), value)
        changes[str(key)] = value
        lines[str(key)] = (file, own.line_of(key))
    swept: dict[str, tuple[object, ...]] = {}
    for key, values in over.items():
        line = over.line_of(key)
        if key in own:
            raise AttrifluxError("SCENARIO_TWICE", file=file, line=line, key=key)
        if not isinstance(values, Sequence) or isinstance(values, str) or not values:
            _refuse(file, line, str(key), values, "une liste de valeurs", "a list of values")
        if len({repr(v) for v in values}) < len(values):
            _refuse(file, line, str(key), values, "des valeurs toutes différentes", "values that all differ")
        for value in values:
            _check_own(file, line, str(key), value)
        swept[str(key)] = tuple(values)
        lines[str(key)] = (file, line)
    count = 1
    for values in swept.values():
        count *= len(values)
    if count > MOST_RUNS:
        raise AttrifluxError("SCENARIO_TOO_MANY", file=file, count=count, most=MOST_RUNS)
    return Scenario(name, str(content["title"]), str(content["why"]), chain, changes, swept, lines)


def _base(path: Path, name: str, chain: tuple[str, ...], line: int) -> Scenario:
    if name in chain:
        raise AttrifluxError("SCENARIO_CYCLE", file=path.name, chain=" → ".join((*chain, name)))
    if not re.fullmatch(r"[\w-]+", name):
        _refuse(path.name, line, "based_on", name, "le nom d'un scénario", "the name of a scenario")
    for folder in (path.parent, scenarios_dir()):
        candidate = folder / f"{name}.yaml"
        if candidate.is_file():
            base = _read(candidate, chain)
            if base.over:
                _refuse(path.name, line, "based_on", name, "un scénario sans over", "a scenario without over")
            return base
    raise AttrifluxError("SCENARIO_NOT_FOUND", file=path.name, name=name)


def _section(content: YamlMap, key: str, file: str) -> YamlMap:
    section = content.get(key)
    if section is None:
        return YamlMap(file, content.line_of(key))
    if not isinstance(section, YamlMap):
        _refuse(file, content.line_of(key), key, section, "une suite de « clé: valeur »", "a mapping")
    return section


def _check_own(file: str, line: int, key: str, value: object) -> None:
    if is_policy_key(key):
        return
    found = own_key(key)
    if found is None:
        raise AttrifluxError("SCENARIO_KEY_UNKNOWN", file=file, line=line, key=key, near=near_own(key))
    if not value_fits(found[0].kind, value):
        _refuse(file, line, key, value, found[0].fr, found[0].en)


def _refuse(file: str, line: int, key: str, value: object, fr: str, en: str) -> NoReturn:
    raise AttrifluxError(
        "SCENARIO_BAD_VALUE", file=file, line=line, key=key, value=str(value), expected_fr=fr, expected_en=en
    )


def expand(scenario: Scenario) -> tuple[Run, ...]:
    """The named runs of a scenario: one, or one per combination of the swept values, in the order written."""
    if not scenario.over:
        return (Run(scenario.name, scenario.title, scenario.name, dict(scenario.changes)),)
    keys = list(scenario.over)
    runs = []
    for values in itertools.product(*scenario.over.values()):
        swept = dict(zip(keys, values, strict=True))
        words = [f"{k.rpartition('.')[2] if len(keys) > 1 else k}={_word(v)}" for k, v in swept.items()]
        runs.append(
            Run(
                name=_file_name(f"{scenario.name}--{'--'.join(words)}"),
                title=f"{scenario.title} ({', '.join(f'{k} = {_word(v)}' for k, v in swept.items())})",
                scenario=scenario.name,
                changes={**scenario.changes, **swept},
                swept=swept,
            )
        )
    return tuple(runs)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _file_name(text: str) -> str:
    return re.sub(r"[^\w.=-]+", "_", text.replace("*", "tous"))


def check_keys(scenario: Scenario, territory: str | Path, on: date, models: Path | None = None) -> None:
    """Check the keys of `models/` of every run, before any case is read.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_REFUSED`` with the file and line of the key that `policy` refuses. A convention key that names a
        landlord of no shipped agreement is left to the case, which may bring it, as are shares that are too many beside those
        of a shipped agreement.
    """
    seen: set[str] = set()
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
                key = str(error.params.get("key", ""))
                if (
                    error.code == "POLICY_CHANGE_UNKNOWN"
                    and key.startswith("conventions.")
                    and _has_form(key)
                ):
                    pending = {k: v for k, v in pending.items() if k != key}
                    continue
                landlord = error.params.get("landlord")
                left = {k: v for k, v in pending.items() if not k.startswith(f"conventions.{landlord}.")}
                if error.code == "POLICY_SHARES_OVER_ONE" and len(left) < len(pending):
                    pending = left
                    continue
                raise refusal(scenario, key, error) from None


def refusal(scenario: Scenario, key: str, error: AttrifluxError) -> AttrifluxError:
    """``SCENARIO_REFUSED`` for a key that another part refused, with the line it stands on."""
    file, line = scenario.lines.get(key) or _line_about(scenario, str(error.params.get("landlord", "")))
    return AttrifluxError(
        "SCENARIO_REFUSED", file=file, line=line, why_fr=error.text("fr"), why_en=error.text("en")
    )


def _line_about(scenario: Scenario, landlord: str) -> tuple[str, int]:
    """Where the scenario changes a share of a landlord, else its first key: for a refusal that names no key."""
    for key, place in scenario.lines.items():
        if key.startswith((f"conventions.{landlord}.", "conventions.*.")) and key.endswith(".share"):
            return place
    return next(iter(scenario.lines.values()), (f"{scenario.name}.yaml", 1))


def policy_changes(changes: Mapping[str, object]) -> dict[str, object]:
    """The changes that concern `models/`."""
    return {key: value for key, value in changes.items() if is_policy_key(key)}


def _has_form(key: str) -> bool:
    from optimizer.policy.changes import parse_line_key

    landlord, _, _, name = parse_line_key(key)
    return bool(name) and landlord != "*"


def settings_of(case: Path) -> tuple[str | Path, date]:
    """Territory and date of a case, from its ``case.yaml`` alone where it is a folder."""
    file = case / "case.yaml"
    if file.is_file():
        content = read_yaml(file)
        territory, on = content.get("territory"), content.get("on")
        if isinstance(territory, str) and isinstance(on, date):
            beside = case / territory
            return (beside if beside.is_file() else territory), on
    read = importers.read(case, need=())
    return read.settings.rules_from, read.settings.on
