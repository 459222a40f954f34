"""Late or ahead of the share, in whole leases."""

from __future__ import annotations

import pytest

from optimizer.presentation.sheets import _pace


@pytest.mark.parametrize(
    ("behind", "french", "english"),
    [
        (3.25, "en retard de 4 baux", "4 leases late"),
        (0.4, "en retard de 1 bail", "1 lease late"),
        (0.0, "à l'heure", "on time"),
        (-0.9, "à l'heure", "on time"),
        (-2.7, "en avance de 2 baux", "2 leases ahead"),
    ],
)
def test_the_pace_of_the_year(behind, french, english):
    assert (_pace(behind, True), _pace(behind, False)) == (french, english)
