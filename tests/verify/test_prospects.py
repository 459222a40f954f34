"""``--prospects N``: the names to call are drawn again whole; one name, one rank or one point of another kind is refused."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from publish import seal

from optimizer.runs import Options, propose_to
from optimizer.verify import verify
from tests.contract.writing import write


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Six households for one T3 of Besançon, of whom three are on its list; A asks for another commune, B for nothing."""
    folder = tmp_path_factory.mktemp("prospects")
    case = write(
        folder / "case",
        dwellings="""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      0
        """,
        applications="""
            id first_registered_on persons choices status     score
            N1 2024-01-01          3       25056   active     90
            N2 2024-01-01          3       25056   active     80
            N3 2024-01-01          3       25056   active     70
            N4 2024-01-01          3       25056   active     60
            N5 2024-01-01          3       25056   active     50
            N6 2024-01-01          3       25056   active     40
            A  2024-01-01          3       25388   active     45
            B  2024-01-01          3       25056   struck_off 45
        """,
    )
    propose_to(case, folder / "out", Options(accept_assumed=True, pdf=False, prospects=6))
    return case, folder / "out"


def altered(written, tmp_path, change):
    """Checks that fail once the table of prospects is changed and sealed again."""
    case, out = written
    shutil.copytree(out, tmp_path / "out")
    path = tmp_path / "out" / "prospects.csv"
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert frame["application_id"].tolist() == ["N1", "N2", "N3", "N4", "N5", "N6"]
    change(frame).to_csv(path, sep=";", index=False, encoding="utf-8-sig", lineterminator="\n")
    seal(tmp_path / "out")
    return [c.id for c in verify(tmp_path / "out", case).checks if not c.ok]


def setting(row, column, value):
    def change(frame):
        frame.loc[row, column] = value
        return frame

    return change


def test_the_names_to_call_are_accepted_as_written(written, tmp_path):
    assert altered(written, tmp_path, lambda frame: frame) == []


@pytest.mark.parametrize(
    "change",
    [
        setting(5, "application_id", "A"), setting(5, "application_id", "B"), setting(4, "rank", "6"), setting(5, "score", "41"),
        setting(5, "value", "1"), setting(1, "application_id", "N4"), lambda frame: frame.iloc[:-1],
        lambda frame: frame.assign(application_id=frame["application_id"].iloc[[0, 1, 2, 4, 3, 5]].to_numpy()),
    ],
)  # fmt: skip
def test_another_name_rank_or_point_is_refused(written, tmp_path, change):
    assert "prospects" in altered(written, tmp_path, change)
