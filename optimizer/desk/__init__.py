"""The desk without a browser: a session from the agenda of a verified run to its papers, and the case of the next one.

Lives here: what a session freezes of a run (`agenda`), the workbook that people fill in (`entry`, `entry_rows`, `entry_book`,
`entry_reading`) and what it changes in the store (`recording`), the new check of candidates (`rechecking`), the list of calls
(`call_list`), the papers (`papers/`, `pack`, `paper_set`), the next case (`following`, `next_case`, `next_files`). No HTTP, no
screen: `optimizer.web` calls the same functions.

Decisions:

- The workbook is defined once (`entry`): written, read and explained from the same columns. Its cells go through the converters of
  a case's importer, so a date or a number is read everywhere alike, and all problems come at once.
- `record` compares with the store and sends only what is new. The rejected alternative, replaying every row as a command, made a
  second workbook of the same session fail on what the first had recorded.
- A paper is blocks of words (`presentation.document`), not a template of its own: one look, HTML and PDF from the same content.
- The next case is a pure function of an import and of the sessions. What happened after the import is added, what happened before is
  presumed to be in it: so last week's next case and the first import lead to the same bytes. Counting by differences of two
  imports was rejected: exports of two systems never agree to the unit.
- Numbers and names of households stay in the store's erasable tables; no frozen fact, problem or log line holds one.

May import `store` (records, commands, queries), `presentation`, `statement`, `runs`, `verify` and what is below; never `web` or `cli`.
"""
