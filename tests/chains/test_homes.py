"""Which dwellings a case's tenants may free."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.chains import FREED_BY, POSITION, UNBOUNDED, with_homes
from optimizer.errors import AttrifluxError
from tests.chains.towns import read, tenant
from tests.end_to_end.small import BESANCON, application, dwelling, write


def homes(folder: Path, people: list[dict[str, str]], longest: int = 1) -> dict[str, tuple[str, int]]:
    case = read(write(folder, [dwelling("V1")], people), {})
    frame = with_homes(case, longest, frozenset([BESANCON]), limit=1_000).table("dwellings")
    if FREED_BY not in frame.columns:
        return {}
    added = frame[frame[FREED_BY].notna()]
    rows = zip(added["dwelling_id"], added[FREED_BY], added[POSITION], strict=True)
    return {str(d): (str(a), int(p)) for d, a, p in rows}


def test_a_tenant_frees_a_dwelling_that_is_known(tmp_path: Path):
    people = [tenant("T1", "H1", 3), application("N1")]
    assert homes(tmp_path / "one", people) == {"H1": ("T1", 1)}
    assert homes(tmp_path / "any", people, UNBOUNDED) == {"H1": ("T1", UNBOUNDED)}
    two = [*people, tenant("T2", "H2", 3)]
    places = {"H1": ("T1", 1), "H1~2": ("T1", 2), "H2": ("T2", 1), "H2~2": ("T2", 2)}
    assert homes(tmp_path / "two", two, 2) == places


@pytest.mark.parametrize(
    "change",
    [
        {"current_dwelling": ""}, {"current_landlord": "AUTRE"}, {"current_commune": ""}, {"current_financing": ""},
        {"current_rooms": ""}, {"current_dwelling": "V1"}, {"current_commune": "39001"},
    ],
)  # fmt: skip
def test_what_is_not_known_or_not_ours_frees_nothing(tmp_path: Path, change: dict[str, str]):
    assert homes(tmp_path / "case", [{**tenant("T1", "H1", 3), **change}]) == {}


def test_a_dwelling_that_two_households_apply_from_is_not_freed(tmp_path: Path):
    people = [tenant("T1", "H1", 3), tenant("T2", "H1", 3), tenant("T3", "H3", 3)]
    assert homes(tmp_path / "case", people) == {"H3": ("T3", 1)}


def test_a_case_whose_like_dwellings_share_their_rents_has_no_chains(tmp_path: Path):
    case = read(write(tmp_path / "case", [dwelling("V1"), dwelling("V2")], [tenant("T1", "H1", 3)]), {})
    with pytest.raises(AttrifluxError) as told:
        with_homes(case, 1, frozenset([BESANCON]), limit=1)
    assert told.value.code == "CHAINS_TOO_LARGE"


def test_a_chain_has_no_more_positions_than_tenants(tmp_path: Path):
    people = [tenant("T1", "H1", 3), tenant("T2", "H2", 3)]
    assert homes(tmp_path / "many", people, 999_999_999) == homes(tmp_path / "two", people, 2)


def test_a_length_of_too_many_copies_is_told(tmp_path: Path):
    people = [tenant(f"T{i}", f"H{i}", 3) for i in range(101)]
    with pytest.raises(AttrifluxError) as told:
        homes(tmp_path / "case", people, 101)
    assert told.value.code == "CHAINS_TOO_LONG" and "--chains 99" in str(told.value)
    assert len(homes(tmp_path / "less", people, 99)) == 99 * 101


def test_an_orientation_of_a_dwelling_that_nobody_frees_after_all_is_left_out(tmp_path: Path):
    people = [tenant("T1", "H1", 3), tenant("T2", "H2", 3)]
    words = {"account": "BAILLEUR", "decision": "orient", "reason": "commission_decision", "author": "moi"}
    decisions = [{"dwelling_id": home, **words} for home in ("H1", "H2", "V1")]
    case = read(write(tmp_path / "case", [dwelling("V1")], people, decisions=decisions), {})
    left = with_homes(case, 1, frozenset([BESANCON]), limit=1_000, only=["H2"])
    assert left.table("decisions")["dwelling_id"].tolist() == ["H2", "V1"]
    assert left.row_numbers("decisions").tolist() == [3, 4]
