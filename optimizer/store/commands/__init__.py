"""Everything that changes the desk. Each command is called ``f(store, actor, command_id, …)`` and answers a ``Receipt``.

A command is one transaction and one line of the ledger. Sent again with the same ``command_id`` (a double click, a server
that died after it wrote) it has no second effect and gets the first answer. With ``version`` it is refused when
somebody changed the row meanwhile (``StoreConflict``). Several commands can be written together: :func:`batch`.
"""

from __future__ import annotations

from optimizer.store.commands.access import grant, log, revoke
from optimizer.store.commands.chains import void
from optimizer.store.commands.corrections import (
    correct_answer,
    correct_condition,
    correct_notification,
    restore_candidate,
    restore_item,
)
from optimizer.store.commands.duties import close_duty, close_recourse, open_duty, open_recourse
from optimizer.store.commands.heads import sign_head
from optimizer.store.commands.identities import IdentityView, give_access, import_people, view_identities
from optimizer.store.commands.instruction import (
    add_candidate,
    ask_document,
    call,
    receive_document,
    replace,
)
from optimizer.store.commands.nominations import nominate, withdraw_nomination
from optimizer.store.commands.offers import (
    answer,
    condition_failed,
    condition_met,
    confirm_silence,
    desist,
    judge_refusal,
    offer,
    prove,
    sign_lease,
)
from optimizer.store.commands.replies import confirm_no_reply, enter_radiation, notice_no_reply
from optimizer.store.commands.room import (
    attend,
    candidate_not_examined,
    decide,
    decide_one,
    finish_item,
    prepare_rectification,
    sign_rectification,
)
from optimizer.store.commands.sessions import (
    add_item,
    attach_run,
    cancel,
    close,
    convene,
    edit_session,
    new_session,
    not_examined,
    open_session,
    withdraw,
)
from optimizer.store.work import Batch, batch

__all__ = [
    "Batch", "IdentityView", "add_candidate", "add_item", "answer", "ask_document", "attach_run", "attend", "batch",
    "call", "cancel", "candidate_not_examined", "close", "close_duty", "close_recourse", "condition_failed",
    "condition_met", "confirm_no_reply", "confirm_silence", "convene", "correct_answer", "correct_condition", "correct_notification", "decide", "decide_one", "desist", "edit_session", "enter_radiation", "finish_item",
    "give_access", "grant", "import_people", "judge_refusal", "log", "new_session", "nominate", "not_examined", "notice_no_reply", "offer", "open_duty",
    "open_recourse", "open_session", "prepare_rectification", "prove", "receive_document", "replace", "restore_candidate",
    "restore_item", "revoke",
    "sign_head", "sign_lease", "sign_rectification", "view_identities", "void", "withdraw",
    "withdraw_nomination",
]  # fmt: skip
