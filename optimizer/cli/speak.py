"""How the terminal speaks: findings, progress, JSON, tables in 80 columns."""

from __future__ import annotations

import json
import math
import sys
import textwrap
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from optimizer.cli.languages import both, say
from optimizer.cli.waiting import Waiting
from optimizer.cli.wrapping import wrapped
from optimizer.errors import Finding, Lang, thousands
from optimizer.presentation.numbers import decimal, percent

for _french, _english in (
    ("Lecture du dossier…", "Reading the case…"),
    ("Contrôles et demandes recevables…", "Checks and eligible applications…"),
    ("Calcul de l'optimum et de sa preuve…", "Computing the optimum and its proof…"),
    ("Calcul des manières de choisir…", "Computing the ways of choosing…"),
    ("Prix de la diversité de chaque groupe…", "Price of diversity of each group…"),
):
    both(_french, _english)  # phases told by the layers below, which know no language
SHOWN = 200
"""Findings printed in full; the rest is counted (``--json`` gives all of them)."""


def say_findings(findings: Sequence[Finding], lang: Lang, *, as_json: bool | None = None) -> None:
    """Print every finding, errors first; on the output stream as JSON when ``--json`` was asked."""
    if as_json if as_json is not None else "--json" in sys.argv:
        say_json({"findings": [finding_dict(f, lang) for f in findings]})
        return
    ordered = sorted(findings, key=lambda f: f.severity != "error")
    for finding in ordered[:SHOWN]:
        word = {"error": ("ERREUR", "ERROR"), "warning": ("Attention", "Warning")}[finding.severity]
        head = f"{word[0 if lang == 'fr' else 1]} {finding.code}"
        typer.echo(f"{head}  {finding.place(lang)}".rstrip(), err=True)
        body = finding.sentence(lang)
        place = finding.place(lang)
        if place and body.startswith(place):
            body = body[len(place) :].lstrip(" :")
        typer.echo(textwrap.indent(wrapped(body[:1].upper() + body[1:]), "  "), err=True)
    if len(ordered) > SHOWN:
        more = thousands(len(ordered) - SHOWN, lang)
        told = f"… {more} autres (--json les donne tous)", f"… {more} more (--json gives all of them)"
        typer.echo(told[0 if lang == "fr" else 1], err=True)
    errors = sum(f.severity == "error" for f in findings)
    warnings = len(findings) - errors
    wrong, odd = thousands(errors, lang), thousands(warnings, lang)
    if lang == "fr":
        line = f"{wrong} erreur{'s' if errors > 1 else ''}, {odd} avertissement{'s' if warnings > 1 else ''}."
        line += " Rien n'a été écrit." if errors else ""
    else:
        line = f"{wrong} error{'s' * (errors != 1)}, {odd} warning{'s' * (warnings != 1)}."
        line += " Nothing was written." if errors else ""
    typer.echo(line, err=True)


def finding_dict(finding: Finding, lang: Lang) -> dict[str, object]:
    """One finding as JSON: place, code, value and the three sentences in the language asked."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "file": finding.file,
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "rows": list(finding.rows),
        "also": list(finding.also),
        "message": finding.text(lang),
        "expected": finding.expected(lang),
        "remedy": finding.remedy(lang),
    }


def say_json(content: Mapping[str, Any]) -> None:
    """One JSON document on the output stream; what is not a number is null, as strict readers (RFC 8259) know no NaN.

    On a stream in another encoding than UTF-8, which is JSON's, no sign is written that could be lost.
    """
    bare = (sys.stdout.encoding or "utf-8").lower().replace("_", "-") not in ("utf-8", "utf8")
    typer.echo(
        json.dumps(
            _strict(content), ensure_ascii=bare, indent=2, sort_keys=True, default=str, allow_nan=False
        )
    )


def _strict(value: Any) -> Any:
    """The value with None for what is not a number."""
    if isinstance(value, Mapping):
        return {name: _strict(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def table(rows: Iterable[Sequence[str]], header: Sequence[str], width: int = 80) -> str:
    """A plain table that fits the width: long texts go on, on the next lines; columns of digits are right-aligned."""
    lines = [list(header), *[list(r) for r in rows]]
    widths = [max(len(line[j]) for line in lines) for j in range(len(header))]
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    right = [
        all(line[j][:1].isdigit() or line[j][:1] in "-–+" for line in lines[1:] if line[j])
        for j in range(len(header))
    ]
    out = []
    for n, line in enumerate(lines):
        parts = [wrapped(cell, widths[j], long=True).splitlines() or [""] for j, cell in enumerate(line)]
        for i in range(max(map(len, parts))):
            cells = []
            for j, part in enumerate(parts):
                text = part[i] if i < len(part) else ""
                cells.append(text.rjust(widths[j]) if right[j] and n else text.ljust(widths[j]))
            out.append("  ".join(cells).rstrip())
        if n == 0:
            out.append("  ".join("-" * w for w in widths))
    return "\n".join(out)


class Progress:
    """What a command is doing, on the error stream.

    On a terminal, one line written over at most once a second; else a line per phase. Each `Progress.EVERY` seconds without
    a word tell how long the phase has lasted, in that line or on one more: minutes of one phase are no silence.
    """

    EVERY = 15.0

    def __init__(self, lang: Lang, quiet: bool = False) -> None:
        self.lang = lang
        self.live = sys.stderr.isatty() and not quiet
        self.quiet = quiet
        self.started = time.monotonic()
        self._last = 0.0
        self._told = self.started
        self._phase_began = self.started
        self._phase = ""
        self._gap: float | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._teller: threading.Thread | None = None

    def phase(self, text: str) -> None:
        """A new phase begins."""
        if self.quiet:
            return
        text = say(text, self.lang)
        Waiting.told_by_another()
        with self._lock:
            self._told = self._phase_began = time.monotonic()
            self._gap = None
            self._phase = text
            if self.live:
                sys.stderr.write(f"\r\x1b[2K{text}")
                sys.stderr.flush()
            else:
                typer.echo(text, err=True)
            if self._teller is None:
                self._teller = threading.Thread(target=self._tell, name="progress", daemon=True)
                self._teller.start()

    def solving(self, bound: float | None, value: float | None) -> None:
        """Bound, value and gap while solving."""
        now = time.monotonic()
        if self.quiet:
            return
        gap = None
        if value is not None and bound and math.isfinite(value) and math.isfinite(bound):
            self._gap = gap = max(0.0, (bound - value) / abs(bound))
        if not self.live or now - self._last < 1.0:
            return
        self._last = self._told = now
        fr = self.lang == "fr"
        parts = [f"{now - self.started:5.0f} s"]
        if value is not None:
            parts.append(("valeur " if fr else "value ") + decimal(value, 2, self.lang))
        if bound is not None:
            parts.append(("borne " if fr else "bound ") + decimal(bound, 2, self.lang))
        if gap is not None:
            parts.append(self._gap_words(gap))
        sys.stderr.write("\r\x1b[2K" + "  ".join(parts))
        sys.stderr.flush()

    def _gap_words(self, gap: float) -> str:
        return ("écart " if self.lang == "fr" else "gap ") + percent(gap, 4, self.lang)

    def _tell(self) -> None:
        """How long the phase has been going on, and how far the solve is, until the command ends."""
        while not self._over.wait(1.0):
            now = time.monotonic()
            with self._lock:
                if self._over.is_set() or now - self._told < self.EVERY:
                    continue
                self._told = now
                since = decimal(round(now - self._phase_began), 0, self.lang)
                text = f"  depuis {since} s" if self.lang == "fr" else f"  for {since} s"
                if self._gap is not None:
                    text += f", {self._gap_words(self._gap)}"
                if self.live:
                    sys.stderr.write(f"\r\x1b[2K{self._phase}{text}")
                    sys.stderr.flush()
                else:
                    typer.echo(text, err=True)

    def done(self) -> None:
        """Nothing more is told; the live line ends."""
        self._over.set()
        if self.live:
            with self._lock:  # a line half told is cleared with the rest
                sys.stderr.write("\r\x1b[2K")
                sys.stderr.flush()
