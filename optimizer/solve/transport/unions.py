"""Sets that grow together, as a forest in one array: ``parent[x] == x`` at the root, the smallest member of its set."""

from __future__ import annotations

from optimizer.compiled import njit


@njit(cache=True, nogil=True)
def root(parent, x):  # type: ignore[no-untyped-def]
    """Smallest member of the set of ``x``; halves the path to it."""
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


@njit(cache=True, nogil=True)
def join(parent, x, y):  # type: ignore[no-untyped-def]
    """Make one set of those of ``x`` and ``y``."""
    r, s = root(parent, x), root(parent, y)
    if r != s:
        parent[max(r, s)] = min(r, s)
