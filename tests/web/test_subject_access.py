"""The page where the officer makes the copy that a household asks for."""

from __future__ import annotations

import io
import zipfile
from datetime import date

from optimizer.desk.subject_access import COPY
from optimizer.store import queries
from tests.web.playing import Played, item

AT = "/conservation/copie"


def test_the_officer_makes_the_copy_and_it_is_a_line_of_the_ledger(played: Played):
    key = played.session(date(2026, 12, 28), homes=(item("L1228A1"),)).session_id
    number = queries.session(played.store, key).items[0].candidates[0].application_id
    officer = played.client("D")
    assert AT in officer.get("/conservation").content.decode()
    assert 'name="reason"' in officer.get(AT).content.decode()
    lines = len(queries.events(played.store, kinds=("access.given",)))
    answer = officer.post(
        AT, {"number": f"{number[:4]} {number[4:]}", "reason": "Courrier de Me Martin du 27/12"}
    )
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    assert number not in answer["Content-Disposition"] and answer["Cache-Control"] == "no-store"
    files = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {f"{COPY}.html", f"{COPY}.pdf", f"{COPY}.json"} <= set(files.namelist())
    assert number in files.read(f"{COPY}.html").decode() and "L1228A1" in files.read(f"{COPY}.html").decode()
    found = queries.events(played.store, kinds=("access.given",))
    assert len(found) == lines + 1 and found[-1].role == "D"
    journal = officer.get("/journal").content.decode().replace("\u00a0", " ")
    assert "Copie faite pour le ménage" in journal and "Courrier de Me Martin du 27/12" in journal
    assert "Courrier de Me Martin" not in played.client("S").get("/journal").content.decode()


def test_a_copy_asks_for_a_number_and_a_reason_and_for_the_officer(played: Played):
    lines = len(queries.events(played.store, kinds=("access.given",)))
    officer = played.client("D")
    for given in (
        {"number": "", "reason": "Courrier du ménage"},
        {"number": "123", "reason": ""},
        {"number": "123", "reason": "court"},
    ):
        assert officer.post(AT, given).status_code == 422
    answer = officer.post(AT, {"number": "1" * 30, "reason": "Courrier du ménage"})
    assert answer.status_code == 422
    for role in "SPMART":
        visitor = played.client(role)
        assert (
            visitor.get(AT).status_code == 403
            and visitor.post(AT, {"number": "1", "reason": "Courrier du ménage"}).status_code == 403
        )
        assert AT not in visitor.get("/conservation").content.decode()
    assert len(queries.events(played.store, kinds=("access.given",))) == lines
