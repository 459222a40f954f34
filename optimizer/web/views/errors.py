"""Pages for what cannot be done: what happened, that nothing was written, what to do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from errno import EACCES, EFBIG, EPERM, EROFS
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from optimizer.errors import FULL, AttrifluxError, reason_of, said
from optimizer.store.holding import why_not
from optimizer.store.messages import (
    StoreBusy,
    StoreConflict,
    StoreError,
    StoreForbidden,
    StoreMissing,
    StoreReadOnly,
    StoreUnusable,
)
from optimizer.web.pages import lang_of, page
from optimizer.web.unsent import Unsent, form_of, may_be_kept

STATUS: tuple[tuple[type[StoreError], int], ...] = (
    (StoreForbidden, 403), (StoreMissing, 404), (StoreConflict, 409), (StoreReadOnly, 503), (StoreBusy, 503),
    (StoreUnusable, 503),
)  # fmt: skip


UNWRITABLE = (EROFS, EACCES, EPERM, EFBIG)
"""What the machine says when the desk may not write where it keeps its files."""


def problem(request: HttpRequest, status: int, sentence: str, again: Unsent | None = None) -> HttpResponse:
    """One sentence under the name of the error; ``again``: a form that may be sent once more as it was typed."""
    lang = lang_of(request)
    return page(
        request,
        "problem",
        {
            "title": said(f"WEB.ERROR_{status}", lang),
            "sentence": sentence,
            "back": status not in (503, 429),
            "again": again,
        },
        status=status,
    )


def refused(request: HttpRequest, error: StoreError) -> HttpResponse:
    """What the store answered."""
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 422)
    # a base that is gone may have recorded the form before it went
    gone = error.code == "STORE_UNREACHABLE"
    typed = (gone or isinstance(error, StoreBusy)) and request.method == "POST" and may_be_kept(request)
    again = form_of(request.path, request.POST, perhaps_done=gone) if typed else None
    lang = lang_of(request)
    # why it does not answer names a server and an account, and anybody reads this page
    sentence = said("WEB.ERROR_GONE", lang) if gone else error.text(lang)
    return problem(request, status, sentence, again)


def told(request: HttpRequest, error: AttrifluxError) -> HttpResponse:
    """What another part of the program refused."""
    return problem(request, 422, error.text(lang_of(request)))


def forbidden(request: HttpRequest) -> HttpResponse:
    """The role may not."""
    return problem(request, 403, said("WEB.ERROR_ROLE", lang_of(request)))


def other_verb(request: HttpRequest, methods: Sequence[str]) -> HttpResponse:
    """A page that is asked to act, a form that is asked to be read, or a verb of neither."""
    answer = problem(request, 405, said("WEB.ERROR_VERB", lang_of(request)))
    answer["Allow"] = ", ".join(methods)
    return answer


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that does not come from a page of ours, or from one that is too old."""
    return problem(request, 403, said("WEB.ERROR_FORGED", lang_of(request)))


def locked_out(
    request: HttpRequest, response: Any = None, credentials: Any = None, *more: Any
) -> HttpResponse:
    """Too many wrong passwords."""
    return problem(request, 429, said("WEB.ERROR_LOCKED", lang_of(request)))


def too_large(request: HttpRequest) -> HttpResponse:
    """More bytes than an import may have."""
    return problem(request, 413, said("WEB.ERROR_LARGE", lang_of(request)))


def too_often(request: HttpRequest) -> HttpResponse:
    """More forms in a minute than a hand can send."""
    return problem(request, 429, said("WEB.ERROR_OFTEN", lang_of(request)))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a foreign host, a broken form."""
    return problem(request, 400, said("WEB.ERROR_BAD", lang_of(request)))


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return forbidden(request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing there, or nothing of yours."""
    return problem(request, 404, said("WEB.ERROR_NOWHERE", lang_of(request)))


def by_the_base(error: BaseException | None) -> StoreError | None:
    """What a person is told of a database that does not answer; None of any other error."""
    if isinstance(error, DatabaseError):
        told = why_not(error)
        return told if isinstance(told, StoreError) else None
    return None


def unwritten(request: HttpRequest, error: OSError) -> HttpResponse:
    """503: the disk is full, or refuses; nothing is asked of the form, which may be what found no room."""
    lang = lang_of(request)
    if error.errno in FULL:
        return problem(request, 503, StoreBusy("STORE_FULL").text(lang))
    return problem(request, 503, said("WEB.ERROR_UNWRITABLE", lang, why=reason_of(error)))


def failed(request: HttpRequest) -> HttpResponse:
    """503 where the base does not answer or nothing can be written; else 500: where it happened is in the log, without any value."""
    error = sys.exc_info()[1]
    if (told := by_the_base(error)) is not None:
        return refused(request, told)
    if isinstance(error, OSError) and error.errno in (*FULL, *UNWRITABLE):
        return unwritten(request, error)
    return problem(request, 500, said("WEB.ERROR_FAILED", lang_of(request)))
