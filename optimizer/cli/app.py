"""The typer application and what happens to errors."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from optimizer import dropin
from optimizer.cli.arguments import LangOption, Language
from optimizer.cli.languages import both, language
from optimizer.cli.pages import Group, example, help_page

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 80}
app = typer.Typer(
    name="attriflux",
    cls=Group,
    help=both(
        "Attribution des logements sociaux en flux : propositions optimales, certifiées et expliquées.\n\n"
        "Proposition : la commission décide.\n\nAide d'une commande : attriflux COMMANDE --help",
        "Social housing allocation by yearly flux: optimal, certified and explained proposals.\n\n"
        "Proposal: the commission decides.\n\nHelp on a command: attriflux COMMAND --help",
    ),
    epilog=example("attriflux demo"),
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version as installed

        typer.echo(f"attriflux {installed('attriflux')}")
        raise typer.Exit


@app.callback()
def options(
    version_asked: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=version,
            is_eager=True,
            help=both("Affiche la version.", "Shows the version."),
        ),
    ] = False,
    lang: LangOption = Language.fr,
) -> None:
    """Options communes."""


COLLECTED = 100_000
"""New objects after which Python looks for cycles. Libraries make hundreds of thousands when they are loaded, none of them garbage:
at the usual 700 that search took a tenth of a small run."""


def main() -> None:
    """Entry point of the command line: runs, and turns errors into sentences and exit codes."""
    gc.set_threshold(COLLECTED, 20, 20)
    from optimizer.errors import AttrifluxError, InputProblems, reason_of

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    dropin.load_all("optimizer.cli.commands")
    from optimizer.cli.usage import USAGE_ERRORS, usage_sentence

    lang = language()
    try:
        command = typer.main.get_command(app)
        if page := help_page(command, sys.argv[1:]):
            typer.echo(page)
            sys.exit(0)
        code = command.main(prog_name="attriflux", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except USAGE_ERRORS as error:
        typer.echo(usage_sentence(error, lang), err=True)
        sys.exit(2)
    except InputProblems as problems:
        from optimizer.cli.speak import say_findings

        say_findings(problems.findings, lang)
        sys.exit(2)
    except AttrifluxError as error:
        if "--json" in sys.argv:
            from optimizer.cli.speak import say_json

            say_json({"error": error.code, "message": error.text(lang)})
        typer.echo(error.text(lang), err=True)
        stopped = error.code.startswith(("NO_USABLE", "ENGINE_FAILED", "ENGINE_NO_WORKERS"))
        sys.exit(3 if error.code == "VERIFICATION_FAILED" else 4 if stopped else 2)
    except FileNotFoundError as missing:
        name = getattr(missing, "filename", None) or str(missing)
        typer.echo(f"Introuvable : {name}" if lang == "fr" else f"Not found: {name}", err=True)
        sys.exit(2)
    except OSError as error:
        name, why = getattr(error, "filename", None) or "", getattr(reason_of(error), lang)
        typer.echo(f"{name} : {why}." if lang == "fr" else f"{name}: {why}.", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Interrompu." if lang == "fr" else "Interrupted.", err=True)
        sys.exit(130)
