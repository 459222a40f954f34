"""The compiled passes against the same thing done pair by pair, and falsifications that only they can see."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import publish
import pytest
from worlds import doors, field_of

from optimizer.presentation.csvfile import csv_bytes
from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import bound, verify
from optimizer.verify.blocks import Fit
from optimizer.verify.bound import FROM_HUNDREDTH, Weights
from optimizer.verify.classes import Classes
from optimizer.verify.distinct import distinct
from optimizer.verify.passes import places
from optimizer.verify.rows import TRAITS, Book, Row, lease_of, profile_at
from optimizer.verify.scores import Scores
from optimizer.verify.tables import read_case
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import read_world
from optimizer.verify.year import Year

TEXTS = ("application_id", "dwelling_id", "application_id_ahead", "application_id_passed", "deadline")


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """(case, result) of a week with long lists of leapfrogs."""
    folder = tmp_path_factory.mktemp("week")
    write_case(synthesize("commission", dwellings=8, applications=700, seed=3, tight=True), folder / "case")
    propose_to(folder / "case", folder / "out", Options(accept_assumed=True, pdf=False))
    return folder / "case", folder / "out"


def counted(world):
    """The rules of a case, counted up to the run."""
    book = Book(world)
    Year(world, book).count()
    return book


@pytest.fixture(scope="module")
def classes(week):
    world = read_world(read_case(week[0]), shipped_models())
    return Classes(world, Scores(world), counted(world))


def code_of(classes, d, a):
    """First refusal of one pair before ``ACCOUNT``, by the sentences of the design one after the other."""
    w, app, dw = classes.world, classes.world.apps, classes.world.dwellings
    place, size = int(dw.place[d]), int(app.size[a])
    wished = app.wished.values[app.wished.ptr[a] : app.wished.ptr[a + 1]].tolist()
    epci = w.law.places.epci
    near = bool(app.extend[a]) and epci[place] != "" and epci[place] in {epci[i] for i in wished}
    mask, _ = w.law.rooms_table(w.law_rooms(dw.landlord[d]))
    bits = int(mask[min(size, len(mask) - 1)])
    if app.never_t1[a] and w.law.flag("national.rooms.t1_single_only"):
        bits &= ~1
    bits = bits & int(app.rooms_wanted[a]) if app.rooms_wanted[a] else bits
    bits = int(app.dalo_rooms[a]) or bits
    table = w.law.ceilings_cents(int(dw.financing[d]))[w.law.places.zone[place]].tolist()
    category = int(app.category[a])
    ceiling = table[max(1, min(category, 6)) - 1] + max(0, category - 6) * table[6]
    need, access = int(app.mobility[a]), int(dw.accessible[d])
    districts = app.districts.values[app.districts.ptr[a] : app.districts.ptr[a + 1]]
    other = (
        dw.district[d] and len(districts) and dw.district[d] not in [app.district_words[i] for i in districts]
    )
    tests = (
        not app.active[a],
        w.live_offer[a],
        (place not in wished and not near) or other,
        not bits >> (int(dw.rooms[d]) - 1) & 1,
        app.income[a] >= 0 and int(app.income[a]) * 10_000 > ceiling * int(dw.factor[d]),
        (need == 3 and access != 2) or (need == 2 and access == 0) or (need > 0 and dw.upstairs[d]),
        app.current_dwelling[a] == d,
        w.forbidden_all[a] or a in w.forbidden.get(d, ()),
    )
    return next((i for i, refused in enumerate(tests, start=1) if refused), 0)


def test_codes_pair_by_pair(classes):
    met = set()
    for door in doors(classes):
        d = classes.members[classes.classes_of[door.number][0]][0]
        found = dict(zip(door.block.app.tolist(), door.code.tolist(), strict=True))
        for a in range(0, len(classes.world.apps), 3):
            code = code_of(classes, d, a)
            met.add(code)
            if a in found:
                assert found[a] == code
            else:
                assert code in (1, 2, 3)
    assert met >= {0, 3, 4, 5}


def test_values_and_types_of_each_door(classes):
    fit: Fit = classes.fit
    for door in doors(classes):
        block, c = door.block, classes.classes_of[door.number][0]
        d = classes.members[c][0]
        order = list(zip(-block.score, (classes.world.apps.ids[a] for a in block.app), strict=True))
        assert order == sorted(order), "the highest score first, equal scores by identifier"
        assert np.array_equal(block.where(block.app), np.arange(len(block.app)))
        assert (door.profile[door.type] == profile_at(classes.world, d, block.app)).all()
        assert door.count.sum() == len(door.fine) == np.count_nonzero(door.code == 0)
        entries = classes.entries(c)
        worth = dict(zip(block.app[door.fine].tolist(), door.value.tolist(), strict=True))
        assert all(
            worth[a] == s + f - b
            for a, s, f, b in zip(
                entries.app.tolist(), entries.score, entries.fit, entries.burden, strict=True
            )
        )
        assert (entries.fit >= 0).all() and entries.fit.max(initial=0) <= (
            fit.preference + fit.first_rooms + fit.adapted
        )


def naive(classes, book, use):
    """The bound in Python integers: every dwelling, household and account one after the other."""
    total = 0
    for c, members in enumerate(classes.members):
        entries = classes.entries(c)
        d = members[0]
        lease, bits = lease_of(classes.world, d), profile_at(classes.world, d, entries.app)

        def gain(account, profile, lease=lease, seat=False):
            found = 0
            for k, trait in book.marks(lease, account, seat=seat):
                num = int(TRAITS[trait](np.array([profile]))[0])
                found += int(use.den[k]) + int(use.num[k]) * num + int(use.more[k]) * book.more(k, lease)
            return found

        best = []
        for i, a in enumerate(entries.app.tolist()):
            for b, account in enumerate(entries.accounts):
                if int(entries.first[i]) >> b & 1:
                    value = int(entries.worth(b)[i]) + classes.fit.fill
                    best.append(value * FROM_HUNDREDTH + gain(account, int(bits[i])) - int(use.price[a]))
        for seat in entries.seats:
            value = (classes.fit.fill + seat.worth) * FROM_HUNDREDTH
            best.append(value + gain(seat.account, 0, seat=True))
        seats = len(entries.seats)
        for d in classes.open_members(c):
            bonus = int(classes.bonus[d]) * FROM_HUNDREDTH
            here = [x + bonus for x in best[: len(best) - seats]] + best[len(best) - seats :]
            total += max([*here, *([] if d in classes.world.pins else [0])])
    return total


@pytest.mark.parametrize("held", [10**9, 0])
def test_bound_pair_by_pair(classes, held, monkeypatch):
    monkeypatch.setattr(bound, "HELD", held)
    book = classes.book
    space = field_of(classes)
    rng = np.random.default_rng(3)
    n = len(book.rows)
    for _ in range(3):
        use = Weights(
            rng.integers(0, 10**13, n), -rng.integers(0, 10**12, n), -rng.integers(0, 10**9, n),
            rng.integers(-(10**13), 10**14, len(classes.world.apps)),
        )  # fmt: skip
        assert space.bound(use, {}) == naive(classes, book, use)


@pytest.mark.parametrize("held", [10**9, 0])
def test_the_grid_of_the_objective(classes, held, monkeypatch):
    monkeypatch.setattr(bound, "HELD", held)
    space = field_of(classes)
    values = set()
    for c in range(len(classes)):
        entries = classes.entries(c)
        worth = [
            entries.worth(b)[entries.first >> b & 1 > 0] + classes.fit.fill
            for b in range(len(entries.accounts))
        ]
        for d in classes.open_members(c):
            values |= {int(x) for part in worth for x in part + classes.bonus[d]}
            values |= {classes.fit.fill + x.worth for x in entries.seats}
    step = int(np.gcd.reduce(list(values))) * 10_000
    row = Row("flux", "x", Fraction(1), Fraction(0), 3, rate=10_000)
    free = [replace(x, price=0) for x in classes.book.rows]
    assert space.on_grid(step, free) and space.on_grid(10_000, [*free, row])
    for wrong in (2 * step, 7 * step, 10**20):
        assert not space.on_grid(wrong, free)
    assert not space.on_grid(10_000, [*free, replace(row, price=1, rate=5)])
    assert not space.on_grid(10_000, [*free, replace(row, price=1, slack=5)])


@pytest.fixture
def copy(week, tmp_path):
    shutil.copytree(week[1], tmp_path / "out")
    return week[0], tmp_path / "out"


def read(out, name):
    return pd.read_csv(
        out / f"{name}.csv", sep=";", decimal=",", dtype={x: str for x in TEXTS}, encoding="utf-8-sig"
    )


def failing(case, out, name, frame):
    (out / f"{name}.csv").write_bytes(csv_bytes(frame))
    publish.seal(out)
    return [c.id for c in verify(out, case).checks if not c.ok]


def long_list(table):
    """Positions of the lines of the first rank that passes more than twenty, the count row last."""
    count = table.index[table["explained_by"] == "count"][0]
    key = table.loc[count, ["dwelling_id", "rank"]]
    return table.index[(table["dwelling_id"] == key.iloc[0]) & (table["rank"] == key.iloc[1])]


@pytest.mark.parametrize(("step", "wrong"), [(1, []), (-1, ["order"])])
def test_leapfrogs_in_another_order_of_lines_are_true_but_not_as_promised(copy, step, wrong):
    case, out = copy
    assert failing(case, out, "leapfrogs", read(out, "leapfrogs")[::step]) == wrong


@pytest.mark.parametrize(
    "falsify",
    [
        lambda t, at: t.drop(at[10]),
        lambda t, at: t.drop(at[-1]),
        lambda t, at: pd.concat([t, t.loc[[at[10]]]]),
        lambda t, at: t.assign(points_gap=t["points_gap"].where(t.index != at[-1], t["points_gap"] + 1)),
        lambda t, at: t.assign(points_gap=t["points_gap"].where(t.index != at[7], t["points_gap"] - 0.01)),
        lambda t, at: t.assign(explained_by=t["explained_by"].where(t.index != at[5], "count")),
        lambda t, at: t.assign(rank=t["rank"].where(t.index != at[3], t["rank"] + 1)),
        lambda t, at: t.assign(
            application_id_passed=t["application_id_passed"].where(t.index != at[19], t.loc[at[0], "application_id_ahead"])
        ),
        lambda t, at: t.assign(
            application_id_passed=t["application_id_passed"].where(t.index != at[19], "nobody")
        ),
    ],
)  # fmt: skip
def test_a_line_in_the_middle_of_a_long_list(copy, falsify):
    case, out = copy
    table = read(out, "leapfrogs")
    at = long_list(table)
    assert len(at) == 21
    found = failing(case, out, "leapfrogs", falsify(table, at))
    # the sentence of the line and the number of rows follow from the table
    assert {"leapfrogs"} <= {*found} <= {"leapfrogs", "sentences", "record", "order"}


def test_the_twenty_first_in_place_of_the_twentieth(copy, classes):
    """A passed household that exists, is eligible and has a higher score, but is not among the twenty shown."""
    case, out = copy
    table = read(out, "leapfrogs")
    at = long_list(table)
    line = table.loc[at[19]]
    d = classes.world.dwellings.number[line["dwelling_id"]]
    door = classes.door(classes.door_of[int(classes.klass[d])])
    fine = door.block.app[door.fine].tolist()
    shown = set(table.loc[at[:20], "application_id_passed"])
    last = fine.index(classes.world.apps.number[line["application_id_passed"]])
    ids = classes.world.apps.ids
    other = next(a for a in fine[last + 1 :] if ids[a] not in shown)
    table.loc[at[19], "application_id_passed"] = ids[other]
    assert failing(case, out, "leapfrogs", table) == ["leapfrogs"]


@pytest.mark.long
def test_every_reason_of_refusal_is_checked(copy, classes):
    case, out = copy
    table = read(out, "applications")
    refused = table.index[table["status"] == "ineligible"]
    codes = ("INACTIVE", "COMMUNE", "ROOMS", "CEILING", "ACCESSIBLE", "OWN_DWELLING", "FORBIDDEN", "ACCOUNT")
    every = range(len(classes.world.dwellings))
    for at in refused[:: max(1, len(refused) // 6)]:
        a = classes.world.apps.number[table.loc[at, "application_id"]]
        met = {code_of(classes, d, a) for d in every}
        names = (
            "",
            "INACTIVE",
            "LIVE_OFFER",
            "COMMUNE",
            "ROOMS",
            "CEILING",
            "ACCESSIBLE",
            "OWN_DWELLING",
            "FORBIDDEN",
        )
        wrong = next(x for x in codes if x not in {names[i] for i in met} and x != "ACCOUNT")
        edited = table.copy()
        edited.loc[at, "reason"] = wrong
        assert failing(case, out, "applications", edited) == ["applications"]


def test_one_more_candidate_on_another_account(copy):
    case, out = copy
    table = read(out, "orientation")
    for column in ("candidates", "best_score"):
        at = table.index[(table["chosen"] == 0) & (table["candidates"] > 0)][-1]
        edited = table.copy()
        edited.loc[at, column] += 1
        assert failing(case, out, "orientation", edited) == ["orientation"]


@pytest.mark.long
def test_equals_are_drawn_by_lot(tmp_path):
    """Every score and date the same: reserves are the lottery's, and another of the equals in one's place is refused."""
    case, out = tmp_path / "case", tmp_path / "out"
    write_case(synthesize("commission", dwellings=6, applications=600, seed=2), case)
    people = pd.read_csv(case / "demandes.csv", sep=";", dtype=str, encoding="utf-8-sig")
    people["cotation"], people["premiere_demande_le"] = "10", people["premiere_demande_le"].min()
    people.to_csv(case / "demandes.csv", sep=";", index=False)
    propose_to(case, out, Options(accept_assumed=True, pdf=False))
    lines = read(out, "proposals")
    assert failing(case, out, "proposals", lines) == []
    world = read_world(read_case(case), shipped_models())
    classes = Classes(world, Scores(world), counted(world))
    tried = 0
    for at in lines.index[lines["rank"] == 2]:
        line = lines.loc[at]
        d = world.dwellings.number[line["dwelling_id"]]
        entries = classes.entries(int(classes.klass[d]))
        bit = entries.accounts.index(line["account"])
        value = entries.worth(bit)
        me = int(np.searchsorted(entries.app, world.apps.number[line["application_id"]]))
        shown = {world.apps.number[x] for x in lines["application_id"].dropna()}
        equals = (value == value[me]) & (entries.named >> bit & 1 > 0) & ~np.isin(entries.app, list(shown))
        for a in entries.app[equals][:1].tolist():
            edited = lines.copy()
            edited.loc[at, "application_id"] = world.apps.ids[a]
            assert "shortlists" in failing(case, out, "proposals", edited)
            tried += 1
    assert tried >= 2


@pytest.mark.parametrize("wide", [1, 2**40, 2**61])
def test_different_rows_of_a_table_are_numbered_as_they_are_ordered(wide):
    rows = np.random.default_rng(4).integers(-3, 3, (200, 4)) * wide
    found, back = distinct(rows)
    asked, wanted = np.unique(rows, axis=0, return_inverse=True)
    assert np.array_equal(found, asked) and np.array_equal(back, wanted.reshape(-1))
    none, nowhere = distinct(rows[:0])
    assert none.shape == (0, 4) and not len(nowhere)


def test_places_by_score_on_the_account_of_the_dwelling_else_where_they_are_best():
    rng = np.random.default_rng(5)
    for _ in range(20):
        n, accounts = 40, 3
        kind = rng.integers(0, 6, n).astype(np.int32)
        score, named = rng.integers(0, 9, n), rng.integers(0, 1 << accounts, 6)
        fine = np.flatnonzero(rng.random(n) < 0.8).astype(np.int32)
        asked = rng.permutation(fine)[:15].astype(np.int32)
        own = rng.integers(-1, accounts, len(asked))
        found = places(fine, kind, score, named, asked, own, accounts)
        for i, goes, p, total, other in zip(
            asked.tolist(), own.tolist(), *(x.tolist() for x in found), strict=True
        ):
            on = [[j for j in fine.tolist() if named[kind[j]] >> b & 1] for b in range(accounts)]
            each = {
                b: (1 + sum(score[j] > score[i] for j in mine), len(mine))
                for b, mine in enumerate(on)
                if named[kind[i]] >> b & 1
            }
            assert (p, total) == each.get(goes, min(each.values(), default=(0, 0)))
            assert other == (goes not in each)
