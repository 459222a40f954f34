"""``attriflux serve``: one waitress process over one store, until it is told to end."""

from __future__ import annotations

import errno
import os
import secrets
import signal
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from optimizer import store
from optimizer.errors import AttrifluxError, define, reason_of
from optimizer.store.configure import desk_name, is_postgres, sqlite_path, state_folder
from optimizer.web.deployment import Deployment, check_address, check_deployment
from optimizer.web.settings import WHATEVER

THREADS = 8
"""Pages answered at once; beyond, they queue: 25 people read one page each few seconds."""
define(
    "SERVE_CANNOT_LISTEN",
    "On ne peut pas écouter sur {listen}, port {port} : {why}.",
    "Cannot listen on {listen}, port {port}: {why}.",
    remedy_fr="Une adresse de cette machine (--listen), et un port au-dessus de 1023 (--port)",
    remedy_en="An address of this machine (--listen), and a port above 1023 (--port)",
)
define(
    "SERVE_PORT",
    "Le port {port} est déjà pris sur {listen} : en choisir un autre (--port).",
    "Port {port} is already taken on {listen}: choose another (--port).",
)


OWNER = "database"
"""Of the folder of a desk: whose it is."""


def state_of(url: str) -> Path:
    """The folder of cases, runs and papers of one desk: beside a SQLite file, else in the user's state folder.

    Beside a file ``bureau.sqlite`` it is ``bureau.files``, unless another desk of that stem (``bureau.essai``) has it: then
    ``bureau.sqlite.files``. In the state folder the first PostgreSQL desk that was served has ``desk``, another one a folder that its
    database names. What is in the folder of a desk is erased when its own tables do not know it, and the papers of a session are known by
    its day.
    """
    name = desk_name(url)
    if is_postgres(url):
        first = state_folder() / "desk"
        return first if owner_of(first) in (None, name) else first.with_name(f"desk-{quote(name, safe='')}")
    path = sqlite_path(url)
    first = path.with_suffix(".files")
    other = owner_of(first)
    taken = (
        other not in (None, name) and path.with_name(str(other)).exists()
    )  # else that desk was given another name
    return path.with_name(path.name + ".files") if taken else first


def owner_of(state: Path) -> str | None:
    """The desk that a folder is of, None before it was served."""
    try:
        return (state / OWNER).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def own_state(url: str) -> Path:
    """The folder of the desk that is served, its own from now on."""
    state = state_of(url)
    closed_to_others(state)
    (state / OWNER).write_text(desk_name(url), encoding="utf-8")
    return state


def closed_to_others(state: Path) -> None:
    """Make the folder of a desk, or take from other accounts what a copy or a move of it gave them: letters with names stand in it."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix" and state.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        state.chmod(0o700)


def serve(
    url: str,
    *,
    listen: str = "127.0.0.1",
    port: int = 8000,
    proxy: str = "",
    proxy_address: str = "127.0.0.1",
    demo: bool = False,
    said: Callable[[str, str], None],
) -> None:
    """Serve a store until SIGINT or SIGTERM.

    Parameters
    ----------
    url : file or PostgreSQL address; a file that does not exist is made on this machine only.
    said : told ``("address", "http://…")``, or ``("first", "http://…")`` with the one-time link when no account exists.

    Raises
    ------
    AttrifluxError
        ``SERVE_…``: open to a network without accounts or proxy, a port that is taken. ``STORE_…``: see :func:`store.open`.
    """
    check_address(listen, proxy)
    taken(listen, port)
    opened = store.open(url, create=not proxy)
    try:
        from django.contrib.auth import get_user_model

        accounts = get_user_model().objects.count()
        check_deployment(listen, proxy, accounts)
        first = "" if accounts else secrets.token_urlsafe(24)
        deployment = Deployment(
            state=own_state(url),
            url=url,
            listen=listen,
            port=port,
            proxy=proxy,
            proxy_address=proxy_address,
            first=first,
            demo=demo,
        )
        run(opened, deployment, said)
    finally:
        opened.close()


def run(opened: store.Store, deployment: Deployment, said: Callable[[str, str], None]) -> None:
    """Waitress, and the children that end with it."""
    import waitress

    from optimizer.web.deploying import deploy
    from optimizer.web.jobs import end_all
    from optimizer.web.logs import keep_log
    from optimizer.web.receiving import Channel
    from optimizer.web.rooms import close_rooms
    from optimizer.web.signing import sign_daily
    from optimizer.web.temporary import temporary_files

    closed_to_others(deployment.state)
    with temporary_files(deployment.state):
        deploy(opened, deployment)
        keep_log(deployment.state / "desk.log")
        server = waitress.create_server(application(), **options(deployment))
        server.channel_class = Channel
        end_signing = sign_daily(opened)
        own = f"http://{'localhost' if ':' in deployment.listen else deployment.listen}:{deployment.port}"
        said("address", deployment.proxy or own)
        if deployment.first:
            said("first", f"{own}/premier/{deployment.first}")
        if threading.current_thread() is threading.main_thread():
            # a service begun in the background by a shell inherits a SIGINT that is ignored
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            server.run()
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            server.close()
            end_signing()
            end_all()
            close_rooms()


def application() -> Any:
    """The WSGI application of the store that is served."""
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def options(deployment: Deployment) -> dict[str, Any]:
    """How waitress listens; the headers of a proxy count only when they come from the proxy's own address."""
    told: dict[str, Any] = {
        "host": deployment.listen,
        "port": deployment.port,
        "threads": THREADS,
        "ident": None,
        "channel_timeout": 60,
        "max_request_body_size": WHATEVER,
        "clear_untrusted_proxy_headers": True,
    }
    if deployment.proxy:
        told |= {
            "trusted_proxy": deployment.proxy_address,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for"},
            # its public address begins with https, whether or not it says so with each request
            "url_scheme": "https",
        }
    return told


def taken(listen: str, port: int) -> None:
    """Raise ``SERVE_PORT`` when something listens there, ``SERVE_CANNOT_LISTEN`` when nothing may."""
    kind = socket.AF_INET6 if ":" in listen else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise AttrifluxError("SERVE_PORT", port=str(port), listen=listen) from None
            raise AttrifluxError(
                "SERVE_CANNOT_LISTEN", port=str(port), listen=listen, why=reason_of(error)
            ) from None
