"""One profile for every property test: the same examples everywhere; the long campaign draws new ones."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("campaign", deadline=None, max_examples=2_000)
settings.load_profile("campaign" if os.environ.get("ATTRIFLUX_CAMPAIGN") == "full" else "steady")
