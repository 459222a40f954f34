"""``attriflux store`` as it is typed: what it says, what it writes, its exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from optimizer import store
from optimizer.cli.app import run_words
from optimizer.store import commands as c
from optimizer.store import queries, schema, triggers
from tests.store.playing import S, dwelling


@pytest.fixture
def typed(play, capsys, monkeypatch):
    """Type a command on the desk of ``play``; returns its exit code, what it said, what it complained of."""

    def run(*words, desk=play.store.entry["NAME"]):
        line = ["attriflux", "store", *map(str, words)]
        if desk:
            line += ["--store", str(desk)]
        monkeypatch.setattr("sys.argv", line)
        try:
            code = run_words()
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """The machine's clock is after the desk's."""
    from datetime import UTC, datetime

    from optimizer.store import clock

    monkeypatch.setattr(clock, "system", lambda: datetime(2029, 1, 1, tzinfo=UTC))


@pytest.mark.long
def test_a_desk_is_created_then_is_up_to_date(typed, tmp_path):
    desk = tmp_path / "neuf.sqlite"
    assert typed("upgrade", desk=desk) == (0, "Bureau créé.\n", "")
    assert typed("upgrade", desk=desk)[1] == "Bureau déjà à jour.\n"
    assert typed("upgrade", "--lang", "en", desk=desk)[1] == "Desk already up to date.\n"
    code, out, err = typed("upgrade", desk=tmp_path / "nulle" / "part.sqlite")
    assert (code, out) == (2, "") and "Introuvable" in err


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_a_missing_desk_says_to_type_creates_it(typed, tmp_path, lang):
    desk = tmp_path / "absent.sqlite"
    code, _, err = typed("verify", "--lang", lang, desk=desk)
    told = " ".join(err.split()).partition("attriflux store ")[2].rstrip(".").split(" ")
    assert code == 2 and told == ["upgrade", "--store", str(desk)]
    assert typed(*told, desk="")[0] == 0 and desk.is_file()
    assert typed("verify", desk=desk)[0] == 0


def test_verify_says_what_holds_and_exits_3_when_something_does_not(typed, play):
    play.week(dwelling("L1"))
    head = queries.head(play.store)
    told = f"{head.seq}:{head.hash}:{head.signature}"
    code, out, _ = typed("verify", "--head", told)
    assert code == 0 and "tout concorde" in out and told in out
    for wrong in ("n'importe quoi", "²:a:b", f"{'9' * 5000}:a:b"):
        assert typed("verify", "--head", wrong)[0] == 2
    with store.open(play.store.entry["NAME"], clock=play.clock):
        schema.connection().cursor().execute("UPDATE store_offer SET rank = rank + 1")
        schema.connection().cursor().execute("UPDATE store_item SET account = 'ALS'")
    code, out, err = typed("verify")
    assert code == 3 and "item 1 : account ne vient pas du journal" in err and "1 écart" in out
    code, out, _ = typed("verify", "--json")
    assert code == 3 and json.loads(out)["problems"][0]["code"] == "STORE_PROOF_ROW"


def test_a_desk_that_is_read_only_exits_3_when_it_is_written_to(typed, play):
    play.do(c.log, S, kind="printed")
    cursor = schema.connection().cursor()
    cursor.execute("DROP TRIGGER store_event_no_update")
    cursor.execute("UPDATE store_event SET actor = 'autre'")
    triggers.create(cursor, "sqlite")
    code, _, err = typed("user", "add", "s.martin", "--role", "S")
    assert code == 3 and "lecture seule" in err and "ligne 1" in err


@pytest.mark.long
def test_the_exit_code_says_whether_the_desk_was_written_when_nothing_can_be_displayed(copied):
    """An account that is made is made, though the words that say so are lost."""
    desk = ("--store", str(copied("bureau")))

    def said_to_a_full_disk(*words):
        code = "from optimizer.cli import main; main()"
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [sys.executable, "-c", code, *words, *desk], stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )  # fmt: skip
        return done.returncode, "est écrit" in done.stderr

    added = ("store", "user", "add", "s.martin", "--role", "S", "--actor", "martin")
    assert said_to_a_full_disk(*added) == (0, True)
    assert said_to_a_full_disk(*added) == (2, False)
    assert said_to_a_full_disk("store", "verify") == (2, False)


def test_an_account_of_the_machine_without_a_name_is_asked_for_one(typed, play, monkeypatch):
    """A container often runs under a number that no account has."""

    def nobody():
        raise KeyError("getpwuid(): uid not found: 54321")

    monkeypatch.setattr("getpass.getuser", nobody)
    code, _, err = typed("user", "add", "s.martin", "--role", "S")
    assert code == 2 and "--actor" in err
    assert typed("user", "add", "s.martin", "--role", "S", "--actor", "martin")[0] == 0


def test_a_backup_is_made_restored_and_verified(typed, play, tmp_path):
    play.week(dwelling("L1"))
    assert typed("key", "--out", tmp_path / "cles", desk=None)[0] == 0
    code, out, _ = typed("backup", "--out", tmp_path / "s", "--key", tmp_path / "cles" / "sauvegarde.pub")
    assert code == 0 and "octets" in out
    again = tmp_path / "essai.sqlite"
    private = tmp_path / "cles" / "sauvegarde.cle"
    code, out, _ = typed("restore", tmp_path / "s", "--key", private, desk=again)
    assert code == 0 and "0 écart" in out
    assert typed("restore", tmp_path / "s", "--key", private, desk=again)[0] == 2
    assert typed("verify", desk=again)[0] == 0


def test_the_purge_says_first_what_it_would_do(typed, play):
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    assert "4 ménages à effacer, 0 gardé, 0 fichier à supprimer" in typed("purge", "--dry-run")[1]
    code, out, _ = typed("purge", "--json")
    assert code == 0 and len(json.loads(out)["erased"]) == 4
    assert typed("purge", "--on", "32/13/2028")[0] == 2


def test_the_purge_takes_the_folders_of_the_desk_and_never_what_the_desk_needs(typed, play, tmp_path):
    import os
    from pathlib import Path

    desk = Path(play.store.entry["NAME"])
    state = desk.with_suffix(".files")
    old = [state / "cases" / "i1", state / "runs" / "r1", desk.parent / "vieux-resultat"]
    for place in old:
        place.mkdir(parents=True)
    for place in (*old, state, desk, desk.with_name(desk.name + ".keys")):
        for inner in (*([p for p in place.rglob("*")] if place.is_dir() else []), place):
            os.utime(inner, (0, 0))
    code, out, _ = typed("purge", "--folder", desk.parent, "--dry-run")
    assert code == 0 and {line.strip() for line in out.splitlines()[1:]} == {str(place) for place in old}
    assert typed("purge", "--folder", desk.parent)[0] == 0
    assert not any(place.exists() for place in old)
    assert typed("verify")[0] == 0
    code, _, err = typed("purge", "--folder", tmp_path / "nulle-part", "--dry-run")
    assert code == 2 and "nulle-part" in err.replace("\n  ", "")


def test_the_purge_names_what_holds_a_household(typed, play):
    play.week(dwelling("L1"))
    play.offer("L1")
    assert re.search(r"^  [0-9a-f]{16} : une offre en cours$", typed("purge", "--dry-run")[1], re.M)


def test_identities_and_the_table_for_research(typed, play, tmp_path):
    play.week(dwelling("L1"))
    (tmp_path / "identites.csv").write_text("numero_unique;nom\nL1-1;Zoé\nN99;Autre\n", encoding="utf-8")
    assert "1 identité ajoutée, 1 mise à jour" in typed("identities", tmp_path / "identites.csv")[1]
    (tmp_path / "mauvais.csv").write_text("nom\nZoé\n", encoding="utf-8")
    code, _, err = typed("identities", tmp_path / "mauvais.csv")
    assert code == 2 and "IDENTITY_NO_NUMBER" in err
    code, out, _ = typed("export", "--out", tmp_path / "t.csv")
    assert code == 0 and "laissées de côté" in out
    code, _, err = typed("export", "--out", tmp_path / "t.csv")
    assert code == 2 and "--force" not in err


def test_accounts_are_opened_listed_and_closed(typed, monkeypatch):
    import io

    code, out, _ = typed("user", "add", "s.martin", "--role", "S", "--commission", "CAL1")
    assert code == 0 and "Mot de passe, montré une fois" in out
    monkeypatch.setattr("sys.stdin", io.StringIO("faible\n"))
    code, _, err = typed("user", "add", "p.durand", "--role", "P", "--password-stdin")
    assert code == 2 and "Mot de passe refusé" in err
    monkeypatch.setattr("sys.stdin", io.StringIO("un mot de passe vraiment long\n"))
    code, out, _ = typed("user", "add", "p.durand", "--role", "P", "--password-stdin")
    assert code == 0 and "vraiment" not in out
    assert typed("user", "add", "x", "--role", "Z")[0] == 2
    assert "Mot de passe" in typed("user", "password", "s.martin")[1]
    assert typed("user", "end", "p.durand")[0] == 0
    assert typed("user", "end", "s.martin")[0] == 0 and typed("user", "open", "s.martin")[0] == 0
    listed = typed("user", "list")[1]
    assert "s.martin\n  1  S  CAL1\n" in listed and "p.durand (fermé)" in listed
    monkeypatch.setattr("sys.stdin", io.StringIO("un mot de passe vraiment long\n"))
    assert typed("user", "add", "dpo", "--role", "D", "--landlord", "OPH25", "--password-stdin")[0] == 0
    assert "  D  tout le bureau\n" in typed("user", "list")[1]  # a purge is of no landlord
    assert typed("user", "end", "dpo")[0] == 0
    found = json.loads(typed("user", "list", "--json")[1])["accounts"]
    assert {one["user"]: one["active"] for one in found} == {
        "s.martin": True,
        "p.durand": False,
        "dpo": False,
    }


def test_the_copy_for_a_household_is_written_for_its_owner_alone(typed, play, tmp_path, monkeypatch):
    """The number can come from the input: the words of a command are read by the whole machine."""
    import io

    play.new(dwelling("L1"))
    number, out = play.names("L1")[0].application_id, tmp_path / "copie"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{number}\n"))
    code, said, err = typed(
        "access", "-", "--reason", "Courrier du 2 décembre", "--out", out, "--actor", "dora"
    )
    assert (code, err) == (0, "") and number not in said and "donnees-du-menage.pdf" in said
    assert out.stat().st_mode & 0o077 == 0 and (out / "donnees-du-menage.pdf").read_bytes()[:4] == b"%PDF"
    told = json.loads((out / "donnees-du-menage.json").read_text("utf-8"))
    assert told["application_id"] == number and told["tables"]["candidate"][0]["position"] == 1
    code, said, _ = typed(
        "access", "999", "--reason", "Courrier du 2 décembre", "--out", tmp_path / "rien", "--json"
    )
    assert code == 0 and json.loads(said)["known"] is False
    code, _, err = typed("access", number, "--reason", "Courrier du 2 décembre", "--out", out)
    assert code == 2 and "n'est pas vide" in err and number not in err
    code, _, err = typed(
        "access", number, "--reason", "Courrier", "--out", tmp_path / "x", "--case", tmp_path / "absent"
    )
    assert code == 2 and "Introuvable" in err and not (tmp_path / "x").exists()
    assert [line.actor for line in queries.events(play.store, kinds=("access.given",))][0] == "dora"
