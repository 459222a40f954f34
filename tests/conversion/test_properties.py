"""What holds for every stock: sums, monotony, empty blocks, one contingent, caps never broken."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.conversion import (
    Terms,
    apply_caps,
    bases,
    blocks,
    convert,
    first_lettings,
    integers,
    inventory,
    largest_remainder,
    mode_shares,
    negotiated_from,
    rounded_shares,
    trace,
)
from optimizer.conversion.caps import cap_groups
from optimizer.domain import empty_frame
from optimizer.errors import AttrifluxError, InputProblems
from tests.conversion.samples import (
    AGENT,
    ALS,
    BASE,
    CAPS,
    COLL,
    ON,
    OWN,
    PRIO,
    assiette_row,
    column,
    run,
    stock_rows,
)
from tests.pace import allowed

ACCOUNTS = (PRIO, AGENT, ALS, COLL, "COLL:25", "OTHER:X", OWN)
rows = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS), st.integers(0, 4000),
        st.one_of(st.none(), st.integers(0, 1000).map(lambda n: n / 1000)),
        st.sampled_from([None, "2025-06-30", "2027-06-30", "2040-01-01"]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


def shares_from(weights: list[int]) -> dict[str, Fraction]:
    total = sum(weights)
    return {a: Fraction(w, total) for a, w in zip(ACCOUNTS, weights, strict=True)}


weights = st.lists(st.integers(0, 50), min_size=len(ACCOUNTS), max_size=len(ACCOUNTS)).filter(any)


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(0, 900), st.integers(0, 100))
@pytest.mark.long
def test_shares_sum_to_one_and_dwellings_to_the_assiette(drawn, vacated, minus):
    if not any(n for _, n, _, _ in drawn):
        return
    got = run(stock_rows(*drawn), assiette_row(vacated=vacated, mutation=min(minus, vacated)))
    base = vacated - min(minus, vacated)
    for (landlord, departement, mode), exact in got.exact.items():
        assert sum(exact.values()) == 1
        assert min(exact.values()) >= 0
        assert sum(got.rounded[(landlord, departement, mode)].values()) == 1
        assert sum(column(got, mode, "dwellings").values()) == base
        for members, cap in cap_groups(exact, CAPS):
            assert sum(exact.get(m, Fraction(0)) for m in members) <= cap


@settings(max_examples=80, deadline=None)
@given(weights, st.sampled_from(ACCOUNTS))
def test_caps_hold_whoever_receives_and_nothing_is_lost(drawn, receiver):
    shares = shares_from(drawn)
    capped = apply_caps(shares, CAPS, receiver)
    assert sum(capped.shares.values()) == 1
    for members, cap in cap_groups(capped.shares, CAPS):
        assert sum(capped.shares.get(m, Fraction(0)) for m in members) <= cap
    rounded = rounded_shares(capped.shares, cap_groups(capped.shares, CAPS))
    assert sum(rounded.values()) == 1
    for members, cap in cap_groups(capped.shares, CAPS):
        assert sum(rounded.get(m, Fraction(0)) for m in members) <= cap
    for account, share in shares.items():
        assert (capped.shares[account] < share) <= bool(capped.names[account])


@settings(max_examples=80, deadline=None)
@given(weights, st.integers(0, 2000))
def test_each_contingent_stays_within_one_dwelling_of_its_quota(drawn, assiette):
    shares = shares_from(drawn)
    counts = integers(shares, assiette)
    assert sum(counts.values()) == assiette
    assert all(abs(counts[a] - shares[a] * assiette) < 1 for a in shares)


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(1, 200))
@pytest.mark.long
def test_more_rotation_never_lowers_a_mode_2_share(drawn, more):
    told = [(a, n, t if t is not None else 0.05, None) for a, n, t, _ in drawn]
    account, n, turnover, _ = told[0]
    faster = [(account, n, min(1.0, round(turnover + more / 1000, 6)), None), *told[1:]]
    base = bases(BASE, empty_frame("dwellings"), pd.Series([], dtype=object), 2026)[0][0]
    before, _ = mode_shares(2, blocks(stock_rows(*told), ON), base, spread_years=15)
    after, _ = mode_shares(2, blocks(stock_rows(*faster), ON), base, spread_years=15)
    if before is not None and after is not None:
        assert after[account] >= before[account]


def test_ties_go_to_the_first_code():
    half = {"B": Fraction(1, 2), "A": Fraction(1, 2), "C": Fraction(1)}
    assert largest_remainder(half, 2) == {"A": 1, "B": 0, "C": 1}
    with pytest.raises(ValueError, match="sum to 3"):
        largest_remainder(half, 3)


def test_blocks_without_rotation_or_stock_get_nothing_by_mode_2():
    got = run(stock_rows((PRIO, 0, 0.1, None), (ALS, 100, 0.0, None), (OWN, 100, 0.1, None)))
    assert column(got, 2, "dwellings") == {PRIO: 0, ALS: 0, OWN: 630}
    assert column(got, 1, "dwellings") == {PRIO: 0, ALS: 315, OWN: 315}


def test_no_rotation_at_all_is_said_and_mode_2_left_out():
    got = run(stock_rows((ALS, 100, 0.0, None), (OWN, 100, 0.0, None)))
    assert set(got.flux["mode"]) == {1, 3}
    assert "FLUX_NO_ROTATION" in {f.code for f in got.findings}


def test_one_contingent_only():
    assert column(run(stock_rows((OWN, 50, 0.1, None))), 1, "dwellings") == {OWN: 630}
    assert column(run(stock_rows(("OTHER:X", 50, 0.1, None))), 1, "dwellings") == {"OTHER:X": 630, OWN: 0}


def test_a_missing_turnover_takes_the_mean_and_is_said():
    got = run(stock_rows((ALS, 100, None, None), (OWN, 300, 0.08, None)))
    assert column(got, 2, "share") == {ALS: 0.20 + 0.05, OWN: 0.75}
    assert "FLUX_NO_TURNOVER" in {f.code for f in got.findings}


def test_rights_over_the_assiette_are_scaled_down_and_said():
    got = run(stock_rows((ALS, 20000, 0.9, "2056-01-01"), (OWN, 100, 0.1, None)))
    assert column(got, 3, "dwellings") == {ALS: 630, OWN: 0}
    assert "FLUX_OVER_BASE" in {f.code for f in got.findings}


def test_single_rights_count_once_and_empty_kind_as_recurring():
    stock = stock_rows((ALS, 300, 0.1, "2036-01-01"), (ALS, 300, 0.1, "2036-01-01"), (OWN, 400, 0.1, None))
    stock.loc[0, "rights_kind"] = "single"
    assert next(b for b in blocks(stock, ON) if b.account == ALS).rights == 300 + 300


def test_stock_that_stays_in_stock_is_out_of_the_flux():
    stock = stock_rows(("OTHER:defense", 100, 0.1, None), (ALS, 100, 0.1, None), (OWN, 100, 0.1, None))
    got = run(stock, kept=frozenset({"defense"}))
    assert column(got, 1, "stock") == {ALS: 100, OWN: 100}
    assert [f.code for f in got.findings if f.code != "FLUX_NO_END"] == ["FLUX_KEPT_IN_STOCK"]


@pytest.mark.parametrize(
    ("dwellings", "fr", "en"),
    [
        (0.4, "0,4 logement par an relève de", "0.4 dwellings per year fall under"),
        (1.9, "1,9 logement par an relève de", "1.9 dwellings per year fall under"),
        (1.0, "1,0 logement par an relève de", "1.0 dwelling per year falls under"),
        (2.0, "2,0 logements par an relèvent de", "2.0 dwellings per year fall under"),
    ],
)
def test_rights_without_end_agree_with_their_number(dwellings: float, fr: str, en: str):
    got = run(stock_rows((ALS, 100, dwellings / 100, None), (OWN, 100, 0.1, None)))
    said = next(f for f in got.findings if f.code == "FLUX_NO_END" and f.params["account"] == ALS)
    assert said.text("fr").startswith(fr) and said.text("en").startswith(en)


def test_every_problem_is_listed_at_once():
    with pytest.raises(InputProblems) as caught:
        run(STOCK_TWO, assiette_row(vacated=10, mutation=20))
    assert [f.code for f in caught.value.findings if f.severity == "error"] == [
        "FLUX_NEGATIVE_BASE",
        "FLUX_NO_BASE",
    ]


STOCK_TWO = pd.concat(
    [stock_rows((ALS, 10, 0.1, None)), stock_rows((ALS, 10, 0.1, None)).assign(landlord="ESH25")]
)


def dwellings() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "dwelling_id": ["a", "b", "c", "d", "e"], "landlord": "OPH25", "commune": "25056",
            "assiette_exclusion": [None, "mutation", "anru", None, None],
            "reserved_to": [None, None, None, "OTHER:defense", "ALS"],
            "first_letting": pd.array([None, None, None, None, True], "boolean"),
        }
    )  # fmt: skip
    return pd.concat([empty_frame("dwellings"), frame])[list(empty_frame("dwellings").columns)].reset_index(
        drop=True
    )


def test_the_base_of_a_case_without_assiette_is_counted_from_its_dwellings():
    homes, places = dwellings(), pd.Series(["25"] * 5)
    (base,), findings = bases(empty_frame("assiette"), homes, places, 2026)
    assert (base.vacated, base.mutation, base.anru, base.stock, base.assiette) == (4, 1, 1, 1, 1)
    assert (base.origin, findings) == ("dwellings", ())
    assert trace(homes, places)["reason"].tolist() == ["anru", "first_letting", "mutation", "stock"]
    ledger = first_lettings(homes, places, 2026).iloc[0]
    assert (ledger["account"], ledger["dwellings"], ledger["enters_flux"]) == ("ALS", 1, 2027)


def test_inventory_totals_agree_with_the_stock():
    stock = stock_rows((ALS, 100, 0.1, "2030-01-01"), (ALS, 50, None, None), (OWN, 150, 0.2, None))
    tables = inventory(stock, ON)
    assert tables.accounts["dwellings"].tolist() == [150, 150]
    assert tables.accounts["turnover"].tolist() == [0.1, 0.2]
    assert tables.spreads.groupby("dimension")["dwellings"].sum().unique().tolist() == [300]
    assert tables.ends["dwellings"].tolist() == [100]


def test_row_order_changes_nothing():
    stock = stock_rows(
        (PRIO, 7, 0.03, None), (ALS, 100, 0.1, "2030-05-01"), (OWN, 150, 0.2, None), (ALS, 9, None, None)
    )
    pd.testing.assert_frame_equal(run(stock).flux, run(stock.iloc[::-1].reset_index(drop=True)).flux)


@pytest.mark.long
def test_half_a_million_rows_in_seconds():
    rng = np.random.default_rng(0)
    n = 500_000
    stock = pd.DataFrame(
        {
            "landlord": rng.choice([f"B{i}" for i in range(8)], n), "departement": rng.choice(["25", "39", "70", "90"], n),
            "account": rng.choice(list(ACCOUNTS), n), "commune": rng.choice(["25056", "25388", "39198", "90010"], n),
            "rooms": pd.array(rng.integers(1, 6, n), "Int64"), "financing": rng.choice(["plai", "plus", "pls"], n),
            "qpv": rng.choice(["yes", "no"], n), "dwellings": pd.array(rng.integers(1, 9, n), "Int64"),
            "turnover": rng.random(n), "convention": rng.choice([f"C{i}" for i in range(300)], n), "rights_kind": None,
            "ends_on": (np.datetime64("2020-01-01") + rng.integers(0, 9000, n)).astype("datetime64[s]"),
        }
    )  # fmt: skip
    base = pd.concat(
        [
            assiette_row(vacated=900 + i, mutation=100).assign(landlord=f"B{i}", departement=d)
            for i in range(8)
            for d in ("25", "39", "70", "90")
        ]
    )
    given = negotiated_from({"base": 2, "delta": {"ALS": 0.02, "BAILLEUR": -0.02}})
    # what this process computes, not what the machine does beside it
    clock = time.process_time()
    got = convert(
        stock, base, empty_frame("dwellings"), pd.Series([], dtype=object), on=ON, year=2026,
        terms=Terms(CAPS, 15, negotiated=given), modes=(1, 2, 3, 4),
    )  # fmt: skip
    told = inventory(stock, ON)
    spent = time.process_time() - clock
    assert (len(got.assiette), len(got.flux)) == (32, 4 * 32 * len(ACCOUNTS))
    assert int(told.accounts["dwellings"].sum()) == int(stock["dwellings"].sum())
    assert spent < allowed(2)


def test_a_year_without_assiette_has_the_shares_of_its_single_rights():
    """Mode 3 gave every right of a landlord to itself, without a word, where all that it vacates was taken away."""
    stock = stock_rows((PRIO, 100, 0.1, None), (ALS, 300, 0.1, "2041-01-01"), (OWN, 400, 0.1, None))
    some, none = (run(stock, assiette_row(vacated=100, sale=n)) for n in (40, 100))
    assert column(none, 3, "share") == column(some, 3, "share") == {PRIO: 0.1, ALS: 0.3, OWN: 0.6}
    assert set(column(none, 3, "dwellings").values()) == {0}


def test_single_rights_without_any_vacated_dwelling_are_not_computed_and_said():
    stock = stock_rows((ALS, 300, 0.1, "2041-01-01"), (OWN, 400, 0.1, None))
    got = run(stock, assiette_row(vacated=0))
    assert column(got, 1, "share") and not column(got, 3, "share")
    assert "FLUX_NO_VACATED" in {f.code for f in got.findings}


def test_empty_rights_are_the_landlords_and_said():
    stock = stock_rows((ALS, 300, 0.1, "2036-01-01"), (ALS, 100, 0.1, None), (OWN, 400, 0.1, None))
    stock.loc[0, "rights_kind"] = "empty"
    got = run(stock)
    assert column(got, 1, "stock") == {ALS: 100, OWN: 700}
    assert column(got, 3, "share") == {
        ALS: pytest.approx(10 / 810, abs=5e-5),
        OWN: pytest.approx(800 / 810, abs=5e-5),
    }
    assert [(f.code, f.params["count"]) for f in got.findings if "RIGHTS" in f.code] == [
        ("FLUX_EMPTY_RIGHTS", 300)
    ]


def test_an_account_that_no_agreement_may_name_negotiates_nothing():
    """A misspelled account was given its two points, taken from the landlord, and its minimum was asked of nobody."""
    for part in ("delta", "minima", "counterparts"):
        wrong = {"base": 1, part: {"ASL": "prêt" if part == "counterparts" else 0.02}}
        with pytest.raises(AttrifluxError) as refused:
            negotiated_from(wrong)
        assert (refused.value.code, refused.value.params["key"]) == ("FLUX_NEGOTIATED_KEY", f"{part}.ASL")


def test_a_receiver_that_would_pass_a_cap_is_said():
    stock = stock_rows((AGENT, 100, 0.1, None), (OWN, 900, 0.1, None))
    got = run(stock, receiver=AGENT)
    assert column(got, 1, "received_from_cap") == {AGENT: 0, OWN: pytest.approx(0.05)}
    assert {f.params["receiver"] for f in got.findings if f.code == "FLUX_RECEIVER_CAPPED"} == {AGENT}
