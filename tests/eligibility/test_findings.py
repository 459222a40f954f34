"""What only the rules can tell of a case: every problem at once, with its place; and nothing computed from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from optimizer import eligibility as el
from optimizer import policy
from optimizer.domain import Case
from optimizer.errors import InputProblems
from tests.eligibility.small import (
    BESANCON,
    GRAND_BESANCON,
    ON,
    PONTARLIER,
    application,
    dwelling,
    make_case,
    rules,
)


def supposed() -> policy.RuleSet:
    """The rules with a threshold that nobody published."""
    return rules().with_changes({f"territory.lec.q1_threshold.{GRAND_BESANCON}": 11_000})


def found(
    case: Case, law: policy.RuleSet | None = None, **options: Any
) -> list[tuple[str, str, int | None, str | None, str | None, tuple[int, ...]]]:
    """(code, severity's initial, row, column, value, other rows); texts must render in both languages."""
    law = law or rules()
    findings = el.check_case(case, law, **options)
    for finding in findings:
        for lang in ("fr", "en"):
            assert "{" not in finding.sentence(lang)  # type: ignore[arg-type]
    errors = tuple(f for f in findings if f.severity == "error")
    if errors:
        with pytest.raises(InputProblems) as problems:
            el.encode(case, law, **options)
        assert problems.value.findings == findings
    return [
        (f.code.removeprefix("ELIG_"), f.severity[0], f.row, f.column, f.value, f.rows) for f in findings
    ]  # fmt: skip


def convention(account: str = "ALS", share: float = 0.2, **more: Any) -> dict[str, Any]:
    return {
        "landlord": "OPH25",
        "departement": "25",
        "year": 2026,
        "account": account,
        "share": share,
        **more,
    }


def decision(kind: str, **more: Any) -> dict[str, Any]:
    reason = "medical" if kind == "forbid" else "commission_decision"
    return {"decision": kind, "application_id": "A1", "reason": reason, "author": "s", **more}


def test_a_sound_case_has_no_finding() -> None:
    assert found(make_case([dwelling()], [application()])) == []


def test_a_threshold_of_an_earlier_year_is_told_on_a_real_case() -> None:
    later = date(2027, 2, 1)
    shares = [convention() | {"year": 2027}]
    person = application(first_registered_on=date(2026, 12, 1))
    real = make_case([dwelling()], [person], synthetic=False, on=later, conventions=shares)
    assert found(real, rules(on=later)) == [
        ("OLDER_THRESHOLD", "w", None, None, None, ()), ("OLDER_CEILINGS", "w", None, None, None, ()),
    ]  # fmt: skip
    told, _ = el.check_case(real, rules(on=later))
    assert "CU Grand Besançon Métropole, 2026" in told.sentence() and "n'en a pas de 2027" in told.sentence()
    drawn = make_case([dwelling()], [person], on=later, conventions=shares)
    assert found(drawn, rules(on=later)) == []


def test_ceilings_of_an_earlier_year_are_told_on_a_real_case() -> None:
    """A case of the new year was « lisible et cohérent » while households were refused by the ceilings of the year before."""
    later = date(2027, 2, 1)
    shares = [convention() | {"year": 2027}]
    person = application(first_registered_on=date(2026, 12, 1))
    homes = [dwelling("L1", financing="plai"), dwelling("L2", financing="pls")]
    real = make_case(homes, [person], synthetic=False, on=later, conventions=shares)
    _, told = el.check_case(real, rules(on=later))
    assert told.code == "ELIG_OLDER_CEILINGS" and "(PLAI, 2026 ; PLS, 2026)" in told.sentence()
    assert "national.ceilings.PLAI.other_regions, national.ceilings.PLS.other_regions" in told.remedy()
    own = {
        f"national.ceilings.{name}.other_regions": [24000, 32000, 38000, 46000, 54000, 61000, 6800]
        for name in ("PLAI", "PLS")
    }
    written = policy.load("doubs", later, changes=own)
    assert found(real, written) == [("OLDER_THRESHOLD", "w", None, None, None, ())]
    assert found(make_case(homes, [person], on=later, conventions=shares), rules(on=later)) == []


def test_unknown_communes_are_grouped() -> None:
    case = make_case([dwelling("L1", commune="99999"), dwelling("L2"), dwelling("L3", commune="99999"),
                      dwelling("L4", commune="75056")], [])  # fmt: skip
    assert found(case) == [
        ("UNKNOWN_COMMUNE", "e", 5, "commune", "75056", ()), ("UNKNOWN_COMMUNE", "e", 2, "commune", "99999", (4,)),
    ]  # fmt: skip


def test_unknown_accounts_everywhere() -> None:
    case = make_case(
        [dwelling("L1", reserved_to="COLL:99999")],
        [application("A1", accounts="ALS|MAIRIE"), application("A2", accounts="MAIRIE")],
        conventions=[convention("PREFET"), convention("MUTATION"), convention("ALS")],
        nominations=[{"account": "AL", "application_id": "A1", "rank": 1}],
        leases=[{"dwelling_id": "B1", "landlord": "OPH25", "commune": BESANCON, "account": "OTHER:",
                 "signed_on": "2026-02-03"}],
    )  # fmt: skip
    assert found(case) == [
        ("UNKNOWN_ACCOUNT", "e", 2, "account", "PREFET", ()),
        ("UNKNOWN_ACCOUNT", "e", 3, "account", "MUTATION", ()),
        ("UNKNOWN_ACCOUNT", "e", 2, "reserved_to", "COLL:99999", ()),
        ("UNKNOWN_ACCOUNT", "e", 2, "accounts", "MAIRIE", (3,)),
        ("UNKNOWN_ACCOUNT", "e", 2, "account", "AL", ()),
        ("UNKNOWN_ACCOUNT", "e", 2, "account", "OTHER:", ()),
    ]


def test_a_landlord_in_the_flux_without_convention_is_named() -> None:
    case = make_case(
        [dwelling("L1", landlord="INCONNU"), dwelling("L2", landlord="INCONNU", reserved_to="ALS"),
         dwelling("L3", landlord="INCONNU", assiette_exclusion="mutation"), dwelling("L4", landlord="INCONNU")], []
    )  # fmt: skip
    assert found(case) == [("NO_CONVENTION", "e", 2, "landlord", "INCONNU", (5,))]
    kept = make_case([dwelling("L1", landlord="INCONNU", reserved_to="ALS")], [])
    assert found(kept) == []
    own = make_case([dwelling("L1", landlord="INCONNU")], [], conventions=[convention(landlord="INCONNU")])
    assert found(own) == []


def test_conventions_of_another_place_or_year() -> None:
    elsewhere = make_case([dwelling()], [], conventions=[convention(area=PONTARLIER)])
    assert found(elsewhere) == [("NO_CONVENTION_HERE", "w", 2, "landlord", "OPH25", ())]
    later = make_case([dwelling()], [], conventions=[convention(year=2027)])
    assert found(later) == [
        ("CONVENTION_LATER", "w", 2, "year", "2027", ()), ("NO_CONVENTION", "e", 2, "landlord", "OPH25", ()),
    ]  # fmt: skip
    old = make_case(
        [dwelling()], [], conventions=[convention("COLL:25", year=2024), convention("ALS", year=2025)]
    )
    facts = el.encode(old, rules())
    assert [facts.accounts[line.account] for line in facts.conventions] == ["ALS"]


def test_shares_of_a_commune_add_up_to_at_most_one() -> None:
    fine = [
        convention("ALS", 0.6),
        convention(f"COLL:{BESANCON}", 0.4005),
        convention(f"COLL:{PONTARLIER}", 0.3),
    ]
    assert found(make_case([dwelling()], [], conventions=fine)) == []
    over = [convention("ALS", 0.6), convention(f"COLL:{BESANCON}", 0.4006)]
    assert found(make_case([dwelling()], [], conventions=over)) == [
        ("SHARES_ABOVE_ONE", "e", 2, "share", "0,6", ())
    ]  # fmt: skip


def test_shares_of_the_etat_above_its_caps_are_told() -> None:
    """Forty per cent and ten for the agents, where the code gives thirty, agents included: no page said a word."""
    fine = [convention("ETAT_PRIO", 0.25), convention("ETAT_AGENT", 0.05), convention("ALS", 0.5)]
    assert found(make_case([dwelling()], [], conventions=fine)) == []
    over = [convention("ALS", 0.3), convention("ETAT_PRIO", 0.4), convention("ETAT_AGENT", 0.1)]
    assert found(make_case([dwelling()], [], conventions=over)) == [
        ("SHARES_ABOVE_CAP", "w", 4, "share", "0,1", ()), ("SHARES_ABOVE_CAP", "w", 3, "share", "0,4", ()),
    ]  # fmt: skip
    apart = [convention("ETAT_PRIO", 0.3, area=BESANCON), convention("ETAT_PRIO", 0.3, area=PONTARLIER)]
    assert [code for code, *_ in found(make_case([dwelling()], [], conventions=apart))] == []


def test_wrong_convention_cells() -> None:
    case = make_case(
        [dwelling()], [],
        conventions=[convention(share=0.12345), convention(), convention(), convention("COLL:25", pool="amis"),
                     convention("ETAT_PRIO", area="lune")],
    )  # fmt: skip
    codes = [(code, row) for code, _, row, _, _, _ in found(case)]
    assert codes == [("SHARE_DECIMALS", 2), ("UNKNOWN_POOL", 5), ("UNKNOWN_AREA", 6), ("DUPLICATE_LINE", 4)]


def test_stock_and_exclusions() -> None:
    case = make_case(
        [dwelling("L1", assiette_exclusion="stock"), dwelling("L2", assiette_exclusion="anru", reserved_to="ALS"),
         dwelling("L3", assiette_exclusion="stock", reserved_to="OTHER:defense")], []
    )  # fmt: skip
    told = [(code, row, column, value) for code, _, row, column, value, _ in found(case)]
    assert told == [
        ("STOCK_UNRESERVED", 2, "reserved_to", ""), ("RESERVATION_CONFLICT", 3, "reserved_to", "ALS"),
    ], "the value found is what stands at the cell; the sentence names the dwelling"  # fmt: skip
    assert "« L1 »" in el.check_case(case, rules())[0].sentence()


def test_forbid_needs_a_reason_of_the_closed_list() -> None:
    case = make_case([dwelling()], [application()], decisions=[decision("forbid", reason="dette de loyer")])
    assert found(case) == [("UNKNOWN_REASON", "e", 2, "reason", "dette de loyer", ())]
    label = rules().get("national.forbid_reasons.reasons")["medical"]
    assert found(make_case([dwelling()], [application()], decisions=[decision("forbid", reason=label)])) == []


@pytest.mark.parametrize(
    ("kind", "code", "key", "more"),
    [
        ("pin", "UNKNOWN_PIN_REASON", "court_order", {}),
        ("orient", "UNKNOWN_ORIENT_REASON", "convention_clause", {"application_id": None, "account": "ALS"}),
    ],
)
def test_a_pin_and_an_orientation_are_told_to_take_a_reason_of_their_own_list(
    kind: str, code: str, key: str, more: dict[str, str | None]
) -> None:
    def told(reason: str) -> list[object]:
        row = decision(kind, dwelling_id="L1", reason=reason, **more)
        return found(make_case([dwelling()], [application(als_employee=True)], decisions=[row]))

    for free in ("bien connu du maire", "medical"):  # a reason of another list is none of this one
        assert told(free) == [(code, "w", 2, "reason", free, ())]
    assert told(key) == []
    assert told(rules().get(f"national.{kind}_reasons.reasons")[key].upper()) == []


def test_pins_that_cannot_hold() -> None:
    homes = [dwelling("L1"), dwelling("L2"), dwelling("L3", rooms=6), dwelling("L4")]
    people = [application("A1"), application("A2"), application("A3")]
    work = {"dwelling_id": "L4", "landlord": "OPH25", "commune": BESANCON, "account": "ALS", "stage": "nominated",
            "since": "2026-11-20"}  # fmt: skip

    def pins(*lines: dict[str, Any]) -> list[tuple[str, int | None]]:
        case = make_case(homes, people, decisions=list(lines), in_progress=[work])
        return [(code, row) for code, _, row, _, _, _ in found(case)]

    assert pins(decision("pin", dwelling_id="L1")) == []
    assert pins(decision("pin", dwelling_id="L1"), decision("pin", dwelling_id="L1", application_id="A2")) == [
        ("PIN_TWO_APPLICATIONS", 2),
    ]  # fmt: skip
    assert pins(decision("pin", dwelling_id="L1"), decision("pin", dwelling_id="L2")) == [
        ("PIN_TWO_DWELLINGS", 2),
    ]  # fmt: skip
    assert pins(decision("pin", dwelling_id="L1"), decision("forbid", dwelling_id="L1")) == [
        ("PIN_AND_FORBID", 2)
    ]
    assert pins(decision("forbid"), decision("pin", dwelling_id="L1")) == [("PIN_AND_FORBID", 3)]
    assert pins(decision("pin", dwelling_id="L3")) == [("PIN_INELIGIBLE", 2)]
    assert pins(decision("pin", dwelling_id="L4")) == [("PIN_BLOCKED", 2)]
    assert pins(decision("pin")) == [("PIN_UNKNOWN", 2)]
    assert pins(decision("pin", dwelling_id="L9")) == [("PIN_UNKNOWN", 2)]
    assert pins(decision("pin", dwelling_id="L3", expires_on="2026-11-22")) == []


def test_an_assumed_threshold_needs_consent_on_a_real_case() -> None:
    case = make_case([dwelling()], [application()], synthetic=False)
    assert [code for code, *_ in found(case, supposed())] == ["ASSUMED_THRESHOLD"]
    assert found(case, supposed(), accept_assumed=True) == []
    assert found(case) == []
    assert found(make_case([dwelling()], [application()])) == []


def test_warnings_do_not_stop() -> None:
    case = make_case(
        [dwelling()], [application("A1", choices=f"99999|{BESANCON}"), application("A2")],
        conventions=[convention(management_mode="direct")],
        nominations=[{"account": "ALS", "application_id": "A2", "dwelling_id": "L1", "rank": 1}],
    )  # fmt: skip
    assert found(case) == [
        ("CHOICES_OUTSIDE", "w", 2, "choices", "99999", ()), ("NOMINEE_OUTSIDE_POOL", "w", 2, "application_id", "A2", ()),
    ]  # fmt: skip
    assert el.encode(case, rules()).applications.active.all()


def test_rows_of_a_place_that_exists_nowhere_are_told() -> None:
    """A postal code in a lease or in work in progress, an EPCI that is none in a score: the row counted nowhere, silently."""
    lease = {"dwelling_id": "B1", "landlord": "OPH25", "account": "ALS", "signed_on": "2026-03-01"}
    work = {
        "dwelling_id": "P1",
        "landlord": "OPH25",
        "account": "ALS",
        "stage": "nominated",
        "since": "2026-06-01",
    }
    case = make_case(
        [dwelling()], [application("A1", score=1), application("A2", score=2)],
        leases=[lease | {"commune": BESANCON}, lease | {"dwelling_id": "B2", "commune": "25000"},
                lease | {"dwelling_id": "B3", "commune": "75101"}],
        in_progress=[work | {"commune": "25000"}],
        scores=[{"application_id": "A1", "epci": "999999999", "grid": "g", "score": 3}],
    )  # fmt: skip
    assert [x[:5] for x in found(case) if x[0].endswith("NOWHERE")] == [
        ("COMMUNE_NOWHERE", "w", 2, "commune", "25000"), ("COMMUNE_NOWHERE", "w", 3, "commune", "25000"),
        ("EPCI_NOWHERE", "w", 2, "epci", "999999999"),
    ]  # fmt: skip


def test_a_perimeter_of_the_commission_de_mediation_that_is_no_commune_is_told() -> None:
    """It replaces the choices: a postal code there left the household nothing, silently."""
    case = make_case(
        [dwelling()], [application("A1"), application("A2", priority_codes="dalo", dalo_perimeter=f"25000|{BESANCON}")]
    )  # fmt: skip
    assert found(case) == [("CHOICES_OUTSIDE", "w", 3, "dalo_perimeter", "25000", ())]


def test_a_designation_by_the_prefet_without_a_priority_public_is_told() -> None:
    """It opens no pool and gives no title: the household stood among ordinary applications, silently."""
    case = make_case(
        [dwelling()],
        [
            application("A1", prefet_designated=True, priority_codes="DALO"), application("A2", prefet_designated=True),
            application("A3"), application("A4", prefet_designated=True, priority_codes=" | "),
        ],
    )  # fmt: skip
    assert found(case) == [("DESIGNATED_NO_TITLE", "w", 3, "priority_codes", "", (5,))]


def test_nominations_that_change_nothing_are_told() -> None:
    """A nominee outside the pool of the general list, an account that delegated, one without a line."""

    def warned(mode: str, **household: Any) -> list[tuple[str, int | None, str | None]]:
        case = make_case(
            [dwelling("L1"), dwelling("L2", qpv="oui")], [application("A1"), application("A2", **household)],
            conventions=[convention(management_mode=mode)],
            nominations=[
                {"account": "ALS", "application_id": "A2", "rank": 1},
                {"account": f"COLL:{BESANCON}", "application_id": "A1", "rank": 1},
            ],
        )  # fmt: skip
        return [(code, row, value) for code, _, row, _, value, _ in found(case)]

    without = ("NOMINATION_NO_LINE", 3, f"COLL:{BESANCON}")
    assert warned("direct") == [without, ("NOMINEE_OUTSIDE_POOL", 2, "A2")]
    assert warned("direct", als_employee=True) == [without]
    assert warned("delegated", als_employee=True) == [("NOMINATION_DELEGATED", 2, "ALS"), without]


def test_nominations_of_a_dwelling_that_the_account_cannot_have_are_told() -> None:
    """One kept for another account, one excluded from the flux, one where the account has delegated."""
    homes = [
        dwelling("L1"), dwelling("L2", reserved_to="ETAT_PRIO"), dwelling("L3", assiette_exclusion="anru"),
        dwelling("L4", commune=PONTARLIER),
    ]  # fmt: skip
    case = make_case(
        homes, [application("A1", als_employee=True)],
        conventions=[
            convention(area=GRAND_BESANCON, management_mode="direct"),
            convention(area=PONTARLIER, management_mode="delegated"), convention("ETAT_PRIO"),
        ],
        nominations=[
            {"account": "ALS", "application_id": "A1", "dwelling_id": home["dwelling_id"], "rank": 1} for home in homes
        ],
    )  # fmt: skip
    assert [(code, row, value, rows) for code, _, row, _, value, rows in found(case)] == [
        ("NOMINATION_ELSEWHERE", 3, "ALS", (4,)), ("NOMINATION_DELEGATED_HERE", 5, "ALS", ()),
    ]  # fmt: skip


def test_an_assiette_that_leaves_out_a_landlord_or_names_no_departement_is_told() -> None:
    def told(*lines: dict[str, Any], code: str = "25") -> list[tuple[str, str, int | None, str | None]]:
        whole = [
            {"landlord": "OPH25", "departement": "25", "year": 2026, "vacated": 100, **line} for line in lines
        ]
        case = make_case(
            [dwelling()], [application()], assiette=whole, conventions=[convention(departement=code)]
        )
        return [(name, level, row, value) for name, level, row, _, value, _ in found(case)]

    missing = ("ASSIETTE_MISSING", "w", None, "OPH25")
    assert told() == told({}) == told({"year": None}) == []
    assert told({"landlord": "Oph25"}) == told({"year": 2025}) == [missing]
    assert told({"departement": "025"}) == [("UNKNOWN_DEPARTEMENT", "e", 2, "025"), missing]
    assert ("UNKNOWN_DEPARTEMENT", "e", 2, "5") in told(code="5")


def test_without_an_assiette_a_landlord_whose_tenants_apply_is_told_that_nothing_limits_their_transfers() -> (
    None
):
    def told(tenant_of: str | None) -> list[tuple[str, str, str | None]]:
        people = [application("A1"), application("A2", current_landlord=tenant_of)]
        return [
            (code, level, value) for code, level, _, _, value, _ in found(make_case([dwelling()], people))
        ]

    assert told("OPH25") == [("NO_TRANSFER_CEILING", "w", "OPH25")]
    assert told(None) == told("AUTRE") == []


def test_all_problems_are_listed_together() -> None:
    case = make_case(
        [dwelling("L1", commune="99999"), dwelling("L2", landlord="INCONNU"), dwelling("L3", rooms=6)],
        [application("A1", accounts="MAIRIE")],
        decisions=[decision("forbid", reason="dette"), decision("pin", dwelling_id="L3")],
        synthetic=False,
    )
    assert {code for code, *_ in found(case, supposed())} == {
        "UNKNOWN_COMMUNE", "NO_CONVENTION", "UNKNOWN_ACCOUNT", "UNKNOWN_REASON", "PIN_INELIGIBLE", "ASSUMED_THRESHOLD",
    }  # fmt: skip


def test_missing_cells_never_crash_the_check() -> None:
    """Bad cells have become missing in the reader; the rows are left out, the other problems are still found."""
    case = make_case(
        [
            dwelling("L1", landlord=None),
            dwelling("L2", commune=None, rooms=None),
            dwelling("L3", commune="99999"),
        ],
        [
            application("A1", persons=None),
            application("A2", choices=None),
            application("A3", first_registered_on=None),
        ],
        conventions=[convention(share=None), convention(account=None)],
        nominations=[{"account": "ALS", "application_id": "A1", "rank": None}],
        in_progress=[{"dwelling_id": "X", "landlord": None, "commune": None, "account": None, "stage": None}],
        decisions=[decision("pin", dwelling_id="L1", application_id=None)],
    )
    assert [code for code, *_ in found(case)] == ["UNKNOWN_COMMUNE", "PIN_UNKNOWN"]


def test_a_wrong_line_is_told_once_and_not_as_a_landlord_without_agreement() -> None:
    finer = make_case([dwelling()], [application()], conventions=[convention(share=0.12345)])
    assert [code for code, *_ in found(finer)] == ["SHARE_DECIMALS"]
    both = convention(share=0.12345, tolerance=0.02005)
    columns = [
        column for _, _, _, column, *_ in found(make_case([dwelling()], [application()], conventions=[both]))
    ]
    assert columns == ["share", "tolerance"]


def test_an_agreement_of_a_year_to_come_is_told() -> None:
    later = [convention() | {"year": 2027}, convention("ALS") | {"year": 2027}]
    alone = make_case([dwelling()], [application()], conventions=later)
    assert [code for code, *_ in found(alone)] == ["CONVENTION_LATER", "NO_CONVENTION"]
    beside = make_case([dwelling()], [application()], conventions=[convention(), *later])
    assert found(beside) == [("CONVENTION_LATER", "w", 3, "year", "2027", (4,))]
    assert "est de 2027, après l'année du dossier (2026)" in el.check_case(beside, rules())[0].sentence()


def test_a_balance_of_a_year_before_is_told() -> None:
    """What was carried over into 2025 is settled by the statement of 2025: its agreements bring the balance of 2026."""
    lines = [
        convention("COLL:25", year=2025, opening_balance=1.5),
        convention("ALS", year=2025, opening_balance=0.0),
    ]
    case = make_case([dwelling()], [application()], conventions=lines)
    assert [(code, row, column) for code, _, row, column, *_ in found(case)] == [
        ("BALANCE_OF_BEFORE", 2, "opening_balance")
    ]
    said = el.check_case(case, rules())[0].sentence()
    assert "celui du 1er janvier 2025 : dans un dossier de 2026, il compte une seconde fois" in said.replace("\u00a0", " ")  # fmt: skip
    now = [
        convention("COLL:25", year=2026, opening_balance=1.5),
        convention("ALS", year=2025, opening_balance=1.5),
    ]
    assert found(make_case([dwelling()], [application()], conventions=now)) == []


def test_a_year_that_is_over_is_told() -> None:
    case = make_case([dwelling()], [application()])
    assert found(replace(case, settings=replace(case.settings, year=case.settings.on.year + 1))) == []
    over = replace(case, settings=replace(case.settings, year=case.settings.on.year - 1))
    assert ("YEAR_OVER", "w", None, "year", "2025", ()) in found(over)


def test_a_landlord_of_no_dwelling_is_told() -> None:
    case = make_case([dwelling(), dwelling("L2")], [application()], landlord="OPH52")
    (told,) = found(case)
    assert told == ("LANDLORD_ELSEWHERE", "w", None, "landlord", "OPH52", ())
    owner = str(case.table("dwellings")["landlord"].iloc[0])
    assert found(make_case([dwelling()], [application()], landlord=owner)) == []
    assert found(make_case([], [application()], landlord="OPH52")) == []


def test_a_dwelling_in_progress_for_two_accounts_is_told() -> None:
    def work(home: str, account: str, who: str) -> dict[str, object]:
        return {"dwelling_id": home, "account": account, "application_id": who, "stage": "commission"}

    lines = [
        work("L9", "ALS", "A1"),
        work("L8", "ALS", "A2"),
        work("L9", "ETAT_PRIO", "A3"),
        work("L8", "ALS", "A4"),
    ]
    case = make_case([dwelling()], [application()], in_progress=lines)
    told = [x for x in found(case) if x[0] == "PROGRESS_TWO_ACCOUNTS"]
    assert told == [("PROGRESS_TWO_ACCOUNTS", "w", 2, "account", "L9", (4,))]
    assert found(make_case([dwelling()], [application()], in_progress=lines[1:])) == []


def test_a_tolerance_beyond_a_tenth_of_the_share_is_told() -> None:
    case = make_case([dwelling()], [application()], conventions=[convention(tolerance=0.5)])
    assert found(case) == [("TOLERANCE_CUT", "w", 2, "tolerance", "0,5", ())]
    assert "ramenée à 0,02" in el.check_case(case, rules())[0].sentence()
    fine = make_case([dwelling()], [application()], conventions=[convention(tolerance=0.02)])
    assert found(fine) == []


def test_a_number_of_dalo_of_nobody_is_told() -> None:
    case = make_case([dwelling()], [application()])
    numbers = {"OPH25": {"25": 12, "90": 3}, "OPH52": {"25": 1}}
    case = replace(case, settings=replace(case.settings, dalo=numbers))
    assert found(case) == [
        ("DALO_ELSEWHERE", "w", None, "dalo", "OPH25", ()), ("DALO_ELSEWHERE", "w", None, "dalo", "OPH52", ()),
    ]  # fmt: skip
    assert "département 90" in el.check_case(case, rules())[0].sentence()


HEAD = "status: local\nsource: délibération\nreviewed_on: 2026-11-24\nby: x\n"
AGREEMENT = 'landlord: OPH25\nname: A\ndepartement: "{}"\nyear: 2026\n' + HEAD + (
    'lines:\n  - {{account: ALS, share: 0.2}}\n  - {{account: "COLL:{}", share: 0.1}}\n'
)  # fmt: skip


def own_rules(folder: Path, departement: str, *agreements: tuple[str, str]) -> policy.RuleSet:
    """The rules of a territory of one's own, with agreements of OPH25: (département, EPCI)."""
    for number, places in enumerate(agreements):
        (folder / f"a{number}.yaml").write_text(AGREEMENT.format(*places), encoding="utf-8")
    names = ", ".join(f"a{number}.yaml" for number in range(len(agreements)))
    (folder / "mine.yaml").write_text(
        f'title: T\ndepartements: ["{departement}"]\nmarket: tense\nconventions: [{names}]\n{HEAD}',
        encoding="utf-8",
    )
    return policy.load(folder / "mine.yaml", ON)


def test_an_agreement_made_for_another_departement_covers_nothing(tmp_path: Path) -> None:
    """Its line on the EPCI of the dwelling passed for one that covers it, and the réservataires' shares were nobody's, silently."""
    law = own_rules(tmp_path, "25", ("39", GRAND_BESANCON))
    case = make_case([dwelling()], [])
    assert found(case, law) == [("NO_CONVENTION_HERE", "w", 2, "landlord", "OPH25", ())]
    assert found(case, own_rules(tmp_path, "25", ("25", GRAND_BESANCON))) == []


def test_an_agreement_made_outside_the_territory_stops_nothing(tmp_path: Path) -> None:
    """A landlord of two départements names both agreements: the second ended in an unexpected error."""
    law = own_rules(tmp_path, "25", ("25", GRAND_BESANCON), ("39", "200010650"))
    facts = el.encode(make_case([dwelling()], [application()]), law)
    assert {line.area for line in facts.conventions} >= {"25", GRAND_BESANCON}
    assert "COLL:200010650" not in facts.accounts
    away = own_rules(tmp_path, "39", ("25", GRAND_BESANCON))
    assert ("UNKNOWN_COMMUNE", "e", 2, "commune", BESANCON, ()) in found(make_case([dwelling()], []), away)


def test_a_grid_that_is_not_in_force_yet_is_told() -> None:
    law, case = rules(), make_case([dwelling()], [])
    later = tuple(replace(grid, in_force_from=date(2027, 1, 1)) for grid in law.grids)
    told = found(case, replace(law, grids=later))
    assert told == [("GRID_LATER", "w", None, "territory", law.grids[0].title, ())]
    assert found(case, law) == []
