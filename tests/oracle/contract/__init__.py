"""The contract said a second time, plainly: one module per idea, exact fractions, every pair looked at."""

from __future__ import annotations

from tests.oracle.contract.answer import Answer, answer

__all__ = ["Answer", "answer"]
