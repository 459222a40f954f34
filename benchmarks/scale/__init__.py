"""Instances, peers and timings of the scale engine; see ``README.md``."""
