"""Where and for whom the desk listens, and what that requires."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from optimizer.errors import AttrifluxError, define

define(
    "SERVE_BEYOND_LOOPBACK",
    "Écouter sur {address} ouvre le bureau au réseau : il faut un mandataire qui chiffre (--proxy https://nom-du-bureau).",
    "Listening on {address} opens the desk to the network: a proxy that encrypts is required (--proxy https://name-of-the-desk).",
)
define(
    "SERVE_NO_ACCOUNT",
    "Aucun compte n'existe : le bureau ne s'ouvre pas au réseau. Démarrer d'abord sur cette machine, sans --proxy ni --listen, "
    "et créer les comptes par le lien affiché.",
    "No account exists: the desk does not open to the network. Start on this machine first, without --proxy or --listen, and "
    "create the accounts by the link shown.",
)
define(
    "SERVE_PROXY",
    "« {value} » n'est pas l'adresse publique d'un mandataire (attendu : https://nom-du-bureau, sans chemin).",
    "“{value}” is not the public address of a proxy (expected: https://name-of-the-desk, without a path).",
)
define(
    "SERVE_DEMO_HERE",
    "La démonstration ne s'ouvre que sur cette machine, sans mandataire : tous ses comptes ont le même mot de passe.",
    "The demonstration opens on this machine only, without a proxy: all its accounts have the same password.",
    remedy_fr="Retirer --listen et --proxy",
    remedy_en="Leave out --listen and --proxy",
)
define(
    "SERVE_ADDRESS",
    "« {value} » n'est pas une adresse de cette machine (attendu : 127.0.0.1, ::1, 0.0.0.0…).",
    "“{value}” is not an address of this machine (expected: 127.0.0.1, ::1, 0.0.0.0…).",
)


PAPERS = "papers"
HELD = ("cases", "runs", PAPERS, "backups")
"""Folders beside the store that hold what is deleted once it is older than the time of retention."""


@dataclass(frozen=True)
class Deployment:
    """One running desk.

    Attributes
    ----------
    url : the store's address, for ``pg_dump``
    state : folder of what is not in the store: imported cases, runs, papers, logs
    listen, port : where waitress listens
    proxy : public address of the proxy, ``https://…``; empty on one machine
    proxy_address : whence the proxy speaks to us
    first : token of the one-time link, empty once an account exists
    demo : whether every page says that nobody is real
    """

    state: Path
    url: str = field(default="", repr=False)
    listen: str = "127.0.0.1"
    port: int = 8000
    proxy: str = ""
    proxy_address: str = "127.0.0.1"
    first: str = field(default="", repr=False)
    demo: bool = False

    @property
    def hosts(self) -> list[str]:
        """Names the desk answers to; any other is refused."""
        own = ["127.0.0.1", "localhost", "[::1]"]
        return [*own, str(urlsplit(self.proxy).hostname)] if self.proxy else own


def check_address(listen: str, proxy: str) -> None:
    """Refuse to open the desk to a network without a proxy that encrypts; nothing is read nor made for that.

    Raises
    ------
    AttrifluxError
        ``SERVE_ADDRESS``, ``SERVE_PROXY``, ``SERVE_BEYOND_LOOPBACK``.
    """
    try:
        address = ipaddress.ip_address(listen)
    except ValueError:
        raise AttrifluxError("SERVE_ADDRESS", value=listen) from None
    if proxy and not _is_a_name(proxy):
        raise AttrifluxError("SERVE_PROXY", value=proxy)
    if not address.is_loopback and not proxy:
        raise AttrifluxError("SERVE_BEYOND_LOOPBACK", address=listen)


def check_deployment(listen: str, proxy: str, accounts: int) -> None:
    """Refuse to open the desk to a network without accounts or without a proxy that encrypts.

    Raises
    ------
    AttrifluxError
        ``SERVE_NO_ACCOUNT``, and those of :func:`check_address`.
    """
    check_address(listen, proxy)
    if proxy and not accounts:
        raise AttrifluxError("SERVE_NO_ACCOUNT")


def held_folders(state: Path) -> list[Path]:
    """Those of :data:`HELD` that were made."""
    return [state / name for name in HELD if (state / name).is_dir()]


def _is_a_name(proxy: str) -> bool:
    """Whether an address is ``https://`` and a host, with or without a port."""
    try:
        told = urlsplit(proxy)
        port = told.port
    except ValueError:  # a bracket that is not closed, a port that is none
        return False
    named = bool(told.hostname) and "@" not in told.netloc and port != 0
    return named and proxy.lower().removesuffix("/") == f"https://{told.netloc}".lower()
