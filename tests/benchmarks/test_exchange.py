"""The kidney-exchange reader and solver: the published formats, and optima found by trying everything."""

from __future__ import annotations

import itertools
import json
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.exchange.__main__ import main
from benchmarks.exchange.generated import generated
from benchmarks.exchange.model import solve
from benchmarks.exchange.pool import Pool, read, write_wmd
from tests.campaign import few

THREE_DONORS = {
    "data": {
        "1": {"sources": [1], "dage": 65, "matches": [{"recipient": 2, "score": 3}]},
        "2": {"sources": [2], "dage": 45, "matches": [{"recipient": 1, "score": 2}]},
        "3": {"altruistic": True, "dage": 25, "matches": [{"recipient": 2, "score": 1}]},
    }
}
"""The example of https://kep-solver.readthedocs.io/en/latest/source/formats.html."""

FOUR_PAIRS = """# FILE NAME: four.wmd
# NUMBER ALTERNATIVES: 5
# ALTERNATIVE NAME 1: Pair 1
# ALTERNATIVE NAME 2: Pair 2
# ALTERNATIVE NAME 3: Pair 3
# ALTERNATIVE NAME 4: Pair 4
# ALTERNATIVE NAME 5: Altruist 1
1,2,1.0
2,3,1.0
3,1,1.0
2,1,1.0
3,4,1.0
5,1,1.0
4,5,0.0
1,5,0.0
"""


def everything(pool: Pool, chain: int, cycle: int) -> int:
    """The optimum by trying every set of disjoint cycles and chains."""
    weight = {
        (a, b): w
        for a, b, w in zip(pool.source.tolist(), pool.target.tolist(), pool.weight.tolist(), strict=True)
    }
    pairs = [i for i, gives in enumerate(pool.altruist.tolist()) if not gives]
    pieces: dict[frozenset[int], int] = {}

    def keep(who: tuple[int, ...], closed: bool) -> None:
        arcs = [*itertools.pairwise(who), *([(who[-1], who[0])] if closed else [])]
        if all(arc in weight for arc in arcs):
            key = frozenset(who)
            pieces[key] = max(pieces.get(key, 0), sum(weight[arc] for arc in arcs))

    for size in range(2, cycle + 1):
        for who in itertools.permutations(pairs, size):
            keep(who, closed=True)
    for giver in sorted(set(range(len(pool.names))) - set(pairs)):
        for size in range(1, chain + 1):
            for who in itertools.permutations(pairs, size):
                keep((giver, *who), closed=False)
    listed = sorted(pieces.items(), key=lambda x: sorted(x[0]))

    def best(at: int, free: frozenset[int]) -> int:
        if at == len(listed):
            return 0
        who, worth = listed[at]
        found = best(at + 1, free)
        return max(found, worth + best(at + 1, free - who)) if who <= free else found

    return best(0, frozenset(range(len(pool.names))))


@pytest.mark.parametrize("seed", few(12))
def test_the_optimum_is_that_of_trying_everything(seed: int):
    pool = generated(5, 1 + seed % 2, seed, weighted=True)
    for chain, cycle in ((0, 2), (1, 3), (3, 0), (2, 3), (0, 4)):
        found = solve(pool, chain, cycle)
        assert found.proven and found.value == found.bound == everything(pool, chain, cycle), (chain, cycle)
        used = [v for part in (*found.cycles, *found.chains) for v in part]
        assert len(used) == len(set(used))
        assert all(len(c) <= cycle for c in found.cycles) and all(len(c) <= chain + 1 for c in found.chains)


def test_the_published_example_in_both_of_its_forms(tmp_path: Path):
    new = {
        "schema": 3,
        "donors": [
            {"id": key, "paired_recipients": d.get("sources", []), "outgoing_transplants": d["matches"]}
            for key, d in THREE_DONORS["data"].items()
        ],
        "recipients": {},
    }
    for name, raw in (("old", THREE_DONORS), ("new", new)):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(raw), encoding="utf-8")
        pool = read(file)
        assert (len(pool.names), int(pool.altruist.sum())) == (3, 1)
        # exchanging is worth 3 + 2; the altruist's chain of two is worth 1 + 2
        assert solve(pool, 2, 2).value == 5 and solve(pool, 2, 0).value == 3 and solve(pool, 1, 0).value == 1


def test_a_preflib_file_is_read_with_and_without_its_description(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "four.wmd"
    file.write_text(FOUR_PAIRS, encoding="utf-8")
    assert main([str(file), "--chain", "4", "--cycle", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # the altruist's chain through all four, closing nowhere; without chains the three-cycle
    assert (found["weight"], found["transplants"], found["proven"]) == (4.0, 4, True)
    assert found["chains"] == [["5", "1", "2", "3", "4"]] and (found["pairs"], found["altruists"]) == (4, 1)
    assert main([str(file), "--chain", "0", "--cycle", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["weight"] == 3.0
    described = tmp_path / "four.dat"
    described.write_text(
        "Pair,Patient,Donor,Altruist\n" + "x,O,A,0\n" * 3 + "x,O,A,1\nx,,A,1\n", encoding="utf-8"
    )
    assert int(read(described).altruist.sum()) == 2


def arcs_of(pool: Pool) -> list[tuple[int, int, int]]:
    return list(zip(pool.source.tolist(), pool.target.tolist(), pool.weight.tolist(), strict=True))


def test_what_is_written_reads_back_and_old_files_read_alike(tmp_path: Path):
    pool = generated(20, 2, 3, weighted=True)
    write_wmd(pool, tmp_path / "new.wmd")
    again = read(tmp_path / "new.wmd")
    assert arcs_of(again) == arcs_of(pool)
    # before 2022: edges count vertices from 0, which are listed from 0 by some and from 1 by the library itself
    for first in (0, 1):
        old = [f"{len(pool.names)},{len(pool.weight)}"]
        old += [f"{i},{name} " for i, name in enumerate(pool.names, first)]
        old += [f"{a},{b},{w}" for a, b, w in arcs_of(pool)]
        (tmp_path / "old.wmd").write_text("\n".join(old), encoding="utf-8")
        before = read(tmp_path / "old.wmd")
        assert before.names == tuple(map(str, range(22))) and (before.altruist == pool.altruist).all()
        assert arcs_of(before) == arcs_of(pool)
    assert solve(again, 3, 3).value == solve(before, 3, 3).value


def test_fractions_of_a_point_are_exact():
    arcs = {("a", "b"): Fraction("0.1"), ("b", "a"): Fraction("0.2"), ("b", "c"): Fraction("0.25")}
    pool = Pool.of("abc", "a", arcs)
    assert pool.scale == 20 and solve(pool, 2, 3).value == 7


def test_a_pool_of_eighty_pairs_is_proven():
    found = solve(generated(80, 4, 1), 3, 3)
    assert found.proven and found.value == found.bound > 20


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "", "a .wmd, .dat or .json file is expected"),
        ("b.json", "{}", "donors"),
        ("c.wmd", "# ALTERNATIVE NAME 1: Pair 1\n1,2,1.0\n", "1,2,1.0"),
    ],
)
def test_a_file_that_is_no_instance_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, said: str
):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert main([str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err
    assert main([str(tmp_path / "none.wmd")]) == 2
    assert "file not found" in capsys.readouterr().err
