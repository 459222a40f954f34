"""Mechanisms of allocation compared on one case, with exact metrics.

``af.fairness(case, mechanisms="all", …)`` is the command: its parameters, errors and an example stand in
:func:`optimizer.fairness.comparison.fairness`.

What lives here. `market` says who may be housed where; a mechanism is a file of ``mechanisms/`` that turns it into a `Lottery`
(chances in fractions), a metric a file of ``metrics/`` that reads a `Study`; ``leximin/`` the lotteries of most equal chances;
`comparison` runs them, `files` writes the tables and the page.

What it may import: ``pipeline``, ``solve``, ``problem``, ``presentation`` and below.

Why so. A comparison is worth what its claims are worth: each mechanism declares what it promises, and the contract suite tries to
break every promise on small markets. Chances are fractions and draws are hashes, so that another laboratory gets the same tables.

Rejected: one score that ranks mechanisms (what to weigh is the reader's choice); comparing a mechanism that ignores the rules with one that
keeps them without saying so (the page sets them apart).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import Signature, signature
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.fairness.comparison import Fairness, fairness
    from optimizer.fairness.files import fairness_to
    from optimizer.fairness.registry import all_mechanisms

__all__ = ["Fairness", "all_mechanisms", "fairness", "fairness_to"]

_WHERE = {"fairness_to": "files", "all_mechanisms": "registry"}


def __getattr__(name: str) -> Any:
    """Public names are imported when first used."""
    from importlib import import_module

    if name in __all__:
        return getattr(import_module(f"optimizer.fairness.{_WHERE.get(name, 'comparison')}"), name)
    raise AttributeError(f"module 'optimizer.fairness' has no attribute {name!r}")


class _Command(ModuleType):
    """``af.fairness`` is the command and, once imported, this package: both may be called, and say which parameters they take."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return _command()(*arguments, **options)

    @property
    def __signature__(self) -> Signature:
        """What notebooks and ``inspect.signature`` show."""
        return signature(_command())


def _command() -> Callable[..., Fairness]:
    from optimizer.fairness.comparison import fairness as compare

    return compare


sys.modules[__name__].__class__ = _Command
