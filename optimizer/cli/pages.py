"""Pages of help in the language asked, at 80 columns, from the texts given side by side by `languages.both`.

The library translates a part of its labels only (and by the machine's locale, which is not what the user asked), so its
documented hooks are used: the parts of a page that a command class may write itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from optimizer.cli.languages import asked, both, language, say
from optimizer.cli.waiting import Waiting
from optimizer.cli.wrapping import glued, unglued

if TYPE_CHECKING:
    from optimizer.errors import Lang

    Base = TyperCommand
else:
    Base = object

USAGE = both("Utilisation : ", "Usage: ")
ARGUMENTS = both("Arguments ", "Arguments")
OPTIONS = both("Options ", "Options")
COMMANDS = both("Commandes ", "Commands")
EXAMPLE = both("Exemple : ", "Example: ")
WORDS = both("COMMANDE …", "COMMAND …")
REQUIRED = both("obligatoire", "required")
DEFAULT = both("défaut : ", "default: ")
HELP = both("Affiche cette aide.", "Shows this help.")
HELP_NAMES = ("-h", "--help")
NAMES = 26
"""Columns kept for the names of options; a longer one stands on a line of its own."""


def example(fr: str, en: str | None = None) -> str:
    """The command line shown at the foot of a page (one line, ready to copy)."""
    return both(EXAMPLE + fr, say(EXAMPLE, "en") + (en or fr))


class _Speaking(Base):
    """What commands and groups share: every part of the page in the language asked."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse; ``--lang`` counts for the whole line wherever it stands, so it is the default of every command."""
        if (lang := asked()) is not None:
            extra.setdefault("default_map", {"lang": lang})
        return super().make_context(info_name, args, parent, **extra)

    def get_help(self, ctx: Any) -> str:
        """The whole page."""
        return unglued(super().get_help(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, purpose, arguments, options (and commands), example."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The line that shows how the words go together."""
        lang = language()
        pieces = ["[OPTIONS]"]
        for param in self.get_params(ctx):
            if param.param_type_name == "argument":
                name = say(param.metavar or param.name, lang)
                pieces.append(name if param.required else f"[{name}]")
        if isinstance(self, TyperGroup):
            pieces.append(say(WORDS, lang))
        formatter.write_usage(ctx.command_path, " ".join(map(glued, pieces)), prefix=say(USAGE, lang))

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """What the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(glued(say(inspect.cleandoc(self.help or ""), language())))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, then options, then the commands of a group."""
        lang = language()
        params = [p for p in self.get_params(ctx) if not getattr(p, "hidden", False)]
        for kind, title in (("argument", ARGUMENTS), ("option", OPTIONS)):
            rows = [_row(p, ctx, lang) for p in params if p.param_type_name == kind]
            if rows:
                with formatter.section(say(title, lang)):
                    formatter.write_dl(rows, col_max=NAMES)
        if isinstance(self, TyperGroup):
            with formatter.section(say(COMMANDS, lang)):
                formatter.write_dl(
                    [(name, _first(self.commands[name], lang)) for name in sorted(self.commands)]
                )

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The example, never wrapped: it is there to be copied."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write(say(self.epilog, language()) + "\n")


class Command(_Speaking, TyperCommand):
    """A command whose help speaks both languages, and which is never silent for long while it works."""

    ends = True
    """Whether it is waited for: a server is not."""

    def invoke(self, ctx: Any) -> Any:
        """Run it; where it takes long and says nothing, say so."""
        with Waiting(language(), quiet=not self.ends or bool(ctx.params.get("json"))):
            return super().invoke(ctx)


class Standing(Command):
    """A command that stays until it is stopped."""

    ends = False


class Group(_Speaking, TyperGroup):
    """A group of commands whose help speaks both languages."""


def _row(param: Any, ctx: Any, lang: Lang) -> tuple[str, str]:
    """How a parameter is written, and what it does."""
    if param.param_type_name == "argument":
        return say(param.metavar or param.name, lang), glued(say(param.help or "", lang))
    name = " / ".join(filter(None, (", ".join(sorted(param.opts, key=len)), ", ".join(param.secondary_opts))))
    if not param.is_flag:
        name += " " + say(param.metavar or param.name.upper(), lang)
    text = HELP if "--help" in param.opts else param.help or ""
    after = ""
    if param.required:
        after = say(REQUIRED, lang)
    elif param.show_default and (shown := _shown(param, param.get_default(ctx, call=False))):
        after = say(DEFAULT, lang) + say(shown, lang)
    return name, glued(say(text, lang)) + (f"  {glued(f'[{after}]', whole=True)}" if after else "")


def _shown(param: Any, value: Any) -> str:
    """A default as it would be typed; nothing for what is off or absent by default."""
    if value is None:
        return ""
    if isinstance(value, bool):
        if not param.secondary_opts:
            return ""
        return str((param.opts if value else param.secondary_opts)[0])
    if isinstance(value, float):
        return f"{value:g}"
    return str(value.value if isinstance(value, Enum) else value)


def _first(command: Any, lang: Lang) -> str:
    """The first sentence of a command's help."""
    text = say(inspect.cleandoc(command.help or ""), lang)
    return glued(text.split("\n\n", 1)[0].split(". ", 1)[0].rstrip("."))


def help_page(root: Any, words: Sequence[str]) -> str | None:
    """The page that ``… --help`` asks for, or None.

    Read without parsing the line: the parser loads a validation library that takes longer than the page.
    """
    if not any(word in HELP_NAMES for word in words):
        return None
    context = typer.Context(root, info_name=root.name, **root.context_settings)
    value = False
    for word in words:
        if word.startswith("-"):
            value = word == "--lang"
        elif value:
            value = False
        elif isinstance(context.command, TyperGroup):
            if word not in context.command.commands:
                return None
            context = typer.Context(context.command.commands[word], info_name=word, parent=context)
    return context.get_help()
