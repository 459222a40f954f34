"""One command of the store for one form: done once, or refused with what was typed still on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from optimizer.errors import FULL, AttrifluxError, InputProblems, said
from optimizer.store.messages import (
    StoreBusy,
    StoreConflict,
    StoreForbidden,
    StoreMissing,
    StoreReadOnly,
    StoreSeveral,
)
from optimizer.web.desk import desk
from optimizer.web.form import FormProblems
from optimizer.web.pages import lang_of, tell
from optimizer.web.refusals import told


class Show(Protocol):
    """The page a form stands on, shown again with problems, with what was typed, or with the conflict."""

    def __call__(self, **values: Any) -> HttpResponse:
        """The page; ``status``, ``problems``, ``typed`` and ``conflict`` are given."""


def act(
    request: HttpRequest,
    do: Callable[[], Any],
    *,
    done: str | Callable[[Any], str],
    to: str | Callable[[Any], str],
    show: Show,
) -> HttpResponse:
    """Do it and go on to ``to``; a refusal gives the form's own page (422), a conflict both values (409).

    Parameters
    ----------
    do : reads the form and calls the command
    done : code of the sentence said on the next page, or the sentence made from what ``do`` returned
    to : address of the next page, or made from what ``do`` returned
    """  # fmt: skip
    lang = lang_of(request)
    typed = request.POST
    try:
        try:
            result = do()
        finally:
            desk().known.look_again()
    except FormProblems as wrong:
        return show(status=422, problems=wrong.problems, typed=typed)
    except StoreConflict as conflict:
        return show(status=409, problems=[conflict.text(lang)], typed=typed, conflict=conflict)
    except (StoreForbidden, StoreMissing, StoreReadOnly, StoreBusy):
        raise
    except OSError as error:
        if error.errno in FULL:
            raise StoreBusy("STORE_FULL") from error
        raise
    except InputProblems as wrong:
        return show(status=422, problems=[f.sentence(lang) for f in wrong.findings], typed=typed)
    except StoreSeveral as several:
        return show(status=422, problems=[told(one, typed, lang) for one in several.refusals], typed=typed)
    except AttrifluxError as refused:
        return show(status=422, problems=[told(refused, typed, lang)], typed=typed)
    tell(request, said(done, lang) if isinstance(done, str) else done(result))
    return HttpResponseRedirect(to if isinstance(to, str) else to(result))
