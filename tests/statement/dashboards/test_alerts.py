"""Alerts, gaps in whole leases, thresholds of ``models/``, on small years written by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.domain import TABLES
from optimizer.domain.case import OwnValues
from optimizer.importers.explanations import meaning
from optimizer.presentation.numbers import decimal, leases, percent
from optimizer.statement import dashboard
from optimizer.statement.dashboards.gauges import Counts, Gauge
from tests.statement.year import lease, year_case


def with_changes(case, **changes):
    named = {k.replace("__", "."): v for k, v in changes.items()}
    return replace(case, settings=replace(case.settings, changes=named))


def mixed(first: int, others: int) -> list[dict[str, object]]:
    """Leases outside QPV, ``first`` of the first quartile, in the order of the year."""
    n = first + others
    return [
        lease(f"d{i}", "BAILLEUR", f"2026-0{1 + i % 6}-10", q1="yes" if i < first else "no") for i in range(n)
    ]


def sentences(board, subject: str) -> list[str]:
    return [
        a.sentence.replace("\u202f", " ").replace("\u00a0", " ") for a in board.alerts if subject in a.subject
    ]


def test_a_target_missed_is_said_in_whole_leases_with_its_threshold():
    board = dashboard(year_case(leases=mixed(2, 18)), "epci", "242500361")
    assert sentences(board, "hors QPV") == [
        "3 baux de retard : 2 sur 20 (10 % pour 25 %) ; il en faut 8 des 20 restants."
    ]
    alert = next(a for a in board.alerts if "hors QPV" in a.subject)
    assert (alert.level, alert.threshold.key, alert.threshold.is_assumed) == (
        "alert",
        "national.dashboard.lec_late_share",
        True,
    )


def test_the_threshold_of_the_models_decides():
    case = year_case(leases=mixed(4, 16))
    late = dashboard(with_changes(case, national__dashboard__lec_late_share=0.04), "epci", "242500361")
    assert [a.level for a in late.alerts if "hors QPV" in a.subject] == ["alert"]
    patient = with_changes(
        case, national__dashboard__lec_late_share=0.06, national__dashboard__trajectory_late_share=0.5
    )
    assert sentences(dashboard(patient, "epci", "242500361"), "hors QPV") == []


def test_a_target_held_raises_nothing():
    assert sentences(dashboard(year_case(leases=mixed(6, 14)), "epci", "242500361"), "hors QPV") == []


def test_less_than_a_whole_lease_of_a_small_base_is_no_alert():
    board = dashboard(year_case(leases=mixed(1, 4)), "epci", "242500361")
    gauge = next(g for g in board.gauges if g.id == "lec_q1_outside_qpv")
    assert gauge.missing == 1 and not gauge.a_whole_lease
    assert [a for a in board.alerts if "hors QPV" in a.subject and a.level == "alert"] == []


def test_an_orientation_past_its_deadline_is_named():
    waiting = [
        {"dwelling_id": name, "landlord": "OPH25", "commune": "25056", "account": "ALS", "stage": "oriented", "since": since}
        for name, since in (("late", "2026-01-02"), ("fresh", "2026-07-01"))
    ]  # fmt: skip
    board = dashboard(year_case(in_progress=waiting, leases=mixed(1, 3)), "landlord", "OPH25")
    assert sentences(board, "Délai") == ["1 orientation sans candidat après le délai : late."]
    table = board.table("deadlines")
    assert table["dwelling_id"].tolist() == ["late", "fresh"] and table["days_left"].iloc[0] < 0


def test_a_commune_reads_until_when_it_must_name_somebody():
    waiting = [
        {"dwelling_id": name, "landlord": "OPH25", "commune": "25056", "account": account, "stage": "oriented", "since": "2026-06-25"}
        for name, account in (("ours", "COLL:25056"), ("theirs", "ALS"))
    ]  # fmt: skip
    files = dashboard(year_case(in_progress=waiting), "maire", "25056").table("files")
    assert files[["dwelling_id", "state", "application_id"]].to_numpy().tolist() == [
        ["ours", "orienté, candidat à désigner", ""]
    ]
    assert files["deadline"].tolist() == ["10/07/2026"]  # fifteen days after 25 June


def test_work_in_progress_counts_from_the_stage_of_the_convention():
    lines = [
        {"landlord": "OPH25", "departement": "25", "year": 2026, "account": account, "share": share, "count_rule": rule}
        for account, share, rule in (("ALS", 0.5, "attributed"), ("ETAT_PRIO", 0.25, "signed"), ("ETAT_AGENT", 0.05, "oriented"))
    ]  # fmt: skip
    going = [
        {"dwelling_id": f"{account}-{stage}", "landlord": "OPH25", "commune": "25056", "account": account, "stage": stage, "since": "2026-06-20"}
        for account in ("ALS", "ETAT_PRIO", "ETAT_AGENT") for stage in ("oriented", "commission", "offered")
    ]  # fmt: skip
    case = year_case(
        conventions=lines, in_progress=going, leases=[lease("a", "ALS"), lease("b", "ETAT_PRIO")]
    )
    board = dashboard(case, "landlord", "OPH25")
    found = {g.sources[0].key.split(".")[2]: g for g in board.gauges if g.id == "flux"}
    assert {a: (g.counts.num_signed, g.counts.num_progress) for a, g in found.items()} == {
        "ALS": (1, 1), "ETAT_PRIO": (1, 0), "ETAT_AGENT": (0, 3),
    }  # fmt: skip
    assert {g.counts.den for g in found.values()} == {2 + 1 + 0 + 3}
    consumed = board.year.ledger.set_index("account")["consumed"]
    assert all(consumed[a] == g.counts.num for a, g in found.items())
    assert found["ALS"].sources[0].source == "table conventions du dossier"


@pytest.mark.parametrize("housed, waiting", [(False, 1), (True, 0)])
def test_a_dalo_household_housed_in_another_departement_waits_no_more(housed, waiting):
    people = [{"application_id": "h", "first_registered_on": "2025-10-01", "persons": 2, "choices": "25056", "status": "active",
               "priority_codes": "dalo", "priority_status": "labelled"}]  # fmt: skip
    leases = [lease("a", "ALS")] + [lease("b", "ETAT_PRIO", commune="39300", application_id="h")] * housed
    table = (
        dashboard(year_case(applications=people, leases=leases), "prefet", "25")
        .table("dalo")
        .set_index("account")
    )
    assert table.loc["Ensemble", "waiting"] == waiting


def test_the_reserved_stock_in_qpv_stands_beside_the_leases():
    stock = [
        {"landlord": "OPH25", "departement": "25", "account": account, "qpv": qpv, "dwellings": n}
        for account, qpv, n in (("ETAT_PRIO", "yes", 30), ("ETAT_PRIO", "no", 10), ("ALS", "yes", 10), ("ALS", "no", 40))
    ]  # fmt: skip
    table = dashboard(year_case(stock=stock, leases=[lease("a", "ALS")]), "prefet", "25").table(
        "state_in_qpv"
    )
    assert table["stock"].tolist() == [40, 50] and table["stock_qpv_share"].tolist() == [0.75, 0.2]


def test_the_table_of_the_state_says_why_it_counts_fewer_leases_than_the_accounts():
    """An empty `in_flux` of a transfer is outside the flux, as the template's page of columns says."""
    leases = [lease("a", "ETAT_PRIO"), lease("b", "ETAT_PRIO", mutation=True)]
    board = dashboard(year_case(leases=leases), "prefet", "25")
    (mine,) = [t for t in board.tables if t.id == "state_in_qpv"]
    assert mine.frame["signed"].tolist() == [1, 0] and board.table("accounts")["signed"].tolist() == [2]
    assert mine.note.startswith("Logements du flux : les baux de mutation")
    (column,) = [c for c in TABLES["leases"].columns if c.name == "in_flux"]
    assert "vide = oui, sauf bail de mutation" in meaning(column)


def test_long_vacancy_is_named():
    home = {"landlord": "OPH25", "commune": "25056", "rooms": 3, "financing": "plus"}
    homes = [
        {"dwelling_id": "old", "vacant_since": "2026-03-01", **home},
        {"dwelling_id": "new", "vacant_since": "2026-06-20", **home},
    ]
    board = dashboard(year_case(dwellings=homes), "landlord", "OPH25")
    assert sentences(board, "Vacance") == ["1 logement vacant depuis plus de 90 jours : old."]


def test_dalo_is_compared_with_the_straight_line():
    board = dashboard(
        year_case(leases=[lease("a", "ETAT_PRIO", priority_codes="dalo", priority_status="labelled")]),
        "prefet",
        "25",
    )
    gauge = next(g for g in board.gauges if g.id == "dalo")
    assert (gauge.counts.num, gauge.year_target) == (1, 30)
    assert gauge.straight(*board.year.days) == Fraction(30 * 183, 365)
    assert sentences(board, "DALO")[0].startswith("14 ménages sous la ligne droite au 02/07/2026")


@pytest.mark.parametrize(
    ("whole", "number", "shown", "alarmed"),
    [(False, None, False, False), (True, None, True, False), (True, 40, True, True)],
)
def test_the_number_of_a_whole_departement_alarms_only_where_it_is_known_and_everybody_is_there(
    whole, number, shown, alarmed
):
    """3,457 DALO households that nobody published were asked of one landlord of Seine-Saint-Denis: « il en faut 3 446 »."""
    case = year_case(leases=[lease("a", "ETAT_PRIO", priority_codes="dalo", priority_status="labelled")])
    own = OwnValues(
        {} if number is None else {"territory.dalo.25": (float(number), "notification du préfet")}
    )
    settings = replace(case.settings, synthetic=False, all_landlords=whole, own=own)
    board = dashboard(replace(case, settings=settings), "prefet", "25")
    assert [g.year_target for g in board.gauges if g.id == "dalo"] == ([number or 30] if shown else [])
    assert bool(sentences(board, "DALO")) == alarmed


def test_the_maire_of_a_city_sees_its_arrondissements():
    """Leases of Paris bear arrondissements: « 0 bail signé » stood on the page of the city."""
    signed = [lease(f"d{i}", "COLL:75056", commune=c) for i, c in enumerate(("75113", "75118", "93066"))]
    lines = [
        {
            "landlord": "OPH25",
            "departement": "75",
            "year": 2026,
            "area": "75",
            "account": "COLL:75056",
            "share": 0.2,
        }
    ]
    case = year_case(leases=signed, conventions=lines)
    case = replace(case, settings=replace(case.settings, territory="france"))
    board = dashboard(case, "maire", "75056")
    assert sorted(board.year.lines["commune"]) == ["75113", "75118"]
    assert [(g.counts.num, g.counts.den) for g in board.gauges if g.id == "flux"] == [(2, 2)]


@pytest.mark.parametrize(
    "kind, code", [("landlord", "OPH25"), ("epci", "242500361"), ("prefet", "25"), ("maire", "25056")]
)
def test_an_empty_year_has_a_dashboard_without_numbers(kind, code):
    board = dashboard(year_case(), kind, code)
    assert board.year.lines.empty and not [
        a for a in board.alerts if a.level == "alert" and a.subject != "Ménages DALO à loger dans l'année"
    ]
    assert all(g.counts.num == 0 for g in board.gauges)


shares = st.fractions(0, 1, max_denominator=20)
numbers = st.integers(0, 60)


def gauge(share, num, more, direction, target=10) -> Gauge:
    counts = Counts(num, num + more, 0, 0, 0, 0, Fraction(0), Fraction(0))
    return Gauge("x", "x", "x", share, direction, counts, Fraction(0), target, ())


@given(shares, numbers, numbers)
def test_the_gap_is_the_smallest_number_of_leases_that_closes_it(share, num, more):
    g = gauge(share, num, more, "at_least")
    den = num + more
    assert num + g.missing >= share * den
    assert g.missing == 0 or num + g.missing - 1 < share * den


@given(shares, numbers, numbers)
def test_the_excess_is_the_smallest_number_of_leases_that_closes_it(share, num, more):
    g = gauge(share, num, more, "at_most")
    assert num - g.missing <= share * (num + more)
    assert g.missing == 0 or num - g.missing + 1 > share * (num + more)


@given(numbers, numbers, st.integers(0, 365))
def test_the_straight_line_is_straight(num, target, gone):
    g = gauge(Fraction(1, 4), num, 0, "at_least", target)
    assert g.straight(0, 365) == 0 and g.straight(365, 0) == target
    assert g.straight(gone, 365 - gone) + g.straight(365 - gone, gone) == target
    assert (g.behind(gone, 365 - gone) == 0) == (g.straight(gone, 365 - gone) - num < 1)


def test_words_of_numbers():
    assert [leases(n).replace("\u00a0", " ") for n in (0, 1, 2)] == ["0 bail", "1 bail", "2 baux"]
    assert decimal(1234.25).replace("\u202f", " ") == "1 234,3"
    assert decimal(Fraction(-1, 8), 2) == "−0,13" and decimal(float("nan")) == "–"
    assert percent(Fraction(1, 3)).replace("\u00a0", " ") == "33,3 %" and percent(None) == "–"
    assert pd.isna(float("nan"))


def test_a_gauge_of_the_dalo_that_has_fewer_than_the_table_says_why():
    signed = {"priority_codes": "dalo", "priority_status": "labelled"}
    leases = [
        lease("a", "ETAT_PRIO", q1="no", **signed), lease("b", "ETAT_PRIO", q1="yes", qpv="yes", **signed),
        lease("c", "ALS", q1="yes", qpv="no", **signed),
    ]  # fmt: skip
    board = dashboard(year_case(leases=leases), "prefet", "25")
    gauge = next(g for g in board.gauges if g.id == "dalo")
    table = board.table("dalo").set_index("account")
    assert (gauge.counts.num, int(table.loc["Ensemble", "housed"])) == (2, 3)
    assert gauge.note.replace("\xa0", " ").startswith(
        "1 ménage DALO du premier quartile en QPV n'est pas compté"
    )


@pytest.mark.parametrize(
    ("done", "total", "opening", "told"),
    [
        # 0.12 × 24 = 2.88 are due, less the 3 taken too many last year: 3 + 3 − 2.88 = 3.12 beyond
        (3, 24, 3, ["3 baux d'avance : 3 sur 24 (12,5 % pour 12 %), report de 3."]),
        # 0.12 × 10 + 1 owed from last year = 2.2: 0.8 of a lease beyond is no lease
        (3, 10, -1, []),
        # 0.12 × 25 + 1 owed = 4: exactly one beyond
        (5, 25, -1, ["1 bail d'avance : 5 sur 25 (20 % pour 12 %), report de −1."]),
        # 0.12 × 20 = 2.4
        (5, 20, 0, ["2 baux d'avance : 5 sur 20 (25 % pour 12 %)."]),
    ],
)
def test_an_advance_is_told_with_what_was_carried_over(
    done: int, total: int, opening: float, told: list[str]
):
    agreed = {
        "landlord": "OPH25",
        "departement": "25",
        "year": 2026,
        "account": "ALS",
        "share": 0.12,
        "count_rule": "signed",
    }
    leases = [lease(f"a{i}", "ALS") for i in range(done)]
    leases += [lease(f"b{i}", "BAILLEUR") for i in range(total - done)]
    case = year_case(leases=leases, conventions=[{**agreed, "opening_balance": opening}])
    board = dashboard(case, "landlord", "OPH25")
    found = [a for a in board.alerts if a.level == "ahead"]
    assert [a.sentence.replace("\u202f", " ").replace("\u00a0", " ") for a in found] == told
