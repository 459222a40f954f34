"""Every pair of the invented country: effort rate, burden, lean and value beside their plain reading in fractions."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import town as t
import worth
from picks import MODES, Pick
from reference import Reference

from optimizer.verify.classes import Classes
from optimizer.verify.effort import BEFORE, ESTIMATED, SIMULATED, UNKNOWN
from optimizer.verify.rows import Book
from optimizer.verify.scores import Scores
from optimizer.verify.tables import read_case
from optimizer.verify.world import read_world
from optimizer.verify.year import Year

STATUS = {"unknown": UNKNOWN, "before": BEFORE, "estimated": ESTIMATED, "simulated": SIMULATED}


def opened(folder, country, town):
    """The classes of a town."""
    world = read_world(read_case(t.write_case(town, folder)), country.models)
    book = Book(world)
    Year(world, book).count()
    return Classes(world, Scores(world), book)


@pytest.mark.parametrize("seed", range(100, 130))
def test_every_pair_is_worth_what_the_design_says(tmp_path, country, seed):
    town = t.random_town(seed, dwellings=4, applications=14)
    classes, plain = opened(tmp_path, country, town), Reference(town)
    efforts = classes.burdens.efforts
    met = 0
    for d in range(plain.nd):
        everybody = np.arange(plain.na, dtype=np.int32)
        rates, burdens = efforts.at(d, everybody), classes.burdens.at(d, everybody)
        for a in range(plain.na):
            status, rate = plain.effort(d, a)
            assert rates.status[a] == STATUS[status]
            assert rates.known[a] == (rate is not None)
            if rate is not None:
                assert rates.top[a] == rate * int(rates.bottom[a])
                assert rates.shown()[a] == 10_000 * worth.half_up(rate, worth.F(1, 10_000))
            assert burdens[a] == plain.burden(d, a)
        entries = classes.entries(int(classes.klass[d]))
        # of an oriented dwelling only the account it goes to has lines
        for bit, account in ((i, x) for i, x in enumerate(entries.accounts) if x in plain.open_to(d)):
            named = np.flatnonzero(entries.named >> bit & 1)
            assert sorted(entries.app[named].tolist()) == plain.named(d, account)[0]
            for i in named.tolist():
                pick = Pick(d, int(entries.app[i]), account)
                assert entries.lean[i, bit] == plain.lean(pick)
                value = classes.fit.fill + int(classes.bonus[d]) + int(entries.worth(bit)[i])
                assert value == plain.value(pick)
                met += 1
    assert met > 0 or all(plain.blocked(d) for d in range(plain.nd))


PERSON = {
    "application_id": "A0", "first_registered_on": "2024-07-01", "persons": "1", "choices": "25001", "status": "active",
    "monthly_income_eur": "1000", "tax_income_eur": "9000",
}  # fmt: skip
HOME = {
    "dwelling_id": "D0", "landlord": "X", "commune": "25001", "rooms": "2", "financing": "PLUS", "rent_eur": "420",
    "charges_eur": "60",
}  # fmt: skip


def people(*each):
    return [{**PERSON, "application_id": f"A{i}", **x} for i, x in enumerate(each)]


def burdens(folder, country, town):
    classes = opened(folder, country, town)
    everybody = np.arange(len(town.applications), dtype=np.int32)
    return classes, classes.burdens.efforts.at(0, everybody), classes.burdens.at(0, everybody)


def test_an_allowance_by_hand(tmp_path, country):
    # alone in zone 1: 300 + 60.59 = 360.59; own part 39.56; RL = 300 / 260.25 = 1.1527, TL = 0.00135 + 0.00274 = 0.00409;
    # T = 0.03239; (10 800 − 5 235) × T = 180.25; 360.59 − 39.56 − 180.25 − 5 = 135.78
    _, rates, burden = burdens(tmp_path, country, t.Town([HOME], people({})))
    assert rates.top.tolist() == [48_000 - 13_578] and rates.bottom.tolist() == [100_000]
    # (0.34422 − 0.33) / 0.17 × 92.5 = 7.737…
    assert burden.tolist() == [774]


def test_who_pays_no_burden(tmp_path, country):
    poor = {"monthly_income_eur": "600"}
    each = people(
        poor, {**poor, "priority_codes": "DALO"}, {**poor, "prefet_designated": "oui"}, {"monthly_income_eur": "0"},
        {"monthly_income_eur": ""}, {**poor, "persons": "2"}, {**poor, "persons": "2", "adults": "2"},
    )  # fmt: skip
    _, rates, burden = burdens(tmp_path, country, t.Town([HOME], each))
    assert rates.status.tolist() == [2, 2, 2, 2, 0, 1, 2]
    assert rates.known.tolist() == [True, True, True, False, False, True, True]
    assert burden[0] > 0
    assert burden[1:6].tolist() == [0, 0, 0, 0, 0]


def test_what_was_simulated_wins(tmp_path, country):
    each = people({}, {}, {}, {})
    rows = [
        {"application_id": "A0", "effort": "0,5", "allowance_eur": "400"},
        {"application_id": "A1", "allowance_eur": "100", "rls_eur": "30"},
        {"application_id": "A2", "allowance_eur": "900"},
        {"application_id": "A3", "rls_eur": "30"},
    ]
    town = t.Town([HOME], each, {"simulations": [{"dwelling_id": "D0", **x} for x in rows]})
    _, rates, burden = burdens(tmp_path, country, town)
    assert rates.shown().tolist() == [5000, 3500, 0, 3142]
    # half of M = 185 points at 50 % and above; (0.35 − 0.33) / 0.17 × 92.5 = 10.88…
    assert burden.tolist() == [9250, 1088, 0, 0]


def test_a_deliberated_threshold_weighs_the_whole_range(tmp_path, country):
    import shutil

    models = tmp_path / "models"
    shutil.copytree(country.models, models)
    path = models / "conventions" / "x.yaml"
    own = "effort_threshold: 0.3\neffort_deliberation: CA 12\neffort_deliberated_on: 2026-01-05\n"
    path.write_text(own + path.read_text())
    town = t.Town([HOME], people({}))
    _, _, burden = burdens(tmp_path / "case", dataclasses.replace(Law(models)), town)
    # (0.34422 − 0.30) / 0.17 × 185
    assert burden.tolist() == [4812]


@dataclasses.dataclass
class Law:
    models: object


def test_above_the_number_of_like_dwellings_rents_are_means(tmp_path, country):
    homes = [
        {**HOME, "dwelling_id": f"D{i}", "rent_eur": rent, "charges_eur": charges}
        for i, (rent, charges) in enumerate((("400", "50"), ("421", "61"), ("", ""), ("500", "")))
    ]
    homes[3] = {**homes[3], "rooms": "3"}
    settings = {"changes": "{national.burden.like_dwellings_above: 3}"}
    classes = opened(tmp_path, country, t.Town(homes, people({}), {}, settings))
    efforts = classes.burdens.efforts
    # 410.50 and 55.50, each half up to the euro; the dwelling without them follows its like
    assert efforts.like
    assert efforts.rent.tolist() == [41_100, 41_100, 41_100, 50_000]
    assert efforts.charges.tolist()[:3] == [5_600, 5_600, 5_600]
    assert len({int(classes.klass[i]) for i in range(3)}) == 1


def test_names_that_are_missing(tmp_path, country):
    each = people({}, {}, {"als_employee": "oui"}, {"priority_codes": "DALO"})
    homes = [{**HOME, "commune": "25002"}]
    classes = opened(tmp_path, country, t.Town(homes, [{**x, "choices": "25002"} for x in each]))
    entries = classes.entries(int(classes.klass[0]))
    at = {account: bit for bit, account in enumerate(entries.accounts)}
    lean = {
        (int(entries.app[i]), account): int(entries.lean[i, bit])
        for account, bit in at.items()
        for i in np.flatnonzero(entries.named >> bit & 1).tolist()
    }
    # the landlord's account has four names; the État's only one, but a DALO household pays nothing there and gains 200
    assert MODES["ALS"] == "direct"
    assert lean[0, "BAILLEUR"] == 0 and lean[3, "BAILLEUR"] == 0
    assert lean[3, "ETAT_PRIO"] == 20_000


def test_dalo_households_that_the_state_may_not_name_gain_everywhere(tmp_path, country):
    homes = [{**HOME, "assiette_exclusion": "anru"}]
    each = people({"priority_codes": "DALO", "relocation": "NPNRU"}, {"relocation": "NPNRU"})
    classes = opened(tmp_path, country, t.Town(homes, each))
    entries = classes.entries(int(classes.klass[0]))
    assert entries.accounts == ("RELOGEMENT",)
    assert entries.lean[:, 0].tolist() == [20_000, 0]


def test_an_unreachable_household_pays_more_than_the_grid_gives(tmp_path, country):
    classes = opened(tmp_path, country, t.Town([HOME], people({"dossier": "unreachable"}, {}, {}, {})))
    entries = classes.entries(int(classes.klass[0]))
    bit = entries.accounts.index("BAILLEUR")
    assert entries.lean[:, bit].tolist() == [-(worth.SPAN + 2000), 0, 0, 0]


def test_a_kept_first_rank_gains_on_its_account_alone(tmp_path, country):
    town = t.Town([HOME], people({}, {}, {}))
    world = read_world(read_case(t.write_case(town, tmp_path)), country.models)
    world = dataclasses.replace(world, kept={0: (1, "BAILLEUR")})
    book = Book(world)
    Year(world, book).count()
    entries = (classes := Classes(world, Scores(world), book)).entries(int(classes.klass[0]))
    bit = entries.accounts.index("BAILLEUR")
    assert entries.lean[:, bit].tolist() == [0, 5000, 0]


def test_burdens_beyond_64_bits_are_exact(tmp_path, country):
    simulated = {"simulations": [{"dwelling_id": "D0", "application_id": "A0", "effort": "0,5"}]}
    town = t.Town([HOME], people({"score": "9000000000,01"}), simulated)
    _, _, burden = burdens(tmp_path, country, town)
    assert burden.tolist() == [450_000_000_001]
