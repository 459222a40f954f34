"""What must never be is refused by the database itself, whoever writes and by whatever way."""

from __future__ import annotations

import pytest

from optimizer.store import commands as c
from optimizer.store import queries, schema
from tests.store.playing import S, dwelling


@pytest.fixture
def rows(play):
    """A signed week with a live offer; SQL on its tables."""
    play.week(dwelling("L1"), dwelling("L2"))
    play.offer("L1")
    return schema.connection().cursor()


OFFER = "(offer_id, candidate_id, item_id, ref, rank, status, notified_on, proof, proof_on, proof_day, days, deadline, deadline_day, answered_on, refusal_reason, legitimate, lease_on, end_reason)"
DECISION = "(decision_id, candidate_id, item_id, revision, current, pending, kind, rank, document, due_on, motive, provision, decided_at, decided_by)"
WRONG = {
    "two offers of one dwelling": f"INSERT INTO store_offer {OFFER} SELECT 9, 2, item_id, 'x', 2, 'offered', notified_on, proof, proof_on, proof_day, days, deadline, deadline_day, NULL, '', '', NULL, '' FROM store_offer",
    "two dwellings taken by one household": f"INSERT INTO store_offer {OFFER} SELECT k, 5, 2, (SELECT ref FROM store_offer), 1, 'accepted', '2026-12-03', '', NULL, NULL, 10, NULL, NULL, NULL, '', '', NULL, '' FROM (SELECT 8 AS k UNION SELECT 9) AS n",
    "nine days": "UPDATE store_offer SET days = 9, deadline_day = proof_day + 9",
    "a deadline before its time": "UPDATE store_offer SET deadline_day = proof_day + 9",
    "a proof without a deadline": "UPDATE store_offer SET deadline_day = NULL",
    "a condition without a rank": "UPDATE store_decision SET kind = 'conditional', document = 'tax_notice', due_on = '2026-12-24', rank = NULL WHERE rank = 2",
    "an attribution without a rank": "UPDATE store_decision SET rank = NULL WHERE rank = 1",
    "a deadline without a proof": "UPDATE store_offer SET proof = ''",
    "silence without a proof": "UPDATE store_offer SET status = 'silent', proof = '', proof_day = NULL, deadline_day = NULL",
    "a lease without a date": "UPDATE store_offer SET status = 'signed'",
    "two attributions": "UPDATE store_decision SET kind = 'attribution', rank = 1 WHERE rank = 2",
    "one rank twice": "UPDATE store_decision SET rank = 2 WHERE rank = 3",
    "an attribution at rank 2": "UPDATE store_decision SET rank = 9 WHERE rank = 1",
    "a rank without a rank": "UPDATE store_decision SET rank = NULL WHERE rank = 2",
    "a refusal without its provision": "UPDATE store_decision SET kind = 'not_attributed', rank = NULL, motive = 'N3' WHERE rank = 2",
    "a refusal without a motive": "UPDATE store_decision SET kind = 'ineligible', rank = NULL, provision = 'CCH' WHERE rank = 2",
    "a condition without a document": "UPDATE store_decision SET kind = 'conditional', due_on = '2026-12-24' WHERE rank = 2",
    "a condition without a date": "UPDATE store_decision SET kind = 'conditional', document = 'tax_notice' WHERE rank = 2",
    "a sixth decision": "UPDATE store_decision SET kind = 'ajourned' WHERE rank = 2",
    "two decisions in force": f"INSERT INTO store_decision {DECISION} SELECT 99, candidate_id, item_id, 2, TRUE, FALSE, 'not_attributed', NULL, '', NULL, 'N3', 'CCH', decided_at, decided_by FROM store_decision WHERE decision_id = 1",
    "a dwelling on two agendas": "UPDATE store_item SET dwelling_id = 'L1'",
    "a dwelling of no known state": "UPDATE store_item SET status = 'perhaps'",
    "a casting vote without a tie": "UPDATE store_vote SET casting = 'for'",
    "votes below nothing": "UPDATE store_vote SET abstentions = -1",
    "a run that was refused": "UPDATE store_run SET verdict = 'refused'",
    "a session closed by nobody": "UPDATE store_session SET signed_by = ''",
    "a quorum of nobody": "UPDATE store_session SET quorum = 0",
    "one household twice for a dwelling": "UPDATE store_candidate SET ref = 'x' WHERE item_id = 1",
    "one number for two households": "UPDATE store_person SET application_id = 'N1'",
    "an item without a session": "UPDATE store_item SET session_id = '2031-01-01'",
    "two heads": "INSERT INTO store_head (id, seq, hash, at) VALUES (2, 0, '', NULL)",
    "a role that does not exist": "INSERT INTO store_grant (grant_id, \"user\", role, landlord, commission, territory, account, since) VALUES (1, 'x', 'Z', '', '', '', '', '2026-12-03')",
    "one command twice": "INSERT INTO store_event SELECT seq + 1, at, actor, role, kind, session, dwelling, ref, payload, commitment, command_id, prev, hash FROM store_event ORDER BY seq DESC LIMIT 1",
}  # fmt: skip


def test_the_database_refuses(rows):
    """All on one desk: what is refused leaves no trace."""
    from django.db import IntegrityError

    taken = []
    for name, attempt in WRONG.items():
        try:
            rows.execute(attempt)
        except IntegrityError:
            continue
        taken.append(name)
    assert taken == []


def test_two_open_sessions_of_one_commission_are_refused(play):
    from django.db import IntegrityError

    play.new(dwelling("L1"))
    play.open()
    play.new(dwelling("L2"))
    with pytest.raises(IntegrityError):
        schema.connection().cursor().execute("UPDATE store_session SET status = 'open'")
    play.convene()
    play.do(c.attend, S, play.session, members=[])
    assert len(queries.sessions(play.store, status="open")) == 1
