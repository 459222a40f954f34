"""``--exchanges``: cycles of two or three tenants beside bounded chains, against everything tried, and through the check."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from optimizer import importers, pipeline
from optimizer.chains import UNBOUNDED, exchanges_of
from optimizer.desk.agenda import agenda
from optimizer.disk import seal
from optimizer.errors import AttrifluxError
from optimizer.problem import explicit
from optimizer.problem.model import I32
from optimizer.runs import Options, propose_to
from optimizer.solve import SolveOptions, solve
from optimizer.verify import verify
from tests.chains.towns import FREE, WILLING, read, tenant, town
from tests.chains.trying import everything
from tests.end_to_end.small import (
    AGREEMENT,
    BESANCON,
    agreement,
    application,
    dwelling,
    propose,
    table,
    write,
)

PLACES = (BESANCON, "25542", "25462", "25031")
MOST = 3


def ring(folder: Path, tenants: int) -> Path:
    """A town where each tenant wants to live where the next one does, and somebody who wants the vacant dwelling."""
    around = [
        {**tenant(f"T{i}", f"H{i}", 3, choices=PLACES[(i + 1) % tenants], score="150"), "current_commune": PLACES[i]}
        for i in range(tenants)
    ]  # fmt: skip
    places = [dwelling("V0", rooms="2")]
    newcomer = application("N0", persons="2", children_under_14="0", rooms_wanted="2")
    return write(folder, places, [*around, newcomer])


def let(folder: Path, chains: int, exchanges: bool) -> list[str]:
    """The dwellings of an optimum that tenants free."""
    prepared = pipeline.prepare(read(folder, {**FREE, **WILLING}), chains=chains, exchanges=exchanges)
    found = solve(prepared.problem, SolveOptions(backend="highs"))
    assert found.stop == "proven"
    names = prepared.problem.dwelling_ids[found.first.dwelling].tolist()
    return sorted(str(name) for name in names if not str(name).startswith("V"))


def within(tenant_of: I32, longest: int, moves: Mapping[int, int]) -> bool:
    """Whether no chain of first ranks lets more freed dwellings, and no cycle has more than :data:`MOST`."""
    opened = {int(tenant_of[d]): d for d in moves if tenant_of[d] >= 0}
    seen: set[int] = set()
    for start in sorted(moves, key=lambda d: tenant_of[d] >= 0):  # chains first: what is left are cycles
        length, d = 0, start
        while d is not None and d not in seen:
            seen.add(d)
            length += 1
            d = opened.get(moves[d])
        if length > (longest + 1 if tenant_of[start] < 0 else MOST):
            return False
    return True


def worth(prepared: pipeline.Prepared) -> dict[tuple[str, str, str], int]:
    """(dwelling, application, account) -> value of each first rank with a household."""
    problem = prepared.problem
    columns = explicit(problem)
    accounts = problem.kinds.account[columns.kind]
    rows = zip(
        columns.dwelling.tolist(),
        columns.app.tolist(),
        accounts.tolist(),
        columns.value.tolist(),
        strict=True,
    )
    return {
        (str(problem.dwelling_ids[d]), str(problem.application_ids[a]), problem.accounts[k]): v for d, a, k, v in rows if a >= 0
    }  # fmt: skip


def test_nothing_tried_with_chains_and_short_cycles_is_better(tmp_path: Path):
    """The oracle tries the moves themselves, over each dwelling once: it knows neither positions nor copies."""
    case = read(town(tmp_path / "case", 1, vacant=1, tenants=4, newcomers=1), WILLING)
    found = solve(pipeline.prepare(case, chains=1, exchanges=True).problem, SolveOptions(backend="highs"))
    free = pipeline.prepare(case, chains=UNBOUNDED)
    tried = everything(free.problem, lambda moves: within(free.facts.dwellings.tenant, 1, moves))
    assert found.stop == "proven" and found.objective == found.bound == tried


def test_a_first_rank_in_an_exchange_is_worth_what_it_is_once_let(tmp_path: Path):
    """What is weighed has one household a dwelling, what is let its whole list: the names that ALS lacks there count in both."""
    landlords = ("BAIL", "AUTRE")
    people = [
        {**tenant(f"T{i}", f"H{i}", 3, choices=PLACES[1 - i], als_employee="oui"), "current_commune": PLACES[i], "current_landlord": landlords[i]}
        for i in (0, 1)
    ]  # fmt: skip
    people += [application(f"N{i}", choices=PLACES[1]) for i in range(3)]
    homes = [dwelling(f"V{i}", rooms="2", landlord=name) for i, name in enumerate(landlords)]
    lines = [{**line, "landlord": name} for line in AGREEMENT for name in landlords]
    case = read(
        write(tmp_path / "case", homes, people, conventions=lines, settings={"landlord": ""}),
        {**FREE, **WILLING},
    )
    weighed = worth(pipeline.prepare(case, chains=1, exchanges=True))
    let = worth(pipeline.prepare(case, chains=1, freed=["H0~e1", "H1~e1"]))
    mine = {key: value for key, value in weighed.items() if "~e" in key[0]}
    assert {key[:2] for key in mine} == {("H0~e1", "T1"), ("H1~e1", "T0")}
    assert mine == {key: let[key] for key in mine}
    assert mine["H1~e1", "T0", "ALS"] < mine["H1~e1", "T0", "BAILLEUR"]


def test_three_may_exchange_and_four_may_not(tmp_path: Path):
    three, four = ring(tmp_path / "three", 3), ring(tmp_path / "four", 4)
    assert let(three, 1, True) == ["H0~e1", "H1~e1", "H2~e1"]
    assert let(four, 1, True) == []
    assert let(four, UNBOUNDED, False) == ["H0", "H1", "H2", "H3"]


def test_too_many_exchanges_are_told():
    everybody = {f"H{i}" for i in range(12)}
    takes = {home: everybody - {home} for home in everybody}
    assert len(exchanges_of(takes)) == 66 + 440
    with pytest.raises(AttrifluxError) as told:
        exchanges_of(takes, most=505)
    assert told.value.code == "CHAINS_TOO_MANY_EXCHANGES" and "505" in str(told.value)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A case with an exchange of three, and its proposal."""
    base = tmp_path_factory.mktemp("exchange")
    case = ring(base / "case", 3)
    with (case / "case.yaml").open("a", encoding="utf-8") as settings:
        settings.write("changes:\n  national.chain.link_cost: 5\n")
    propose_to(case, base / "out", Options(chains=1, exchanges=True, pdf=False))
    return case, base / "out"


def test_an_exchange_is_published_checked_and_put_on_an_agenda(done: tuple[Path, Path]):
    case, out = done
    lines = table(out / "chains.csv")
    assert [(r["kind"], r["position"]) for r in lines] == [("cycle", str(i)) for i in (1, 2, 3)]
    assert {(r["application_id"], r["dwelling_id"]) for r in lines} == {
        (f"T{i}", f"H{(i + 1) % 3}~e1") for i in range(3)
    }
    verdict = verify(out, case)
    assert [c.text("en") for c in verdict.checks if not c.ok] == [] and verdict.verdict == "certified"
    items = {x.dwelling_id: x.facts.get("chain") for x in agenda(out, case, importers.read(case)).items}
    assert items["H1"] == {"number": 1, "kind": "cycle", "position": items["H1"]["position"], "after": "H2"}


@pytest.mark.parametrize("what", ["none", "words"])
def test_a_result_that_says_other_exchanges_than_it_has_is_refused(
    done: tuple[Path, Path], tmp_path: Path, what: str
):
    case, out = done
    copy = tmp_path / "out"
    shutil.copytree(out, copy)
    record = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    record["options"] |= {
        "none": {"exchanges": False},
        "words": {"exchanges": "oui"},
    }[what]
    (copy / "run.json").write_text(json.dumps(record), encoding="utf-8")
    seal(copy)
    assert verify(copy, case).refused


@pytest.mark.parametrize("chains", ["0", "all"])
def test_exchanges_come_beside_a_number(done: tuple[Path, Path], tmp_path: Path, chains: str):
    told = propose(done[0], tmp_path / "out", "--chains", chains, "--exchanges")
    assert told.code != 0 and "--exchanges" in told.err and not (tmp_path / "out").exists()


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("mode", [pytest.param("direct", marks=pytest.mark.long), "partial"])
def test_a_better_placed_nominee_is_passed_over_by_no_exchange(tmp_path: Path, mode: str, own: bool):
    """One tenant alone may be first on a dwelling of an exchange; the réservataire's list of that dwelling is of everybody."""
    flat = {"persons": "2", "children_under_14": "0", "rooms_wanted": "2", "als_employee": "oui"}
    people = [
        tenant("T0", "H0", 2, score="150", **flat),
        {**tenant("T1", "H1", 2, score="150", **flat), "current_landlord": "AUTRE"},
        application("S0", score="5", **flat),
    ]
    homes = [dwelling("V0", rooms="6"), dwelling("V1", rooms="6", landlord="AUTRE")]
    agreements = [
        agreement(account, share, landlord=landlord, management_mode=way)
        for landlord in ("BAIL", "AUTRE")
        for account, share, way in (("ALS", "0.5", mode), ("BAILLEUR", "0.5", "delegated"))
    ]
    orient = {
        "dwelling_id": "H0", "application_id": "", "account": "ALS", "decision": "orient", "reason": "other", "author": "S",
    }  # fmt: skip

    def said(folder: Path, order: tuple[str, ...]) -> set[str]:
        named = [
            {"dwelling_id": "H0" if own else "", "account": "ALS", "application_id": who, "rank": str(rank)}
            for rank, who in enumerate(order, 1)
        ]
        write(folder / "case", homes, people, conventions=agreements, nominations=named, decisions=[orient])
        with (folder / "case" / "case.yaml").open("a", encoding="utf-8") as settings:
            settings.write(
                "changes:\n" + "".join(f"  {key}: {n}\n" for key, n in {**FREE, **WILLING}.items())
            )
        done = propose_to(folder / "case", folder / "out", Options(chains=1, exchanges=True, pdf=False))
        assert done.verdict == "certified"
        lines = done.result.proposals
        return set(lines[lines["rank"] == 1]["dwelling_id"])

    assert {"H0~e1", "H1~e1"} <= said(tmp_path / "first", ("T1", "S0"))
    assert not said(tmp_path / "second", ("S0", "T1")) & {"H0~e1", "H1~e1"}
