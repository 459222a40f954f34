"""The copy that a household asks for: nothing held about it is missing, nothing of anybody else is in it."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from optimizer import errors
from optimizer.desk.agenda import run_id_of
from optimizer.desk.subject_access import COPY, FIRST, give_access
from optimizer.store import commands as c
from optimizer.store import ledger, queries, schema
from optimizer.store.canonical import plain
from optimizer.store.messages import StoreForbidden
from optimizer.store.purge import purge
from optimizer.store.records import NewCandidate, NewDecision, NewItem, PersonRecord
from optimizer.store.state_words import STATE
from optimizer.store.states import OWN_ENDS
from tests.store.playing import DAY, SMALL, A, D, P, S, T, dwelling

OURS, THEIRS = "250000000000000001", "250000000000000002"
SECRET = {"salt", "by", "decided_by"}
"""Columns that are no data of the household: a key, and who of the staff acted (the copy tells the role)."""
LINES = [[["Cotation", "61 (2e sur 40)"], ["Ressources par mois", "CANARI-RESSOURCES"]]]
WHY = "3e à la cotation parmi 40 ; passe devant 1 demande mieux cotée : taux d'effort (jusqu'à 8 points d'écart) ; CANARI-POURQUOI"


def test_what_a_household_answers_is_not_told_as_what_the_commission_decided():
    """« État de votre candidature : refusée » stood on the copy of a household that had refused the dwelling."""
    for status in ("accepted", "refused"):
        told = STATE["candidate"][status]
        assert told.fr.endswith("par le ménage") and told.en.endswith("by the household")


def test_the_copy_says_in_words_how_the_program_ended_a_duty():
    """« rectified », « examined_since » stood there, in a French copy too."""
    for code in OWN_ENDS:
        words = [errors.said(f"SUBJECT.ENDED_{code}".upper(), lang) for lang in ("fr", "en")]
        assert code not in words and words[0] != words[1]


def facts(codes: str) -> dict[str, object]:
    return {
        "why": {"fr": WHY, "en": WHY}, "priority_codes": "", "score": 61, "lease": {"q1": "yes", "priority_codes": codes},
        "lines": {"fr": [*LINES, [["Pourquoi", WHY]]], "en": LINES},
    }  # fmt: skip


def lived(play) -> str:
    """A household through everything that a desk can hold of it; its reference."""
    people = [
        PersonRecord("", OURS, "CANARI-NOM", "CANARI-TEL", "CANARI-MEL", "CANARI-RUE"),
        PersonRecord("", THEIRS, "Zoé Dupont-Autrui", "AUTRUI-TEL", "AUTRUI-MEL", "AUTRUI-RUE"),
    ]
    play.do(c.import_people, S, people=people)
    names = (
        NewCandidate(OURS, 1, facts=facts("h"), reasons=(WHY,)),
        NewCandidate(
            THEIRS, 2, facts={"priority_codes": "", "q1": "AUTRUI-FAIT"}, reasons=("AUTRUI-RAISON",)
        ),
        NewCandidate("250000000000000003", 3, facts={"priority_codes": ""}),
    )
    play.do(c.nominate, S, account="ALS", dwelling_id="L1", application_id=OURS, rank=1)
    home = {"commune": "25056", "rooms": 3, "financing": "PLUS", "rent_eur": 401.5, "charges_eur": 50}
    play.new(
        NewItem("L1", "BAILLEUR", names, facts=home),
        NewItem("L2", "BAILLEUR", names[:1], facts=home, few_reason="too_few_candidates"),
    )
    own = [n for n in play.names("L1") if n.application_id == OURS][0]
    for n in play.names("L1"):
        play.do(c.call, S, n.candidate_id, outcome="interested")
    document = next(iter(play_documents()))
    play.do(c.ask_document, S, own.candidate_id, document=document, on=play.store.today())
    play.open()
    first, other, third = (n.candidate_id for n in play.names("L1"))
    play.decide(
        "L1",
        [
            NewDecision(first, "ranked", 2),
            NewDecision(other, "attribution", 1),
            NewDecision(third, "not_attributed", motive="N3", sentence=SMALL),
        ],
        departure=f"La demande {THEIRS} attend depuis plus longtemps, CANARI-ECART.",
    )
    play.decide(
        "L2",
        [
            NewDecision(
                play.names("L2")[0].candidate_id,
                "not_attributed",
                motive="N3",
                sentence=f"CANARI-PHRASE {SMALL}",
            )
        ],
    )
    play.close()
    play.refuse(play.offer("L1"))
    offer = play.offer("L1")
    play.do(c.answer, A, offer, accepted=False, on=play.store.today(), reason="rent", legitimate="no")
    play.do(
        c.correct_answer,
        S,
        offer,
        reason="CANARI-REPRISE : M. Dupont-Autrui avait répondu, et non ce ménage, a dit MEMBRE 0.",
    )
    recourse = play.do(c.open_recourse, S, ref=own.ref, kind="gracieux", on=DAY)["recourse_id"]
    play.do(c.close_recourse, S, recourse, on=DAY, outcome="CANARI-ISSUE")
    play.do(c.open_duty, S, kind="suitable_offer", ref=own.ref, session=play.session)
    c.view_identities(
        play.store, S, play.number(), refs=[own.ref], reason="CANARI-CONSULTATION", session=play.session
    )
    c.view_identities(
        play.store, S, play.number(), refs=[own.ref, play.ref(THEIRS)], reason="papiers", session=play.session
    )
    return own.ref


def play_documents():
    from optimizer.store.law import law

    return law(DAY).documents


def copied(play, number=OURS, **more):
    files, known = give_access(
        play.store, D, play.number(), **({"number": number, "reason": "CANARI-DEMANDE de l'avocat", "lang": "fr"} | more)
    )  # fmt: skip
    return files, known


def rows_about(ref: str) -> dict[str, list[dict[str, object]]]:
    """Every row of every table of the database that holds a household's reference, or the key of a row that does."""
    keys: dict[str, set[object]] = {"ref": {ref}}
    found: dict[str, dict[object, dict[str, object]]] = {}
    bound = schema.connection()
    with bound.cursor() as cursor:
        tables = bound.introspection.table_names(cursor)
        for _ in range(4):  # rows that point to rows that point to it
            for table in tables:
                key = bound.introspection.get_primary_key_column(cursor, table)
                cursor.execute(f'SELECT * FROM "{table}"')
                columns = [column[0] for column in cursor.description]
                for values in cursor.fetchall():
                    row = dict(zip(columns, values, strict=True))
                    if table == "store_event":
                        continue
                    if any(row[name] in keys[name] for name in keys if name in row):
                        found.setdefault(table, {})[row[key]] = row
                        # a session or a dwelling is not the household's: who else stands there is not about it
                        if key not in ("ref", "session_id", "item_id", None):
                            keys.setdefault(key, set()).add(row[key])
    return {table: list(rows.values()) for table, rows in found.items()}


def left_out(play, ref: str, files: dict[str, bytes]) -> list[str]:
    """What the database holds of the household and no file of the copy tells: table, key column, value."""
    told = json.loads(files[f"{COPY}.json"])["tables"]
    first = files.get(f"{FIRST}.html", b"").decode()
    missing = []
    for table, rows in rows_about(ref).items():
        name = table.removeprefix("store_")
        for row in rows:
            if name == "remark" and any(
                words in first for words in re.findall(r"CANARI-[A-Z]+", str(row["text"]))
            ):
                continue
            if name == "remark" and not row["text"]:
                continue
            key = play.store.tables.keys.get(name, next(iter(row)))
            shown = next((r for r in told.get(name, ()) if str(r.get(key)) == str(row[key])), None)
            if shown is None:
                missing.append(f"{name} {row[key]}")
                continue
            missing += [
                f"{name} {row[key]} {column}"
                for column in row
                if column not in shown and column not in SECRET
            ]
    return missing


def everything(files: dict[str, bytes]) -> str:
    """All that the files say, the paper's PDF (the same words as its page) apart."""
    return "\n".join(content.decode() for name, content in files.items() if not name.endswith(".pdf"))


def test_no_row_of_any_table_is_left_out(play):
    ref = lived(play)
    files, known = copied(play)
    held = rows_about(ref)
    # the life above leaves something in each table that can hold a household: else this test would look at nothing
    every = {
        "person",
        "candidate",
        "dossier",
        "remark",
        "document",
        "call",
        "decision",
        "note",
        "offer",
        "duty",
        "recourse",
        "nomination",
    }
    assert known and {table.removeprefix("store_") for table in held} >= every
    assert left_out(play, ref, files) == []


def test_a_table_that_the_copy_does_not_know_would_be_told(play):
    """The walk itself: a table added beside the others, with a household's reference, is found missing."""
    ref = lived(play)
    files, _ = copied(play)
    with schema.connection().cursor() as cursor:
        cursor.execute("CREATE TABLE store_visit (visit_id integer PRIMARY KEY, ref varchar(40))")
        try:
            cursor.execute("INSERT INTO store_visit VALUES (1, %s)", [ref])
            assert left_out(play, ref, files) == ["visit 1"]
        finally:
            cursor.execute("DROP TABLE store_visit")


def test_each_line_of_the_ledger_about_the_household_is_told_and_no_other(play):
    ref = lived(play)
    files, _ = copied(play)
    told = {line["seq"]: line for line in json.loads(files[f"{COPY}.json"])["ledger"]}
    mine = {
        (table, row[play.store.tables.keys[table]])
        for name, rows in rows_about(ref).items()
        if (table := name.removeprefix("store_"))
        for row in rows
    }
    for event in queries.events(play.store):
        changed = [(table, key) for table, _, key, _ in event.payload["rows"]]
        about = (
            event.ref == ref or ref in event.payload["facts"].get("refs", ()) or mine.intersection(changed)
        )
        assert (event.seq in told) == bool(about), event.kind
    kinds = {line["kind"] for line in told.values()}
    assert {
        "access.given",
        "identity.viewed",
        "call",
        "decided",
        "notified",
        "answered",
        "answer.corrected",
    } <= kinds


def test_the_page_says_in_words_whatever_was_written_about_the_household(play):
    lived(play)
    files, _ = copied(play)
    page, whole = files[f"{COPY}.html"].decode(), everything(files)
    words = (
        "NOM",
        "TEL",
        "MEL",
        "RUE",
        "RESSOURCES",
        "POURQUOI",
        "PHRASE",
        "REPRISE",
        "ISSUE",
        "CONSULTATION",
        "DEMANDE",
    )
    assert [w for w in words if f"CANARI-{w}" not in page] == []
    assert "CANARI-ECART" not in page and "CANARI-ECART" in files[f"{FIRST}.html"].decode()
    assert "CANARI-ECART" not in files[f"{COPY}.json"].decode()
    for said in (
        "refus",
        "401,50",
        "Offre au rang 2",
        "d – Non-attribution",
        "recours gracieux",
        "désignation",
        "03/12/2026",
        "03/12/2027",
    ):
        assert said.lower() in page.lower().replace("\u00a0", " "), said
    assert whole.count(OURS) >= 3


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_nobody_else_is_in_it(play, lang):
    ref = lived(play)
    files, _ = copied(play, lang=lang)
    whole = everything(files)
    others = [row for row in play.store.tables.find("person") if row["ref"] != ref]
    secret = {str(row[name]) for row in others for name in ("ref", "application_id", "salt") if row[name]}
    secret |= {"Dupont-Autrui", "AUTRUI", "sophie", "anne", "dora", "Membre 0", "Membre 1", "8 points"}
    assert [word for word in secret if re.search(rf"\b{re.escape(word)}\b", whole)] == []
    assert play.store.tables.get("person", ref)["salt"] not in whole
    # the letter of L. 441-1 is for the officer alone: a paper sent home may be read by whom it tells of
    told = json.loads(files[f"{COPY}.json"])["tables"]["dossier"][0]["facts"]["lease"]["priority_codes"]
    assert told == ("[remis à part]" if lang == "fr" else "[handed over apart]")
    assert re.search(r"<td[^>]*>\s*h\s*</td>", files[f"{FIRST}.html"].decode())


def test_asking_is_a_line_of_the_ledger_and_only_the_officer_asks(play):
    ref = lived(play)
    for actor in (S, P, A, T):
        with pytest.raises(StoreForbidden):
            give_access(play.store, actor, play.number(), number=OURS, reason="Courrier", lang="fr")
    assert queries.events(play.store, kinds=("access.given",)) == ()
    copied(play)
    line = queries.events(play.store, kinds=("access.given",))[-1]
    assert (line.ref, line.actor, line.role) == (ref, "dora", "D")
    assert "CANARI" not in json.dumps(plain(line.payload)) and OURS not in json.dumps(plain(line.payload))
    assert queries.typed_reasons(play.store, [line]) == {line.seq: "CANARI-DEMANDE de l'avocat"}
    assert ledger.verify(play.store).holds


def test_a_number_that_the_desk_does_not_know_gets_that_answer_and_stays_out_of_the_ledger(play):
    files, known = copied(play, number="259999999999999999")
    assert (
        not known
        and "ne tient aucune donnée" in files[f"{COPY}.html"].decode()
        and f"{FIRST}.html" not in files
    )
    line = queries.events(play.store)[-1]
    assert line.kind == "access.given" and "2599999" not in json.dumps(plain(line.payload)) and line.ref == ""
    assert play.store.tables.find("person") == []


def test_a_household_of_the_identities_alone_has_its_copy(play):
    play.do(c.import_people, S, people=[PersonRecord("", OURS, "Jamais Proposé", "0300000000")])
    files, known = copied(play, number=f" {OURS[:9]} {OURS[9:]} ")
    page = files[f"{COPY}.html"].decode()
    assert known and "Jamais Proposé" in page and "0300000000" in page and f"{FIRST}.html" not in files


def test_asking_keeps_nobody_longer(play):
    ref = lived(play)
    until = play.store.tables.get("person", ref)["purge_after"]
    play.clock.later(30)
    copied(play)
    assert play.store.tables.get("person", ref)["purge_after"] == until
    assert until == date(DAY.year + 1, DAY.month, DAY.day)
    for row in play.store.tables.find("duty", closed_on=None):
        play.do(c.close_duty, S, row["duty_id"], on=play.store.today(), outcome="Fait")
    play.clock.on(until + timedelta(days=400))
    kept = dict(purge(play.store, D, play.number(), dry_run=False).held)
    if ref not in kept:
        assert not copied(play)[1] and ledger.verify(play.store).holds


def test_imports_and_proposals_give_the_household_its_own_rows(play, tmp_path):
    case, run = tmp_path / "cas", tmp_path / "calcul"
    case.mkdir(), run.mkdir()
    (case / "demandes.csv").write_text(
        f"numero_unique;publics_prioritaires;revenu_fiscal;demande_liee\n{OURS[:9]} {OURS[9:]};h;12905;{THEIRS}\n{THEIRS};;99001;{OURS}\n",
        "utf-8",
    )
    (case / "designations.csv").write_text(
        f"reservataire;numero_unique;logement;rang\nALS;{OURS};L1;1\n", "utf-8-sig"
    )
    (case / "decisions.csv").write_text(
        f"logement;numero_unique;decision;motif;auteur\nL1;{OURS};forbid;safety;Mme Agente\nL2;{OURS};forbid;withdrawn;Mme Agente\n",
        "utf-8-sig",
    )
    (run / "applications.csv").write_text(
        f"application_id;status;reason;best_rank;dwelling_id\n{OURS};not_proposed;OUTRANKED;;\n{THEIRS};proposed;FIRST_RANK;1;L1\n",
        "utf-8-sig",
    )
    (run / "scores.csv").write_text(
        f"application_id;epci;grid;criterion;points\n{OURS};242500361;g;anciennete.mois;48\n{THEIRS};242500361;g;anciennete.mois;77\n",
        "utf-8-sig",
    )
    (run / "explanations.csv").write_text(f"application_id;points_needed\n{OURS};29\n", "utf-8-sig")
    (run / "leapfrogs.csv").write_text(
        f"dwelling_id;application_id_ahead;application_id_passed;points_gap\nL1;{THEIRS};{OURS};29\n",
        "utf-8-sig",
    )
    (run / "certificate.json").write_text("{}")
    play.do(c.attach_run, S, run_id=run_id_of(run), verdict="certified", case_on=DAY)
    made = play.do(
        c.new_session, S, landlord="OPH25", commission="CAL1", on=DAY, items=(dwelling("L1"),), run_id=run_id_of(run)
    )  # fmt: skip
    files, known = copied(play, cases=[case], results=[run])
    told = json.loads(files[f"{COPY}.json"])
    assert known and [row["table"] for row in told["imports"][0]["rows"]] == [
        "decisions.csv",
        "decisions.csv",
        "demandes.csv",
        "designations.csv",
    ]
    # who decided is a role, and what tells of violence is handed over apart
    barred, gave_up, asked, _ = (row["cells"] for row in told["imports"][0]["rows"])
    assert (barred["motif"], gave_up["motif"]) == ("[remis à part]", "withdrawn")
    assert barred["auteur"] == "[un agent]" and "motif safety" in re.sub(
        r"<[^>]+>", " ", files[f"{FIRST}.html"].decode()
    )
    cells = asked
    assert (
        cells["revenu_fiscal"] == "12905"
        and cells["demande_liee"] == "[autre ménage]"
        and cells["publics_prioritaires"] == "[remis à part]"
    )
    assert told["proposals"][0]["tables"]["scores"] == [
        {"epci": "242500361", "grid": "g", "criterion": "anciennete.mois", "points": "48"}
    ]
    # on none of its lists, and told so with the session
    assert made["session_id"] == told["proposals"][0]["sessions"][0] == "2026-12-03"
    assert told["proposals"][0]["tables"]["applications"][0]["reason"] == "OUTRANKED"
    whole = everything(files)
    assert THEIRS not in whole and "99001" not in whole and "77" not in json.dumps(told["proposals"])
    page = files[f"{COPY}.html"].decode()
    assert (
        "12905" in page
        and "anciennete.mois 48" in page
        and re.search(r"publics_prioritaires h", files[f"{FIRST}.html"].decode())
    )


def test_who_may_read_and_who_might_have_is_counted_by_role(play):
    role = play.do(c.grant, T, user="sortie", role="S", landlord="OPH25")["grant_id"]
    play.do(c.grant, T, user="sophie", role="S")
    play.do(c.grant, T, user="ailleurs", role="S", landlord="AUTRE")
    play.do(c.grant, T, user="theo", role="T")
    play.do(c.grant, T, user="dora", role="D")
    lived(play)
    play.clock.later(1)
    play.do(c.revoke, T, role)
    play.clock.later(10)
    files, _ = copied(play)
    assert json.loads(files[f"{COPY}.json"])["readers"] == {"S": 2, "D": 1}
    assert "secrétariat (2 comptes)" in files[f"{COPY}.html"].decode().replace("\u00a0", " ")


def test_what_a_rectificatif_prepares_is_told_and_its_reason_is_read_first(play):
    ref = lived(play)
    play.new(dwelling("L3"))
    play.do(
        c.add_candidate,
        S,
        play.item("L3"),
        NewCandidate(OURS, 9),
        reason="CANARI-TARDIF, après Zoé Dupont-Autrui",
    )
    play.open()
    own = next(n for n in play.names("L3") if n.ref == ref).candidate_id
    others = [n.candidate_id for n in play.names("L3", "listed") if n.candidate_id != own]
    ranks = [NewDecision(n, "ranked", k) for k, n in enumerate(others, 1)]
    play.decide("L3", [*ranks, NewDecision(own, "not_attributed", motive="N3", sentence=SMALL)])
    play.close()
    corrected = [NewDecision(own, "ranked", len(others) + 1)]
    play.do(
        c.prepare_rectification,
        S,
        play.session,
        decisions=corrected,
        reason="CANARI-RECTIF de toute la liste",
    )
    files, _ = copied(play)
    page, told = files[f"{COPY}.html"].decode(), json.loads(files[f"{COPY}.json"])
    assert [d["pending"] for d in told["tables"]["decision"] if d["candidate_id"] == own] == [False, True]
    assert "préparée, non signée" in page and "CANARI-TARDIF, après [autre ménage]" in page
    assert "CANARI-RECTIF" not in page and "CANARI-RECTIF" in files[f"{FIRST}.html"].decode()
    assert left_out(play, ref, files) == []


def test_a_workbook_is_looked_into_and_one_that_cannot_be_read_is_named(play, tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "cas.xlsx") as book:
        sheet = book.add_worksheet("demandes")
        for row, cells in enumerate((("numero_unique", "revenu_fiscal"), (OURS, "12905"), (THEIRS, "99001"))):
            sheet.write_row(row, 0, cells)
    broken = tmp_path / "abime"
    broken.mkdir()
    (broken / "demandes.xlsx").write_bytes(b"PK broken")
    files, known = copied(play, cases=[tmp_path / "cas.xlsx", broken])
    told = json.loads(files[f"{COPY}.json"])["imports"]
    assert known and [r["cells"]["revenu_fiscal"] for i in told for r in i["rows"]] == ["12905"]
    assert "abime/demandes.xlsx" in files[f"{FIRST}.html"].decode() and "99001" not in everything(files)
