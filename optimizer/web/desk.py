"""The one store that the pages of this process stand on, and what is kept beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.web.deployment import Deployment
from optimizer.web.known import Known

if TYPE_CHECKING:
    from optimizer.store.holding import Store


class Desk:
    """A store, how it is served, its folder of cases and runs, and what its pages have read."""

    def __init__(self, opened: Store, deployment: Deployment) -> None:
        self.store, self.deployment = opened, deployment
        self.known = Known(opened)

    @property
    def cases(self) -> Path:
        """Imported cases, one folder each."""
        return self.deployment.state / "cases"

    @property
    def runs(self) -> Path:
        """Results of proposals, one folder each."""
        return self.deployment.state / "runs"


_served: list[Desk] = []


def serve(desk: Desk) -> None:
    """From now on the pages show this store."""
    _served[:] = [desk]


def desk() -> Desk:
    """The store that is served (LookupError: none is)."""
    if not _served:
        raise LookupError("no store is served in this process")
    return _served[0]
