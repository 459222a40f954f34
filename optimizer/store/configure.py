"""Django's settings, in code: which database, which applications. Called once a process, by :func:`optimizer.store.open`.

The applications are always the same, whoever opens the store: a migration must never depend on who ran it. The pages
(``optimizer.web``) add their own settings by their module ``settings`` and are named here by text only.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from optimizer.store.messages import StoreUnusable

BUSY_SECONDS = 20
"""How long a writer waits for another one before it gives up, having written nothing."""
ZONE = "Europe/Paris"
SERVER = {
    "lock_timeout": str(BUSY_SECONDS * 1000),
    "synchronous_commit": "on",
    "default_transaction_isolation": r"read\ committed",
    "datestyle": "ISO",
}
"""What a PostgreSQL session of the desk rests on, whatever the administrator chose for his other databases: how long it waits for
another writer, commits that are on the disk, a head that is read as it stands once it is held, days as the driver reads them."""


def database(url: str) -> dict[str, Any]:
    """Django's entry of ``DATABASES`` for a file or a PostgreSQL address.

    Raises
    ------
    StoreUnusable
        ``STORE_URL`` (neither, or without the name of a database), ``STORE_DRIVER`` (psycopg is not installed).
    """
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if scheme in ("postgres", "postgresql"):
        if find_spec("psycopg") is None:
            raise StoreUnusable("STORE_DRIVER")
        parts = _parts(url)
        name = unquote(parts.path.lstrip("/")) if parts is not None else ""
        if parts is None or not name:
            raise StoreUnusable("STORE_URL", url=shown(url))
        options: dict[str, Any] = {"connect_timeout": BUSY_SECONDS} | dict(parse_qsl(parts.query))
        ours = " ".join(f"-c {name}={value}" for name, value in SERVER.items())
        # the last word on a setting wins: what the address says of another one (search_path) stays
        options["options"] = f"{options.get('options', '')} {ours}".strip()
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", parts.hostname or ""),
            "PORT": str(options.pop("port", parts.port or "")),
            "OPTIONS": options,
            "CONN_HEALTH_CHECKS": True,
            "CONN_MAX_AGE": None,
        }
    if scheme not in ("", "sqlite", "file"):
        raise StoreUnusable("STORE_URL", url=shown(url))
    return {
        "ENGINE": "optimizer.store.sqlite",
        "NAME": str(sqlite_path(url)),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": BUSY_SECONDS},
        "CONN_MAX_AGE": None,
    }


def is_postgres(url: str) -> bool:
    return url.lower().startswith(("postgres://", "postgresql://"))


def sqlite_path(url: str) -> Path:
    """The file of a ``sqlite:///path`` address or of a plain path."""
    text = url
    for head in ("sqlite:///", "sqlite://", "file://"):
        if url.lower().startswith(head):
            text = url[len(head) :]
            break
    return _at_home(Path(text)).absolute()


def shown(url: str) -> str:
    """The address without its password."""
    return without_password(url, "…")[0]


def without_password(url: str, sign: str = "") -> tuple[str, str]:
    """The address with ``sign`` for its password, and the password, which may stand before the ``@`` or among the options."""
    if "://" not in url:
        return url, ""
    parts = _parts(url)
    if parts is None:  # where its password stands cannot be told
        return f"{url.partition('://')[0]}://…", ""
    found = unquote(parts.password or "")
    if parts.password is not None:
        url = url.replace(f":{parts.password}@", f":{sign}@" if sign else "@", 1)
    kept = []
    for pair in parts.query.split("&"):
        name, _, value = pair.partition("=")
        if unquote(name) == "password":
            found = found or unquote(value.replace("+", " "))
            pair = f"{name}={sign}" if sign else ""
        if pair:
            kept.append(pair)
    head, mark, _ = url.partition("?")
    return head + (mark + "&".join(kept) if kept else ""), found


def _parts(url: str) -> SplitResult | None:
    """The parts of an address; None of one that is none (a bracket left open, a port that is no port)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def desk_name(url: str) -> str:
    """Which desk an address names: its file, or the database and the schema in it where one is named. A host may be moved, these are
    the desk."""
    if not is_postgres(url):
        return sqlite_path(url).name
    parts = urlsplit(url)
    return unquote(parts.path.lstrip("/")) + dict(parse_qsl(parts.query)).get("options", "").strip()


def state_folder() -> Path:
    """Where keys and copies of a PostgreSQL desk live: ``ATTRIFLUX_STATE``, else the user's own state folder."""
    named = os.environ.get("ATTRIFLUX_STATE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else _at_home(Path("~")) / ".local" / "state") / "attriflux"


def _at_home(path: Path) -> Path:
    """The path without its ``~`` (StoreUnusable ``STORE_NO_HOME``: nobody knows what it stands for)."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise StoreUnusable("STORE_NO_HOME", path=str(path)) from None


def configure(entry: dict[str, Any], secret: str) -> None:
    """Set Django up on a database; a later call points it to another one."""
    from django.conf import settings
    from django.db import connections

    if not settings.configured:
        import django

        apps = [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "axes",
            "optimizer.store.apps.StoreConfig",
        ]
        more: dict[str, Any] = {}
        if find_spec("optimizer.web") is not None and find_spec("optimizer.web.settings") is not None:
            apps.append("optimizer.web")
            more = dict(import_module("optimizer.web.settings").SETTINGS)
        own = {
            "DATABASES": {"default": entry},
            "INSTALLED_APPS": apps,
            "SECRET_KEY": secret,
            "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
            "TIME_ZONE": ZONE,
            "USE_TZ": True,
            "LOGGING_CONFIG": None,
            "SILENCED_SYSTEM_CHECKS": ["axes.W001", "axes.W002", "axes.W003"],
        }
        fallback = {
            "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
            "LANGUAGE_CODE": "fr",
            "AUTH_PASSWORD_VALIDATORS": [
                {"NAME": f"django.contrib.auth.password_validation.{name}"}
                for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
            ],
        }
        settings.configure(**(fallback | more | own))
        django.setup()
        return
    settings.SECRET_KEY = secret
    connections.close_all()
    connections.settings = connections.configure_settings({"default": entry})
    try:
        del connections["default"]
    except AttributeError:  # no connection of this thread yet
        pass
