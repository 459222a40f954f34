"""The second pair of eyes: a written proposal, checked again from the raw files.

What lives here. A reader of the case and of ``models/`` of its own, the law computed a second time (who is eligible,
who names whom, what a line is worth, what each rule counts), the certificate tree with every bound recomputed over
all eligible pairs, the lists and the leapfrogs rebuilt. :func:`verify` returns a :class:`Verdict`: ``certified``,
``certified within`` some points, or ``refused``.

What it may import: ``optimizer.domain`` (the names of columns), ``optimizer.errors``, ``optimizer.compiled``, numpy, numba, pyarrow, PyYAML and
openpyxl. Never the code that computed the proposal: a mistake there must not be able to hide behind itself.

Why integers. Values are hundredths of a point, rates ten-thousandths; a bound is summed in units of 1e-10 point, where
every published number is whole. The largest net value is bounded beforehand in unlimited integers, and anything that
could leave 64 bits is refused, so no sum can wrap around.

What is not recomputed (pages, workbooks, sentences, timings) is held to the hashes of ``run.json`` (`manifest`).

How it reads a country. No list of pairs: households of a commune form a *block*, dwellings that refuse the same ones a
*door*, doors with one landlord and one set of rules a *class*. Two readings of the doors, place by place, feed every check
(`readings`): of a country each by two processes, half of the communes each, which share what they read and send back what they found;
codes, points and burdens are one compiled pass over the block per door (a door knows its rent: above the law's number of
dwellings like ones share their mean, so doors stay few), accounts, rules and leans are worked out per type of household.
A reading costs the sum over doors of who reaches their commune, never dwellings × applications; a bound that is asked
again passes over the doors again unless the pairs fit in memory. Memory grows with dwellings + applications.

Rejected: trusting the solver's statuses (nothing to check them against); a proof log of the solver (huge, and tied to
one solver); recomputing the optimum (as slow and as fallible as the first time). A bound from multipliers is checked
in one pass over the pairs, whoever found it.
"""

import sys
from inspect import Signature, signature
from types import ModuleType
from typing import Any

from optimizer.verify.elsewhere import other_folder, without_lottery
from optimizer.verify.lottery import verify_lottery
from optimizer.verify.verdict import Check, Verdict
from optimizer.verify.whole import verify

__all__ = ["Check", "Verdict", "other_folder", "verify", "verify_lottery", "without_lottery"]


class _Command(ModuleType):
    """``af.verify`` is the command and, once imported, this package: both may be called, and say which parameters they take."""

    def __call__(self, *arguments: Any, **options: Any) -> Verdict:
        return verify(*arguments, **options)

    @property
    def __signature__(self) -> Signature:
        """What notebooks and ``inspect.signature`` show."""
        return signature(verify)


sys.modules[__name__].__class__ = _Command
