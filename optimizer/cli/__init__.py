"""The command ``attriflux``: speaks, and computes nothing.

One file per command under ``cli/commands``; each imports what it needs when it runs, so that ``--help`` stays fast.
Progress goes to the error stream, results and ``--json`` to the output; exit codes are those of design §8.

May import everything below. No other layer may import it.

Why typer: help, completion and types from the signatures. Rejected: one big module (nobody finds the export), and
printing from the library (a notebook is not a terminal).
"""

import sys


def main() -> None:
    """Entry point: interrupted before there is anything to say it with, the program ends without a word."""
    try:
        from optimizer.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


__all__ = ["main"]
