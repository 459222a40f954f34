"""A case that is decided upon line by line and proposed again each time, held in memory between the two.

``decide`` adds a decision or a late application, ``propose`` proves the decided case: facts, scores, menus and the rules of the
day are kept, the proof starts from the last one. What it gives is what a fresh run of the decided case gives, to the byte;
`verify` writes that case and its result and has them checked as any result is.
"""

from __future__ import annotations

from optimizer.runs.session.proposed import Proposed
from optimizer.runs.session.session import Session

__all__ = ["Proposed", "Session"]
