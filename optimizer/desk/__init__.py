"""The desk without a browser: the papers of a session, what is recorded from a workbook, the next session's case."""
