"""A desk of several landlords and exports that do not name theirs: each case reads what its own commission did, and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from optimizer import importers
from optimizer.desk.whose import duties_of, landlord_of, landlords_in, sessions_of, unread_of
from optimizer.domain import Case
from optimizer.store import queries
from optimizer.store.clock import today
from optimizer.store.records import DutyRecord, SessionRecord
from optimizer.store.together import reaches
from optimizer.synth import synthesize, write_case
from tests.cli.running import attriflux
from tests.deskwork.room import held_today, proposed, read_case

NEIGHBOUR = "OPH25"


@pytest.fixture(scope="module")
def neighbours() -> Case:
    """A case of another landlord that does not name it, on the same households."""
    whole = synthesize("doubs", dwellings=40, applications=60, seed=7)
    homes = whole.table("dwellings")
    tables = dict(whole.tables) | {"dwellings": homes[homes["landlord"] == NEIGHBOUR].reset_index(drop=True)}
    tables["applications"] = read_case().table("applications").head(80)
    tables["nominations"] = whole.table("nominations").head(0)
    return replace(whole, settings=replace(whole.settings, on=read_case().settings.on), tables=tables)


@pytest.mark.long
def test_the_next_case_of_a_landlord_holds_nothing_of_another_ones_commission(
    neighbours: Case, tmp_path: Path
):
    """Its candidatures, leases and refusals entered the neighbour's case, with the numbers of its households."""
    made = held_today(tmp_path)
    session = made.session
    made.desk.close()
    write_case(neighbours, tmp_path / "voisin")
    shutil.copytree(proposed()[0], tmp_path / "nôtre")
    said = tmp_path / "nôtre" / "case.yaml"
    lines = said.read_text("utf-8").splitlines(keepends=True)
    said.write_text("".join(line for line in lines if not line.startswith("landlord:")), "utf-8")
    day = today(datetime.now(UTC)).isoformat()
    words = ("--store", tmp_path / "bureau.sqlite", "--on", day)
    for case in ("nôtre", "voisin"):
        done = attriflux("next", "--case", tmp_path / case, "--out", tmp_path / f"{case}-2", *words)
        assert done.code == 0, done.err
    own, other = (importers.read(tmp_path / f"{case}-2") for case in ("nôtre", "voisin"))
    decided = {c.application_id for i in session.items for c in i.candidates if c.decision}
    assert own.settings.landlord is None and landlord_of(own) == session.landlord
    assert decided <= set(own.table("events")["application_id"].astype(str))
    for table in ("events", "in_progress", "decisions", "leases"):
        frame = other.table(table)
        assert not decided & set(frame["application_id"].astype(str)) if len(frame) else True, table
    assert "de la séance" not in done.out + done.err


def of(landlord: str, n: int, on: date = date(2026, 12, 3)) -> SessionRecord:
    """A closed session without a dwelling."""
    held = queries.SessionRecord.__dataclass_fields__
    told = dict.fromkeys(held) | {"session_id": f"s{n}", "landlord": landlord, "on": on, "items": ()}
    return SessionRecord(**told)  # type: ignore[arg-type]


def test_whose_sessions_a_case_reads(neighbours: Case):
    every = [of("OPH25", 1), of("ESH25", 2), of("COOP25, OPH25", 3), of("COOP25", 4), of("SEM70", 5)]

    def read(case: Case) -> str:
        return "".join(s.session_id[1:] for s in sessions_of(case, every))

    named = replace(neighbours, settings=replace(neighbours.settings, landlord="ESH25"))
    homes = neighbours.table("dwellings")
    several = homes.assign(landlord=["ESH25", *homes["landlord"][1:]])
    let = dict(neighbours.tables) | {"dwellings": homes.head(0)}
    assert read(named) == "2"
    # landlords that sat together are one office, whichever of them has dwellings this week
    assert (read(neighbours), landlord_of(neighbours)) == ("134", NEIGHBOUR)
    mixed = replace(neighbours, tables=dict(neighbours.tables) | {"dwellings": several})
    # a stranger to both is none of theirs, nor is one whose leases they do not hold
    assert (read(mixed), landlord_of(mixed), landlords_in(mixed)) == ("1234", "", "ESH25, OPH25")
    leases = neighbours.table("leases")
    third = leases.assign(landlord=["SEM70", *leases["landlord"][1:]])
    assert read(replace(mixed, tables=dict(mixed.tables) | {"leases": third})) == "12345"
    assert landlords_in(named) == "ESH25"
    for granted, reached in (("", True), ("OPH25, ESH25, SEM70", True), ("OPH25", False)):
        assert reaches(granted, landlords_in(mixed)) is reached
    assert read(replace(neighbours, tables=let)) == "12345", "nothing says whose it is"
    owed = [
        DutyRecord(n, "sne_radiation", "r", session, None, date(2026, 12, 3), None, None, "")
        for n, session in enumerate(("s1", "s2", ""))
    ]
    assert [d.duty_id for d in duties_of(owed, every[:1])] == [0, 2]


@pytest.mark.long
def test_a_landlord_merged_into_another_is_told_what_its_new_name_leaves_unread(tmp_path: Path):
    """Under the new name nothing of the sessions was read: dwellings let or on offer were proposed again, silently."""
    made = held_today(tmp_path)
    held = made.session
    made.desk.close()
    whole = read_case()
    renamed = {
        name: whole.table(name).assign(landlord=NEIGHBOUR)
        for name in ("dwellings", "leases", "in_progress")
        if whole.has(name)
    }
    merged = replace(
        whole, settings=replace(whole.settings, landlord=NEIGHBOUR), tables=dict(whole.tables) | renamed
    )
    homes = merged.table("dwellings")
    # another home that bears the number of one of ours, and one that fell vacant again since, are not what was decided
    odd, again = (i.dwelling_id for i in held.items[:2])
    homes.loc[homes["dwelling_id"] == odd, "rooms"] += 1
    homes.loc[homes["dwelling_id"] == again, "vacant_since"] = pd.Timestamp(held.on + timedelta(days=1))
    found = unread_of(merged, [], [held])
    assert [(f.code, f.params["n"], f.params["other"], f.params["own"]) for f in found] == [
        ("DESK_OTHER_NAME", len(held.items) - 2, "ESH25", NEIGHBOUR)
    ]
    assert not unread_of(merged, [held], [held]), "its own session is read"
    write_case(merged, tmp_path / "fusion")
    day = today(datetime.now(UTC)).isoformat()
    words = ("--store", tmp_path / "bureau.sqlite", "--on", day)
    done = attriflux("next", "--case", tmp_path / "fusion", "--out", tmp_path / "suite", *words)
    assert done.code == 0 and "au nom de « ESH25 »" in " ".join((done.out + done.err).split()), done.err
