"""The demonstration: the shipped Franche-Comté territory from nothing to verified lists."""

from __future__ import annotations

import json
from pathlib import Path

from optimizer.errors import Lang
from optimizer.runs.folder import check_out
from optimizer.runs.options import Options
from optimizer.runs.proposing import Reporter, propose_to
from optimizer.runs.synthetic import write_synthetic

SEED = 2026


def run_demo(
    out: Path,
    *,
    force: bool = False,
    small: bool = False,
    lang: Lang = "fr",
    progress: Reporter | None = None,
) -> dict[str, object]:
    """Synthesise, propose, verify; returns the summary with where to look.

    Two folders are written under ``out``: ``cas`` (the synthetic case) and ``resultat`` (the proposal).
    """
    check_out(out, force=force, mark="demo.json")
    case, result = out / "cas", out / "resultat"
    if force and case.exists():
        import shutil

        shutil.rmtree(case)
    out.mkdir(parents=True, exist_ok=True)
    (out / "demo.json").write_text(json.dumps({"seed": SEED, "small": small}) + "\n", encoding="utf-8")
    if progress is not None:
        progress.phase("Cas synthétique…" if lang == "fr" else "Synthetic case…")
    if small:
        write_synthetic("commission", case, seed=SEED)
    else:
        write_synthetic("franche-comte", case, seed=SEED)
    written = propose_to(case, result, Options(lang=lang), force=force, progress=progress)
    return written.summary
