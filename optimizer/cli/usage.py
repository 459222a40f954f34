"""A command typed wrongly, said in the language of the user: the parser's own sentences are English only."""

from __future__ import annotations

import re

import typer

from optimizer.cli.languages import say
from optimizer.errors import Lang

USAGE_ERRORS: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""Everything the parser raises about the words typed."""

_SENTENCES = (
    (r"No such option: (\S+).*", r"l'option \1 n'existe pas", r"there is no option \1"),
    (r"No such command ([^.]+)\.?.*", r"la commande « \1 » n'existe pas", r"there is no command “\1”"),
    (r"Option (\S+) requires an argument\.?", r"l'option \1 attend une valeur", r"option \1 expects a value"),
    (
        r"Option (\S+) does not take a value\.?",
        r"l'option \1 ne prend pas de valeur",
        r"option \1 takes no value",
    ),
    (r"Got unexpected extra argument\S* \((.*)\)", r"mot en trop : \1", r"one word too many: \1"),
    (
        r"(?:Value error, )?(.*) is not one of (.*?)\.?",
        r"« \1 » n'est pas admis ; au choix : \2",
        r"“\1” is not allowed; choose among: \2",
    ),
    (r"Input should be less than or equal to (\S+)", r"au plus \1", r"at most \1"),
    (r"Input should be greater than or equal to (\S+)", r"au moins \1", r"at least \1"),
    (r"Input should be a valid integer.*", r"un nombre entier est attendu", r"a whole number is expected"),
    (r"Input should be a finite number.*", r"un nombre fini est attendu", r"a finite number is expected"),
    (r"Input should be a valid number.*", r"un nombre est attendu", r"a number is expected"),
    (r"(?i:path|file|directory) (.*) is not readable\.?", r"accès refusé à \1", r"access to \1 is denied"),
    (r"Missing command\.?", r"il manque une commande", r"a command is missing"),
)
"""The parser's sentence without quotes, then what the user reads in French and in English."""


def usage_sentence(error: Exception, lang: Lang) -> str:
    """What is wrong with the words typed, then where to look."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "attriflux"
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(getattr(error, "message", error))
    if lang == "en":
        return f"Error: {_said(error, lang)}.\nHelp: {command} --help"
    return f"Erreur : {_said(error, lang)}.\nAide : {command} --help"


def _said(error: Exception, lang: Lang) -> str:
    fr = lang == "fr"
    hint = _hint(error, lang)
    if type(error).__name__ == "MissingParameter":
        missing = hint.rstrip("…") or ("un argument" if fr else "an argument")
        if "|" in (choices := str(getattr(getattr(error, "param", None), "metavar", "") or "")):
            missing += f" ({choices})"
        return f"il manque {missing}" if fr else f"{missing} is missing"
    text = str(getattr(error, "message", error)).strip()
    bare = text.replace("'", "")
    words = text.rstrip(".")
    for pattern, french, english in _SENTENCES:
        if found := re.fullmatch(pattern, bare, re.DOTALL):
            words = found.expand(french if fr else english)
            break
    near = list(getattr(error, "possibilities", None) or ())
    near += re.findall(r"'([^']+)'", text.partition("Did you mean ")[2])
    if near:
        words += f" ({'peut-être' if fr else 'perhaps'} {', '.join(sorted(near))})"
    if not hint:
        return words
    return f"{hint} : {words}" if fr else f"{hint}: {words}"


def _hint(error: Exception, lang: Lang) -> str:
    """The option or argument concerned, without quotes."""
    given = getattr(error, "param_hint", None)
    param = getattr(error, "param", None)
    if given is None and param is not None:
        if param.param_type_name == "argument":
            return say(param.metavar or param.name, lang)
        given = param.get_error_hint()
    if given is None:
        return ""
    return (given if isinstance(given, str) else " / ".join(given)).replace("'", "")
