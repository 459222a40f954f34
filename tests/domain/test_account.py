"""What every kind of account says of itself, and what the register refuses."""

from __future__ import annotations

import dataclasses
import re
from fractions import Fraction as F

import pytest

from optimizer.conversion import Caps, apply_caps
from optimizer.domain import account
from optimizer.domain.account import (
    AccountKind,
    account_forms,
    account_of,
    account_order,
    all_kinds,
    convention_forms,
    find_account,
    in_flux,
    is_convention_account,
    kind,
    of_place,
    outside_flux,
    place_of,
    remainder,
    state_accounts,
    transfers,
    vocabulary,
)
from optimizer.domain.schema import EXCLUSIONS
from optimizer.eligibility.accounts import STATE_PRIORITY
from optimizer.policy.conventions import POOLS
from optimizer.verify.agreements import account_rank

KINDS = all_kinds()
CODES = (
    "ETAT_PRIO",
    "ETAT_AGENT",
    "ALS",
    "COLL:25056",
    "COLL:25",
    "OTHER:caf",
    "BAILLEUR",
    "MUTATION",
    "RELOGEMENT",
)


@pytest.mark.parametrize("one", KINDS, ids=lambda k: k.code)
def test_a_kind_is_complete(one: AccountKind) -> None:
    assert one.fr and one.en and one.source
    assert one.pool in {*POOLS[1:], STATE_PRIORITY, account.ANY, account.OWN_TENANTS, account.RELOCATED}
    assert set(one.exclusions) <= set(EXCLUSIONS) and one.priority_target in ("", "always", "line")
    assert set(one.caps) <= {"agents", "state", "guarantees"}
    if one.outside_flux:
        assert not one.caps and not one.priority_target and not one.lean
    if one.prefix:
        assert one.rest_fr and one.rest_en


def test_the_order_of_accounts_is_that_of_the_second_program() -> None:
    assert vocabulary(CODES) == tuple(sorted(CODES, key=account_rank))
    assert sorted(CODES, key=account_order)[-1] == "BAILLEUR"


def test_accounts_in_words() -> None:
    places = {"25056": "Besançon"}
    assert account_of("COLL:25056").label("fr", places) == "Besançon"
    assert account_of("COLL:25").label("fr", places) == "collectivité 25"
    assert account_of("COLL:25").label("en") == "local authority 25"
    assert account_of("OTHER:caf").label() == "caf"
    assert account_of("ALS").of_label() == "du contingent Action Logement"
    assert account_of("MUTATION").of_label() == "en mutation interne"
    assert account_of("BAILLEUR").of_label("en") == "on account landlord (not reserved)"
    assert convention_forms("fr").endswith("OTHER:<nom> ou BAILLEUR")
    assert account_forms("en").endswith("BAILLEUR; MUTATION and RELOGEMENT outside conventions")


@pytest.mark.parametrize("code", ["", "ALSX", "ALS:1", "COLL", "COLL:", "OTHER:", "etat_prio"])
def test_a_code_of_no_kind_is_no_account(code: str) -> None:
    assert find_account(code) is None and not is_convention_account(code) and in_flux(code)
    with pytest.raises(KeyError):
        account_of(code)


def test_roles() -> None:
    assert (outside_flux(), remainder(), transfers()) == (
        ("MUTATION", "RELOGEMENT"),
        "BAILLEUR",
        ("MUTATION",),
    )
    assert state_accounts() == ("ETAT_PRIO", "ETAT_AGENT")
    assert (place_of("COLL:25056"), place_of("OTHER:25056"), of_place("25056")) == (
        "25056",
        "",
        {"COLL:25056"},
    )
    assert account_of("COLL:25056").known({"25056"}) and not account_of("COLL:25056").known({"25"})
    excluded = [word for one in KINDS for word in one.exclusions]
    assert sorted([*excluded, "none", "stock"]) == sorted(EXCLUSIONS)


FINE = AccountKind(code="CROUS", order=99, fr="étudiants", en="students", source="convention")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fr": " "}, "empty fr"),
        ({"source": ""}, "empty source"),
        ({"code": "ALS"}, "declared twice"),
        ({"order": 3}, "'ALS' has order 3"),
        ({"remainder": True}, "remainder already"),
        ({"code": "crous"}, "a code is of capitals"),
        ({"code": "CR:OUS"}, "a code is of capitals"),
        ({"pool": "students"}, "pool 'students', not one of any, state_priority"),
        ({"priority_target": "sometimes"}, "priority_target 'sometimes', not one of"),
        ({"caps": ("agent",)}, "caps 'agent', not one of agents, state"),
        ({"caps": ("guarantees",)}, "that of accounts of a place"),
        ({"exclusions": ("none",)}, "exclusions 'none', not one of mutation"),
        ({"exclusions": ("anru",)}, "'RELOGEMENT' has the exclusions anru"),
        ({"place": True, "caps": ("guarantees",)}, "needs prefix=True"),
    ],
)
def test_the_register_refuses_what_is_missing_or_double(change: dict[str, object], message: str) -> None:
    before = dict(account.REGISTERED)
    with pytest.raises(ValueError, match=message):
        kind(dataclasses.replace(FINE, **change))  # type: ignore[arg-type]
    assert account.REGISTERED == before


def test_the_register_refuses_codes_that_nothing_can_be_read_by() -> None:
    with pytest.raises(re.error):
        kind(dataclasses.replace(FINE, prefix=True, code_pattern="["))


def test_caps_lower_the_kinds_they_name() -> None:
    shares = {
        "ETAT_PRIO": F(35, 100),
        "ETAT_AGENT": F(10, 100),
        "COLL:25": F(30, 100),
        "OTHER:caf": F(25, 100),
    }
    capped = apply_caps(shares, Caps(F(5, 100), F(30, 100), F(20, 100)))
    assert capped.shares == {
        "ETAT_PRIO": F(25, 100), "ETAT_AGENT": F(5, 100), "COLL:25": F(20, 100), "OTHER:caf": F(25, 100),
        "BAILLEUR": F(25, 100),
    }  # fmt: skip
    assert capped.names["ETAT_AGENT"] == ("agents",) and capped.names["COLL:25"] == ("guarantees",)
