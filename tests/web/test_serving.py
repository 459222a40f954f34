"""How the desk opens: on this machine by a one-time link; to a network with accounts and a proxy, or not at all."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.errors import AttrifluxError
from optimizer.web.deployment import Deployment, check_deployment
from optimizer.web.serving import options, own_state, serve, state_of, taken
from tests.cli.running import attriflux
from tests.web.playing import Played


@pytest.mark.parametrize(
    ("listen", "proxy", "accounts", "code"),
    [
        ("127.0.0.1", "", 0, ""), ("::1", "", 0, ""), ("0.0.0.0", "https://caleol.example", 3, ""), ("127.0.0.1", "https://caleol.example", 1, ""),
        ("0.0.0.0", "", 3, "SERVE_BEYOND_LOOPBACK"), ("192.168.1.4", "", 3, "SERVE_BEYOND_LOOPBACK"),
        ("0.0.0.0", "https://caleol.example", 0, "SERVE_NO_ACCOUNT"), ("127.0.0.1", "https://caleol.example", 0, "SERVE_NO_ACCOUNT"),
        ("127.0.0.1", "http://caleol.example", 3, "SERVE_PROXY"), ("127.0.0.1", "https://caleol.example/chemin", 3, "SERVE_PROXY"),
        ("caleol", "", 3, "SERVE_ADDRESS"), ("127.0.0.1", "https://[caleol", 3, "SERVE_PROXY"), ("127.0.0.1", "https://a@caleol.example", 3, "SERVE_PROXY"),
        ("127.0.0.1", "https://caleol.example:99999", 3, "SERVE_PROXY"), ("127.0.0.1", "https://caleol.example:8443/", 3, ""),
    ],
)  # fmt: skip
def test_beyond_this_machine_accounts_and_a_proxy_are_required(
    listen: str, proxy: str, accounts: int, code: str
):
    if not code:
        check_deployment(listen, proxy, accounts)
        return
    with pytest.raises(AttrifluxError) as refused:
        check_deployment(listen, proxy, accounts)
    assert refused.value.code == code


def test_headers_of_a_proxy_count_from_the_proxy_only():
    alone = options(Deployment(state=Path(".")))
    assert "trusted_proxy" not in alone and alone["clear_untrusted_proxy_headers"]
    behind = options(Deployment(state=Path("."), proxy="https://caleol.example", proxy_address="10.0.0.2"))
    assert behind["trusted_proxy"] == "10.0.0.2"
    # HSTS and the checks of forms go by it, and install.md asks no X-Forwarded-Proto of the proxy
    assert behind["url_scheme"] == "https" and "x-forwarded-proto" not in behind["trusted_proxy_headers"]


def test_two_bases_served_by_one_account_do_not_share_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Each erases the imports that its own tables do not know, and finds the papers of a session by its day."""
    monkeypatch.setenv("ATTRIFLUX_STATE", str(tmp_path))
    real, trial = "postgres://b@h/bureau", "postgres://b@h/essai"
    apart = "postgres://b@h/bureau?options=-csearch_path%3Dautre"
    assert (
        own_state(real)
        == tmp_path / "desk"
        == state_of("postgres://b:mot@ailleurs:5433/bureau?sslmode=require")
    )
    assert len({own_state(url) for url in (real, trial, apart)}) == 3
    assert {state_of(real), own_state(real)} == {tmp_path / "desk"} and own_state(trial) == state_of(trial)
    assert all(state_of(url).parent == tmp_path for url in (trial, apart))


def test_two_files_of_one_stem_do_not_share_their_files(tmp_path: Path):
    """A desk restored as `bureau.essai` beside `bureau.sqlite`, once served, erased the imports and runs of the real one."""
    real, trial, renamed = (tmp_path / name for name in ("bureau.sqlite", "bureau.essai", "bureau.db"))
    for desk in (real, trial):
        desk.touch()
    assert own_state(str(real)) == own_state(str(real)) == tmp_path / "bureau.files"
    assert own_state(str(trial)) == state_of(str(trial)) == tmp_path / "bureau.essai.files"
    real.rename(renamed)
    assert own_state(str(renamed)) == tmp_path / "bureau.files"
    trial.rename(tmp_path / "autre.essai")
    assert state_of(str(tmp_path / "autre.essai")) == tmp_path / "autre.files"


def test_what_is_refused_makes_no_desk_and_says_why(tmp_path: Path):
    for listen, code in (("0.0.0.0", "SERVE_BEYOND_LOOPBACK"), ("localhost", "SERVE_ADDRESS")):
        with pytest.raises(AttrifluxError) as refused:
            serve(str(tmp_path / "bureau.sqlite"), listen=listen, said=lambda *_: None)
        assert refused.value.code == code and list(tmp_path.iterdir()) == []
    with pytest.raises(AttrifluxError) as refused:
        taken("203.0.113.7", 8000)
    assert refused.value.code == "SERVE_CANNOT_LISTEN"


@pytest.mark.parametrize("option", [["--listen", "0.0.0.0"], ["--proxy", "https://bureau.exemple.fr"]])
def test_the_demonstration_opens_on_this_machine_only(option: list[str], tmp_path: Path):
    done = attriflux("serve", "--demo", *option, "--demo-folder", tmp_path / "demo")
    assert done.code == 2 and "Retirer --listen et --proxy" in " ".join(done.err.split())
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_is_said():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(AttrifluxError) as refused:
            taken("127.0.0.1", other.getsockname()[1])
    assert refused.value.code == "SERVE_PORT"


@pytest.mark.long
def test_the_one_time_link_makes_one_technical_account(tmp_path: Path):
    """In a process of its own: a store that has no account yet."""
    code = """
import sys
from pathlib import Path
from optimizer import store
opened = store.open(Path(sys.argv[1]) / "bureau.sqlite", create=True)
from optimizer.web.deploying import deploy
from optimizer.web.deployment import Deployment
deploy(opened, Deployment(state=Path(sys.argv[1]), first="jeton"))
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
client = Client()
assert {client.get(at).status_code for at in ("/premier/faux", "/premier/clé")} == {404}
weak = client.post("/premier/jeton", {"name": "technique", "password": "123"})
assert weak.status_code == 422 and "12" in weak.content.decode()
made = client.post("/premier/jeton", {"name": "technique", "password": "carrefour-lilas-42"})
assert (made.status_code, made.headers["Location"]) == (302, "/comptes"), made.content
assert client.get("/comptes").status_code == 200 and client.get("/semaine").status_code == 403
assert Client().get("/premier/jeton").status_code == 404
from django.contrib.auth.models import User
assert User.objects.get().password.startswith("argon2")
print("fait")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False, timeout=500
    )
    assert done.stdout.strip() == "fait", done.stderr[-2000:]


def test_migrations_say_what_the_tables_are(played: Played):
    from django.core.management import call_command

    call_command("makemigrations", "web", check=True, dry_run=True, verbosity=0)


def test_help_and_the_command_line_load_no_django():
    code = (
        "import sys; sys.argv = ['attriflux', 'serve', '--help']\nfrom optimizer.cli import main\n"
        "try: main()\nexcept SystemExit: pass\nprint([m for m in ('django', 'waitress', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_the_log_says_where_and_never_what(tmp_path: Path):
    import logging

    from optimizer.web.imports import safe_name
    from optimizer.web.logs import keep_log

    names = ("django", "waitress", "axes")
    before = {name: (logging.getLogger(name).handlers, logging.getLogger(name).propagate) for name in names}
    handler = keep_log(tmp_path / "desk.log")
    try:
        safe_name(None)  # type: ignore[arg-type]
    except AttributeError:
        logging.getLogger("django.request").exception(
            "Internal Server Error: /demandes/Lovelace", extra={"status_code": 500}
        )
    handler.close()
    for name, (handlers, propagates) in before.items():
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = handlers, propagates
    line = (tmp_path / "desk.log").read_text(encoding="utf-8")
    assert "500 AttributeError web/imports.py:" in line and "Lovelace" not in line
