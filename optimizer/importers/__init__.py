"""Files to facts: a case folder or one workbook becomes a `Case`, or the list of all its problems.

Lives here: the drop-in formats (``formats/``), header matching and column mappings, the words people use
(``vocabulary.yaml``), the converters of each kind of cell, the sheets that complete the tables (wishes, labels, thresholds,
targets, grid), the checks that need whole tables, the empty case people start from. Everything follows ``domain.schema``.

May import ``domain``, ``dropin``, ``errors``; pandas, pyarrow, openpyxl (in a child process only), PyYAML, XlsxWriter.
It knows no law, only the names of places (``models/territories/``): an unknown commune code or a missing convention is told
by ``eligibility``.

``case(frames, settings)`` makes a case from frames in memory and ``check_frames(case)`` reads again one that was made or changed
there, both by the same converters and checks as files. ``read_cells`` reads the columns that a grid declares, once the rules
say which they are.

Why every cell is read as text first: what a library guesses (``007`` as 7, ``NA`` as missing, ``03/04/2026`` as
4 March) is wrong here in silence. Columns are converted by arrow kernels, words once each, so the checks cost less than
reading the bytes.

Rejected: ``pandas.read_csv`` and ``read_excel`` with defaults (they guess), pandera schemas (no spreadsheet rows nor
two languages), a spreadsheet parser inside the main process (a 4 KiB file can ask for 512 GiB).
"""

from optimizer.importers import messages, messages_files
from optimizer.importers.losses import losses
from optimizer.importers.mapping import ready_mappings
from optimizer.importers.memory import case, check_frames, need_tables
from optimizer.importers.own_columns import read_cells
from optimizer.importers.reading import read, read_findings, read_parts
from optimizer.importers.registry import all_formats
from optimizer.importers.template import template

__all__ = [
    "all_formats", "case", "check_frames", "losses", "messages", "messages_files", "need_tables", "read", "read_cells", "read_findings", "read_parts", "ready_mappings", "template",
]  # fmt: skip
