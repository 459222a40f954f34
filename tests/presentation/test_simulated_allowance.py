"""The A4 page shows all that an effort rate takes off the rent, and no estimate beside a rate that was simulated elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

from optimizer.runs import Options, propose_to
from tests.contract.writing import write


def test_the_reduction_stands_beside_the_allowance_and_no_estimate_beside_a_written_rate(tmp_path: Path):
    """N1: (400 + 80 − 100 − 50) / 990 = 33.3 %. Of N2 the rate alone was simulated: its allowance is not ours to tell."""
    case = write(
        tmp_path / "case",
        dwellings="""
            id landlord commune rooms financing rent_eur charges_eur
            L1 BAIL     25056   3     PLUS      400      80
        """,
        applications="""
            id first_registered_on persons adults choices status score monthly_income_eur
            N1 2024-01-01          3       2      25056   active 90    990
            N2 2024-01-02          3       2      25056   active 80    990
            N3 2024-01-03          3       2      25056   active 70    990
        """,
        simulations="""
            dwelling_id application_id allowance_eur rls_eur effort
            L1          N1             100           50      .
            L1          N2             .             .       0.30
        """,
    )
    propose_to(case, tmp_path / "out", Options(pdf=False, accept_assumed=True))
    (sheet,) = json.loads((tmp_path / "out" / "sheets.json").read_bytes())["forms"]
    shown = {
        card["application"]: dict(pair for line in card["lines"]["fr"] for pair in line)
        for card in sheet["candidates"]
    }
    kept = {name: x["counted"] for name, x in sheet["households"].items()}
    assert shown["N1"]["APL"] == "100,00 € (simulée CAF), RLS 50,00 €"
    assert shown["N2"]["APL"] == "comprise dans le taux simulé" and kept["N2"]["given"]
    assert shown["N3"]["APL"].endswith("€ (estimée)")
    rate = (
        kept["N1"]["rent_eur"]
        + kept["N1"]["charges_eur"]
        - kept["N1"]["allowance_eur"]
        - kept["N1"]["reduction_eur"]
    ) / 990
    assert round(rate, 4) == sheet["households"]["N1"]["effort"] == 0.3333
