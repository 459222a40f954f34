"""Instances of the side-by-side benchmark: a name, a seeded builder of a `Problem`, and its usual size."""

from benchmarks.instances.registry import FAMILIES, Family, Instance, build, names

__all__ = ["FAMILIES", "Family", "Instance", "build", "names"]
