"""YAML as texts: what the second program reads of settings, mappings and the law."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from optimizer.verify.verdict import Unreadable


def read_yaml(path: Path) -> Any:
    """YAML with every scalar as text: ``on`` stays a word, ``0.1`` stays exact, ``01004`` keeps its zero."""
    try:
        return yaml.load(path.read_bytes().decode("utf-8-sig"), Loader=_loader())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Unreadable(path.name, type(error).__name__) from error


def _loader() -> Any:
    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)
