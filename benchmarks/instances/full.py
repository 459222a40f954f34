"""Instances of the whole model: synthetic territories read by the product itself, every rule in force."""

from __future__ import annotations

from optimizer import pipeline, synth
from optimizer.problem.model import Problem


def full(profile: str, dwellings: int, applications: int, seed: int, *, tight: bool) -> Problem:
    """The problem of a synthetic case. Thresholds assumed by the models are accepted: nobody lives there."""
    case = synth.synthesize(profile, dwellings=dwellings, applications=applications, seed=seed, tight=tight)
    return pipeline.prepare(case, accept_assumed=True).problem
