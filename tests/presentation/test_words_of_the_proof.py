"""What a page may say of the proof: never more than the certificate."""

from __future__ import annotations

from dataclasses import replace

from optimizer.presentation.data import ProofSummary, gap_sentence, proof_sentence, stop_sentence
from optimizer.verify.verdict import Verdict


def summary(status: str, stopped: str) -> ProofSummary:
    return ProofSummary(status, 1000.0, 1001.5, 1.5, stopped, "")


def test_a_closed_tree_may_be_called_a_proof():
    proof = summary("certified_optimal", "proven")
    assert "preuve jointe" in proof_sentence(proof, "fr")
    assert "jusqu'à la preuve" in stop_sentence(proof, "fr")


def test_a_backend_that_claims_an_optimum_is_not_a_proof():
    proof = summary("certified_within", "proven")
    assert "1,50 points près" in proof_sentence(proof, "fr")
    assert "jusqu'à la preuve" not in stop_sentence(proof, "fr")
    assert "s'arrête à cet écart" in stop_sentence(proof, "fr")


def test_a_wide_gap_is_written_as_people_write_numbers():
    wide = replace(summary("certified_within", "time"), objective=796_376.0, gap=15_291.48)
    assert "15\u202f291,48 points près (1,9201\u00a0%)" in proof_sentence(wide, "fr")
    assert "15,291.48 points (1.9201%)" in proof_sentence(wide, "en")
    checked = Verdict("certified within", (), "15291.48")
    assert checked.sentence("fr").startswith("Certifié à 15\u202f291,48 points près")
    assert "within 15,291.48 points" in checked.sentence("en")
    # one figure, written one way on the pages and in the verdict
    even = Verdict("certified within", (), "2508.8")
    assert even.sentence("fr").startswith("Certifié à 2\u202f508,80 points près")
    assert (
        Verdict("certified within", (), "2508").sentence("en").startswith("Certified within 2,508.00 points")
    )


def test_a_gap_is_called_replayable_and_no_proof():
    proof = summary("certified_within", "gap")
    assert "rejouable à l'identique" in stop_sentence(proof, "fr")
    assert "jusqu'à la preuve" not in stop_sentence(proof, "fr")


def test_a_clock_is_said_not_replayable():
    assert "non rejouable" in stop_sentence(summary("certified_within", "time"), "fr")
    assert "not replayable" in stop_sentence(summary("certified_within", "interrupted"), "en")


def test_a_draw_that_was_not_ended_is_told_beside_the_proof():
    proof = replace(summary("certified_optimal", "proven"), drawn=False)
    assert "preuve jointe" in proof_sentence(proof, "fr")
    assert "de même valeur" in stop_sentence(proof, "fr")
    assert "of the same value" in stop_sentence(proof, "en")
    # where a gap is left, equal proposals are the least of it
    assert "même valeur" not in stop_sentence(replace(proof, stopped="gap"), "fr")


def test_a_gap_asked_for_is_told_from_one_the_search_left():
    proof = summary("certified_within", "gap")
    assert "écart demandé" in stop_sentence(replace(proof, asked=0.01), "fr")
    for asked in (0.0, 0.001):  # the search gave up further from the proof than it was allowed to end at
        left = replace(proof, asked=asked)
        assert "budget" in stop_sentence(left, "fr") and "rejouable à l'identique" in stop_sentence(
            left, "fr"
        )
        assert "budget spent" in stop_sentence(left, "en")


def test_a_gap_is_told_beside_what_a_filled_dwelling_counts():
    proof = summary("certified_within", "gap")
    assert gap_sentence(proof, 20_000, "fr") == (
        "Ce que dit l'écart : une autre proposition vaudrait au mieux 1,50 points de plus (0,1500\u00a0%), "
        "toutes règles comprises ; un logement pourvu en compte 20\u202f000."
    )
    assert "1.50 points more (0.1500%) at best" in gap_sentence(proof, 20_000, "en")
    assert gap_sentence(summary("certified_optimal", "proven"), 20_000, "fr") == ""
