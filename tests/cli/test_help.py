"""Pages of help and sentences about words typed wrongly: one language at a time, whole, at 80 columns."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from optimizer import dropin
from optimizer.cli.app import app
from optimizer.cli.languages import say
from tests.cli.running import attriflux, own_process

ENGLISH = (
    "Usage", "required", "Show", "Arguments:", "Options:", "Commands", "default", "env var", "Example:", "path>",
    "range", "Error", "Try ", "for help", "Missing", "Invalid", "dynamic", "deprecated", "COMMAND ", "ARGS", "text>",
)  # fmt: skip
"""Labels of the library, in any case it prints them."""
FRENCH = (
    "Utilisation", "obligatoire", "Affiche", "Arguments :", "Options :", "Commandes", "défaut", "Exemple", "Erreur",
    "DOSSIER", "FICHIER", "NOMBRE", "CAS ", "COMMANDE", "Écrit", "Langue", "Aide", " le ", " la ", " les ", " du ", " un ",
)  # fmt: skip


dropin.load_all("optimizer.cli.commands")
ROOT = typer.main.get_command(app)
"""The whole program, built once: a fifth of a second."""


def paths() -> Iterator[tuple[str, ...]]:
    """Every command, groups and root included."""

    def below(command, words):
        yield words
        for name, inner in getattr(command, "commands", {}).items():
            yield from below(inner, (*words, name))

    yield from below(ROOT, ())


COMMANDS = tuple(paths())


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_page_speaks_one_language(command, monkeypatch):
    monkeypatch.delenv("ATTRIFLUX_LANG", raising=False)
    french, english = attriflux(*command, "--help"), attriflux(*command, "--help", "--lang", "en")
    assert french.code == english.code == 0 and french.err == english.err == ""
    assert [word for word in ENGLISH if word in french.out] == []
    assert [word for word in FRENCH if word in english.out] == []
    for page in (
        attriflux("--lang", "en", *command, "--help"), attriflux("--lang=en", *command, "-h"),
        attriflux(*command, "--lang", "fr", "--help", "--lang", "en"),
    ):  # fmt: skip
        assert page.out == english.out
    monkeypatch.setenv("ATTRIFLUX_LANG", "en")
    assert attriflux(*command, "--help").out == english.out
    assert attriflux("--lang", "fr", *command, "--help").out == french.out


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_page_is_whole_at_80_columns(command, lang, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = attriflux(*command, "--help", "--lang", lang).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(line.rstrip().endswith(("...", "«", "(", "[", "-")) for line in lines)
    assert not any(re.match(r"\s*[:;?!»\])]", line) for line in lines)
    assert not any(line.count("[") != line.count("]") for line in lines)
    word = "Exemple : " if lang == "fr" else "Example: "
    assert [line for line in lines if line.startswith(word)] == lines[-1:]
    shown = lines[-1].removeprefix(word).split()
    assert shown[0] == "attriflux" and (
        not command
        or tuple(shown[1:])[: len(command)] == command
        or command in (("cotation",), ("scenario",))
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_text_exists_in_both_languages(command):
    here = ROOT
    for word in command:
        here = here.commands[word]
    assert say(here.help, "en") != here.help
    assert here.epilog and here.epilog.startswith("Exemple : attriflux ")
    assert say(here.epilog, "en").startswith("Example: attriflux ")
    for param in here.params:
        assert param.help and say(param.help, "en") != param.help, (command, param.name)
        assert param.metavar or param.is_flag, (command, param.name)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_examples_use_options_that_exist(command):
    here = ROOT
    for word in command:
        here = here.commands[word]
    for text in (here.epilog, say(here.epilog, "en")):
        words = text.split("attriflux ", 1)[1].split()
        named = ROOT
        while words and words[0] in getattr(named, "commands", {}):
            named = named.commands[words.pop(0)]
        known = {name for param in named.params for name in (*param.opts, *param.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize(
    ("words", "french", "english"),
    [
        ("chek", "la commande « chek » n'existe pas (peut-être check)", "there is no command “chek” (perhaps check)"),
        ("--foo", "l'option --foo n'existe pas", "there is no option --foo"),
        ("propose", "il manque CAS", "CASE is missing"),
        ("propose cas", "il manque --out", "--out is missing"),
        ("dashboard cas --out x", "il manque --for (landlord|epci|prefet|maire)", "--for (landlord|epci|prefet|maire) is missing"),
        ("cotation new f.yaml", "il manque CRITERE", "CRITERION is missing"),
        ("propose cas --out x --forc", "l'option --forc n'existe pas (peut-être --force)", "there is no option --forc (perhaps --force)"),
        ("propose cas --out x --gap 3", "--gap : au plus 1", "--gap: at most 1"),
        ("propose cas --out x --gap x", "--gap : un nombre est attendu", "--gap: a number is expected"),
        ("propose cas --out x --threads 1.5", "--threads : un nombre entier est attendu", "--threads: a whole number is expected"),
        ("propose cas --out x --csv zz", "--csv : « zz » n'est pas admis ; au choix : french, international", "--csv: “zz” is not allowed; choose among: french, international"),
        ("propose cas --out x --json=1", "l'option --json ne prend pas de valeur", "option --json takes no value"),
        ("propose a b --out x", "mot en trop : b", "one word too many: b"),
        ("synth commission --seed 1 --out", "l'option --out attend une valeur", None),
        ("flux cas --out x --modes 9", "--modes : une liste parmi 1,2,3,4", "--modes: a list among 1,2,3,4"),
        ("flux cas --out x --basis z", "--basis : forecast ou actual", "--basis: forecast or actual"),
        ("bilan cas --year 2026 --mode 1 --out x", "--mode : va avec --next", "--mode: goes with --next"),
        ("scenario runn", "la commande « runn » n'existe pas (peut-être run)", "there is no command “runn” (perhaps run)"),
        ("export cas", "choisissez au moins un fichier à écrire, --pairs, --mps ou --lp", "choose at least one file to write: --pairs, --mps or --lp"),
    ],
)  # fmt: skip
def test_words_typed_wrongly_are_told_in_the_language_asked(words, french, english):
    done = attriflux(*words.split())
    assert done.code == 2 and done.out == ""
    assert done.err.startswith(f"Erreur : {french}.\nAide : attriflux")
    if english is not None:
        for line in (("--lang", "en", *words.split()), (*words.split(), "--lang=en")):
            done = attriflux(*line)
            assert done.code == 2 and done.out == ""
            assert done.err.startswith(f"Error: {english}.\nHelp: attriflux")


def test_a_language_nobody_speaks_is_refused_wherever_it_stands(monkeypatch):
    for line in (["--lang", "de", "check", "x"], ["check", "x", "--lang", "de"]):
        done = attriflux(*line)
        assert done.code == 2 and "--lang : « de » n'est pas admis ; au choix : fr, en." in done.err
    monkeypatch.setenv("ATTRIFLUX_LANG", "de")
    done = attriflux("check", "x")
    assert done.code == 2 and "« de » n'est pas admis" in done.err


def test_the_common_language_reaches_the_command(monkeypatch):
    monkeypatch.setenv("ATTRIFLUX_LANG", "fr")
    done = attriflux("--lang", "en", "check", "absent")
    assert done.code == 2 and "Nothing was written." in done.err and "Rien" not in done.err


def test_no_word_at_all_shows_the_page(tmp_path):
    done = attriflux()
    assert done.code == 2 and done.err.startswith("Utilisation : attriflux")
    page = own_process("--help", cwd=tmp_path)
    assert page.out.rstrip().endswith("Exemple : attriflux demo")


def test_help_of_an_unknown_command_is_an_error():
    done = attriflux("propsoe", "--help")
    assert done.code == 2 and "peut-être propose" in done.err


PARSING = {"typer", "click", "shellingham", "annotated_doc", "typing_extensions"}
"""The parser of words and what it brings."""


@pytest.mark.parametrize("words", [("--help",), ("propose", "--help")], ids=" ".join)
def test_help_answers_at_once(words):
    """Counted, not timed: nothing is loaded but the language, the words of the commands and what parses them."""
    code = (
        "import sys; sys.argv[1:] = %r\nfrom optimizer.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(len(sys.modules), *sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code % list(words)], capture_output=True, text=True, check=True
    )
    count, *loaded = done.stdout.splitlines()[-1].split()
    assert {m for m in loaded if not m.startswith("_")} <= PARSING | {"optimizer"} and int(count) < 320
