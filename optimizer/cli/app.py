"""The typer application and what happens to errors."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any

import typer
from typer.main import get_command_name
from typer.models import CommandFunctionType

from optimizer import dropin
from optimizer.cli.arguments import LangOption, Language
from optimizer.cli.languages import both, language
from optimizer.cli.pages import Group, example, help_page

INTERRUPTED = 130
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


class Commands(typer.Typer):
    """The application, which refuses a name that a command has: the last one to come took its place without a word."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._file_of: dict[str, str] = {}

    def command(
        self, name: str | None = None, **settings: Any
    ) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """A command of the file that calls.

        Raises
        ------
        ValueError
            Another file has its name.
        """
        register = super().command(name, **settings)

        def named(call: CommandFunctionType) -> CommandFunctionType:
            self._take(name or get_command_name(call.__name__), call.__module__)
            return register(call)

        return named

    def add_typer(self, typer_instance: typer.Typer, **settings: Any) -> None:
        """A group of commands, under a name of its own (ValueError: it has none, or another file has it)."""
        name = settings.get("name") or typer_instance.info.name
        if not isinstance(name, str):
            raise ValueError("a group of commands without a name")
        self._take(name, sys._getframe(1).f_globals["__name__"])
        super().add_typer(typer_instance, **settings)

    def _take(self, name: str, module: str) -> None:
        file = f"{module.rpartition('.')[2]}.py"
        if name in self._file_of:
            raise ValueError(f"command {name!r} is declared twice: {self._file_of[name]} has it")
        self._file_of[name] = file


app = Commands(
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
    """Entry point of the command line: runs, and turns errors into sentences and exit codes. Nothing else leaves it."""
    from optimizer.cli.ending import Ending

    gc.set_threshold(COLLECTED, 20, 20)
    with Ending() as ending:
        ending.code = run_words()
    sys.exit(ending.code)


def _told(code: str, text: str, ends: int = 2) -> int:
    """Say what stopped a command, to people and, with ``--json``, to programs: they read one document whatever happens."""
    if "--json" in sys.argv:
        from optimizer.cli.speak import say_json

        say_json({"error": code, "message": text})
    from optimizer.cli.wrapping import wrapped

    typer.echo("\n".join(wrapped(line, 80, after="  ") for line in text.splitlines()), err=True)
    return ends


@lru_cache(maxsize=1)
def _command(loaded: tuple[str, ...]) -> Any:
    """The command of the modules loaded: built once by a process that says several."""
    del loaded
    return typer.main.get_command(app)


def run_words() -> int:
    """Run the command that the words of the command line ask for; its exit code."""
    from optimizer.disk import listen
    from optimizer.errors import AttrifluxError, InputProblems, reason_of

    loaded = dropin.load_all(
        "optimizer.cli.commands", lambda: len(app.registered_commands) + len(app.registered_groups)
    )
    from optimizer.cli.usage import USAGE_ERRORS, usage_sentence

    lang = language()
    listen(lambda said: typer.echo(getattr(said, lang), err=True))
    try:
        command = _command(loaded)
        if page := help_page(command, sys.argv[1:]):
            typer.echo(page)
            return 0
        code = command.main(prog_name="attriflux", standalone_mode=False)
        if code == INTERRUPTED:  # what the library makes of Ctrl-C, without a word
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except USAGE_ERRORS as error:
        return _told("USAGE", usage_sentence(error, lang))
    except InputProblems as problems:
        from optimizer.cli.speak import say_findings

        say_findings(problems.findings, lang)
        return 2
    except AttrifluxError as error:
        if error.findings:  # files of rules that are wrong: each problem at its place, as those of a case
            from optimizer.cli.speak import say_findings

            say_findings(error.findings, lang)
            return 2
        stopped = error.code.startswith(("NO_USABLE", "WORKERS_LOST"))
        refused = error.code in ("VERIFICATION_FAILED", "STORE_READ_ONLY")
        return _told(error.code, error.text(lang), 3 if refused else 4 if stopped else 2)
    except FileNotFoundError as missing:
        name = getattr(missing, "filename", None) or str(missing)
        return _told("NOT_FOUND", f"Introuvable : {name}" if lang == "fr" else f"Not found: {name}")
    except OSError as error:
        name, why = getattr(error, "filename", None) or "", getattr(reason_of(error), lang)
        head = f"{name} : " if name and lang == "fr" else f"{name}: " if name else ""
        return _told("FILE_SYSTEM", f"{head}{why}.")
    except typer.Abort:
        raise KeyboardInterrupt from None
