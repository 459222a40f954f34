"""Compiles an installation once, so that nobody's command waits for a compiler.

``python -m optimizer.runs.kernels`` compiles the modules to bytecode (an editable installation has none, and where Python may not
write any each command would begin with a third of a second of compiling), then proposes a small synthetic week with both
provers and verifies it; numba keeps what it compiled beside the sources, or in ``NUMBA_CACHE_DIR`` where the installation
cannot be written. Said again, it takes a few seconds and changes nothing.
"""

from __future__ import annotations

import compileall
import tempfile
from pathlib import Path

import optimizer
from optimizer.runs.options import Options
from optimizer.runs.proposing import propose_to
from optimizer.synth import synthesize, write_case


def compile_modules() -> None:
    """Write the bytecode of every module; where that is not allowed nothing is said, and commands compile as they go."""
    for folder in optimizer.__path__:
        compileall.compile_dir(folder, quiet=2)


def compile_kernels() -> None:
    """Run every compiled function once, in a temporary folder that is deleted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_case(synthesize("commission", dwellings=6, applications=80, seed=1), folder / "case")
        for backend in ("highs", "scale"):
            propose_to(folder / "case", folder / backend, Options(backend=backend, pdf=False))


if __name__ == "__main__":
    compile_modules()
    compile_kernels()
