"""The small YAML of a case: mappings, lists and scalars kept as written, each with its line.

Built from parser events, so nothing is decided for the user: ``on`` stays a word, ``01004`` keeps its zero, twice the
same key is a problem, anchors and aliases are refused before they can expand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from optimizer.domain.yaml_words import DEEP, SEVERAL, SHAPE, explained
from optimizer.errors import Finding
from optimizer.importers.encoding import Refused, to_utf8
from optimizer.importers.raw import shown

MAX_BYTES = 500_000
"""The densest file of this size costs 1 s to read here, 2.5 s in the two other readers, and less than half a gigabyte
(`docs/architecture.md`): no child process is needed."""
MAX_DEPTH = 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@dataclass(frozen=True)
class Scalar:
    """A value as written; ``quoted`` values are always text."""

    text: str
    line: int
    quoted: bool = False

    def value(self) -> object:
        """Plain ``true``/``false``, integers, decimals and ISO dates as such; everything else is text."""
        if self.quoted:
            return self.text
        if self.text in ("true", "false"):
            return self.text == "true"
        if _INT.match(self.text):
            return int(self.text)
        if _FLOAT.match(self.text):
            return float(self.text)
        if _DATE.match(self.text):
            try:
                return date.fromisoformat(self.text)
            except ValueError:
                return self.text
        return None if self.text in ("", "null", "~") else self.text


@dataclass
class Block:
    """A mapping, its keys in order, with the line of each."""

    line: int
    items: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


@dataclass
class Series:
    """A list."""

    line: int
    items: list[Node] = field(default_factory=list)


Node = Scalar | Block | Series


class _Stop(Exception):
    def __init__(self, code: str, line: int, **params: object) -> None:
        super().__init__(code)
        self.code, self.line, self.params = code, line, params


def raw_of(path: Path) -> bytes:
    """The bytes of a file, no more of them than tell that it is too big."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def parse(raw: bytes, label: str) -> tuple[Block | None, list[Finding]]:
    """The top mapping, or None with the reason. Twice the same key is a finding; the first value stays."""
    if len(raw) > MAX_BYTES:
        return None, [Finding("READ_YAML_TOO_BIG", file=label, params={"limit": MAX_BYTES // 1000})]
    text = to_utf8(raw)
    if isinstance(text, Refused):
        return None, [Finding(text.code, file=label, params=text.params)]
    findings: list[Finding] = []
    try:
        node = _Builder(text.decode("utf-8"), label, findings).document()
    except _Stop as stop:
        return None, [Finding(stop.code, file=label, row=stop.line, params=stop.params)]
    except yaml.YAMLError as error:
        row, detail = explained(error, text.decode("utf-8"))
        return None, [Finding("READ_YAML", file=label, row=row, params={"detail": detail})]
    if not isinstance(node, Block):
        return None, [Finding("READ_YAML", file=label, row=1, params={"detail": SHAPE})]
    return node, findings


class _Builder:
    def __init__(self, text: str, label: str, findings: list[Finding]) -> None:
        self.events = iter(yaml.parse(text, Loader=_LOADER))
        self.label = label
        self.findings = findings

    def document(self) -> Node | None:
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        node = self.node(next(self.events), 0)
        next(self.events)
        extra = next(self.events)
        if not isinstance(extra, yaml.StreamEndEvent):
            mark = extra.start_mark
            raise _Stop("READ_YAML", mark.line + 1 if mark is not None else 1, detail=SEVERAL)
        return node

    def node(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Stop("READ_YAML_ALIAS", line)
        if depth > MAX_DEPTH:
            raise _Stop("READ_YAML", line, detail=DEEP)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(str(event.value), line, event.style in ("'", '"', "|", ">"))
        if isinstance(event, yaml.SequenceStartEvent):
            series = Series(line)
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                series.items.append(self.node(event, depth + 1))
            return series
        block = Block(line)
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise _Stop("READ_YAML", key.line, detail=SHAPE)
            node = self.node(next(self.events), depth + 1)
            if key.text in block.items:
                params = {"first": block.lines[key.text]}
                self.findings.append(
                    Finding(
                        "READ_YAML_TWICE",
                        file=self.label,
                        row=key.line,
                        column=shown(key.text),
                        params=params,
                    )
                )
                continue
            block.items[key.text] = node
            block.lines[key.text] = key.line
        return block


def plain_value(node: Node) -> object:
    """Mappings and lists as Python ones, scalars by their plain meaning."""
    if isinstance(node, Scalar):
        return node.value()
    if isinstance(node, Series):
        return [plain_value(item) for item in node.items]
    return {key: plain_value(item) for key, item in node.items.items()}


def text_value(node: Node) -> object:
    """Mappings and lists as Python ones, scalars as they are written."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Series):
        return [text_value(item) for item in node.items]
    return {key: text_value(item) for key, item in node.items.items()}
