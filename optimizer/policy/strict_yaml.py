"""A YAML reader that refuses what the plain one lets through.

Twice the same key, a date that does not exist, anchors and aliases: refused with the line. Only ``true`` and ``false``
are booleans (``on``, ``no``, ``oui`` stay text), only plain decimal integers are integers (``01004`` stays text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from optimizer.domain.yaml_words import DEEP, SHAPE, explained
from optimizer.errors import Said
from optimizer.policy.messages import Gathered, PolicyError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_LISTED = Said("une clé est une liste", "a key is a list")
_ENCODING = Said("encodage UTF-8 attendu", "UTF-8 is expected")
_TAGGED = Said(
    "une valeur n'a pas la forme que son étiquette annonce", "a value has not the form that its tag announces"
)


class YamlMap(dict[Any, Any]):
    """A mapping read from a file: a dict that remembers the line of each key."""

    def __init__(self, path: str = "", line: int = 1) -> None:
        super().__init__()
        self.path = path
        self.line = line
        self.lines: dict[object, int] = {}

    def line_of(self, key: object) -> int:
        """Line of ``key`` in the file, or the line where the mapping begins."""
        return self.lines.get(key, self.line)


class _Loader(_Base):  # type: ignore[misc]
    path = ""
    met: Gathered
    """Keys written twice and days that do not exist: all of a file are told, not the first alone."""


def _mapping(loader: Any, node: yaml.MappingNode) -> Iterator[YamlMap]:
    data = YamlMap(loader.path, node.start_mark.line + 1)
    yield data
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if isinstance(key, (list, dict)):
            raise PolicyError("YAML_UNREADABLE", file=loader.path, line=line, detail=_LISTED)
        value = loader.construct_object(value_node, deep=True)
        if key in data:
            first = data.lines[key]
            loader.met.add(
                PolicyError("YAML_DUPLICATE_KEY", file=loader.path, line=line, key=str(key), first=first)
            )
            continue
        data.lines[key] = line
        data[key] = value


def _date(loader: Any, node: yaml.ScalarNode) -> date | str:
    text = str(loader.construct_scalar(node))
    try:
        return date.fromisoformat(text)
    except ValueError:
        line = node.start_mark.line + 1
        loader.met.add(PolicyError("YAML_BAD_DATE", file=loader.path, line=line, value=text))
        return text


MAX_BYTES = 500_000
"""The densest file of this size costs 2.5 s and less than half a gigabyte to read (`docs/architecture.md`)."""
MAX_DEPTH = 30
"""Values inside one another; files of the law have fewer than ten. The parser itself stops at a thousand."""
LONGEST = 40
"""Characters of a number: beyond, it is an accident or an attack."""


def _plain_number(loader: Any, node: yaml.ScalarNode, pattern: str) -> str:
    """The digits of a number; a tag (``!!int abc``) does not make one of a word."""
    text = str(loader.construct_scalar(node))
    if len(text) > LONGEST or not re.fullmatch(pattern, text):
        detail = Said(f"« {text[:LONGEST]} » n'est pas un nombre", f"“{text[:LONGEST]}” is no number")
        raise PolicyError("YAML_UNREADABLE", file=loader.path, line=node.start_mark.line + 1, detail=detail)
    return text


def _integer(loader: Any, node: yaml.ScalarNode) -> int:
    return int(_plain_number(loader, node, r"[-+]?[0-9]+"))


def _number(loader: Any, node: yaml.ScalarNode) -> float:
    return float(_plain_number(loader, node, r"[-+]?[0-9]+(?:\.[0-9]+)?"))


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", "-+0123456789"),
    ("timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)
_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)


def read_yaml(path: str | Path, name: str | None = None) -> YamlMap:
    """Read one YAML file whose top level is a mapping.

    Parameters
    ----------
    path : str or Path
        The file, UTF-8.
    name : str, optional
        Name used in messages; default: the file's own name (never its folder).

    Raises
    ------
    PolicyError
        ``POLICY_FILE_MISSING``, ``YAML_UNREADABLE``, ``YAML_DUPLICATE_KEY``, ``YAML_BAD_DATE`` or ``YAML_ALIAS``.
    """
    file = Path(path)
    shown = name or file.name
    if not file.is_file():
        raise PolicyError("POLICY_FILE_MISSING", missing=shown)
    return parse_yaml(raw_of(file), shown)


def raw_of(path: Path) -> bytes:
    """The bytes of a file, no more of them than tell that it is too big."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def parse_yaml(content: bytes, name: str) -> YamlMap:
    """As :func:`read_yaml`, from the bytes of a file already read."""
    if len(content) > MAX_BYTES:
        detail = Said(f"plus de {MAX_BYTES // 1000} ko", f"more than {MAX_BYTES // 1000} kB")
        raise PolicyError("YAML_UNREADABLE", file=name, line=1, detail=detail)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError("YAML_UNREADABLE", file=name, line=1, detail=_ENCODING) from None
    try:
        _refuse_aliases(text, name)
        loader = _Loader(text)
        loader.path, loader.met = name, Gathered()
        try:
            data = loader.get_single_data()
        finally:
            loader.dispose()
    except (
        ValueError,
        TypeError,
        RecursionError,
    ) as error:  # what a value's own tag asks for and its text is not
        if isinstance(error, PolicyError):
            raise
        raise PolicyError("YAML_UNREADABLE", file=name, line=1, detail=_TAGGED) from None
    except yaml.YAMLError as error:
        line, detail = explained(error, text)
        raise PolicyError("YAML_UNREADABLE", file=name, line=line, detail=detail) from None
    if not isinstance(data, YamlMap):
        raise PolicyError("YAML_UNREADABLE", file=name, line=1, detail=SHAPE)
    if _deep(data):
        raise PolicyError("YAML_UNREADABLE", file=name, line=1, detail=DEEP)
    loader.met.done(data)
    return data


def _deep(data: object) -> bool:
    """Whether values are nested beyond `MAX_DEPTH`."""
    level = [data]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, (list, tuple)):
                inner += value
        level = [value for value in inner if isinstance(value, (dict, list, tuple))]
        if not level:
            return False
    return True


def _refuse_aliases(text: str, name: str) -> None:
    """Aliases let a small file expand without limit; nothing here needs them."""
    if "&" not in text and "*" not in text:
        return
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            mark = event.start_mark
            raise PolicyError("YAML_ALIAS", file=name, line=mark.line + 1 if mark is not None else 1)
