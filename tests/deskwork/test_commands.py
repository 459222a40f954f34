"""The commands of the desk as a secretary types them."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from optimizer import store
from optimizer.cli.desk import also
from optimizer.desk.session_words import packed
from optimizer.store import commands, queries
from optimizer.store.clock import today
from optimizer.store.records import Actor
from tests.cli.running import attriflux as run
from tests.deskwork.filling import fill
from tests.deskwork.room import MEMBERS, OPENED, proposed


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("commandes") / "bureau.sqlite"


def test_from_a_proposal_to_the_next_checked_case(
    desk: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("ATTRIFLUX_STORE", str(desk))
    case, result = proposed()
    day = today(datetime.now(UTC)).isoformat()
    done = run(
        "session", "new", result, "--case", case, "--on", day, "--hour", "14:00", "--quorum", "3", "--json"
    )
    assert done.code == 0, done.err
    session = json.loads(done.out)["session"]
    assert session == day
    # the same dwellings cannot be on two agendas
    assert run("session", "new", result, "--case", case, "--on", day).code == 2
    listing = run("session", "list")
    assert session in listing.out and "en préparation" in listing.out
    done = run("session", "pack", session, "--out", tmp_path / "dossier")
    # the variable finds the desk again; another desk would have to be named
    assert done.code == 0 and "attriflux record" in done.out and "--store" not in done.out
    assert also(str(desk)) == "" and also("un autre bureau") == " --store 'un autre bureau'"
    absent = run("session", "pack", "2099-01-01", "--out", tmp_path / "absent")
    assert absent.code == 2 and "la séance « 2099-01-01 »" in absent.err
    book = tmp_path / "dossier" / "saisie.xlsx"
    sheet = openpyxl.load_workbook(book)["Saisie"]
    heads = {str(c.value): i for i, c in enumerate(sheet[1])}
    rows: dict[tuple[str, str, str], dict[str, object]] = {}
    places: dict[str, int] = {}
    for line in sheet.iter_rows(min_row=2, values_only=True):
        home, who = str(line[heads["logement"]]), str(line[heads["numero_unique"]])
        places[home] = places.get(home, 0) + 1
        rows["Saisie", home, who] = {"decision": "b", "rang": places[home]}
    fill(book, session=OPENED, members=MEMBERS, rows=rows)
    dry = run("record", book, "--session", session, "--dry-run", "--case", case)
    assert dry.code == 0 and "À blanc" in dry.out
    assert "en préparation" in run("session", "list").out
    done = run("record", book, "--session", session, "--case", case, "--lang", "en")
    assert done.code == 0 and "dwellings decided" in done.out
    assert run("session", "minutes", session, "--out", tmp_path / "pv").code == 0
    assert (tmp_path / "pv" / "proces-verbal.pdf").is_file()
    # papers are replaced only where they are ours
    assert run("session", "minutes", session, "--out", tmp_path / "pv").code == 2
    assert run("session", "minutes", session, "--out", tmp_path / "pv", "--force").code == 0
    done = run("next", "--case", case, "--out", tmp_path / "suite")
    assert done.code == 0 and "attriflux check" in done.out, done.err
    assert run("check", tmp_path / "suite").code == 0


def test_bad_input_ends_with_two_and_writes_nothing(
    desk: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("ATTRIFLUX_STORE", str(tmp_path / "absent.sqlite"))
    case, result = proposed()
    assert run("session", "list").code == 2
    assert not (tmp_path / "absent.sqlite").exists()
    assert run("session", "new", result, "--case", case, "--on", "demain").code == 2
    assert run("session", "new", result, "--case", tmp_path, "--on", "2026-12-03").code == 2
    assert not (tmp_path / "absent.sqlite").exists()
    wrong = run("session", "new", result, "--case", case, "--on", "2026-12-03", "--dwellings", "X1")
    assert wrong.code == 2 and "X1" in wrong.err
    assert run("record", tmp_path / "rien.xlsx", "--session", "x").code == 2
    assert run("next", "--case", case, "--out", tmp_path / "suite").code == 2
    assert not (tmp_path / "suite").exists()


def test_a_proposal_that_was_altered_makes_no_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import shutil

    monkeypatch.setenv("ATTRIFLUX_STORE", str(tmp_path / "bureau.sqlite"))
    case, result = proposed()
    shutil.copytree(result, tmp_path / "resultat")
    sheets = tmp_path / "resultat" / "sheets.json"
    sheets.write_text(
        sheets.read_text(encoding="utf-8").replace('"rank": 1', '"rank": 2', 1), encoding="utf-8"
    )
    done = run("session", "new", tmp_path / "resultat", "--case", case, "--on", "2026-12-03")
    assert done.code == 2 and "vérification" in done.err
    assert not (tmp_path / "bureau.sqlite").exists()


@pytest.mark.long
def test_an_urgent_session_takes_late_dwellings_late_names_and_replacements_with_what_a_lease_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("ATTRIFLUX_STORE", str(tmp_path / "bureau.sqlite"))
    (case, result), day = proposed(), today(datetime.now(UTC)).isoformat()
    forms = json.loads((result / "sheets.json").read_text(encoding="utf-8"))["forms"]
    first, second, third = [f for f in forms if len(f["candidates"]) >= 3][:3]
    new = ("session", "new", result, "--case", case, "--on", day, "--dwellings", first["dwelling"])
    assert run(*new, "--urgent", "Sinistre au 3 rue des Granges").code == 0
    late = ("session", "add-item", day, second["dwelling"], "--case", case)
    assert run(*late, "--reason", "congé reçu ce matin").code == 2  # neither a proposal nor names
    assert run(*late, "--result", result, "--reason", "").code == 2
    assert run(*late, "--result", result, "--reason", "congé reçu ce matin").code == 0
    numbers = [c["application"] for c in third["candidates"]]
    by_hand = ("session", "add-item", day, third["dwelling"], "--case", case, "--account", third["account"])
    unknown = run(*by_hand, "--applications", "000000000000000000", "--reason", "désignées")
    assert unknown.code == 2 and "000000000000000000" not in unknown.err
    assert run(*by_hand, "--applications", ",".join(numbers[:2]), "--reason", "désignées").code == 0
    name = ("session", "add-name", day, third["dwelling"], numbers[2], "--case", case)
    assert run(*name, "--reason", "désignée ce matin").code == 0
    off = ("session", "replace", day, second["dwelling"], second["candidates"][0]["application"])
    assert run(*off, "--reason", "relogée par ailleurs").code == 0
    assert run(*off, "--reason", "relogée par ailleurs").code == 2  # it is off already
    assert run("session", "replace", day, "X1", numbers[0], "--reason", "x").code == 2
    with store.open(tmp_path / "bureau.sqlite") as desk:
        session = queries.session(desk, day)
    assert session.urgent and [i.added_as for i in session.items] == ["agenda", "late", "late"]
    for item in session.items:
        assert item.facts["landlord"] and item.facts["commune"] and item.facts["form"]["lines"]
        for c in item.candidates:
            assert c.facts["lines"] and c.facts["lease"]["q1"] in ("yes", "no", "unknown")
            assert c.application_id not in json.dumps(dict(c.facts))
    assert [c.source for c in session.items[2].candidates][-1] == "late"
    replaced, *others = session.items[1].candidates
    assert replaced.status == "replaced" and "listed" in {c.status for c in others}
    # the replacement was typed for the wrong household: the name comes back at its place
    number = second["candidates"][0]["application"]
    back = ("session", "correct", day, second["dwelling"])
    assert run(*back, number, "--what", "nom").code == 2  # a reason
    assert run(*back, number, "--what", "bail", "--reason", "erreur de ligne").code == 2
    assert run(*back, "--what", "nom", "--reason", "erreur de ligne").code == 2
    assert run(*back, number, "--what", "logement", "--reason", "erreur de ligne").code == 2
    none = run(*back, number, "--what", "reponse", "--reason", "erreur de ligne")
    assert none.code == 2 and "n'a pas été proposé à cette demande" in none.err and number not in none.err
    done = run(*back, number, "--what", "nom", "--reason", "erreur de ligne")
    assert done.code == 0 and "remis sur la liste" in done.out and number not in done.out
    assert run(*back, number, "--what", "name", "--reason", "erreur de ligne").code == 2  # it is back already
    with store.open(tmp_path / "bureau.sqlite") as desk:
        session = queries.session(desk, day)
        assert [c.kind for c in queries.corrections(desk, day)] == ["candidate.restored"]
    assert session.items[1].candidates[0].status == "listed"
    # one nobody reached: its notice, then what became of it
    unreached = session.items[1].candidates[0]
    note = ("session", "notice", day, unreached.application_id)
    sent = (*note, "--delivered", day, "--proof", "hand")
    done = run(*sent)
    assert done.code == 2 and "que le dernier appel n'a pas joint" in done.err
    with store.open(tmp_path / "bureau.sqlite") as desk:
        commands.call(desk, Actor("anne", "A"), "appel", unreached.candidate_id, outcome="unreachable")
    assert run(*note).code == 2 and run(*sent, "--unanswered").code == 2
    assert run("session", "notice", day, "0", "--delivered", day, "--proof", "hand").code == 2
    assert run(*note, "--unanswered").code == 2  # none is running
    assert run(*note, "--delivered", day).code == 2  # not proven
    done = run(*sent)
    assert done.code == 0 and "le délai du ménage court" in done.out and number not in done.out
    done = run(*note, "--unanswered")
    assert done.code == 2 and "Le délai court encore" in done.err
    assert run(*note, "--answered", "A appelé", "--on", day).code == 0
    with store.open(tmp_path / "bureau.sqlite") as desk:
        assert [d.outcome for d in queries.duties(desk, open=False)] == ["A appelé"]
    # it is not held after all: its reason, then its paper
    assert run("session", "cancel", day).code == 2
    assert run("session", "cancel", day, "--no-quorum", "14:30").code == 2  # nobody was convened
    done = run("session", "cancel", day, "--reason", "relogement trouvé ailleurs")
    assert done.code == 0 and "3 logements peuvent aller à un autre ordre du jour" in done.out.replace(
        "\u00a0", " "
    )
    assert "annulée" in run("session", "list").out
    done = run("session", "minutes", day, "--out", tmp_path / "carence")
    assert done.code == 0 and "projet" not in done.out
    assert (tmp_path / "carence" / "proces-verbal-de-carence.pdf").is_file()
    assert not (tmp_path / "carence" / "courriers.pdf").exists()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_next_command_has_its_folder_in_one_word(lang: str):
    """« dossier de séance/saisie.xlsx » was three words of the command that the secretary copies."""
    out = Path("Mes séances/dossier d'hiver")
    told = packed("2026-12-03", out, ["saisie.xlsx"])[f"lines_{lang}"]
    assert isinstance(told, list)
    command = shlex.split(told[-1].partition("attriflux ")[2].removesuffix("."))
    assert command == ["record", str(out / "saisie.xlsx"), "--session", "2026-12-03"]
