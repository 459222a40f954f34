"""Design §3: who may receive a dwelling, who may be named, who names."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.pipeline import check_case
from optimizer.runs import Options, propose_to
from tests.contract.writing import codes, lists, reasons, row, run, write

ALS_FIRST = """
    landlord departement year account   share area
    BAIL     25          2026 ALS       0.4   .
    BAIL     25          2026 COLL:25056 0.3  .
    BAIL     25          2026 BAILLEUR  0.3   .
"""


def test_areas_and_default_areas(tmp_path: Path) -> None:
    """«default: the code of COLL:…, else the département … only dwellings there may go to it»."""
    result = run(
        tmp_path,
        conventions=ALS_FIRST,
        dwellings="""
            id landlord commune rooms financing
            L1 BAIL     25056   3     PLUS
            L2 BAIL     25542   3     PLUS
        """,
        applications="""
            id first_registered_on persons choices     status score monthly_income_eur
            N1 2024-01-01          3       25056|25542 active 10    1500
        """,
    )
    able = result.orientation[result.orientation["candidates"] > 0]
    of = {d: sorted(able[able["dwelling_id"] == d]["account"]) for d in ("L1", "L2")}
    assert of == {"L1": ["BAILLEUR", "COLL:25056"], "L2": ["BAILLEUR"]}, "N1 is no employee: never on ALS"


@pytest.mark.parametrize(("second", "fine"), [("0.6005", True), ("0.6006", False)])
def test_shares_of_a_commune_sum_to_one_within_five_ten_thousandths(
    tmp_path: Path, second: str, fine: bool
) -> None:
    found = codes(
        tmp_path,
        conventions=f"""
            landlord departement year account    share
            BAIL     25          2026 ALS        0.4
            BAIL     25          2026 COLL:25056 {second}
        """,
        dwellings="""
            id landlord commune rooms financing
            L1 BAIL     25056   3     PLUS
        """,
        applications="""
            id first_registered_on persons choices status
            N1 2024-01-01          3       25056   active
        """,
    )
    assert (found == []) == fine


def test_the_rest_has_a_row_only_if_the_convention_gives_it_a_share(tmp_path: Path) -> None:
    home = """
        id landlord commune rooms financing
        L1 BAIL     25056   3     PLUS
    """
    people = """
        id first_registered_on persons choices status score
        N1 2024-01-01          3       25056   active 10
    """
    without = """
        landlord departement year account share
        BAIL     25          2026 ALS     0.4
    """
    given = run(tmp_path / "a", conventions=ALS_FIRST, dwellings=home, applications=people)
    rest = run(tmp_path / "b", conventions=without, dwellings=home, applications=people)
    flux = [list(r.rules[r.rules["rule"] == "flux"]["scope"]) for r in (given, rest)]
    assert any("account=BAILLEUR" in scope for scope in flux[0])
    assert flux[1] == ["landlord=BAIL;area=25;account=ALS"]
    assert lists(rest)["L1"] == ["BAILLEUR", "N1"], "the rest may still receive"


def pools(folder: Path, account: str) -> set[str]:
    """Who may be named by an account: everybody eligible for a dwelling kept for it."""
    result = run(
        folder,
        settings={"shortlist_size": "9"},
        conventions=ALS_FIRST,
        dwellings=f"""
            id landlord commune rooms financing reserved_to
            L1 BAIL     25056   3     PLUS      {account}
        """,
        applications="""
            id    first_registered_on persons choices status score priority_codes priority_status als_employee public_agent accounts current_landlord
            dalo  2024-01-01 3 25056 active 10 DALO declared . . . .
            label 2024-01-02 3 25056 active 10 a    labelled . . . .
            seen  2024-01-03 3 25056 active 10 a    verified . . . .
            agent 2024-01-04 3 25056 active 10 .    .        . 1 . .
            work  2024-01-05 3 25056 active 10 .    .        1 . . .
            bound 2024-01-06 3 25056 active 10 DALO labelled 1 1 ALS .
            sent  2024-01-07 3 25056 active 10 .    .        . . ETAT_PRIO|COLL:25056 .
            own   2024-01-08 3 25056 active 10 DALO labelled 1 1 . BAIL
            other 2024-01-09 3 25056 active 10 .    .        1 . . AUTRE
        """,
    )
    return {name for name, why in reasons(result).items() if why != "ACCOUNT"}


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("ETAT_PRIO", {"dalo", "label", "sent"}),
        ("ETAT_AGENT", {"agent"}),
        ("ALS", {"work", "bound", "other"}),
        ("COLL:25056", {"dalo", "label", "seen", "agent", "work", "sent", "other"}),
        ("BAILLEUR", {"dalo", "label", "seen", "agent", "work", "bound", "sent", "other"}),
    ],
)
def test_default_pools_and_explicit_accounts(tmp_path: Path, account: str, expected: set[str]) -> None:
    """Sitting tenants of the dwelling's landlord under no other account; `accounts` overrides the first four pools."""
    assert pools(tmp_path, account) == expected


def test_a_pool_that_the_convention_gives_takes_the_place_of_the_default(tmp_path: Path) -> None:
    """Of a commune's account, whose default is anybody; explicit accounts still override it, and the verifier reads the same."""
    case = write(
        tmp_path / "case",
        settings={"shortlist_size": "9"},
        conventions="""
            landlord departement year account    share management_mode pool
            BAIL     25          2026 COLL:25056 0.5   delegated       priority
        """,
        dwellings="""
            id landlord commune rooms financing reserved_to assiette_exclusion
            L1 BAIL     25056   3     PLUS      COLL:25056  stock
        """,
        applications="""
            id    first_registered_on persons choices status score priority_codes priority_status als_employee public_agent accounts
            dalo  2024-01-01 3 25056 active 10 DALO declared . . .
            seen  2024-01-03 3 25056 active 10 a    verified . . .
            said  2024-01-03 3 25056 active 10 a    declared . . .
            agent 2024-01-04 3 25056 active 10 .    .        . 1 .
            work  2024-01-05 3 25056 active 10 .    .        1 . .
            bound 2024-01-06 3 25056 active 10 a    verified 1 1 ALS
            sent  2024-01-07 3 25056 active 10 .    .        . . ETAT_PRIO|COLL:25056
        """,
    )
    result = propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False)).result
    assert {name for name, why in reasons(result).items() if why != "ACCOUNT"} == {"dalo", "seen", "sent"}


TERRITORY = """
title: Doubs
departements: ["25"]
status: local
source: conseil communautaire
reviewed_on: 2026-06-01
by: agence
market: relaxed
grid: demonstration
conventions: [accord.yaml]
"""
OWN = """
landlord: OFFICE
name: Office du Doubs
departement: "25"
year: 2026
status: local
source: convention du 3 mars 2026
reviewed_on: 2026-06-01
by: agence
lines:
  - {account: ALS, share: 0.2, management_mode: delegated}
  - {account: ETAT_PRIO, share: 0.3, management_mode: delegated}
"""


@pytest.mark.parametrize(
    ("territory", "landlord", "other"), [("doubs", "OPH25", 0), ("sien.yaml", "OFFICE", 1000)]
)
def test_a_share_that_the_case_changes_in_a_file_of_agreements_is_a_hypothesis(
    tmp_path: Path, territory: str, landlord: str, other: int
) -> None:
    """A changed value is assumed: in a real case the row of that share weighs nothing, as those of shipped lines; a line of the
    territory's own file whose delay alone is changed keeps its price. The verifier reads the same."""
    lines = f"{{conventions.{landlord}.ALS.share: 0.25, conventions.{landlord}.ETAT_PRIO.proposal_deadline_days: 9}}"
    case = write(
        tmp_path / "case",
        settings={"synthetic": "false", "territory": territory, "changes": lines},
        dwellings="\n".join(
            ["id landlord commune rooms financing", *(f"L{n} {landlord} 25056 3 PLUS" for n in range(4))]
        ),
        applications="""
            id first_registered_on persons choices status score als_employee
            N1 2024-01-01          3       25056   active 10    1
        """,
    )
    (case / "sien.yaml").write_text(TERRITORY, encoding="utf-8")
    (case / "accord.yaml").write_text(OWN, encoding="utf-8")
    result = propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False)).result
    changed, kept = (row(result, "flux", f"account={account}") for account in ("ALS", "ETAT_PRIO"))
    assert (changed["share"], changed["price"], kept["price"]) == (0.25, 0, other)


@pytest.mark.long
def test_labels_and_communes_by_name_in_numbered_columns(tmp_path: Path) -> None:
    """The État may name A2 alone, whose own word for the proof the sheet ``libelles`` explains. Gilley is a commune of the Doubs
    (25271) and one of the Haute-Marne: unique in the territory, its name is its code. A proposal that its own verification reads
    otherwise is refused."""
    case = write(
        tmp_path / "case",
        conventions="""
            landlord departement year account   share management_mode
            BAIL     25          2026 ETAT_PRIO 0.3   delegated
        """,
        dwellings="""
            id landlord commune rooms financing reserved_to assiette_exclusion
            L1 BAIL     25056   3     PLUS      ETAT_PRIO   stock
            L2 BAIL     25271   3     PLUS      .           .
        """,
        applications="""
            id first_registered_on persons commune_souhaitee_1 commune_souhaitee_2 status score priority_codes priority_status
            A1 2024-01-01          3       Gilley              Besançon            active 20    a              vu
            A2 2024-01-02          3       Besançon            .                   active 10    a              tampon~préf.
        """,
        libelles="""
            colonne         libelle       valeur
            preuve_priorite vu            declared
            preuve_priorite tampon~préf.  labelled
        """,
    )
    result = propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False)).result
    assert lists(result) == {"L1": ["ETAT_PRIO", "A2"], "L2": ["BAILLEUR", "A1"]}


def test_a_household_whose_only_dwelling_is_in_progress(tmp_path: Path) -> None:
    """A1 asks for Besançon, where the only dwelling is before a réservataire: no free dwelling; A2 stands behind A3. Verified so."""
    case = write(
        tmp_path / "case",
        dwellings="""
            id landlord commune rooms financing
            L1 BAIL     25056   3     PLUS
            L2 BAIL     25271   3     PLUS
        """,
        in_progress="""
            dwelling_id landlord commune rooms financing account  application_id stage    since
            L1          BAIL     25056   3     PLUS      BAILLEUR .              oriented 2026-06-25
        """,
        applications="""
            id first_registered_on persons choices status score
            A1 2024-01-01          3       25056   active 20
            A2 2024-01-02          3       25271   active 10
            A3 2024-01-03          3       25271   active 30
        """,
    )
    result = propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False)).result
    assert reasons(result) == {"A1": "NO_FREE_DWELLING", "A2": "RESERVE", "A3": "FIRST_RANK"}


@pytest.mark.long
def test_the_balance_of_accounts_rests_on_an_assumed_margin(tmp_path: Path) -> None:
    """Turned on in a real case, its target (the supply less 0,10, assumed) has no price unless --price-assumed (0,4 × 12 leases are more than four); verified so."""
    case = write(
        tmp_path / "case",
        settings={"synthetic": "false", "changes": "{national.rules.account_balance.enabled: true}"},
        conventions=ALS_FIRST,
        dwellings="\n".join(
            ["id landlord commune rooms financing", *(f"L{n} BAIL 25056 3 PLUS" for n in range(12))]
        ),
        applications="""
            id first_registered_on persons choices status score als_employee
            N1 2024-01-01          3       25056   active 10    1
        """,
    )
    options = Options(accept_assumed=True, pdf=False)
    result = propose_to(case, tmp_path / "out", options).result
    found = row(result, "account_balance", "account=ALS;rooms=T3")
    assert (found["share"], found["price"]) == (0.9, 0)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Objectifs supposés, affichés sans peser" in page
    (case / "case.yaml").write_text(
        (case / "case.yaml").read_text("utf-8").replace("synthetic: false", "synthetic: true"), "utf-8"
    )
    propose_to(case, tmp_path / "invented", options)
    assert "Objectifs supposés" not in (tmp_path / "invented" / "report.html").read_text(encoding="utf-8")


def test_exclusions_and_relocations(tmp_path: Path) -> None:
    """Each operation takes its own relocated households only; ``mutation`` takes the landlord's own tenants only."""
    result = run(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing assiette_exclusion
            L1 BAIL     25056   3     PLUS      anru
            L2 BAIL     25056   3     PLUS      orcod
            L3 BAIL     25056   3     PLUS      unfit
            L4 BAIL     25056   3     PLUS      sale
            L5 BAIL     25056   3     PLUS      mutation
        """,
        applications="""
            id    first_registered_on persons choices status score relocation current_landlord
            npnru 2024-01-01 3 25056 active 10 NPNRU .
            orcod 2024-01-02 3 25056 active 10 ORCOD .
            unfit 2024-01-03 3 25056 active 10 unfit .
            sale  2024-01-04 3 25056 active 10 sale  .
            own   2024-01-05 3 25056 active 10 .     BAIL
            free  2024-01-06 3 25056 active 99 .     .
        """,
    )
    assert lists(result) == {
        "L1": ["RELOGEMENT", "npnru"], "L2": ["RELOGEMENT", "orcod"], "L3": ["RELOGEMENT", "unfit"],
        "L4": ["RELOGEMENT", "sale"], "L5": ["MUTATION", "own"],
    }  # fmt: skip
    assert reasons(result)["free"] == "ACCOUNT"


def test_stock_needs_its_account(tmp_path: Path) -> None:
    found = codes(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing assiette_exclusion
            L1 BAIL     25056   3     PLUS      stock
        """,
        applications="""
            id first_registered_on persons choices status
            N1 2024-01-01          3       25056   active
        """,
    )
    assert found == ["ELIG_STOCK_UNRESERVED"]


DIRECT = """
    landlord departement year account share management_mode proposal_deadline_days
    BAIL     25          2026 ALS     0.4   direct          12
"""
EMPLOYEES = """
    id first_registered_on persons choices status score als_employee
    N1 2024-01-01          3       25056   active 10    1
    N2 2024-01-02          3       25056   active 20    1
    N3 2024-01-03          3       25056   active 40    1
    N4 2024-01-04          3       25056   active 99    .
"""
KEPT = """
    id landlord commune rooms financing reserved_to
    L1 BAIL     25056   3     PLUS      ALS
"""


def test_a_direct_account_without_nomination(tmp_path: Path) -> None:
    """Seat = fill_value + the median score of the pool eligible for it (10, 20, 40: 20); deadline 12 days after.

    One dwelling is too few for a rule of households to have a price: the seat pays nothing.
    """
    result = run(tmp_path, conventions=DIRECT, dwellings=KEPT, applications=EMPLOYEES)
    [line] = result.proposals.to_dict("records")
    assert (line["account"], line["application_id"], line["value"]) == ("ALS", "", 20_020.0)
    [home] = result.dwellings.to_dict("records")
    assert (home["status"], str(home["deadline"])[:10]) == ("awaiting_reservataire", "2026-07-13")
    assert "BAILLEUR" not in home["advice"], "kept for ALS: there is no second-best account"


def test_each_direct_account_has_its_own_deadline(tmp_path: Path) -> None:
    """One landlord, three direct accounts with 30, 10 and 15 days: each dwelling shows the days of the account it goes to."""
    result = run(
        tmp_path,
        conventions="""
            landlord departement year account    share management_mode proposal_deadline_days
            BAIL     25          2026 ALS        0.3   direct          30
            BAIL     25          2026 ETAT_AGENT 0.05  direct          10
            BAIL     25          2026 COLL:25056 0.2   direct          15
        """,
        dwellings="""
            id landlord commune rooms financing
            L1 BAIL     25056   3     PLUS
            L2 BAIL     25056   3     PLUS
            L3 BAIL     25056   3     PLUS
        """,
        applications=EMPLOYEES,
        decisions="""
            dwelling_id account    decision reason     author
            L1          ALS        orient   commission s
            L2          ETAT_AGENT orient   commission s
            L3          COLL:25056 orient   commission s
        """,
    )
    homes = result.dwellings.set_index("dwelling_id")
    assert homes["status"].tolist() == ["awaiting_reservataire"] * 3
    assert homes["account"].tolist() == ["ALS", "ETAT_AGENT", "COLL:25056"]
    assert [str(x)[:10] for x in homes["deadline"]] == ["2026-07-31", "2026-07-11", "2026-07-16"]


def test_plan_b_is_the_second_best_account(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        conventions=DIRECT,
        dwellings="""
            id landlord commune rooms financing
            L1 BAIL     25056   3     PLUS
            L2 BAIL     25056   3     PLUS
            L3 BAIL     25056   3     PLUS
            L4 BAIL     25056   3     PLUS
        """,
        applications=EMPLOYEES,
    )
    waiting = result.dwellings[result.dwellings["status"] == "awaiting_reservataire"]
    assert len(waiting) >= 2, (
        "the share of ALS, 0.4 of 4 dwellings, is worth more than one household's points"
    )
    assert all("bailleur" in text.lower() for text in waiting["advice"])
    # counted by flux, neutral for household rules
    assert row(result, "flux", "account=ALS")["num_run"] == len(waiting)
    assert row(result, "flux", "account=ALS")["den_run"] == 4
    assert row(result, "priority_publics", "account=ALS")["den_run"] == 0
    assert row(result, "lec_q1_outside_qpv")["den_run"] == 4 - len(waiting)


def test_a_direct_account_keeps_its_own_order(tmp_path: Path) -> None:
    """Only households of `nominations`, in the réservataire's own order, whatever their points."""
    result = run(
        tmp_path, conventions=DIRECT, dwellings=KEPT, applications=EMPLOYEES,
        nominations="""
            account application_id dwelling_id rank
            ALS     N3             L1          3
            ALS     N1             L1          1
            ALS     N4             L1          2
        """,
    )  # fmt: skip
    assert lists(result) == {"L1": ["ALS", "N1", "N3"]}, "N4 is not of the pool, N2 is not named"


@pytest.mark.long
def test_who_names_a_dwelling_kept_for_an_account_outside_its_area(tmp_path: Path) -> None:
    """A collectivité that names its own households does so for what is kept for it in another commune too."""
    told = {
        "conventions": """
            landlord departement year account    share management_mode proposal_deadline_days
            BAIL     25          2026 COLL:25388 0.1   direct          12
        """,
        "dwellings": KEPT.replace("ALS", "COLL:25388"),
        "applications": EMPLOYEES,
    }
    named = """
        account    application_id dwelling_id rank
        COLL:25388 N1             L1          1
    """
    assert lists(run(tmp_path / "named", **told, nominations=named)) == {"L1": ["COLL:25388", "N1"]}
    assert codes(tmp_path / "check", **told, nominations=named) == []
    out = tmp_path / "waiting"
    waiting = run(out, **told)
    [line] = waiting.proposals.to_dict("records")
    assert (line["account"], line["application_id"]) == ("COLL:25388", "")
    assert str(waiting.dwellings["deadline"].iloc[0])[:10] == "2026-07-13"
    written = propose_to(out, tmp_path / "result", Options(pdf=False))
    assert written.verdict == "certified", "the independent check reads it so too"


def test_a_partial_account_takes_nominations_first_then_the_engine(tmp_path: Path) -> None:
    result = run(
        tmp_path, conventions=DIRECT.replace("direct ", "partial"), dwellings=KEPT, applications=EMPLOYEES,
        nominations="""
            account application_id dwelling_id rank
            ALS     N1             L1          1
        """,
    )  # fmt: skip
    assert lists(result) == {"L1": ["ALS", "N1", "N3", "N2"]}


def progress(folder: Path, rule: str, stage: str, since: str = "2026-06-25") -> tuple[float, float, bool]:
    """(num_before, den_before of ALS's flux row, whether L1 is proposed) with one line in progress on L1."""
    result = run(
        folder,
        conventions=f"""
            landlord departement year account share count_rule proposal_deadline_days
            BAIL     25          2026 ALS     0.4   {rule}     10
        """,
        dwellings="""
            id landlord commune rooms financing
            L1 BAIL     25056   3     PLUS
            L2 BAIL     25056   3     PLUS
        """,
        applications="""
            id first_registered_on persons choices status score
            N1 2024-01-01          3       25056   active 10
            N2 2024-01-02          3       25056   active 20
            N3 2024-01-03          3       25056   active 20
        """,
        in_progress=f"""
            dwelling_id landlord commune qpv rooms financing account application_id stage   since
            L1          BAIL     25056   0   3     PLUS      ALS     N1             {stage} {since}
        """,
    )
    flux = row(result, "flux", "account=ALS")
    return flux["num_before"], flux["den_before"], "L1" in lists(result)


@pytest.mark.parametrize(
    ("rule", "stage", "counted"),
    [
        ("oriented", "oriented", 1), ("oriented", "offered", 1), ("presented", "oriented", 0),
        ("presented", "commission", 1), ("attributed", "commission", 0), ("attributed", "offered", 1),
        ("signed", "offered", 0),
    ],
)  # fmt: skip
def test_work_in_progress_counts_by_the_count_rule_and_blocks_its_dwelling(
    tmp_path: Path, rule: str, stage: str, counted: int
) -> None:
    assert progress(tmp_path, rule, stage) == (counted, counted, False)


def test_after_the_deadline_the_dwelling_may_go_elsewhere(tmp_path: Path) -> None:
    """Ten days: since 21 June it still waits on 1 July, since 20 June it does not; it counts as the rule says."""
    assert progress(tmp_path / "a", "oriented", "oriented", "2026-06-21") == (1, 1, False)
    assert progress(tmp_path / "b", "oriented", "oriented", "2026-06-20") == (1, 1, True)
    assert progress(tmp_path / "c", "signed", "oriented", "2026-06-20") == (0, 0, True)
    assert progress(tmp_path / "d", "signed", "nominated", "2026-06-20") == (0, 0, False), "oriented only"


def own_agreements(folder: Path, changes: str) -> Path:
    """The table says 0.2 and ``signed`` of ALS."""
    return write(
        folder,
        settings={"changes": changes},
        dwellings="""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      0
        """,
        applications="""
            id first_registered_on persons choices status score
            N1 2024-01-01          3       25056   active 90
        """,
        conventions="""
            landlord departement year account share management_mode count_rule
            BAIL     25          2026 ALS     0.2   delegated       signed
        """,
        in_progress="""
            dwelling_id landlord commune qpv rooms financing account application_id stage    since
            L9          BAIL     25056   0   3     PLUS      ALS     .              oriented 2026-06-25
        """,
    )


@pytest.mark.parametrize(
    ("changes", "share", "before"),
    [
        ("{}", 0.2, 0),
        ("{conventions.*.*.count_rule: oriented}", 0.2, 1),
        ("{conventions.BAIL.ALS.count_rule: oriented, conventions.BAIL.ALS.share: 0.4}", 0.4, 1),
        ("{conventions.BAIL.ALS.25.share: 0.3, conventions.*.ALS.share: 0.1}", 0.3, 0),
    ],
)
def test_changes_of_the_case_are_made_in_its_own_agreements_as_a_scenario_makes_them(
    changes: str, share: float, before: int, tmp_path: Path
) -> None:
    case = own_agreements(tmp_path / "case", changes)
    # the independent check, which `propose_to` makes, reads the agreements the same way
    result = propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False)).result
    line = row(result, "flux", "account=ALS")
    assert (line["share"], line["num_before"]) == (share, before)


def test_a_change_of_an_agreement_that_the_case_does_not_have_is_told_beside_the_others(
    tmp_path: Path,
) -> None:
    case = own_agreements(
        tmp_path / "case",
        "{conventions.BAIL.COLL.share: 0.4, conventions.BAIL.ALS.count_rule: never, national.x: 1}",
    )
    told = {(f.code, f.column) for f in check_case(case)[1] if f.severity == "error"}
    assert told == {
        ("POLICY_CHANGE_UNKNOWN", "changes.conventions.BAIL.COLL.share"),
        ("POLICY_CHANGE_BAD_VALUE", "changes.conventions.BAIL.ALS.count_rule"),
        ("POLICY_CHANGE_UNKNOWN", "changes.national.x"),
    }
