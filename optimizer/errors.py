"""Errors and findings: a stable code, its parameters, and the sentence in French and in English.

Every message a user can see is declared once with :func:`define`; code raises or lists it by code. A *finding* is a
problem of an input file (file, row, column, value, expectation, remedy). Standard library only.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
Severity = Literal["error", "warning"]


class Said(NamedTuple):
    """A parameter that is itself words: shown in the language of the sentence around it."""

    fr: str
    en: str


class Spaced(int):
    """A number that stands alone with its thousands apart: ``1 857``, ``1,857`` (beside what it counts they always are)."""


def singular(amount: float, lang: Lang) -> bool:
    """Whether what is counted stands in the singular: in French below two, in English for one alone.

    >>> singular(1.5, "fr"), singular(1.5, "en"), singular(1, "en")
    (True, False, True)
    """
    return amount < 2 if lang == "fr" else amount == 1


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day_words(value: date, lang: Lang) -> str:
    """``05/01/2026`` in French, ``5 January 2026`` in English.

    >>> day_words(date(2026, 1, 5), "fr"), day_words(date(2026, 1, 5), "en")
    ('05/01/2026', '5 January 2026')
    """
    return f"{value:%d/%m/%Y}" if lang == "fr" else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def thousands(n: int, lang: Lang) -> str:
    """A whole number with its thousands apart: ``1 857`` in French (a narrow space that does not break), ``1,857`` in English."""
    return f"{int(n):,}".replace(",", "\u202f" if lang == "fr" else ",")


class _Count(int):
    """A number that agrees with its noun: ``{count:logement/logements}``. French says 0 and 1 in the singular."""

    lang: Lang
    spaced: bool

    def __format__(self, spec: str) -> str:
        if "/" not in spec:
            # a number alone may be a year or a row, whose digits stand together
            return thousands(self, self.lang) if self.spaced and not spec else int(self).__format__(spec)
        one, several = spec.split("/")
        single = singular(self, self.lang)
        return f"{thousands(self, self.lang)} {one if single else several}"


def _spoken(template: str, lang: Lang, params: Mapping[str, object]) -> str:
    words: dict[str, object] = {}
    for name, value in params.items():
        if isinstance(value, Said):
            words[name] = getattr(value, lang)
        elif isinstance(value, date):
            words[name] = day_words(value, lang)
        elif isinstance(value, int) and not isinstance(value, bool):
            words[name] = count = _Count(value)
            count.lang, count.spaced = lang, isinstance(value, Spaced)
        else:
            words[name] = value
    return template.format(**words)


def _ended(text: str) -> str:
    """The sentence with its full stop, so that another may follow."""
    return text if not text or text.endswith((".", "!", "?", "…", ":")) else text + "."


_REASONS = {
    errno.EACCES: Said("accès refusé", "permission denied"),
    errno.EPERM: Said("opération interdite", "operation not permitted"),
    errno.EROFS: Said("support en lecture seule", "read-only disk"),
    errno.ENOSPC: Said("disque plein", "no space left on the disk"),
    errno.EDQUOT: Said("quota de disque atteint", "disk quota exceeded"),
    errno.EFBIG: Said(
        "fichier plus grand que la machine ne le permet", "file larger than the machine allows"
    ),
    errno.ENOENT: Said("dossier introuvable", "folder not found"),
    errno.ENOTDIR: Said("un fichier se trouve sur le chemin", "a file stands in the path"),
    errno.EISDIR: Said("c'est un dossier", "it is a folder"),
    errno.EEXIST: Said("un fichier porte déjà ce nom", "a file already has this name"),
    errno.ENAMETOOLONG: Said("nom trop long", "name too long"),
    errno.EBUSY: Said("fichier occupé par un autre programme", "file in use by another program"),
    errno.EIO: Said("erreur du disque", "disk error"),
}


FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the machine says when the disk, or the part of it that is ours, is full."""


def reason_of(error: OSError) -> Said:
    """Why the system refused, in both languages; its own words where they are not translated."""
    own = error.strerror or type(error).__name__
    return _REASONS.get(error.errno or 0, Said(own, own))


@dataclass(frozen=True)
class Message:
    """The wording of one code. Templates use ``str.format`` with the finding's parameters."""

    code: str
    fr: str
    en: str
    expected_fr: str = ""
    expected_en: str = ""
    remedy_fr: str = ""
    remedy_en: str = ""

    def text(self, lang: Lang, params: Mapping[str, object]) -> str:
        return _spoken(self.fr if lang == "fr" else self.en, lang, params)

    def expected(self, lang: Lang, params: Mapping[str, object]) -> str:
        return _spoken(self.expected_fr if lang == "fr" else self.expected_en, lang, params)

    def remedy(self, lang: Lang, params: Mapping[str, object]) -> str:
        return _spoken(self.remedy_fr if lang == "fr" else self.remedy_en, lang, params)


_MESSAGES: dict[str, Message] = {}


def define(
    code: str,
    fr: str,
    en: str,
    *,
    expected_fr: str = "",
    expected_en: str = "",
    remedy_fr: str = "",
    remedy_en: str = "",
) -> str:
    """Declare the wording of ``code``; a second, different declaration is refused. Returns the code."""
    message = Message(code, fr, en, expected_fr, expected_en, remedy_fr, remedy_en)
    if _MESSAGES.setdefault(code, message) != message:
        raise ValueError(f"message code {code!r} is declared twice with different texts")
    return code


def message(code: str) -> Message:
    """The declared wording of ``code`` (KeyError when it was never declared)."""
    return _MESSAGES[code]


def texts(family: str, words: Mapping[str, tuple[str, str]]) -> None:
    """Declare the short texts of a page or a sheet: ``texts("FLUX", {"stock": ("Stock", "Stock")})`` is ``FLUX.STOCK``."""
    for name, (fr, en) in words.items():
        define(f"{family}.{name}".upper(), fr, en)


def said(code: str, lang: Lang, /, **params: object) -> str:
    """The declared text of ``code`` in a language (KeyError when it was never declared)."""
    return _MESSAGES[code].text(lang, params)


def messages() -> tuple[Message, ...]:
    """All declared messages in the order of their codes."""
    return tuple(_MESSAGES[code] for code in sorted(_MESSAGES))


ROWS = 40
"""Further rows of a problem that its sentence lists; ``--json`` gives all of them."""


@dataclass(frozen=True)
class Finding:
    """One problem of an input: where it is, what was found, what was expected, what to do.

    ``row`` counts as the spreadsheet does (the header is row 1). ``rows`` are further rows with the same problem, ``also`` the other
    values found in them, each once.
    """

    code: str
    severity: Severity = "error"
    file: str = ""
    row: int | None = None
    column: str | None = None
    value: str | None = None
    rows: tuple[int, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def _params(self) -> dict[str, object]:
        known: dict[str, object] = {
            "file": self.file,
            "row": self.row,
            "column": self.column or "",
            "value": self.value if self.value is not None else "",
        }
        known.update(self.params)
        return known

    def text(self, lang: Lang = "fr") -> str:
        return message(self.code).text(lang, self._params())

    def expected(self, lang: Lang = "fr") -> str:
        return message(self.code).expected(lang, self._params())

    def remedy(self, lang: Lang = "fr") -> str:
        return message(self.code).remedy(lang, self._params())

    def place(self, lang: Lang = "fr") -> str:
        """Where it is: ``demandes.csv, ligne 48, colonne « revenu »``."""
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"ligne {self.row}" if lang == "fr" else f"row {self.row}")
        if self.column:
            key = self.file.endswith((".yaml", ".yml"))
            fr, en = ("clé", "key") if key else ("colonne", "column")
            parts.append(f"{fr} « {self.column} »" if lang == "fr" else f"{en} “{self.column}”")
        return ", ".join(parts)

    def sentence(self, lang: Lang = "fr") -> str:
        """The whole finding in one paragraph: place, problem, expectation, remedy, other rows."""
        pieces = [_ended(self.text(lang))]
        if expected := self.expected(lang):
            pieces.append(("Attendu : " if lang == "fr" else "Expected: ") + _ended(expected))
        if remedy := self.remedy(lang):
            pieces.append(_ended(remedy))
        if self.rows:
            shown = ", ".join(str(r) for r in self.rows[:ROWS]) + (", …" if len(self.rows) > ROWS else "")
            n = len(self.rows)
            many = thousands(n, lang)
            if lang == "fr":
                pieces.append(
                    _ended(f"{many} autre{'s' if n > 1 else ''} ligne{'s' if n > 1 else ''} : {shown}")
                )
            else:
                pieces.append(_ended(f"{many} other row{'s' if n > 1 else ''}: {shown}"))
        if self.also:
            fr = lang == "fr"
            words = ", ".join(f"« {w} »" if fr else f"“{w}”" for w in self.also[:10])
            words += ", …" if len(self.also) > 10 else ""
            pieces.append(_ended(f"On y lit aussi {words}" if fr else f"They also hold {words}"))
        place = self.place(lang)
        return (f"{place} : " if place and lang == "fr" else f"{place}: " if place else "") + " ".join(pieces)


def gathered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same problem of the same value said once, with its further rows, at the place of the first.

    A column filled in another way than its list says is one problem of six hundred rows, which hid what else was wrong.
    """
    found: dict[tuple[object, ...], Finding] = {}
    for f in findings:
        told = tuple(sorted((name, repr(value)) for name, value in f.params.items()))
        alone = () if f.row is not None else (len(found),)
        key = (f.code, f.severity, f.file, f.column, f.value, told, f.also, *alone)
        first = found.get(key)
        if first is None or f.row is None:
            found[key] = f
        elif f.row != first.row:
            found[key] = replace(first, rows=(*first.rows, f.row, *f.rows))
    return tuple(found.values())


class AttrifluxError(Exception):
    """Base error: a code, its parameters, both languages. ``str(error)`` is the French sentence."""

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params = dict(params)
        super().__init__(code)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The problems of input files that the error stands for, each at its place; none for an error of another kind."""
        return ()

    def text(self, lang: Lang = "fr") -> str:
        known = _MESSAGES.get(self.code)
        if known is None:
            return f"{self.code} {self.params}" if self.params else self.code
        text, expected = known.text(lang, self.params), known.expected(lang, self.params)
        remedy = known.remedy(lang, self.params)
        if not (expected or remedy):
            return text
        pieces = [
            text,
            ("Attendu : " if lang == "fr" else "Expected: ") + expected if expected else "",
            remedy,
        ]
        return " ".join(_ended(piece) for piece in pieces if piece)

    def __str__(self) -> str:
        return self.text("fr")

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.params))


FIRST = 10
"""Findings that the text of an error lists."""


class InputProblems(AttrifluxError):
    """The case cannot be used: every problem of every file at once. Exit code 2, nothing written."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._findings = tuple(findings)
        super().__init__("INPUT_PROBLEMS", count=sum(f.severity == "error" for f in self._findings))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Errors and warnings, in the order they are told."""
        return self._findings

    def __str__(self) -> str:
        """The sentence, then the first problems, errors first; all of them are in ``findings``."""
        ordered = sorted(self.findings, key=lambda f: f.severity != "error")
        lines = [f"- {f.code} {f.sentence('fr')}" for f in ordered[:FIRST]]
        if len(ordered) > FIRST:
            lines.append(f"… {len(ordered) - FIRST} de plus (.findings)")
        return "\n".join([self.text("fr"), *lines])

    def __reduce__(self) -> tuple[object, ...]:
        return (InputProblems, (self.findings,))


def _rebuild(kind: type[AttrifluxError], code: str, params: dict[str, object]) -> AttrifluxError:
    error = kind.__new__(kind)
    AttrifluxError.__init__(error, code, **params)
    return error


define(
    "INPUT_PROBLEMS",
    "{count:erreur/erreurs} dans le dossier : rien n'a été écrit.",
    "{count:error/errors} in the case: nothing was written.",
)
