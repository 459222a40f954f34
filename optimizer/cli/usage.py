"""A command typed wrongly, said in the language of the user: the parser's own sentences are English only."""

from __future__ import annotations

import re

import typer

from optimizer.errors import Lang

USAGE_ERRORS: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""Everything the parser raises about the words typed."""

_SENTENCES = (
    (r"No such option: (\S+).*", r"l'option \1 n'existe pas"),
    (r"No such command ([^.]+)\.?.*", r"la commande « \1 » n'existe pas"),
    (r"Option (\S+) requires an argument\.?", r"l'option \1 attend une valeur"),
    (r"Option (\S+) does not take a value\.?", r"l'option \1 ne prend pas de valeur"),
    (r"Got unexpected extra argument\S* \((.*)\)", r"mot en trop : \1"),
    (
        r"(?:Value error, )?(.*) is not one of (.*?)\.?",
        r"« \1 » n'est pas admis ; au choix : \2",
    ),
    (r"Input should be less than or equal to (\S+)", r"au plus \1"),
    (r"Input should be greater than or equal to (\S+)", r"au moins \1"),
    (r"Input should be a valid integer.*", r"un nombre entier est attendu"),
    (r"Input should be a valid number.*", r"un nombre est attendu"),
    (r"Missing command\.?", r"il manque une commande"),
)


def usage_sentence(error: Exception, lang: Lang) -> str:
    """What is wrong with the words typed, then where to look."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "attriflux"
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(getattr(error, "message", error))
    if lang == "en":
        words = getattr(error, "format_message", error.__str__)()
        return f"Error: {words}\nHelp: {command} --help"
    return f"Erreur : {_french(error)}.\nAide : {command} --help"


def _french(error: Exception) -> str:
    text = str(getattr(error, "message", error)).strip()
    bare = text.replace("'", "")
    words = text.rstrip(".")
    for pattern, french in _SENTENCES:
        if re.fullmatch(pattern, bare, re.DOTALL):
            words = re.sub(pattern, french, bare, flags=re.DOTALL)
            break
    hint = _hint(error)
    if type(error).__name__ == "MissingParameter":
        return f"il manque {hint}" if hint else "il manque un argument"
    near = getattr(error, "possibilities", None)
    if near:
        words += f" (peut-être {', '.join(sorted(near))})"
    return f"{hint} : {words}" if hint else words


def _hint(error: Exception) -> str:
    """The option or argument concerned, without quotes."""
    given = getattr(error, "param_hint", None)
    param = getattr(error, "param", None)
    if given is None and param is not None:
        given = param.get_error_hint()
    if given is None:
        return ""
    return (given if isinstance(given, str) else " / ".join(given)).replace("'", "")
