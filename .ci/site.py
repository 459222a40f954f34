"""The documentation as a site: ``python .ci/site.py FOLDER``; every page, its links checked, notebooks with their outputs.

The pages are those of the repository, laid out as they lie there, so that a link that works on one works on the other.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config

ROOT = Path(__file__).resolve().parents[1]
LOOSE = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff")
FOLDERS = ("docs", "benchmarks", "scenarios", "models")
NAV = [
    {"Attriflux": "README.md"},
    {"In English": "docs/README.en.md"},
    {
        "Secrétariat": [
            {"Une semaine (carnet)": "docs/week.md"},
            {"Vos fichiers": "docs/files.md"},
            {"Le bureau": "docs/desk.md"},
            {"Installer": "docs/install.md"},
            {"Page du DPO": "docs/dpo.md"},
            {"Accessibilité": "docs/accessibility.md"},
        ]
    },
    {
        "Reference": [
            {"Commands": "docs/commands.md"},
            {"Columns of files and frames": "docs/frames.md"},
            {"Figures: published, assumed": "docs/figures.md"},
            {"Specification": "docs/specification.md"},
            {"Glossary": "docs/glossary.md"},
        ]
    },
    {
        "Research": [
            {"A comparison (notebook)": "docs/fairness-notebook.md"},
            {"Fairness": "docs/fairness.md"},
            {"Simulated years": "docs/simulation.md"},
            {"Chains": "docs/chains.md"},
            {"Formulation and proof": "docs/formulation.md"},
            {"On several machines": "docs/distributed.md"},
        ]
    },
    {
        "Contribute": [
            {"Contributing": "CONTRIBUTING.md"},
            {"Architecture": "docs/architecture.md"},
            {"How to add": "docs/how-to-add.md"},
            {"Licences": "docs/licences.md"},
            {"Changelog": "CHANGELOG.md"},
        ]
    },
]
STYLE = "pre, pre code { white-space: pre-wrap } table { display: block; overflow-x: auto } svg { max-width: 100%; height: auto }\n"
NOTEBOOKS = {"week": "week", "fairness": "fairness-notebook"}


def whole(text: str | list[str]) -> str:
    """A text of a notebook, which its format allows to be a list of lines."""
    return text if isinstance(text, str) else "".join(text)


def page(notebook: Path) -> str:
    """A notebook as Markdown: its text, its code, and what each cell gave."""
    parts = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(whole(cell["source"]))
            continue
        parts.append(f"```python\n{whole(cell['source'])}\n```")
        for output in cell["outputs"]:
            data = output["data"]
            drawn = whole(data.get("image/svg+xml") or data.get("text/html") or "")
            parts.append(drawn.strip() or f"```text\n{whole(data['text/plain'])}\n```")
    return "\n\n".join(parts) + "\n"


def lay_out(source: Path) -> None:
    """Copy what pages link to, and write the notebooks' pages."""
    for name in LOOSE:
        shutil.copy(ROOT / name, source / name)
    for name in FOLDERS:
        keep = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / name, source / name, ignore=keep)
    for name, target in NOTEBOOKS.items():
        (source / "docs" / f"{target}.md").write_text(page(ROOT / "docs" / f"{name}.ipynb"), encoding="utf-8")


def french(page: str) -> bool:
    """Whether a page of the site (``docs/desk.html``) is in French: what secretariats read, and ``models/``."""
    (secretariat,) = (inside for part in NAV for title, inside in part.items() if title == "Secrétariat")
    names = {name for one in secretariat for name in one.values()}
    return page in ("index.html", "404.html") or f"{page[:-5]}.md" in names or page.startswith("models/")


def say_language(site: Path) -> None:
    """The theme has one language for all pages; whoever hears a page read out needs that of its text."""
    for path in site.rglob("*.html"):
        if not french(path.relative_to(site).as_posix()):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace('<html lang="fr"', '<html lang="en"', 1), encoding="utf-8")


def main(target: Path) -> int:
    """Build the site; 1 when a link or a page of the menu does not hold."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        lay_out(source)
        (source / "site.css").write_text(STYLE, encoding="utf-8")
        settings = Path(folder) / "site.yml"
        settings.write_text("site_name: Attriflux\n", encoding="utf-8")
        config = load_config(
            str(settings),
            docs_dir=str(source),
            site_dir=str(target.resolve()),
            theme={"name": "mkdocs", "highlightjs": False, "locale": "fr"},
            nav=NAV,
            extra_css=["site.css"],
            strict=True,
            plugins=["search"],
            use_directory_urls=False,
            validation={
                "nav": {"omitted_files": "ignore"},
                "links": {"anchors": "warn", "unrecognized_links": "warn"},
            },
        )
        build(config)
        say_language(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
