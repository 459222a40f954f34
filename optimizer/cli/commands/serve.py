"""``attriflux serve``: the desk in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import FOLDER, LangOption, Language
from optimizer.cli.desk import DESK, StoreOption
from optimizer.cli.languages import both
from optimizer.cli.pages import Standing, example


@app.command(
    cls=Standing,
    help=both(
        "Ouvre le bureau des commissions dans un navigateur, jusqu'à Ctrl-C. Sur cette machine seule par défaut ; au-delà, il faut "
        "des comptes et un mandataire qui chiffre (--proxy).",
        "Opens the commission desk in a browser, until Ctrl-C. On this machine only by default; beyond it, accounts and a proxy "
        "that encrypts (--proxy) are required.",
    ),
    epilog=example("attriflux serve --demo"),
)
def serve(
    store: StoreOption = DESK,
    port: Annotated[
        int,
        typer.Option(
            "--port", min=1, max=65535, metavar="PORT", help=both("Port où écouter.", "Port to listen on.")
        ),
    ] = 8000,
    listen: Annotated[
        str,
        typer.Option(
            "--listen",
            metavar=both("ADRESSE", "ADDRESS"),
            help=both("Adresse d'écoute.", "Address to listen on."),
        ),
    ] = "127.0.0.1",
    proxy: Annotated[
        str,
        typer.Option(
            "--proxy",
            metavar="URL",
            help=both("Adresse publique du mandataire : https://…", "Public address of the proxy: https://…"),
        ),
    ] = "",
    proxy_address: Annotated[
        str,
        typer.Option(
            "--proxy-address",
            metavar=both("ADRESSE", "ADDRESS"),
            help=both(
                "Adresse d'où le mandataire appelle le bureau.",
                "Address from which the proxy calls the desk.",
            ),
        ),
    ] = "127.0.0.1",
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help=both(
                "Une commission de 40 logements et trois semaines passées, personne de réel.",
                "A commission of 40 dwellings and three past weeks, nobody real.",
            ),
        ),
    ] = False,
    demo_folder: Annotated[
        Path,
        typer.Option(
            "--demo-folder",
            metavar=FOLDER,
            help=both(
                "Où la démonstration est préparée une fois.", "Where the demonstration is prepared once."
            ),
        ),
    ] = Path("demo"),
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.web.serving import serve as serve_store

    fr = lang.value == "fr"

    def said(what: str, text: str) -> None:
        words = {
            "address": "Bureau ouvert" if fr else "Desk open",
            "first": "Premier démarrage, lien à usage unique" if fr else "First start, one-time link",
            "accounts": "Comptes de la démonstration" if fr else "Accounts of the demonstration",
            "password": "Mot de passe de tous" if fr else "Password of them all",
            "phase": "",
        }[what]
        typer.echo(f"{words}{' : ' if fr and words else ': ' if words else ''}{text}", err=what == "phase")

    if demo:
        from optimizer.errors import AttrifluxError
        from optimizer.web.demo import serve_demo

        if proxy or listen != "127.0.0.1":
            raise AttrifluxError("SERVE_DEMO_HERE")
        serve_demo(demo_folder, port=port, lang=lang.value, said=said)
        return
    serve_store(store, listen=listen, port=port, proxy=proxy, proxy_address=proxy_address, said=said)
