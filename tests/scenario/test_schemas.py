"""The JSON schemas that editors read accept what is shipped and refuse what the readers refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from optimizer.datadirs import models_dir, scenarios_dir
from optimizer.errors import AttrifluxError
from optimizer.policy import read_yaml
from optimizer.policy.grid_reader import read_grid
from optimizer.scenario import read_scenario
from optimizer.scenario.schemas import schemas, write_schemas

GRIDS = [f for f in sorted((models_dir() / "cotation").glob("*.yaml")) if f.stem != "catalogue"]
SCENARIOS = sorted(scenarios_dir().glob("*.yaml"))


@pytest.fixture(scope="module")
def made() -> dict[str, jsonschema.Draft202012Validator]:
    found = {}
    for name, schema in schemas().items():
        jsonschema.Draft202012Validator.check_schema(schema)
        found[name] = jsonschema.Draft202012Validator(schema)
    return found


def plain(value: object) -> object:
    """A YAML value as an editor hands it to a schema: dates are texts."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize(
    "file", [*GRIDS, *SCENARIOS, scenarios_dir() / "demo" / "case.yaml"], ids=lambda f: f.name
)
def test_what_is_shipped_fits_its_schema(made, file: Path):
    name = "case" if file.name == "case.yaml" else "grid" if file in GRIDS else "scenario"
    assert [error.message for error in made[name].iter_errors(plain(read_yaml(file)))] == []


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("scenario", 'title: "a"\nwhy: "b"\nchanges:\n  flux.mod: 1\n', read_scenario),
        ("scenario", 'title: "a"\nwhy: "b"\nchanges:\n  flux.mode: 5\n', read_scenario),
        ("scenario", 'title: "a"\nwhy: "b"\nchange: {}\n', read_scenario),
        ("scenario", 'title: "a"\nwhy: "b"\nover:\n  case.shortlist_size: [0]\n', read_scenario),
        ("scenario", 'title: "a"\nwhy: "b"\nvariants:\n  x:\n    flux.minimum.ALS: 2\n', read_scenario),
        ("grid", 'title: "a"\npoints: 1\n', read_grid),
        ("grid", (models_dir() / "cotation" / "demonstration.yaml").read_text().replace("kind: months", "kind: mois"), read_grid),
    ],
)  # fmt: skip
def test_what_a_reader_refuses_does_not_fit_either(
    made, name: str, text: str, read: Callable[[Path], object], tmp_path: Path
):
    file = tmp_path / "faux.yaml"
    file.write_text(text, encoding="utf-8")
    assert not made[name].is_valid(plain(read_yaml(file)))
    with pytest.raises(AttrifluxError):
        read(file)


def test_an_unknown_value_of_the_law_is_seen_while_one_types_it(made):
    head = {"title": "a", "why": "b"}
    assert made["scenario"].is_valid({**head, "changes": {"national.lec.first_quartile_share": 0.3}})
    assert not made["scenario"].is_valid({**head, "changes": {"national.lec.first_quartil_share": 0.3}})
    assert not made["scenario"].is_valid(
        {**head, "changes": {"national.lec.first_quartile_share": "beaucoup"}}
    )
    key = made["scenario"].schema["properties"]["changes"]["properties"]["national.lec.first_quartile_share"]
    assert key["title"].startswith("Baux hors QPV")


def test_the_command_writes_the_three_files_and_replaces_none(tmp_path: Path):
    written = write_schemas(tmp_path / "schemas")
    assert [f.name for f in written] == ["case.schema.json", "grid.schema.json", "scenario.schema.json"]
    assert json.loads(written[2].read_text(encoding="utf-8")) == schemas()["scenario"]
    with pytest.raises(AttrifluxError):
        write_schemas(tmp_path / "schemas")
