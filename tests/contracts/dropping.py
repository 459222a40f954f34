"""Run the product with a rule and a kind of account that lie in a folder of their own: ``dropping.py FOLDER``.

``FOLDER/rules`` and ``FOLDER/accounts`` hold the two files, ``FOLDER/models`` their numbers. A process of its own, so that the
registers of the tests stay as they are.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(folder: Path) -> None:
    import optimizer.domain.accounts

    # Before anything else: the help texts of the readers list the accounts that exist.
    optimizer.domain.accounts.__path__.append(str(folder / "accounts"))

    import optimizer.problem.rules

    optimizer.problem.rules.__path__.append(str(folder / "rules"))

    import optimizer.verify
    from optimizer.runs import Options, propose_to
    from optimizer.scenario.flux_files import flux_to
    from optimizer.scenario.running import run_scenarios
    from optimizer.statement.dashboards.files import dashboard_to
    from optimizer.statement.files import bilan_to
    from optimizer.synth import synthesize, write_case
    from optimizer.verify import Verdict

    # The second program keeps its own copy of the rules: it is written by somebody else, and not here.
    second, asked = optimizer.verify.verify, folder / "second.txt"

    def verify(out: Path, case: Path, *, models: Path | None = None) -> Verdict:
        if not asked.exists():
            told = second(out, case, models=models)
            details = [check.detail for check in told.checks if not check.ok]
            asked.write_text("\n".join([told.verdict, *details]), encoding="utf-8")
        return Verdict("certified", ())

    optimizer.verify.verify = verify
    models, case = folder / "models", folder / "case"
    write_case(synthesize("commission", dwellings=8, applications=150, seed=7, models=models), case)
    propose_to(case, folder / "out", Options(models=models, pdf=False))
    for kind, code in (("landlord", "ESH25"), ("epci", "242500361"), ("prefet", "25")):
        dashboard_to(case, kind, code, folder / kind, proposals=folder / "out", models=models)  # type: ignore[arg-type]
    scenario = folder / "more.yaml"
    scenario.write_text(
        'title: "Davantage"\nwhy: "Que coûte la règle ?"\nchanges:\n  national.rules.homes_of_workers.share: 0.5\n'
        "  conventions.ESH25.CROUS.share: 0.05\n",
        encoding="utf-8",
    )
    english = Options(models=models, lang="en", pdf=False)
    run_scenarios([scenario], folder / "scenarios", case=case, options=english, workers=1)
    bilan_to(case, 2026, folder / "bilan", models=models)
    flux_to(case, folder / "flux", models=models)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
