"""Compiles the inner loops of an installation once, so that nobody's first command waits for a compiler.

``python -m optimizer.runs.kernels`` proposes a small synthetic week with both provers and verifies it; numba keeps what it
compiled beside the sources, or in ``NUMBA_CACHE_DIR`` where the installation cannot be written. Said again, it takes a
few seconds and changes nothing.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from optimizer.runs.options import Options
from optimizer.runs.proposing import propose_to
from optimizer.synth import synthesize, write_case


def compile_kernels() -> None:
    """Run every compiled function once, in a temporary folder that is deleted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_case(synthesize("commission", dwellings=6, applications=80, seed=1), folder / "case")
        for backend in ("highs", "scale"):
            propose_to(folder / "case", folder / backend, Options(backend=backend, pdf=False))


if __name__ == "__main__":
    compile_kernels()
