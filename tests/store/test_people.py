"""Names come by a file of their own, are seen for a reason that is written down, and accounts do what they were granted."""

from __future__ import annotations

from dataclasses import replace

import pytest
import xlsxwriter

from optimizer.errors import InputProblems
from optimizer.store import accounts, ledger, queries
from optimizer.store import commands as c
from optimizer.store.identities import read
from optimizer.store.messages import StoreForbidden, StoreMissing, StoreRefused
from optimizer.store.records import Actor, PersonRecord
from tests.store.playing import DAY, A, D, R, S, T, dwelling
from tests.store.test_sessions import refused


def test_identities_are_read_from_a_table_and_what_is_not_ours_is_not(tmp_path):
    file = tmp_path / "identites.csv"
    file.write_text(
        "Numéro unique;Nom;Prénom;Téléphone;Courriel;Adresse;NIR;Date de naissance\n"
        "N1;Essai;Zoé;06 12 34 56 78;zoe@ici.fr;1 rue Haute;285017512345678;1985-01-02\n"
        "N2;Autre;;;;;;\n;;;;;;;\n",
        encoding="utf-8",
    )
    one, two = read(file)
    assert one == PersonRecord("", "N1", "Zoé Essai", "06 12 34 56 78", "zoe@ici.fr", "1 rue Haute")
    assert two == PersonRecord("", "N2", "Autre")


def test_what_a_spreadsheet_broke_in_identities_is_refused_without_being_shown(tmp_path):
    """A rounded number kept a name under no household; « #N/A » went into letters."""
    text = 'numero_unique;nom;telephone\n8,59457E+17;Martin;06\n025011712345678901;#N/A;07\n025011712345678902;"=""Durand""";6,12E+08\n'
    (tmp_path / "identites.csv").write_text(text, encoding="utf-8")
    with xlsxwriter.Workbook(str(tmp_path / "identites.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["numero_unique", "nom", "telephone"])
        sheet.write_row(1, 0, [859456999199313139, "Martin", 612345678])
        sheet.write_row(2, 0, ["025011712345678901", "Durand", 612345678])
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
    found = {}
    for name in ("identites.csv", "identites.xlsx"):
        with pytest.raises(InputProblems) as caught:
            read(tmp_path / name)
        assert not any(word in str(caught.value) for word in ("Durand", "859", "8,59", "6,12"))
        found[name] = {(f.code, r, f.column) for f in caught.value.findings for r in (f.row, *f.rows)}
    assert found["identites.csv"] == {
        ("IDENTITY_LOST", 2, "numero_unique"), ("IDENTITY_CELL", 3, "nom"), ("IDENTITY_CELL", 4, "nom"), ("IDENTITY_LOST", 4, "telephone"),
    }  # fmt: skip
    assert found["identites.xlsx"] == {("IDENTITY_LOST", 2, "numero_unique"), ("IDENTITY_CELL", 3, "nom")}


def test_a_telephone_that_lost_its_zero_has_it_again(tmp_path):
    file = tmp_path / "identites.csv"
    file.write_text("numero_unique;nom;telephone\nN1;A;612345678\nN2;B;06 12 34 56 78\n", encoding="utf-8")
    assert [p.phone for p in read(file)] == ["0612345678", "06 12 34 56 78"]


def test_identities_are_read_from_a_workbook(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "identites.xlsx") as book:
        sheet = book.add_worksheet("identites")
        sheet.write_row(0, 0, ["numero_unique", "nom", "telephone"])
        sheet.write_row(1, 0, ["025061234567890123", "Zoé Essai", "0612345678"])
    (person,) = read(tmp_path / "identites.xlsx")
    assert (person.application_id, person.phone) == ("025061234567890123", "0612345678")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("nom\nZoé\n", ["IDENTITY_NO_NUMBER"]),
        ("numero_unique;nom\n;Zoé\nN1;A\nN1;B\n", ["IDENTITY_EMPTY", "IDENTITY_TWICE"]),
        (f"numero_unique;nom\nN1;{'x' * 201}\n{'9' * 19};B\n", ["IDENTITY_LONG", "IDENTITY_LONG"]),
    ],
)
def test_every_problem_of_the_file_at_once_and_no_cell_is_shown(tmp_path, text, codes):
    file = tmp_path / "identites.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputProblems) as problems:
        read(file)
    assert [f.code for f in problems.value.findings] == codes
    assert "Zoé" not in str(problems.value)


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "identites.txt").write_text("x")
    with pytest.raises(InputProblems):
        read(tmp_path / "identites.txt")
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "rien.csv")


def test_names_are_added_changed_and_kept_where_the_file_is_empty(play):
    play.new(dwelling("L1"))
    people = [PersonRecord("", "L1-1", "Zoé Essai", "0612345678"), PersonRecord("", "N9", "Plus Tard")]
    assert play.do(c.import_people, S, people=people) == {"added": 1, "changed": 1}
    assert play.do(c.import_people, S, people=people) == {"added": 0, "changed": 0}
    assert play.do(c.import_people, S, people=[PersonRecord("", "L1-1", phone="07")]) == {
        "added": 0,
        "changed": 1,
    }
    ref = play.names("L1")[0].ref
    seen = c.view_identities(play.store, S, play.number(), refs=[ref], reason="appel", session=play.session)
    assert (seen.people[ref].name, seen.people[ref].phone) == ("Zoé Essai", "07")


def test_a_list_of_thousands_of_names_does_not_hold_the_desk(play):
    """Others wait for its transaction: it asks and writes by hundreds, never household by household."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    people = [PersonRecord("", f"N{k}", f"Nom {k}", f"06{k:08d}") for k in range(2_000)]
    with CaptureQueriesContext(connection) as asked:
        assert play.do(c.import_people, S, people=people) == {"added": 2_000, "changed": 0}
        assert play.do(c.import_people, S, people=people) == {"added": 0, "changed": 0}
    assert len(asked) < 60
    twice = [
        PersonRecord("", "N1", "Autre"),
        PersonRecord("", "N1", phone="07"),
        PersonRecord("", "neuf", "Neuf"),
    ]
    assert play.do(c.import_people, S, people=twice) == {"added": 1, "changed": 1}
    row = play.store.tables.find("person", application_id="N1")[0]
    assert (row["name"], row["phone"]) == ("Autre", "07") and ledger.verify(play.store).holds


def test_each_look_at_a_name_is_a_line_and_the_technical_role_sees_nobody(play):
    play.new(dwelling("L1"))
    ref = play.names("L1")[0].ref
    with pytest.raises(StoreForbidden):
        c.view_identities(play.store, T, play.number(), refs=[ref], reason="panne")
    refused("STORE_TEXT", c.view_identities, play.store, S, play.number(), refs=[ref], reason=" ")
    c.view_identities(play.store, A, play.number(), refs=[ref], reason="Demande du tribunal")
    (line,) = queries.events(play.store, kinds=("identity.viewed",))
    assert (line.actor, line.role, line.ref) == ("anne", "A", ref)
    assert line.payload["facts"] == {"refs": [ref]}
    # what is typed may hold a name: it is erased with the household
    assert queries.typed_reasons(play.store, [line]) == {line.seq: "Demande du tribunal"}
    with pytest.raises(StoreMissing):
        c.view_identities(play.store, S, play.number(), refs=["inconnu"], reason="appel")


def test_no_look_hides_under_the_number_of_another(play):
    """A command that is repeated gets its first answer; of other households, or by somebody else, it would leave no line."""
    play.new(dwelling("L1"))
    first, second = (n.ref for n in play.names("L1")[:2])
    told = {"reason": "appel", "session": play.session}
    for _ in range(2):
        assert set(c.view_identities(play.store, S, "regard", refs=[first], **told).people) == {first}
    for actor, refs in ((S, [second]), (S, [first, second]), (A, [first])):
        refused("STORE_COMMAND_ID", c.view_identities, play.store, actor, "regard", refs=refs, **told)
    for _ in range(2):
        assert c.give_access(play.store, D, "copie", number="L1-1", reason="Courrier du ménage").result[
            "known"
        ]
    for actor, number in ((D, "L1-2"), (D, "inconnu"), (Actor("denis", "D"), "L1-1")):
        refused(
            "STORE_COMMAND_ID", c.give_access, play.store, actor, "copie", number=number, reason="Courrier"
        )
    assert len(queries.events(play.store, kinds=("identity.viewed", "access.given"))) == 2


def test_the_reason_of_a_look_at_a_whole_list_stands_on_its_line(play):
    play.new(dwelling("L1"))
    refs = [n.ref for n in play.names("L1")]
    c.view_identities(play.store, S, play.number(), refs=refs, reason="ouverture de la séance")
    (line,) = queries.events(play.store, kinds=("identity.viewed",))
    assert line.ref == "" and line.payload["facts"] == {
        "refs": sorted(refs),
        "reason": "ouverture de la séance",
    }


def test_only_known_kinds_are_logged(play):
    play.do(c.log, S, kind="history.viewed", ref="x", facts={"reason": "Recours du 3 décembre"})
    refused("STORE_OUTSIDE", play.do, c.log, S, kind="decided")
    (line,) = queries.events(play.store)
    assert (line.kind, line.ref, line.payload["rows"]) == ("history.viewed", "x", [])


def test_a_reservataire_names_households_for_its_account(play):
    made = play.do(c.nominate, R, account="ALS", dwelling_id="L9", application_id="N7", rank=2)
    refused(
        "STORE_NUMBER_TAKEN", play.do, c.nominate, R, account="ALS", dwelling_id="L9", application_id="N7"
    )
    play.do(c.nominate, R, account="ALS", dwelling_id="", application_id="N7")
    first, general = queries.nominations(play.store, account="ALS")
    assert (first.application_id, first.rank, general.dwelling_id) == ("N7", 2, "")
    play.do(c.withdraw_nomination, R, made["nomination_id"])
    assert [n.status for n in queries.nominations(play.store)] == ["withdrawn", "open"]
    refused("STORE_STATE", play.do, c.withdraw_nomination, R, made["nomination_id"])
    assert queries.nominations(play.store, account="ETAT_PRIO") == ()


def test_names_are_told_apart_and_put_in_order_alike_in_a_file_and_on_a_server(play):
    """A file took « Élodie » beside « élodie » and put both behind « Zoé »; a server refused the one and ordered them as its language does."""
    for name in ("Zoé", "élodie", "Agnès", "elsa"):
        accounts.create_user(play.store, T, play.number(), name)
    refused("STORE_USER_TAKEN", accounts.create_user, play.store, T, play.number(), "Élodie")
    assert [a.user for a in accounts.accounts(play.store)] == ["Agnès", "élodie", "elsa", "Zoé"]
    assert {e.actor for e in queries.events(play.store, actor=T.name.upper())} == {T.name}
    play.do(c.sign_head, replace(S, name="Élodie"))
    assert [e.actor for e in queries.events(play.store, actor="élodie")] == ["Élodie"]


def test_an_account_has_a_strong_password_and_what_it_was_granted(play):
    from django.contrib.auth import get_user_model

    drawn = accounts.create_user(play.store, T, play.number(), "s.martin")
    made = get_user_model().objects.get(username="s.martin")
    assert made.check_password(drawn) and made.password.startswith("argon2")
    refused("STORE_USER_TAKEN", accounts.create_user, play.store, T, play.number(), "S.Martin")
    with pytest.raises(StoreRefused) as weak:
        accounts.create_user(play.store, T, play.number(), "p.durand", "azerty")
    assert (
        weak.value.code == "STORE_PASSWORD"
        and "caractères" in str(weak.value)
        and "characters" in weak.value.text("en")
    )
    play.do(c.grant, T, user="s.martin", role="S", commission="CAL1")
    made = play.do(c.grant, T, user="s.martin", role="A", until=DAY)
    refused("STORE_TEXT", play.do, c.grant, T, user="x", role="R")
    refused("STORE_OUTSIDE", play.do, c.grant, T, user="x", role="Z")
    (account,) = accounts.accounts(play.store)
    assert [g.role for g in account.grants] == ["S", "A"] and account.active
    play.clock.later(1)
    assert [g.role for g in accounts.accounts(play.store)[0].grants] == ["S"]
    play.do(c.revoke, T, made["grant_id"] - 1)
    assert accounts.accounts(play.store)[0].grants == ()


def test_a_closed_account_and_a_new_password_end_the_open_pages(play):
    from django.contrib.auth import SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    old = accounts.create_user(play.store, T, play.number(), "s.martin", "un mot de passe long")
    user = get_user_model().objects.get(username="s.martin")
    for end in (
        lambda: accounts.set_password(play.store, T, play.number(), "s.martin"),
        lambda: accounts.set_active(play.store, T, play.number(), "s.martin", False),
    ):
        page = SessionStore()
        page[SESSION_KEY] = str(user.pk)
        page.save()
        end()
        assert Session.objects.count() == 0
    assert not get_user_model().objects.get(username="s.martin").check_password(old)
    assert not accounts.accounts(play.store)[0].active
    kinds = [e.kind for e in queries.events(play.store)]
    assert kinds == ["account.made", "account.password", "account.ended"]
    with pytest.raises(StoreMissing):
        accounts.set_active(play.store, T, play.number(), "personne", True)
