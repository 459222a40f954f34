"""What ``make kernels`` has compiled: every kernel that commands use, so that none of them waits for a compiler."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import optimizer
from optimizer.cli.kernels import ELSEWHERE

ROOT = Path(optimizer.__file__).parent
DECORATED = re.compile(r"^@(?:numba\.)?njit\((.*)\).*\ndef (\w+)\(", re.MULTILINE)


def kernels() -> dict[str, list[str]]:
    """Module -> names of its compiled functions, those inlined into others aside."""
    found: dict[str, list[str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for options, name in DECORATED.findall(path.read_text(encoding="utf-8")):
            if "inline" not in options:
                module = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
                found.setdefault(module, []).append(name)
    return found


def test_every_kernel_is_compiled_before_a_command_needs_it() -> None:
    known = kernels()
    assert "optimizer.solve.transport.repair" in known and ELSEWHERE.keys() <= known.keys()
    missing = []
    for module, names in known.items():
        for name in names:
            kernel = getattr(import_module(module), name)
            # the file numba keeps beside the source says what is compiled of this very source
            if module not in ELSEWHERE and not kernel._cache._cache_file._load_index():
                missing.append(f"{module}.{name}")
    assert not missing, f"first `make kernels`; what it leaves out: {missing}"
