"""Scenario files: read strictly, inherited, expanded into named runs; every refusal gives the line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import NoReturn

from optimizer import importers
from optimizer.datadirs import scenarios_dir
from optimizer.domain import Case
from optimizer.errors import AttrifluxError
from optimizer.policy import PolicyError, YamlMap, check_changes, read_yaml
from optimizer.scenario import messages as messages
from optimizer.scenario.keys import is_policy_key, near_own, own_key, value_fits

FILE_KEYS = ("title", "why", "based_on", "changes", "over", "variants")
MOST_RUNS = 500
"""Runs that one file may expand to: a slip of the pen must not start ten thousand."""


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
        Name -> changes of that variant, laid over ``changes``: several named what-ifs in one file.
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
        swept[str(key)] = _values(file, line, str(key), values)
        lines[str(key)] = (file, line)
    variants: dict[str, dict[str, object]] = {}
    named = _section(content, "variants", file)
    for variant, part in named.items():
        line = named.line_of(variant)
        word = str(variant)
        if not re.fullmatch(r"[\w-]+", word):
            _refuse(
                file,
                line,
                "variants",
                word,
                "un nom en lettres, chiffres et tirets",
                "a name of letters, figures and dashes",
            )
        if not isinstance(part, YamlMap) or not part:
            _refuse(file, line, f"variants.{word}", part, "une suite de « clé: valeur »", "a mapping")
        variants[word] = {}
        for key, value in part.items():
            if key in swept:
                raise AttrifluxError("SCENARIO_TWICE", file=file, line=part.line_of(key), key=key)
            _check_own(file, part.line_of(key), str(key), value)
            variants[word][str(key)] = value
            lines[f"{word}/{key}"] = (file, part.line_of(key))
    _not_too_many(file, swept, variants)
    return Scenario(name, str(content["title"]), str(content["why"]), chain, changes, swept, variants, lines)


def _values(file: str, line: int, key: str, values: object) -> tuple[object, ...]:
    """The values to try of a key of ``over``, each checked."""
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        _refuse(file, line, key, values, "une liste de valeurs", "a list of values")
    if len({repr(v) for v in values}) < len(values):
        _refuse(file, line, key, values, "des valeurs toutes différentes", "values that all differ")
    for value in values:
        _check_own(file, line, key, value)
    return tuple(values)


def _not_too_many(file: str, over: Mapping[str, Sequence[object]], variants: Mapping[str, object]) -> None:
    count = max(1, len(variants))
    for values in over.values():
        count *= len(values)
    if count > MOST_RUNS:
        raise AttrifluxError("SCENARIO_TOO_MANY", file=file, count=count, most=MOST_RUNS)


def sound_scenario(scenario: Scenario) -> Scenario:
    """A scenario made in Python, checked as a file is: names, keys and values; its messages name the scenario, line 1.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_…`` as :func:`read_scenario`.
    """
    file = scenario.name
    if not re.fullmatch(r"[\w.=-]*\w[\w.=-]*", scenario.name) or scenario.name.startswith("."):
        _refuse(file, 1, "name", scenario.name, "lettres, chiffres, - _ . =", "letters, figures, - _ . =")
    lines = dict(scenario.lines)
    for where, part in (
        ("", scenario.changes),
        *((f"{name}/", keys) for name, keys in scenario.variants.items()),
    ):
        for key, value in part.items():
            if key in scenario.over:
                raise AttrifluxError("SCENARIO_TWICE", file=file, line=1, key=key)
            _check_own(file, 1, key, value)
            lines.setdefault(f"{where}{key}", (file, 1))
    for key, values in scenario.over.items():
        _values(file, 1, key, list(values))
        lines.setdefault(key, (file, 1))
    for name in scenario.variants:
        if not re.fullmatch(r"[\w-]+", name):
            _refuse(
                file,
                1,
                "variants",
                name,
                "un nom en lettres, chiffres et tirets",
                "a name of letters, figures and dashes",
            )
    _not_too_many(file, scenario.over, scenario.variants)
    return replace(
        scenario, title=scenario.title or scenario.name, chain=scenario.chain or (scenario.name,), lines=lines
    )


def _base(path: Path, name: str, chain: tuple[str, ...], line: int) -> Scenario:
    if name in chain:
        raise AttrifluxError("SCENARIO_CYCLE", file=path.name, chain=" → ".join((*chain, name)))
    if not re.fullmatch(r"[\w-]+", name):
        _refuse(path.name, line, "based_on", name, "le nom d'un scénario", "the name of a scenario")
    for folder in (path.parent, scenarios_dir()):
        candidate = folder / f"{name}.yaml"
        if candidate.is_file():
            base = _read(candidate, chain)
            if base.over or base.variants:
                _refuse(
                    path.name, line, "based_on", name, "un scénario sans over ni variants",
                    "a scenario without over or variants",
                )  # fmt: skip
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
                raise refusal(scenario, run, key, error) from None


def refusal(scenario: Scenario, run: Run, key: str, error: AttrifluxError) -> AttrifluxError:
    """``SCENARIO_REFUSED`` for a key that another part refused, with the line it stands on."""
    file, line = place_of_key(scenario, run, key) or _line_about(
        scenario, str(error.params.get("landlord", ""))
    )
    return AttrifluxError(
        "SCENARIO_REFUSED", file=file, line=line, why_fr=error.text("fr"), why_en=error.text("en")
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
    from optimizer.policy.changes import parse_line_key

    landlord, _, _, name = parse_line_key(key)
    return bool(name) and landlord != "*"


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
