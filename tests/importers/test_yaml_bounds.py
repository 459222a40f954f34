"""YAML is read in the process itself: no file of settings, grids, scenarios or territories can cost a gigabyte or ten seconds.

The three readers (of a case, of the law, of the verification) are each given the densest shapes of YAML at their largest size, in a
process that may not hold a gigabyte. In the short campaign files have a twentieth of the size, and a twentieth of the time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer import policy
from optimizer.errors import AttrifluxError
from optimizer.importers import read_findings, yamltext
from optimizer.policy import strict_yaml
from optimizer.verify import yamltext as second
from optimizer.verify.settings import scalar
from optimizer.verify.verdict import Unreadable
from tests import campaign
from tests.importers.base import write_base
from tests.importers.test_mutated import CPU, TERRITORY
from tests.pace import allowed

CHILD = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))  # threads' address space; what is held is told below
from pathlib import Path
from optimizer.importers.yamltext import parse
from optimizer.policy.strict_yaml import parse_yaml
from optimizer.verify.yamltext import read_yaml
from tests.importers.test_yaml_bounds import shapes
size, folder, told = int(sys.argv[1]), Path(sys.argv[2]), {}
for name, data in shapes(size).items():
    (folder / "f.yaml").write_bytes(data)
    for reader, read in (
        ("case", lambda: parse(data, "f.yaml")), ("law", lambda: parse_yaml(data, "f.yaml")),
        ("verify", lambda: read_yaml(folder / "f.yaml")),
    ):
        clock = time.process_time()
        try:
            read()
            end = "read"
        except Exception as error:
            end = type(error).__name__
        told[f"{reader} {name}"] = [end, time.process_time() - clock]
# ru_maxrss would be that of the process it was forked from
held = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
print(json.dumps({"told": told, "peak": int(held[0].split()[1]) if held else 0}))
"""


def shapes(size: int) -> dict[str, bytes]:
    """The shapes of YAML that cost most for their size, each of at most ``size`` bytes."""

    def filled(head: bytes, unit: bytes, tail: bytes = b"\n") -> bytes:
        return head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail

    deep = (size - 8) // 2
    return {
        "list": filled(b"a: [", b"x,", b"x]\n"), "maps": filled(b"a: [", b"{a: b},", b"]\n"), "set": filled(b"a: !!set {", b"b,", b"}\n"),
        "pairs": filled(b"a: !!pairs [", b"b: 1,", b"]\n"), "lines": filled(b"a:\n", b"- x\n"), "questions": filled(b"", b"? "),
        "brackets": b"a: " + b"[" * deep + b"]" * deep + b"\n", "dashes": filled(b"a:\n", b"- "), "open": filled(b"a: ", b"[\n "),
        "keys": b"".join(b"k%06d: v\n" % i for i in range(size // 11)), "aliases": filled(b"b: &a [x]\na: [", b"*a,", b"]\n"),
        "quotes": filled(b"a: '", b"''", b"'\n"), "number": filled(b"a: ", b"9"), "texts": filled(b'a: "', b"\\x41", b'"\n'),
    }  # fmt: skip


@pytest.mark.long
def test_the_densest_files_stay_within_a_gigabyte_and_ten_seconds(tmp_path: Path) -> None:
    part = 1 if campaign.NAME else 20
    assert yamltext.MAX_BYTES == strict_yaml.MAX_BYTES == second.MOST_BYTES
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(yamltext.MAX_BYTES // part), str(tmp_path)],
        cwd=Path(__file__).parents[2], capture_output=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    limit = allowed(CPU / part)
    assert {name: seconds for name, (_, seconds) in found["told"].items() if seconds > limit} == {}
    assert 0 < found["peak"] < 1_000_000
    ends = {end for end, _ in found["told"].values()}
    assert ends == {"read", "PolicyError", "Unreadable"}  # nothing else ever comes out


@pytest.mark.parametrize("depth", [25, 120, 900, 5_000])
@pytest.mark.parametrize("unit", ["? ", "- ", "["])
def test_nesting_is_refused_at_any_depth_by_a_sentence_and_never_by_a_crash(unit, depth, tmp_path):
    text = f"a:\n  {unit * depth}x{']' * depth if unit == '[' else ''}\n"
    block, found = yamltext.parse(text.encode(), "case.yaml")
    assert block is None and [f.code for f in found] == ["READ_YAML"]
    if depth > 100:
        with pytest.raises(AttrifluxError) as caught:
            strict_yaml.parse_yaml(text.encode(), "grille.yaml")
        assert caught.value.text("fr") and caught.value.text("en")
        (tmp_path / "f.yaml").write_text(text)
        with pytest.raises(Unreadable):
            second.read_yaml(tmp_path / "f.yaml")
    assert scalar(unit * depth + "x") is not None


def test_a_file_that_is_too_big_is_told_before_it_is_read_whole(tmp_path: Path) -> None:
    big = b"#" * (yamltext.MAX_BYTES + 1)
    case = write_base(tmp_path / "case", case__yaml=big)
    assert [f.code for f in read_findings(case)[1]] == ["READ_YAML_TOO_BIG"]
    assert "500 ko" in read_findings(case)[1][0].sentence("fr")
    (tmp_path / "t.yaml").write_bytes(TERRITORY + big)
    with pytest.raises(AttrifluxError) as caught:
        policy.load(tmp_path / "t.yaml", on=None)  # type: ignore[arg-type]
    assert caught.value.code == "YAML_UNREADABLE" and "500 ko" in caught.value.text("fr")
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(1 << 33)  # a file of holes: eight gigabytes that nobody may load
    assert len(yamltext.raw_of(tmp_path / "huge.yaml")) == yamltext.MAX_BYTES + 1
    with pytest.raises(AttrifluxError):
        policy.read_yaml(tmp_path / "huge.yaml")
    with pytest.raises(Unreadable):
        second.read_yaml(tmp_path / "huge.yaml")


def test_a_territory_of_the_case_with_aliases_or_nesting_is_one_sentence(tmp_path: Path) -> None:
    for text in (
        b"a: &a [x, x]\nb: [*a, *a]\n",
        b"a: " + b"[" * 900 + b"]" * 900 + b"\n",
        b"? " * 900 + b"x\n",
    ):
        case = write_base(tmp_path / str(len(text)), t__yaml=TERRITORY + text)
        settings = (case / "case.yaml").read_text("utf-8").replace("territory: doubs", "territory: t.yaml")
        (case / "case.yaml").write_text(settings, encoding="utf-8")
        found = read_findings(case)[1]
        assert all(f.sentence("fr") for f in found)
        with pytest.raises(AttrifluxError):
            policy.load(case / "t.yaml", on=None)  # type: ignore[arg-type]
