"""What the law and the commission's own rules say of a session, read from ``models/national/`` on a date.

Every value can be asked with its source: :meth:`CommissionLaw.parameter`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from optimizer.datadirs import models_dir
from optimizer.errors import Lang
from optimizer.policy import PolicyError
from optimizer.policy.checks import check_commission
from optimizer.policy.folder import Folder
from optimizer.policy.parameter import Entry, Parameter, parse_entries
from optimizer.store.clock import ALSACE_MOSELLE

FILES = ("commission", "caleol", "desk")
NO_DOCUMENT, EFFORT, NOT_ACTIVE = "N1", "N5", "N9"
"""Motives that the program knows by themselves: a document that did not come although it was asked for, the effort rate, whose
calculation is joined, and an application that is not active or has no number, of which no letter may say that it is kept."""


@dataclass(frozen=True, eq=False)
class CommissionLaw:
    """Values of ``national.commission`` (and ``national.caleol``, ``national.desk``) in force on ``on``.

    ``motives`` and ``provisions`` are keyed I1, I2 (irrecevabilité) and N1…N9 (non-attribution of this dwelling).
    """

    on: date
    entries: Mapping[str, Entry]

    def at(self, day: date) -> CommissionLaw:
        """The same law on another day."""
        return CommissionLaw(day, self.entries)

    def parameter(self, name: str) -> Parameter:
        """``commission.quorum`` with its unit, status and source (KeyError for an unknown name)."""
        return self.entries[f"national.{name}"].on(self.on)

    def value(self, name: str) -> Any:
        """The bare value of ``commission.<name>``."""
        return self.parameter(f"commission.{name}").value

    def labels(self, name: str) -> Mapping[str, str]:
        """A closed list, code -> French words: ``motives``, ``provisions``, ``documents``, ``refusal_reasons``…"""
        found: Mapping[str, str] = self.value(name)
        return found

    def words(self, name: str, lang: Lang) -> Mapping[str, str]:
        """A closed list in a language; a label that has no English words stays French."""
        labels = self.labels(name)
        return labels if lang == "fr" else {**labels, **self.parameter(f"commission.{name}").english}

    def known(self, name: str, lang: Lang) -> Mapping[str, str]:
        """Every code that a closed list has ever had, in words: for telling what was recorded, never for offering a choice.

        A session is told by the law of its day, and its offers are answered later; a list may have gained a code between the two, or have
        lost one that older records bear. Words are those of ``on``, else of the value nearest before it, else nearest after.
        """
        values = self.entries[f"national.commission.{name}"].values
        later = [v for v in values if v.since > self.on]
        nearest_last = [*reversed(later), *(v for v in values if v.since <= self.on)]
        found: dict[str, str] = {}
        for dated in nearest_last:
            if dated.value is not None:
                found |= dated.value if lang == "fr" else {**dated.value, **dated.english}
        return found

    def provision(self, motive: str, recorded: str, lang: Lang) -> str:
        """The provision a decision rests on, as it was recorded; in English where it is the one of its motive."""
        known = self.known("provisions", "fr").get(motive, "")
        return self.known("provisions", lang).get(motive, "") if recorded in ("", known) else recorded

    @property
    def motives(self) -> Mapping[str, str]:
        return self.labels("motives")

    @property
    def provisions(self) -> Mapping[str, str]:
        return self.labels("provisions")

    @property
    def documents(self) -> Mapping[str, str]:
        return self.labels("documents")

    @property
    def answer_days(self) -> int:
        """Whole days a household has to answer (R. 441-10)."""
        return int(self.parameter("caleol.answer_days").value)

    @property
    def shortlist_size(self) -> int:
        """Applications examined for a dwelling (R. 441-3)."""
        return int(self.parameter("caleol.shortlist_size").value)

    @property
    def refusal_months(self) -> int:
        """Months for which a refusal without a legitimate reason counts."""
        return int(self.parameter("desk.refusal_window").value)

    @property
    def few_reasons(self) -> tuple[str, ...]:
        """Cases in which fewer may be examined."""
        return tuple(self.parameter("caleol.single_candidate_cases").value)

    def allows(self, kind: str, motive: str) -> bool:
        """Whether ``motive`` is of the closed list for that kind of decision."""
        head = {"not_attributed": "N", "ineligible": "I"}.get(kind)
        return head is not None and motive.startswith(head) and motive in self.motives

    def region(self, commune: object) -> str:
        """Region of the public holidays of a commune (INSEE code): empty, ``alsace-moselle``, or the overseas day ``MM-DD``."""
        code = str(commune or "")
        if code.startswith(tuple(self.value("alsace_moselle"))):
            return ALSACE_MOSELLE
        overseas: Mapping[str, str] = self.value("abolition_day")
        return overseas.get(code[:3], "")


def law(on: date, models: str | Path | None = None) -> CommissionLaw:
    """The commission's law on a date; PolicyError when a file of ``models/national`` cannot be used, a motive without its provision or a letter without its blanks included."""
    return CommissionLaw(on, _entries(models_dir(models)))


@lru_cache(maxsize=8)
def _entries(root: Path) -> Mapping[str, Entry]:
    folder = Folder(root)
    entries: dict[str, Entry] = {}
    for name in FILES:
        entries |= parse_entries(f"national.{name}", folder.yaml(f"national/{name}.yaml"))
    for wrong in check_commission(entries):
        raise PolicyError(wrong.code, **wrong.params)
    return entries
