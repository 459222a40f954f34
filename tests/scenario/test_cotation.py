"""Two grids on a part of the small shipped case: who moves, which lists, which criteria decide, what is only declared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer import importers
from optimizer.datadirs import models_dir
from optimizer.errors import AttrifluxError
from optimizer.runs import Options
from optimizer.scenario import cotation_test
from optimizer.scenario.cotation_files import changes_said, cotation_to, sentences
from tests.cli.running import attriflux
from tests.scenario.cases import cut

NEAR = Options(gap=0.01)
"""For what a proof adds nothing to."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return cut(tmp_path_factory.mktemp("cotation") / "cas", 12, 150)


@pytest.fixture(scope="module")
def case(folder):
    return importers.read(folder, need=("dwellings", "applications"))


@pytest.fixture(scope="module")
def found(case):
    return cotation_test("demonstration", "demonstration_anciennete", case, options=NEAR)


@pytest.mark.long
def test_the_same_grid_changes_nothing(case):
    same = cotation_test("demonstration", "demonstration", case, options=NEAR)
    assert (same.changed_first, same.changed_lists) == (0, 0)
    assert (same.applications["move"] == 0).all()
    assert same.low_stakes == (same.market == "relaxed")


def test_moves_are_counted_by_public_and_reconcile(found):
    table = found.publics
    assert table["applications"].sum() == len(found.applications)
    assert (table["up"] + table["down"] + table["same"] == table["applications"]).all()
    assert found.changed_lists >= found.changed_first > 0


def test_ranks_follow_points_inside_each_epci(found):
    for _, group in found.applications.groupby("epci"):
        best = group.sort_values("points_b", ascending=False).iloc[0]
        assert best["rank_b"] == 1


def test_points_are_those_of_the_grids(found, case):
    """Points of a grid as its page says them, not their hundredths."""
    for side in ("points_a", "points_b"):
        points = found.applications[side].dropna()
        assert (points == points.round(2)).all() and 1 < points.median() < 300 and points.max() < 1_000


def test_every_criterion_of_both_grids_is_judged(found):
    assert set(found.criteria["grid"]) == {"demonstration", "demonstration_anciennete"}
    assert {"priorite.dalo", "anciennete.mois"} <= set(found.criteria["criterion"])
    nobody = found.criteria[found.criteria["applications"] == 0]
    assert (nobody["moves"] == 0).all()


def test_a_file_is_fragile_only_when_its_rank_falls(found):
    assert "priorité" in set(found.fragile["fact"])
    assert not found.fragile.duplicated(["grid", "application_id", "epci", "fact"]).any()
    assert (found.fragile["rank_without"] > found.fragile["rank"]).all()
    assert len(found.fragile)


@pytest.mark.long
def test_a_grid_of_the_users_own_is_read_from_its_file(case, tmp_path, found):
    copy = tmp_path / "ma_grille.yaml"
    copy.write_bytes((models_dir() / "cotation" / "demonstration_anciennete.yaml").read_bytes())
    mine = cotation_test("demonstration", str(copy), case, options=NEAR)
    assert mine.grid_b == "ma_grille"
    assert mine.lists.equals(found.lists)


def test_an_unknown_grid_is_named_with_the_known_ones(case):
    with pytest.raises(AttrifluxError, match="demonstration_anciennete"):
        cotation_test("demonstration", "nulle", case)


def test_a_case_that_carries_its_scores_is_refused(case):
    table = case.table("applications").assign(score=10.0)
    with pytest.raises(AttrifluxError) as caught:
        cotation_test("demonstration", "nulle", replace(case, tables={**case.tables, "applications": table}))
    assert caught.value.code == "COTATION_GIVEN"


def test_a_proposal_that_is_not_proven_is_told_beside_what_changes(found):
    told = {left: sentences(replace(found, unproven=left), "fr")[1] for left in (0, 1, 2)}
    assert "marge de la preuve" not in told[0]
    assert told[1].startswith("1 calcul s'arrête à une marge de la preuve : des premiers rangs")
    assert told[2].startswith("2 calculs s'arrêtent")


@pytest.mark.long
def test_how_many_proposals_stop_before_their_proof_is_counted(case):
    loose = cotation_test("demonstration", "demonstration_anciennete", case, options=Options(gap=0.5))
    assert loose.unproven == 2


@pytest.mark.long
def test_files_and_sentences(folder, case, tmp_path):
    told: list[tuple[int, int, str]] = []
    _, summary = cotation_to(
        "demonstration", "demonstration_anciennete", folder, tmp_path / "out",
        progress=lambda *where: told.append(where),
    )  # fmt: skip
    assert told == [(0, 2, "demonstration"), (1, 2, "demonstration_anciennete"), (2, 2, "")]
    names = {p.name for p in (tmp_path / "out").iterdir()}
    page = (tmp_path / "out" / "cotation.html").read_text(encoding="utf-8")
    assert "inventée pour la démonstration" in page
    assert "la commission décide" in page
    named = case.table("applications")["application_id"].astype(str)
    assert not [a for a in named if a in page]
    assert {
        "cotation.html",
        "publics.csv",
        "lists.csv",
        "criteria.csv",
        "fragile.csv",
        "cotation.xlsx",
        "run.json",
    } <= names
    assert "premiers rangs" in summary["lines_fr"][0]


def test_priority_publics_at_the_top_and_the_assumed_threshold(found):
    shares = found.publics[["top_a_share", "top_b_share", "head_a_share", "head_b_share"]]
    assert shares.sum().round(3).tolist() == [1, 1, 1, 1]
    assert 0 < found.priority_at_top("top_a_share") <= 1
    counts = found.publics[["top_a", "top_b", "head_a", "head_b"]]
    # a share of few is read with its numbers: five points more may be one household
    for (name, share), (_, count) in zip(shares.items(), counts.items(), strict=True):
        assert (share - count / count.sum()).abs().max() <= 0.00005, name
    num, den = found.priority_counts("top_a")
    assert den == counts["top_a"].sum() and round(num / den, 3) == round(
        found.priority_at_top("top_a_share"), 3
    )
    assert f"({num} sur {den}) des premiers rangs avant" in " ".join(sentences(found, "fr"))
    assert found.low_stakes_share.is_assumed
    assert not found.low_stakes


@pytest.mark.long
def test_a_relaxed_territory_where_little_changes_is_told_so(case):
    changes = {"territory.market": "relaxed", "national.cotation.low_stakes_share": 0.9}
    relaxed = replace(case, settings=replace(case.settings, changes=changes))
    found = cotation_test("demonstration", "demonstration_anciennete", relaxed, options=NEAR)
    assert found.low_stakes
    said = next(s for s in sentences(found, "fr") if "faible enjeu en territoire détendu" in s)
    assert "seuil supposé" in said


@pytest.mark.long
def test_a_file_to_verify_hangs_on_each_of_its_criteria(case):
    table = case.table("applications")
    every = table.assign(dossier="to_verify").astype(table.dtypes.to_dict())
    found = cotation_test(
        "demonstration",
        "demonstration",
        replace(case, tables={**case.tables, "applications": every}),
        options=NEAR,
    )
    assert "Emploi sur le territoire" in set(found.fragile["fact"])
    assert "Mois depuis la première demande" not in set(found.fragile["fact"])


@pytest.mark.parametrize(
    ("first", "lists", "dwellings", "said"),
    [
        (0, 0, 48, "Aucun premier rang, aucune liste ne change sur 48 logements."),
        (0, 1, 48, "0 premier rang et 1 liste changent sur 48 logements."),
        (1, 2, 1, "1 premier rang et 2 listes changent sur 1 logement."),
        (
            1200,
            1300,
            4000,
            "1\u202f200 premiers rangs et 1\u202f300 listes changent sur 4\u202f000 logements.",
        ),
    ],
)
def test_numbers_agree_with_their_nouns(first, lists, dwellings, said):
    assert changes_said(first, lists, dwellings, "fr") == said


@pytest.mark.long
def test_the_command_ends_at_the_gap_it_is_given(folder):
    near, _ = cotation_to("demonstration", "demonstration_anciennete", folder, None, gap=0.9)
    assert near.unproven == 2
    done = attriflux("cotation", "test", "demonstration", "demonstration_anciennete", folder, "--gap", "0.9")
    assert done.code == 0 and "2 calculs s'arrêtent" in " ".join(done.out.split())
    refused = attriflux("cotation", "test", "--weeks", folder, "--out", folder / "periode", "--gap", "0.1")
    assert refused.code == 2 and "--gap" in refused.err
