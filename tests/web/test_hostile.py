"""Texts that try to be markup, files that try to leave their folder, and a desk that talks to nobody."""

from __future__ import annotations

import io
import os
import socket
from datetime import date
from html.parser import HTMLParser
from uuid import uuid4

import pytest

from optimizer.store import commands
from optimizer.store.records import NewCandidate, NewItem
from optimizer.web.imports import safe_name
from tests.campaign import FULL
from tests.web.playing import COMMISSION, LANDLORD, SECRETARY, Played

HEADS = ("", '"', "'", "`", "'>", '">', "</textarea>", "</title>", "</select>", "{{", "${", "]]>", "--><!--")
BODIES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href=javascript:alert(1)>x</a>",
    " onfocus=alert(1) autofocus ", "<iframe srcdoc='<script>alert(1)</script>'>", "<style>*{display:none}</style>",
    "<form action=//autre.example><input name=x>", "<meta http-equiv=refresh content=0;url=//autre.example>", "<base href=//autre.example>",
    "{{7*7}}", "{% include '/etc/passwd' %}", "<math><mtext><script>alert(1)</script>", "\u202e<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "<!--<script>alert(1)</script>-->",
)  # fmt: skip
PAYLOADS = [head + body for body in BODIES for head in HEADS]


class Tags(HTMLParser):
    """Counts the elements and the attributes that could run or fetch something."""

    def __init__(self) -> None:
        super().__init__()
        self.shape: list[str] = []
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append(tag)
        if tag in ("script", "img", "svg", "iframe", "style", "base", "math", "object", "embed"):
            self.bad.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "//")):
                self.bad.append(f"{tag} {name}={value}")


def test_there_are_two_hundred_payloads():
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize(
    "part", [*range(3), *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 10))]
)
def test_a_text_never_becomes_markup(played: Played, part: int):
    """Every field that a person or a file fills, on every page that shows it: one payload per field."""
    chosen = PAYLOADS[part::10] if FULL else PAYLOADS[part::70]
    client = played.client("S")
    for n, payload in enumerate(chosen):
        on = date(2027, 1, 1 + part)
        facts = {"landlord": LANDLORD, "commune": "25056", "commune_name": payload, "form": {"lines": [[[payload, payload]]], "rpls": payload, "close": [], "foot": ""}}  # fmt: skip
        named = tuple(
            NewCandidate(
                f"X{part}{n}{i}{uuid4().hex[:6]}",
                i,
                facts={"lines": [[[payload, payload]]]},
                reasons=(payload,),
            )
            for i in range(1, 4)
        )
        item = NewItem(f"X{part}-{n}", "BAILLEUR", named, facts=facts, orientation={"residence": payload})
        made = commands.new_session(
            played.store, SECRETARY, str(uuid4()), landlord=LANDLORD, commission=COMMISSION, on=on, items=[item], urgent=True,
            reason=payload, hour=payload[:20], place=payload, programme=payload, quorum=2, quorum_rule=payload,
        )  # fmt: skip
        key = made.result["session_id"]
        home = made.result["item_ids"][item.dwelling_id]
        base = f"/seances/{key}"
        name = next(iter(made.result["candidate_ids"][item.dwelling_id]))
        seen = [
            client.get(at)
            for at in (base, f"{base}/seance", f"{base}/logements/{home}", f"{base}/demandes/{name}")
        ]
        seen += [
            client.get(f"{base}/logements/{home}/question", {"ask": "why", "number": payload}),
            client.post(
                f"{base}/logements/{home}/decider",
                {f"sentence-{name}": payload, f"kind-{name}": payload, "departure": payload},
            ),
            client.post(f"{base}/convoquer", {"recipients": payload * 200}),
            client.get("/semaine"),
        ]
        for answer in seen:
            tags = Tags()
            tags.feed(answer.content.decode())
            assert (tags.bad, answer.status_code < 500) == ([], True), payload
        commands.cancel(played.store, SECRETARY, str(uuid4()), key, reason="essai")


def test_names_and_passwords_that_are_markup_stay_text(played: Played):
    for payload in PAYLOADS[:: 1 if FULL else 30]:
        answer = played.client().post(
            "/entrer",
            {"name": payload[:150], "password": payload, "suite": payload},
            REMOTE_ADDR=f"10.0.0.{len(payload)}",
        )
        tags = Tags()
        tags.feed(answer.content.decode())
        assert tags.bad == [] and answer.status_code in (401, 429)


@pytest.mark.parametrize(
    "given",
    [
        "../../secret.csv",
        "/etc/passwd",
        "..\\..\\a.csv",
        "a/b\x00.csv",
        ".bashrc",
        "C:\\x\\y.xlsx",
        "con\u202evsc.exe",
        "x" * 400 + ".csv",
    ],
)
def test_a_file_name_cannot_leave_its_folder(given: str):
    name = safe_name(given)
    assert name and os.sep not in name and "\\" not in name and not name.startswith(".") and len(name) <= 120


def test_an_import_of_a_strange_kind_is_refused_and_not_kept(played: Played):
    client = played.client("S")
    before = sorted(played.desk.cases.glob("*")) if played.desk.cases.is_dir() else []
    for name in ("virus.exe", "page.html", "dossier"):
        sent = io.BytesIO(b"x")
        sent.name = name
        answer = client.post("/preparer", {"files": [sent]})
        assert answer.status_code == 422
    assert client.post("/preparer", {}).status_code == 422
    after = sorted(played.desk.cases.glob("*")) if played.desk.cases.is_dir() else []
    assert after == before


def test_something_too_large_is_refused_before_it_is_read(played: Played):
    from optimizer.web.settings import UPLOAD

    answer = played.client("S").post(
        "/preparer", data=b"x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=UPLOAD + 1
    )
    assert answer.status_code == 413


def test_too_many_forms_in_a_minute_are_refused(played: Played):
    from optimizer.web.settings import WRITES

    client = played.client()
    seen = {client.post("/health", REMOTE_ADDR="10.9.9.9").status_code for _ in range(WRITES + 5)}
    assert 429 in seen
    assert played.client("S").get("/semaine").status_code == 200


def test_no_page_opens_a_socket(played: Played, monkeypatch: pytest.MonkeyPatch):
    client = played.client("S")

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    session = played.opened()
    pages = [
        "/semaine",
        "/preparer",
        "/seances",
        "/offres",
        "/appels",
        "/journal",
        "/conservation",
        "/reservataire",
    ]
    for at in [*pages, f"/seances/{session.session_id}", f"/seances/{session.session_id}/seance"]:
        assert client.get(at).status_code == 200
