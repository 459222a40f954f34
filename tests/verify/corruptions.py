"""Ways to falsify a published result. Each changes the meaning of something; a function returns False where it cannot.

Every file imported here registers its own.
"""

from __future__ import annotations

import corruptions_inputs  # noqa: F401
import corruptions_lines  # noqa: F401
import corruptions_proof  # noqa: F401
import corruptions_tables  # noqa: F401
from scenes import CORRUPTIONS, Scene

__all__ = ["CORRUPTIONS", "Scene"]
