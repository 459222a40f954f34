"""Texts that a spreadsheet would run as a formula carry one apostrophe; taking one off gives the text back."""

from __future__ import annotations

DANGEROUS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\x00")
"""First characters that start a formula, their full-width forms, and those that hide one."""


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet runs: ``=1+1`` becomes ``'=1+1``, and ``'=1+1`` becomes ``''=1+1``.

    A text that looks guarded already gets an apostrophe too, so that :func:`plain` always gives the text back.
    """
    return "'" + text if text.lstrip("'").startswith(DANGEROUS) else text


def plain(cell: str) -> str:
    """The text of a cell written by :func:`neutral`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(DANGEROUS) else cell
