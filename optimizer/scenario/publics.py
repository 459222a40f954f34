"""The publics a planner speaks of, each household in one of them."""

from __future__ import annotations

import pandas as pd

PUBLICS = (
    "DALO",
    "autres publics prioritaires",
    "mutations",
    "salariés Action Logement",
    "autres demandeurs",
)
"""In this order: a household is of the first public it belongs to."""


def public_of_household(applications: pd.DataFrame) -> dict[str, str]:
    """Public of each application of the table."""
    codes = applications["priority_codes"].fillna("").astype(str)
    kind = pd.Series(PUBLICS[4], index=applications.index)
    kind = kind.mask(applications["als_employee"].fillna(False).astype(bool), PUBLICS[3])
    kind = kind.mask(applications["current_landlord"].notna(), PUBLICS[2])
    kind = kind.mask(codes != "", PUBLICS[1])
    kind = kind.mask(codes.str.split("|").map(lambda items: "dalo" in items), PUBLICS[0])
    return dict(zip(applications["application_id"].astype(str), kind, strict=True))
