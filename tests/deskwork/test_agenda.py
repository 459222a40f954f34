"""The agenda of a run: of what was verified, once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.desk import agenda as made_of
from optimizer.desk.late import Described
from optimizer.errors import AttrifluxError
from optimizer.verify import verify
from tests.deskwork.room import proposed, read_case, ready


@pytest.mark.long
def test_what_was_just_verified_is_not_verified_again(monkeypatch: pytest.MonkeyPatch):
    case, result = proposed()
    wanted, verdict = ready(), verify(result, case)
    asked: list[Path] = []
    monkeypatch.setattr(made_of, "verify", lambda out, of, models: asked.append(out) or verdict)
    assert made_of.agenda(result, case, read_case(), verdict=verdict) == wanted and asked == []
    assert made_of.agenda(result, case, read_case()) == wanted and asked == [result]
    with pytest.raises(AttrifluxError) as refused:
        made_of.agenda(result, case, read_case(), verdict=replace(verdict, verdict="refused"))
    assert refused.value.code == "DESK_RUN_REFUSED"


def test_a_late_dwelling_says_its_account_as_the_proposal_does():
    """Minutes, letters and « À reporter » of one session name a réservataire once: by its place, not by its code."""
    labels = {i.account: i.facts["account_label"] for i in ready().items}
    described = Described(read_case())
    home = ready().items[0].dwelling_id
    found = {a: described.item(home, a, []).facts["account_label"] for a in described.facts.accounts}
    assert {a: found[a] for a in labels} == labels
    assert found["COLL:242500361"]["fr"] == "CU Grand Besançon Métropole" and found["COLL:25056"]["fr"] == "Besançon"  # fmt: skip
