"""The house itself: layers, the wheel's content, texts in both languages, the command's help."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import networkx as nx
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
ALLOWED_TOP = {
    "optimizer", "models", "scenarios", "benchmarks", "tests", "docs", ".ci", "pyproject.toml", "README.md", "LICENSE",
    "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "requirements.lock", "Makefile", ".gitignore",
}  # fmt: skip


def tracked() -> list[str]:
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if out.returncode:
        return [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts]
    return out.stdout.splitlines()


def test_the_top_level_is_the_agreed_one():
    assert {name.split("/", 1)[0] for name in tracked()} <= ALLOWED_TOP


def test_imports_go_down_only():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_file_imports_in_a_circle_even_for_types():
    """Types live in leaf files."""
    graph = nx.DiGraph()
    known = {name.removesuffix(".__init__"): path for name, path in modules()}
    for name, path in known.items():
        for module, names in said(path).imports:
            inner = (f"{module}.{one}" for one in names)
            wanted = [full if full in known else module for full in inner]
            graph.add_edges_from((name, target) for target in wanted if target in known and target != name)
    assert [sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1] == []


MOST_ARGUMENTS = 16
"""Of a compiled function: arrays that travel together are one bundle, a NamedTuple that says of each field what it holds."""


def compiled(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any("njit" in ast.unparse(d) for d in node.decorator_list)


@dataclass(frozen=True)
class Said:
    """What is looked for in a file of the package.

    Parameters
    ----------
    imports : module and names of each ``from … import …``, wherever it stands.
    classes, functions : public ones that stand in no other.
    arguments : of its compiled functions, by name.
    untold : ``class.field`` of the NamedTuples that do not say what a field holds.
    private : names it keeps to itself.
    """

    imports: tuple[tuple[str, tuple[str, ...]], ...]
    classes: tuple[str, ...]
    functions: tuple[str, ...]
    arguments: dict[str, int]
    untold: tuple[str, ...]
    private: frozenset[str]


@cache
def said(path: Path) -> Said:
    """Each file is read once for all that is looked for in it: parsing them all takes four seconds of processor."""
    whole = ast.parse(path.read_text(encoding="utf-8"))
    imports, untold, arguments = [], list[str](), {}
    private = set[str]()
    for node in ast.walk(whole):
        if isinstance(node, ast.ImportFrom) and node.module:
            imports.append((node.module, tuple(alias.name for alias in node.names)))
        elif isinstance(node, ast.FunctionDef):
            private.add(node.name)
            if compiled(node):
                arguments[node.name] = len(node.args.args)
        elif isinstance(node, ast.ClassDef):
            private.add(node.name)
            if "NamedTuple" in [ast.unparse(b) for b in node.bases]:
                told = set(re.findall(r"\w+", ast.get_docstring(node) or ""))
                fields = [x.target.id for x in node.body if isinstance(x, ast.AnnAssign)]  # type: ignore[union-attr]
                untold += [f"{node.name}.{field}" for field in fields if field not in told]
        elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
            private.add(node.attr if isinstance(node, ast.Attribute) else node.id)
    public = [
        x for x in whole.body if isinstance(x, ast.ClassDef | ast.FunctionDef) and not x.name.startswith("_")
    ]
    return Said(
        tuple(imports),
        tuple(x.name for x in public if isinstance(x, ast.ClassDef)),
        tuple(x.name for x in public if isinstance(x, ast.FunctionDef)),
        arguments,
        tuple(untold),
        frozenset(name for name in private if re.match(r"_[a-zA-Z]", name)),
    )


def test_compiled_functions_take_bundles_that_say_what_each_field_holds():
    many, untold = [], []
    for name, path in modules():
        found = said(path)
        many += [f"{name}.{one}" for one, count in found.arguments.items() if count > MOST_ARGUMENTS]
        if found.arguments or path.stem == "bundles":
            untold += [f"{name}.{one}" for one in found.untold]
    assert (many, untold) == ([], [])


WRITTEN_TWICE = {
    "Cuts", "Entries", "Envelopes", "Kinds", "Leaf", "Multipliers", "Pools", "Proof", "Row", "Seat",
}  # fmt: skip
"""What verification writes a second time, on purpose, under the field's one name."""


def test_a_class_name_of_the_engine_has_one_meaning():
    engine, second = Counter[str](), Counter[str]()
    for name, path in modules():
        room = {"solve": engine, "problem": engine, "verify": second}.get(name.split(".")[1])
        if room is not None:
            room.update(said(path).classes)
    assert [name for room in (engine, second) for name, times in room.items() if times > 1] == []
    assert set(engine) & set(second) == WRITTEN_TWICE


SAME_HOOK = {"available", "solve"}
"""What every file of a register answers to, a backend each; `solve.driver.solve` is what calls it."""


def test_a_function_name_of_the_engine_has_one_meaning():
    engine = Counter[str]()
    for name, path in modules():
        if name.split(".")[1] in ("solve", "problem") and ".rules." not in name:
            engine.update(said(path).functions)
    assert {name for name, times in engine.items() if times > 1} == SAME_HOOK


@cache
def modules() -> list[tuple[str, Path]]:
    """Every module of the package with its file; ``optimizer.x.__init__`` for packages."""
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts), path)
        for path in sorted((ROOT / "optimizer").rglob("*.py"))
    ]


def test_tests_name_nothing_private():
    """What a room keeps to itself may change without a word; what its tests lean on is promised, and says so in its docstring."""
    # numba's own of that name says what is compiled
    private = {name for _, path in modules() for name in said(path).private} - {"_load_index"}
    named = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words: list[str] = []
            if isinstance(node, ast.Attribute) and not (
                isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            ):
                words = [node.attr]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("optimizer"):
                words = [alias.name for alias in node.names]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in ("setattr", "delattr"):
                    given = [x.value for x in node.args[:2] if isinstance(x, ast.Constant)]
                    words = [str(x).rsplit(".", 1)[-1] for x in given]
            named += [
                f"{path.relative_to(ROOT)}:{node.lineno} {word}"  # type: ignore[attr-defined]
                for word in words
                if word in private
            ]
    assert named == []


def test_every_message_of_every_package_speaks_both_languages(tmp_path):
    from optimizer.errors import AttrifluxError, messages
    from optimizer.store.configure import configure, database

    # tables can only be declared once Django is set up
    configure(database(str(tmp_path / "aucun.sqlite")), "k" * 64)
    for name, _ in modules():
        import_module(name.removesuffix(".__init__"))
    assert len(messages()) > 200
    for message in messages():
        assert message.fr.strip() and message.en.strip(), message.code
        assert bool(message.expected_fr) == bool(message.expected_en), message.code
        assert bool(message.remedy_fr) == bool(message.remedy_en), message.code
        assert message.code == message.code.upper()
        # a problem of a case always says what to do (design section 2)
        assert message.remedy_fr or not message.code.startswith(("READ_", "ELIG_")), message.code

    # a code that nobody declared would be shown as it stands
    known = {message.code for message in messages()}
    tails = {code.partition(".")[2] for code in known}
    exact = {"AttrifluxError", "Finding", "finding", "said", "wrong", *subclasses(AttrifluxError)}
    unsaid = []
    for _, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            call = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if call in exact or call == "say":
                codes = [
                    a.value
                    for a in node.args
                    if isinstance(a, ast.Constant) and re.fullmatch(CODE, str(a.value))
                ]
                there = tails if call == "say" else known
                unsaid += [f"{path.name}:{node.lineno} {code}" for code in codes if code not in there]
    assert unsaid == []


CODE = r"[A-Z][A-Z0-9]*([_.][A-Z0-9]+)+"
"""A code of a message, as it stands in the source."""


def subclasses(kind: type) -> set[str]:
    """Names of everything that is made of a class."""
    return {name for sub in kind.__subclasses__() for name in (sub.__name__, *subclasses(sub))}


NEVER_ONE = {
    "CHAIN.LENGTH_MANY", "CHAINS_TOO_MANY_EXCHANGES", "COMPARISON.FARTHEST", "DESK_ENTRY_SENTENCE", "FAIRNESS_LEFT_OUT",
    "FAIRNESS_LONG", "IDENTITY_LONG", "LIGHT.ALL", "LIGHT.SPREAD", "PAPER.SOME_MONTHS", "POLICY_STALE", "REPORT.LISTS_ELSEWHERE",
    "REPORT.SETTLE_FEW", "REPORT.SETTLE_OLD", "SIMULATION_ONE_YEAR", "STORE_DAYS", "STORE_SENTENCE", "SUBJECT.COPIES",
    "SUBJECT.DEADLINE", "SUBJECT.ERASED_HOW", "WEB.FORM_LONG", "WEB.FORM_SHORT", "WEB.JOB_REFRESH", "WEB.SENTENCE_HINT",
    "WORKERS_LOST",
}  # fmt: skip
"""Sentences whose number is a bound, a term or a large count: never nought or one."""


def test_a_number_agrees_with_the_word_behind_it(tmp_path: Path):
    """« 1 ajoutées », « 1 autres passages », « 0 libérés »: a count says its noun as ``{n:ajoutée/ajoutées}``."""
    from optimizer import store
    from optimizer.errors import messages

    # the desk's modules are read once a desk has been open: Django has its settings from it
    store.open(tmp_path / "desk.sqlite", create=True).close()
    for name, _ in modules():
        import_module(name.removesuffix(".__init__"))
    # words in -s that are no plural, and what is measured in points with decimals or names itself
    count = re.compile(
        r"\{(?!points|gap|margin|masked|fall|span|regret)\w+\} (?!dans|sans|mais|vers|puis|après|des|ses|points|masqués)[a-zà-ÿ]+s\b"
    )
    bare = {
        m.code
        for m in messages()
        for text in (m.fr, m.expected_fr, m.remedy_fr)
        if count.search(text) and m.code not in NEVER_ONE
    }
    assert not {code for code in bare if not code.startswith("TEST_")}


def commands() -> list[tuple[str, ...]]:
    """Every registered command, with the commands of its groups: ``("scenario", "run")``."""
    import typer

    from optimizer import dropin
    from optimizer.cli.app import app

    dropin.load_all("optimizer.cli.commands")
    found = []

    def walk(command: object, path: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found.append(path)
            return
        for name, one in sorted(inner.items()):
            walk(one, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


def test_french_lists_have_a_space_before_the_semicolon():
    """« A ; B »: a list joined without looking at the language is written as in English on French pages."""
    bare = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "optimizer").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if '"; ".join(' in line and '"en"' not in line and 'else "; "' not in line
    ]
    assert not bare


def test_every_command_has_help_in_both_languages_with_an_example():
    code = (
        "import io, contextlib, sys\nfrom optimizer.cli import main\n"
        "for words in eval(sys.argv[1]):\n"
        "    sys.argv = ['attriflux', *words, '--help', *LANG]\n"
        "    print('@@', *words)\n"
        "    try: main()\n    except SystemExit as end: assert not end.code, words\n"
    )
    assert len(commands()) >= 15
    for lang, example in (("fr", "Exemple : attriflux"), ("en", "Example: attriflux")):
        done = subprocess.run(
            [sys.executable, "-c", code.replace("LANG", repr(["--lang", lang])), repr(commands())],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        pages = done.stdout.split("@@ ")[1:]
        assert len(pages) == len(commands())
        for page in pages:
            assert example in " ".join(page.split()), page.splitlines()[0]


def test_nothing_speaks_of_the_workplace():
    words = ["/wo" + "rk/", "/tm" + "p/", "/ro" + "ot/"]
    for name in tracked():
        if name.endswith((".py", ".md", ".yaml", ".toml", ".j2")):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not any(word in text for word in words), name


def test_the_wheel_maps_the_data_folders():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    sources = config["tool"]["hatch"]["build"]["targets"]["wheel"]["sources"]
    assert sources == {"models": "optimizer/_shipped/models", "scenarios": "optimizer/_shipped/scenarios"}


def test_the_lock_holds_every_dependency_within_its_bounds_and_no_address():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+", line) for line in lines)
    locked = {line.split("==")[0].lower().replace("_", "-"): line.split("==")[1] for line in lines}
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for text in config["project"]["dependencies"]:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate():
            assert wanted.specifier.contains(locked[wanted.name.lower()]), text
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    for name, version in locked.items():
        assert re.search(
            rf"^\| {re.escape(name)} \| {re.escape(version)} \| (?!not named)",
            listed.replace("_", "-"),
            re.M | re.I,
        ), name
