"""The signed head of the ledger: who keeps it elsewhere can tell whether anything before it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.store.chain import SIGNED_KIND, head_text, line_text
from optimizer.store.work import Work, command


@command(SIGNED_KIND, roles="SPDT")
def sign_head(work: Work, *, session: str | None = None) -> Mapping[str, Any]:
    """Sign the last line of the ledger (daily, and after each signature of a session)."""
    head = work.store.head()
    signature = work.store.keys.sign(head_text(head["seq"], head["hash"]))
    said = {"seq": head["seq"], "hash": head["hash"], "signature": signature}
    if session is not None:
        work.session = session
        work.set("session", session, signed_seq=head["seq"], signed_hash=head["hash"], signed_with=signature)
    line = {
        "seq": head["seq"] + 1, "at": work.now, "actor": work.actor.name, "role": work.actor.role,
        "session": work.session, "command_id": work.command_id,
    }  # fmt: skip
    work.facts |= said | {"line": work.store.keys.sign(line_text(line, work.rows))}
    return said | {"public_key": work.store.keys.public}
