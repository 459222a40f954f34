"""What ``make kernels`` has compiled: every kernel that commands use, so that none of them waits for a compiler."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

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


KERNEL = """
from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit


class {name}(NamedTuple):
    value: np.ndarray


@njit(cache=True)
def total(bundle):
    return bundle.value.sum()


print(total({name}(np.arange(4))))
"""


@pytest.mark.long
def test_what_was_compiled_for_a_bundle_of_another_name_is_compiled_again(tmp_path):
    """An installation brought up to date finds the kernels of the version before beside its sources."""
    script = tmp_path / "counting.py"
    for name in ("Before", "After"):
        script.write_text(KERNEL.format(name=name), encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-c", "import counting"], cwd=tmp_path, capture_output=True, text=True
        )
        assert (ran.stdout, ran.stderr) == ("6\n", "")
    assert list(tmp_path.glob("__pycache__/*.nbi"))
