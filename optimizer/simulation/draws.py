"""Randomness of simulated years: numbers that depend on nothing but their name, so that every policy meets the same luck."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray


def number(*names: object) -> float:
    """A number in [0, 1): 53 bits of SHA-256 of the names."""
    digest = hashlib.sha256("|".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:8], "big") // 2**11 / 2**53


def numbers(seed: str, what: str, names: list[str]) -> NDArray[np.float64]:
    """One number per name."""
    return np.array([number(seed, what, name) for name in names], np.float64)
