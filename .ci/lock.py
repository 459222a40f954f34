"""Writes ``requirements.lock`` and ``docs/licences.md`` from an environment that holds the wheel and nothing else.

``ENV/bin/python .ci/lock.py`` with ENV fresh from ``pip install dist/attriflux-*.whl``. Exact versions, no index address:
where they come from is the installation's affair.
"""

from __future__ import annotations

from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = {"pip", "setuptools", "wheel", "attriflux"}
READ = {"pysqlite3": "Zlib"}
"""Licences of packages whose metadata names none, read in the licence file they carry."""


def licence(found: Distribution) -> str:
    """The licence as the package names it: the expression, else its classifiers, else the first line of its text."""
    data = found.metadata
    named = data.get("License-Expression")
    if named:
        return str(named)
    classifiers = [
        c.rsplit(" :: ", 1)[-1] for c in data.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    if classifiers:
        return ", ".join(sorted(set(classifiers)))
    return str(data.get("License") or READ.get(data["Name"]) or "not named").strip().splitlines()[0][:60]


def main() -> None:
    found = sorted(
        (d for d in distributions() if d.metadata["Name"].lower() not in TOOLS),
        key=lambda d: d.metadata["Name"].lower(),
    )
    lock = "".join(f"{d.metadata['Name']}=={d.version}\n" for d in found)
    (ROOT / "requirements.lock").write_text(lock, encoding="utf-8")
    rows = "".join(f"| {d.metadata['Name']} | {d.version} | {licence(d)} |\n" for d in found)
    (ROOT / "docs" / "licences.md").write_text(
        "# Licences of what is installed with Attriflux\n\n"
        "Attriflux itself is Apache-2.0. Written by `.ci/lock.py` from the packages' own metadata; `requirements.lock` holds the same\n"
        "versions.\n\n| package | version | licence |\n|---|---|---|\n" + rows,
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
