"""The publics a planner speaks of, each household in one of them; who is a public prioritaire is what the law counts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.facts import Facts
from optimizer.errors import Lang, said, texts
from optimizer.presentation.words import scope_words

PUBLICS = (
    "DALO",
    "autres publics prioritaires",
    "mutations",
    "salariés Action Logement",
    "autres demandeurs",
)
"""In this order: a household is of the first public it belongs to. Tables hold these words whatever the language of the pages."""
texts(
    "PUBLIC",
    {
        "0": (PUBLICS[0], "DALO"),
        "1": (PUBLICS[1], "other priority publics"),
        "2": (PUBLICS[2], "transfers"),
        "3": (PUBLICS[3], "Action Logement employees"),
        "4": (PUBLICS[4], "other applicants"),
    },
)


def publics_said(lang: Lang) -> dict[str, str]:
    """Public as the tables name it -> its name in a language."""
    return {public: said(f"PUBLIC.{i}", lang) for i, public in enumerate(PUBLICS)}


def scope_said(scope: str, lang: Lang, places: Mapping[str, str]) -> str:
    """`scope_words` of an indicator, whose scope may be a public."""
    return scope_words(scope, lang, {**places, **publics_said(lang)})


def counts_as_priority(facts: Facts) -> NDArray[np.bool_]:
    """(A,) households the rule of the publics prioritaires counts: DALO, or another code of L. 441-1 with a proof that counts.

    A code that is only declared is not one: counted, it would triple the share that ``rules.csv`` gives.
    """
    a = facts.applications
    proven = np.isin(a.proof, facts.target_proofs)
    return np.asarray(a.dalo | (a.priority_any & proven), dtype=bool)


def public_of_household(applications: pd.DataFrame, facts: Facts) -> dict[str, str]:
    """Public of each application of the table.

    Parameters
    ----------
    applications : DataFrame
        The table of the case: ``application_id, als_employee, current_landlord``.
    facts : the same applications, encoded.
    """
    ids = [str(x) for x in facts.applications.ids.tolist()]
    priority = frozenset(np.array(ids, object)[counts_as_priority(facts)].tolist())
    dalo = frozenset(np.array(ids, object)[facts.applications.dalo].tolist())
    names = applications["application_id"].astype(str)
    kind = pd.Series(PUBLICS[4], index=applications.index)
    kind = kind.mask(applications["als_employee"].fillna(False).astype(bool), PUBLICS[3])
    kind = kind.mask(applications["current_landlord"].notna(), PUBLICS[2])
    kind = kind.mask(names.isin(priority), PUBLICS[1])
    kind = kind.mask(names.isin(dalo), PUBLICS[0])
    return dict(zip(names, kind, strict=True))
