"""Design §8, ``--keep``: ``changes.csv`` says what moved and why; one week and the next, each dwelling in a commune of its own."""

from __future__ import annotations

from pathlib import Path

from optimizer.runs import Options, Result, propose
from tests.contract.writing import run, write

HOMES = {
    "L1": "25056", "L2": "25388", "L3": "25462", "L4": "25031", "L5": "25580", "L6": "25527", "L7": "25411", "L8": "25047",
    "L9": "25434", "L10": "25334", "L11": "25532", "L12": "25532",
}  # fmt: skip
AGREEMENTS = """
    landlord departement year area  account    share management_mode
    BAIL     25          2026 .     BAILLEUR   0     delegated
    BAIL     25          2026 25031 ALS        0.1   direct
"""


def homes(*names: str) -> str:
    """T3 of one landlord; L12 is a T4."""
    lines = [f"{name} BAIL {HOMES[name]} {4 if name == 'L12' else 3} PLUS 0" for name in names]
    return "\n".join(["id landlord commune rooms financing qpv", *lines])


def people(*rows: str) -> str:
    """``application dwelling score [status [rooms wanted]]``: three persons who ask for that dwelling's commune alone."""
    lines = []
    for row in rows:
        name, home, score, *more = row.split()
        status, rooms = (*more, *("active", ".")[len(more) :])
        lines.append(f"{name} 2024-01-01 3 {HOMES[home]} {score} {status} {rooms}")
    return "\n".join(["id first_registered_on persons choices score status rooms_wanted", *lines])


def moved(result: Result) -> dict[str, tuple[str, str]]:
    return {line.dwelling_id: (line.what, line.why) for line in result.changes.itertuples()}


def test_each_change_has_its_kind_and_its_cause(tmp_path: Path) -> None:
    before = run(
        tmp_path / "before",
        conventions=AGREEMENTS,
        dwellings=homes("L1", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11"),
        applications=people(
            "N1 L1 50", "N3 L3 50", "N5 L5 50", "N6 L6 50", "N7 L7 50", "N9 L9 50", "N10 L10 50", "N101 L10 40",
            "N11 L11 50", "N111 L11 40 active 3",
        ),
        in_progress="""
            dwelling_id landlord commune qpv rooms financing account  application_id stage    since
            L9          BAIL     25434   0   3     PLUS      BAILLEUR .              oriented 2026-06-25
        """,
    )  # fmt: skip
    waiting = before.dwellings.set_index("dwelling_id")["status"]
    assert (waiting["L4"], waiting["L8"], waiting["L9"]) == (
        "awaiting_reservataire",
        "no_candidate",
        "no_candidate",
    )
    after = propose(
        write(
            tmp_path / "after",
            conventions=AGREEMENTS,
            dwellings=homes("L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12"),
            applications=people(
                "N2 L2 50", "N3 L3 50", "N50 L5 40", "N6 L6 50 struck_off", "N60 L6 40", "N7 L7 50", "N71 L7 60", "N72 L7 70",
                "N70 L7 150", "N8 L8 50", "N9 L9 50", "N10 L10 50", "N101 L10 40", "N11 L11 50", "N111 L11 40 active 3",
            ),
            decisions="""
                dwelling_id application_id account decision reason author
                L10         N101           .       pin      other  essai
            """,
            in_progress="""
                dwelling_id landlord commune qpv rooms financing account  application_id stage      since
                L3          BAIL     25462   0   3     PLUS      BAILLEUR N3             commission 2026-06-25
                L4          BAIL     25031   0   3     PLUS      ALS      .              oriented   2026-06-25
            """,
        ),
        Options(accept_assumed=True, pdf=False, keep=before),
    )  # fmt: skip
    in_progress = "logement en cours d'attribution"
    assert moved(after) == {
        "L1": ("dwelling_gone", "logement absent de ce cas"),
        "L2": ("dwelling_new", "logement nouveau"),
        "L3": ("account", in_progress),
        "L4": ("account", in_progress),
        "L5": ("first_rank", "demande absente de ce cas"),
        "L6": ("first_rank", "demande radiée ou non renouvelée"),
        "L7": (
            "first_rank",
            "cotation plus haute du nouveau premier rang",
        ),
        "L8": ("account", "demande nouvelle"),
        "L9": (
            "account",
            "il n'avait pas de liste : il était en cours d'attribution, ou aucune demande n'y était recevable",
        ),
        "L10": ("first_rank", "ménage désigné par une décision enregistrée"),
        "L11": ("first_rank", "au premier rang du logement L12 désormais"),
        "L12": ("dwelling_new", "logement nouveau"),
    }


def test_a_first_rank_lost_by_one_part_of_the_value_names_that_part(tmp_path: Path) -> None:
    """N1 was first: it cannot be reached any more, or N2 has more points than it."""
    table = """
        id first_registered_on persons choices status score dossier
        N1 2024-01-01          3       25056   active 90    {first}
        N2 2024-01-02          3       25056   active {second}    .
    """
    home = """
        id landlord commune rooms financing rent_eur
        L1 BAIL     25056   3     PLUS      300
    """
    told = {}
    before = run(tmp_path / "before", dwellings=home, applications=table.format(first=".", second=80))
    for name, first, second in (("file", "unreachable", 80), ("score", ".", 200)):
        people_now = table.format(first=first, second=second)
        folder = write(tmp_path / name, dwellings=home, applications=people_now)
        after = propose(folder, Options(accept_assumed=True, pdf=False, keep=before))
        told[name] = moved(after)["L1"]
    assert told == {
        "file": ("first_rank", "dossier injoignable"),
        "score": ("first_rank", "cotation plus haute du nouveau premier rang"),
    }


def test_a_first_rank_taken_for_the_order_of_another_dwelling_is_told_so(tmp_path: Path) -> None:
    """ALS names N3, whom L2 would cost too much: once N3 has L1, of the landlord's own account, L2 may wait for another name."""
    tables = {
        "conventions": """
            landlord departement year area  account    share management_mode
            BAIL     25          2026 .     BAILLEUR   0     delegated
            BAIL     25          2026 25147 ALS        0.1   direct
        """,
        "dwellings": """
            id landlord commune rooms financing qpv reserved_to
            L1 BAIL     25056   3     PLUS      0   .
            L2 BAIL     25147   3     PLUS      0   ALS
        """,
        "applications": """
            id first_registered_on persons choices     score als_employee status
            N3 2024-01-01          3       25056|25147 240   1            active
            N7 2024-01-01          3       25056       245   0            active
        """,
        "simulations": """
            dwelling_id application_id effort
            L2          N3             0.6
        """,
    }  # fmt: skip
    before = run(tmp_path / "before", **tables)
    names = """
        account application_id dwelling_id rank
        ALS     N3             .           1
    """
    folder = write(tmp_path / "after", nominations=names, **tables)
    after = propose(folder, Options(accept_assumed=True, pdf=False, keep=before))
    assert moved(after)["L1"] == (
        "first_rank",
        "le nouveau premier rang est désigné par un réservataire avant les autres candidats d'un autre logement",
    )
