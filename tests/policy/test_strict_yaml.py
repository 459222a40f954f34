"""The YAML reader refuses, with the line, what a plain reader lets through."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.policy import PolicyError, read_yaml
from optimizer.policy.strict_yaml import parse_yaml


def test_scalars_are_what_they_look_like():
    data = parse_yaml(
        b"on: 01004\na: on\nb: 12\nc: 0.25\nd: 2026-01-01\ne: true\nf: ~\ng: 1e3\nh: no\ni: 12:30\n", "t"
    )
    assert dict(data) == {
        "on": "01004", "a": "on", "b": 12, "c": 0.25, "d": date(2026, 1, 1), "e": True, "f": None, "g": "1e3",
        "h": "no", "i": "12:30",
    }  # fmt: skip


def test_lines_are_remembered():
    data = parse_yaml(b"a: 1\n\nb:\n  c: 2\n  d: 3\n", "t.yaml")
    assert (data.line_of("b"), data["b"].line_of("d"), data["b"].path) == (3, 5, "t.yaml")


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"a: 1\nb: 2\na: 3\n", "YAML_DUPLICATE_KEY", 3),
        (b"x:\n  a: 1\n  a: 1\n", "YAML_DUPLICATE_KEY", 3),
        (b"a: 1\nb: 2026-02-31\n", "YAML_BAD_DATE", 2),
        (b"2026-13-01: 1\n", "YAML_BAD_DATE", 1),
        (b"a: &x [1]\nb: *x\n", "YAML_ALIAS", 1),
        (b"a: 1\nb: [1, 2\n", "YAML_UNREADABLE", 2),
        (b"a: 1\nb:2\nc: 3\n", "YAML_UNREADABLE", 2),
        (b"a: [{b: 1},\n  {b: 2}\n  {b: 3}]\n", "YAML_UNREADABLE", 3),
        (b"- 1\n- 2\n", "YAML_UNREADABLE", 1),
        (b"", "YAML_UNREADABLE", 1),
        (b"a: !!python/object/apply:os.system ['x']\n", "YAML_UNREADABLE", 1),
        (b"a: \xff\xfe\n", "YAML_UNREADABLE", 1),
        (b"[1, 2]: 3\n", "YAML_UNREADABLE", 1),
        (b"a: 1\n---\nb: 2\n", "YAML_UNREADABLE", 2),
    ],
)
def test_refused(content, code, line):
    with pytest.raises(PolicyError) as caught:
        parse_yaml(content, "f.yaml")
    assert (caught.value.code, caught.value.params["line"]) == (code, line)
    assert "f.yaml" in caught.value.text("fr") and "f.yaml" in caught.value.text("en")


def test_missing_file_is_named_without_its_folder(tmp_path):
    with pytest.raises(PolicyError) as caught:
        read_yaml(tmp_path / "absent.yaml")
    assert caught.value.code == "POLICY_FILE_MISSING"
    assert str(tmp_path) not in str(caught.value)


def test_a_byte_order_mark_is_accepted():
    assert dict(parse_yaml(b"\xef\xbb\xbfa: 1\n", "t")) == {"a": 1}
