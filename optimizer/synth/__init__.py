"""Synthetic territories: cases nobody lives in, calibrated on published figures, the same bytes for the same seed.

What lives here. :func:`synthesize` gives a case in memory, :func:`write_synthetic` writes one of any size part by part,
:func:`write_case` writes a case in memory, :func:`targets` compares a case with its profile. The figures are in
``models/profiles/``, each with its status and source; code only says how they combine.

What it may import: ``policy`` (communes, thresholds, ceilings, agreements), ``domain``, ``errors``. It imports no reader and
nothing that decides eligibility: a generator that shared the rules' code would hide their mistakes.

Why so. Columns are drawn from the words of one PCG64 stream per (seed, column, part), with integers only: neither numpy's
changing ``Generator`` methods nor a processor's ``exp`` can move a byte, and one column's law can change without touching the
others. Parts of 65,536 rows make the national year fit in little memory and give the same rows as a small case.

Rejected: fitting a joint model to real files (personal data, and a proxy learned from them), copying records with noise, a
library of fake persons (names and addresses have no use here), exact quotas in every margin (real files scatter too; the
margins are tested within sampling error instead).
"""

from optimizer.synth.profile import profiles
from optimizer.synth.synthesis import synthesize, targets, write_synthetic
from optimizer.synth.writing import write_case

__all__ = ["profiles", "synthesize", "targets", "write_case", "write_synthetic"]
