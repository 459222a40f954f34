"""Design §6, first half: each rule's num, den, F, required rate, shortfall and price, counted by hand.

The case is read on 1 July 2026: 181 days gone, 184 left, the day included. One landlord, Besançon unless said.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.runs import Result
from tests.contract.writing import row, run

AGREEMENT = """
    landlord departement year account share tolerance opening_balance
    BAIL     25          2026 ALS     0.4   0.02      0.5
    BAIL     25          2026 COLL:25 0.1   0         0
"""
HOMES = """
    id landlord commune rooms financing qpv
    L1 BAIL     25056   3     PLUS      0
    L2 BAIL     25056   3     PLUS      0
    L3 BAIL     25056   3     PLUS      0
    L4 BAIL     25056   3     PLUS      1
"""
PEOPLE = """
    id first_registered_on persons choices status score als_employee monthly_income_eur income_status priority_codes priority_status
    N1 2024-01-01 3 25056 active 50 1 900  verified .    .
    N2 2024-01-02 3 25056 active 40 1 3000 verified a    verified
    N3 2024-01-03 3 25056 active 30 . 3000 verified .    .
    N4 2024-01-04 3 25056 active 20 . 3000 verified a    declared
"""
LEASES = """
    dwelling_id landlord commune qpv account  signed_on  q1      priority_codes priority_status relocation essential_worker in_flux
    B1          BAIL     25056   0   ALS      2026-02-01 yes     .              .               .          1                1
    B2          BAIL     25056   0   ALS      2026-02-02 no      c              verified        .          0                1
    B3          BAIL     25056   0   COLL:25  2026-02-03 unknown DALO           declared        .          0                1
    B4          BAIL     25056   1   BAILLEUR 2026-02-04 no      c              declared        .          0                1
    B5          BAIL     25056   1   BAILLEUR 2026-02-05 yes     DALO           labelled        .          0                1
    B6          BAIL     25056   0   RELOGEMENT 2026-02-06 no    .              .               NPNRU      0                0
    B7          BAIL     25056   0   MUTATION 2026-02-07 no      .              .               .          0                0
"""
ASSIETTE = """
    landlord departement year basis    vacated mutation anru
    BAIL     25          2026 forecast 20      3        1
"""


def of(folder: Path, **more: str) -> Result:
    return run(folder, **{"conventions": AGREEMENT, "dwellings": HOMES, "applications": PEOPLE, **more})


def check(found: dict[str, float], **expected: float) -> None:
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=5e-5)


def test_flux_from_the_forecast(tmp_path: Path) -> None:
    """Base 20 − 3 − 1 = 16; five leases of the flux are done, two on ALS: F = 11.

    ((0.4 − 0.02) × 16 − 2 − 0.5) / 11 = 3.58 / 11 = 0.3255 kept to four decimals; half a lease of play.
    """
    result = of(tmp_path, leases=LEASES, assiette=ASSIETTE)
    found = row(result, "flux", "account=ALS")
    check(found, num_before=2, den_before=5, den_remaining=11, rate_required=0.3255, den_run=4, price=1000)
    check(found, shortfall=max(0, 0.3255 * 4 - found["num_run"] - 0.5))


def test_flux_without_forecast_goes_on_as_the_year_went(tmp_path: Path) -> None:
    """F = 5 × 184 / 181 = 5.0829; (0.38 × (5 + F) − 2.5) / F = 241 / 920 = 0.2620."""
    found = row(of(tmp_path, leases=LEASES), "flux", "account=ALS")
    check(found, den_remaining=5.0829, rate_required=0.2620)


def test_flux_never_less_than_this_run(tmp_path: Path) -> None:
    """One lease done: 1 × 184 / 181 is less than the four dwellings of the run: F = 4; (0.38 × 5 − 1.5) / 4 = 0.1."""
    one = "\n".join(LEASES.strip().splitlines()[:2])
    found = row(of(tmp_path, leases=one), "flux", "account=ALS")
    check(found, num_before=1, den_before=1, den_remaining=4, rate_required=0.1)


def test_flux_of_a_whole_year_case(tmp_path: Path) -> None:
    """No forecast, no lease: F is the run; (0.38 × 4 − 0.5) / 4 = 0.255; COLL:25: 0.1."""
    result = of(tmp_path)
    check(row(result, "flux", "account=ALS"), den_before=0, den_remaining=4, rate_required=0.255, price=1000)
    check(row(result, "flux", "account=COLL:25"), den_remaining=4, rate_required=0.1)


def test_fewer_than_four_leases_are_shown_without_price(tmp_path: Path) -> None:
    """den_before + F < 4."""
    three = "\n".join(HOMES.strip().splitlines()[:-1])
    check(row(of(tmp_path, dwellings=three), "flux", "account=ALS"), den_remaining=3, price=0)


def test_the_required_rate_is_clipped(tmp_path: Path) -> None:
    """An opening balance of −9 asks for more than everything: 1; one of +9 for nothing: 0."""
    for balance, rate in (("-9 ", 1.0), ("9  ", 0.0)):
        agreement = AGREEMENT.replace("0.5\n", f"{balance}\n", 1)
        found = row(of(tmp_path / balance.strip(), conventions=agreement), "flux", "account=ALS")
        check(found, rate_required=rate)


def test_flux_base(tmp_path: Path) -> None:
    """Excluded, kept for an account, let for the first time, given to MUTATION or RELOGEMENT: none is in the base."""
    result = of(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing assiette_exclusion reserved_to first_letting
            L1 BAIL     25056   3     PLUS      none               .           .
            L2 BAIL     25056   3     PLUS      none               ALS         .
            L3 BAIL     25056   3     PLUS      stock              ALS         .
            L4 BAIL     25056   3     PLUS      mutation           .           .
            L5 BAIL     25056   3     PLUS      anru               .           .
            L6 BAIL     25056   3     PLUS      none               .           non
            L7 BAIL     25056   3     PLUS      none               .           oui
        """,
        applications=PEOPLE.replace("priority_status\n", "priority_status current_landlord relocation\n")
        .replace("verified .    .\n", "verified .    . . .\n")
        .replace("a    verified\n", "a    verified . .\n")
        .replace("a    declared\n", "a    declared . .\n")
        + "    T1 2024-01-05 3 25056 active 90 . 3000 verified . . BAIL .\n"
        + "    R1 2024-01-06 3 25056 active 90 . 3000 verified . . . NPNRU\n"
        + "    N5 2024-01-07 3 25056 active 10 . 3000 verified . . . .\n",
    )
    firsts = result.proposals[result.proposals["rank"] == 1].set_index("dwelling_id")["account"].to_dict()
    assert (firsts["L4"], firsts["L5"]) == ("MUTATION", "RELOGEMENT")
    assert firsts["L7"] in ("ALS", "COLL:25", "BAILLEUR")
    inside = sum(firsts.get(d) in ("ALS", "COLL:25", "BAILLEUR") for d in ("L1", "L6"))
    check(row(result, "flux", "account=ALS"), den_run=inside, den_remaining=2)


def test_mutation_max(tmp_path: Path) -> None:
    """Share 1 − 3/20 = 0.85; den every lease of the landlord: 7 done, F = 20 − 7 = 13; num: all but one.

    (0.85 × 20 − 6) / 13 = 0.8462. No row without a forecast.
    """
    found = row(of(tmp_path / "a", leases=LEASES, assiette=ASSIETTE), "mutation_max")
    check(
        found, share=0.85, num_before=6, den_before=7, den_remaining=13, rate_required=0.8462, price=3000,
        den_run=4, num_run=4,
    )  # fmt: skip
    without = of(tmp_path / "b", leases=LEASES).rules
    assert not (without["rule"] == "mutation_max").any()


def test_priority_publics(tmp_path: Path) -> None:
    """F of an account is its share of the flux's F = 11: ALS 4.4, COLL:25 1.1, BAILLEUR (the rest, 0.5) 5.5.

    ALS: 2 done, one of them proven: (0.25 × 6.4 − 1) / 4.4 = 0.1364. COLL:25: DALO declared counts: (0.25 × 2.1 − 1)
    < 0. BAILLEUR: a declared code does not count, DALO does: (0.25 × 7.5 − 1) / 5.5 = 0.1591.
    """
    result = of(tmp_path, leases=LEASES, assiette=ASSIETTE)
    als, coll, own = (row(result, "priority_publics", f"account={a}") for a in ("ALS", "COLL:25", "BAILLEUR"))
    check(als, num_before=1, den_before=2, den_remaining=4.4, rate_required=0.1364, share=0.25, price=900)
    check(coll, num_before=1, den_before=1, den_remaining=1.1, rate_required=0, price=0)
    check(own, num_before=1, den_before=2, den_remaining=5.5, rate_required=0.1591, price=900)


def test_lec_outside_and_inside_qpv(tmp_path: Path) -> None:
    """Outside: B1 Q1, B6 relocated by NPNRU, of B1 B2 B3 B6 B7 — every account: 2 of 5.

    F = 5 × 184 / 181 = 5.0829; (0.25 × 10.0829 − 2) / 5.0829 = 0.1024. Inside: B4 known and not Q1, of B4 B5:
    F = 2 × 184 / 181 = 2.0331; (0.5 × 4.0331 − 1) / 2.0331 = 0.5.
    """
    result = of(tmp_path, leases=LEASES)
    outside, inside = row(result, "lec_q1_outside_qpv"), row(result, "lec_q234_inside_qpv")
    check(
        outside,
        num_before=2,
        den_before=5,
        den_remaining=5.0829,
        rate_required=0.1024,
        share=0.25,
        price=2000,
    )
    check(inside, num_before=1, den_before=2, den_remaining=2.0331, rate_required=0.5, share=0.5, price=2000)
    firsts = result.proposals[result.proposals["rank"] == 1].set_index("dwelling_id")
    q1 = firsts.loc[["L1", "L2", "L3"], "q1"].tolist().count("yes")
    check(outside, num_run=q1, den_run=3)
    check(inside, num_run=int(firsts.loc["L4", "q1"] == "no"), den_run=1)


def test_lec_scope_is_the_epci_alone_when_all_landlords_are_there(tmp_path: Path) -> None:
    both = HOMES + "    L5 AUTRE    25056   3     PLUS      0\n"
    agreements = AGREEMENT + "    AUTRE    25          2026 ALS     0.4   0         0\n"
    apart = of(tmp_path / "a", dwellings=both, conventions=agreements)
    together = of(
        tmp_path / "b",
        dwellings=both,
        conventions=agreements,
        settings={"all_landlords": "true"},  # type: ignore[arg-type]
    )
    names = [sorted(r.rules[r.rules["rule"] == "lec_q1_outside_qpv"]["scope"]) for r in (apart, together)]
    assert names == [["landlord=AUTRE;epci=242500361", "landlord=BAIL;epci=242500361"], ["epci=242500361"]]
    check(row(together, "lec_q1_outside_qpv"), den_remaining=4)


def test_an_unknown_income_is_in_neither_num(tmp_path: Path) -> None:
    unknown = PEOPLE.replace("900  verified", ".    verified").replace("3000 verified", ".    verified")
    result = of(tmp_path, applications=unknown)
    check(row(result, "lec_q1_outside_qpv"), num_run=0, den_run=3, rate_required=0.25, shortfall=0.75)
    check(row(result, "lec_q234_inside_qpv"), num_run=0, den_run=1)


def test_dalo(tmp_path: Path) -> None:
    """Three DALO households are asked of the landlord. B3 and B5 are, but B5 is Q1 in a QPV and nobody said it accepts one: 1 of 7.

    F = 7 × 184 / 181 = 7.1160; what is left of the number, 2, over F: 0.2811.
    """
    found = row(of(tmp_path, leases=LEASES, settings={"dalo": "{BAIL: {'25': 3}}"}), "dalo")  # type: ignore[arg-type]
    check(
        found, num_before=1, den_before=7, den_remaining=7.1160, rate_required=0.2811, price=3000, den_run=4
    )


def test_dalo_without_a_number_of_the_landlord(tmp_path: Path) -> None:
    """30 in the Doubs, where 3,224 dwellings are vacated in the year: 0.0093 of the landlord's leases, one of them done."""
    found = row(of(tmp_path, leases=LEASES), "dalo", "landlord=BAIL;departement=25")
    check(found, share=0.0093, num_before=1, den_before=7, rate_required=0, price=3000)


def test_a_yearly_number_of_dalo_needs_a_year(tmp_path: Path) -> None:
    """Without `assiette` and leases nobody knows what part of the year this run is: shown without price."""
    found = row(of(tmp_path, settings={"dalo": "{BAIL: {'25': 3}}"}), "dalo")  # type: ignore[arg-type]
    check(found, share=0.75, den_before=0, den_remaining=4, rate_required=0.75, price=0)


def test_no_account_takes_more_than_its_share_and_half_a_lease(tmp_path: Path) -> None:
    """Five leases of the flux: ALS 0.4 × 5 − 2 − 0.5 < 0 and 0.5; COLL:25 0.1 × 5 − 1 < 0; BAILLEUR 0.5 × 5 − 2 + 0.5 = 1.

    Over four dwellings of the run ALS may take 1.6 and its allowance.
    """
    result = of(tmp_path, leases=LEASES)
    als, coll, own = (row(result, "flux_max", f"account={a}") for a in ("ALS", "COLL:25", "BAILLEUR"))
    check(als, share=0.4, num_before=2, den_before=5, allowance=0.5, price=1000, den_run=4)
    check(coll, share=0.1, num_before=1, den_before=5, allowance=0.5, price=1000)
    check(own, share=0.5, num_before=2, den_before=5, allowance=1.0, price=1000)
    for found, share in ((als, 0.4), (coll, 0.1), (own, 0.5)):
        check(found, shortfall=max(0, found["num_run"] - 4 * share - found["allowance"]))
    assert result.rules[result.rules["rule"] == "flux_max"]["rate_required"].isna().all()


def test_a_year_of_a_hundred_and_twenty_is_shared_by_what_a_row_counts(tmp_path: Path) -> None:
    """V = 120, M = 40; 60 leases outside QPV, 20 of them mutations, 12 of the first quartile: F = 120 − 60 = 60.

    (0.25 × 120 − 12) / 60 = 0.30 with twelve of the first quartile.
    """
    lines = "\n".join(
        f"B{i} BAIL 25056 0 {'MUTATION' if i < 20 else 'ALS'} 2026-02-01 {'yes' if i >= 48 else 'no'} {int(i < 20)}"
        for i in range(60)
    )
    result = of(
        tmp_path,
        dwellings="\n".join(HOMES.strip().splitlines()[:-1]),
        leases=f"dwelling_id landlord commune qpv account signed_on q1 mutation\n{lines}",
        assiette="""
            landlord departement year basis    vacated mutation
            BAIL     25          2026 actual   999     1
            BAIL     25          2026 forecast 120     40
        """,
    )
    found = row(result, "lec_q1_outside_qpv")
    check(found, num_before=12, den_before=60, den_remaining=60, rate_required=0.30)


def test_a_departement_without_assiette_goes_the_next_way(tmp_path: Path) -> None:
    """All landlords of Grand Besançon: BAIL has a forecast (20, of which its 2 leases and 4 dwellings are all): 18; AUTRE has
    three leases: 3 × 184 / 181 = 3.0497.
    """
    result = of(
        tmp_path,
        settings={"all_landlords": "true"},  # type: ignore[arg-type]
        leases="""
            dwelling_id landlord commune qpv account  signed_on  q1
            B1          BAIL     25056   0   BAILLEUR 2026-02-01 no
            B2          BAIL     25056   0   BAILLEUR 2026-02-01 no
            B3          AUTRE    25056   0   BAILLEUR 2026-02-01 no
            B4          AUTRE    25056   0   BAILLEUR 2026-02-01 no
            B5          AUTRE    25056   0   BAILLEUR 2026-02-01 no
        """,
        assiette=ASSIETTE,
    )
    check(row(result, "essential_workers"), den_before=5, den_remaining=18 + 3.0497)


@pytest.mark.parametrize(
    ("qpv", "income", "accepts", "counted"),
    [
        ("0", "900", ".", 1), ("1", "900", ".", 0), ("1", "900", "1", 1), ("1", "3000", ".", 1), ("1", ".", ".", 1),
    ],
)  # fmt: skip
def test_a_first_quartile_dalo_household_in_a_qpv(
    tmp_path: Path, qpv: str, income: str, accepts: str, counted: int
) -> None:
    result = of(
        tmp_path,
        dwellings=f"""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      {qpv}
        """,
        applications=f"""
            id first_registered_on persons choices status score monthly_income_eur priority_codes accepts_qpv
            N1 2024-01-01          3       25056   active 50    {income}           DALO           {accepts}
        """,
    )
    check(row(result, "dalo"), num_run=counted, den_run=1)


def test_essential_workers(tmp_path: Path) -> None:
    """Grand Besançon: 0.05 of all leases: 1 of 7; F = 7.1160: (0.05 × 14.116 − 1) < 0."""
    found = row(of(tmp_path, leases=LEASES), "essential_workers", "242500361")
    check(found, num_before=1, den_before=7, den_remaining=7.1160, rate_required=0, den_run=4, price=500)


def test_priority_mix(tmp_path: Path) -> None:
    """Four dwellings of a flagged residence; known and not Q1 are wanted for half of them: 0.5 × 4 = 2 leases."""
    homes = """
        id landlord commune rooms financing qpv residence priority_mix_residence
        L1 BAIL     25056   3     PLUS      0   Tours     1
        L2 BAIL     25056   3     PLUS      0   Tours     1
        L3 BAIL     25056   3     PLUS      0   Tours     1
        L4 BAIL     25056   3     PLUS      0   Tours     1
    """
    poor = PEOPLE.replace("3000", "900 ")
    found = row(of(tmp_path, dwellings=homes, applications=poor), "priority_mix")
    check(
        found, share=0.5, den_remaining=4, rate_required=0.5, num_run=0, den_run=4, shortfall=2.0, price=1000
    )


def test_account_balance_is_off_unless_turned_on(tmp_path: Path) -> None:
    """Supply: one dwelling of four in QPV: 0.25 − 0.10 = 0.15; T3: 1 − 0.10 = 0.9."""
    off = of(tmp_path / "a").rules
    assert not (off["rule"] == "account_balance").any()
    on = {"changes": "{national.rules.account_balance.enabled: true}"}
    result = run(tmp_path / "b", settings=on, conventions=AGREEMENT, dwellings=HOMES, applications=PEOPLE)
    check(row(result, "account_balance", "account=BAILLEUR;kind=qpv"), share=0.15)
    check(row(result, "account_balance", "account=ALS;rooms=T3"), share=0.9)
    on_als = (result.proposals["rank"] == 1) & (result.proposals["account"] == "ALS")
    check(
        row(result, "account_balance", "account=ALS;rooms=T3"),
        den_run=int(on_als.sum()),
        num_run=int(on_als.sum()),
    )


def test_work_in_progress_is_before_in_every_rule(tmp_path: Path) -> None:
    """One offer to N1 (Q1, on ALS, counted when oriented): flux, LEC, priority publics and DALO all have it.

    The offer on COLL:25, counted when signed, is in no numerator and in no denominator.
    """
    result = of(
        tmp_path,
        conventions="""
            landlord departement year account share count_rule
            BAIL     25          2026 ALS     0.4   oriented
            BAIL     25          2026 COLL:25 0.1   signed
        """,
        in_progress="""
            dwelling_id landlord commune qpv rooms financing account application_id stage   since
            X1          BAIL     25056   0   3     PLUS      ALS     N1             offered 2026-06-25
            X2          BAIL     25056   0   3     PLUS      COLL:25 N2             offered 2026-06-25
        """,
    )
    check(row(result, "flux", "account=ALS"), num_before=1, den_before=1)
    check(row(result, "flux", "account=COLL:25"), num_before=0, den_before=1)
    check(row(result, "lec_q1_outside_qpv"), num_before=1, den_before=1)
    check(row(result, "priority_publics", "account=ALS"), num_before=0, den_before=1)
    check(row(result, "dalo"), num_before=0, den_before=1)
