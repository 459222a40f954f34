"""What is said of a YAML file that cannot be read: the line and the reason, whichever loader stopped."""

from __future__ import annotations

import pytest
import yaml

from optimizer.domain.yaml_words import explained

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: é\nb: 1\x01\n", 2, "un caractère invisible"),
        ("\x00\x00", 1, "un caractère invisible"),
        ("a: 1\n---\nb: 2\n", 2, "plusieurs documents"),
        ("a: 1\nb: !!python/name:os.system x\n", 2, "étiquettes « ! »"),
        ("a:\n\tb: 1\n", 2, "une tabulation"),
        ("a: b: c\n", 1, "« : » en trop"),
        ("a: [1\nb: 2\n", 2, "n'est pas refermé"),
    ],
)
def test_the_line_and_the_reason(loader, text, line, words):
    with pytest.raises(yaml.YAMLError) as told:
        yaml.load(text, loader)  # a safe loader, by parameter
    found, why = explained(told.value, text)
    assert found == line
    assert words in why.fr and why.en != why.fr
