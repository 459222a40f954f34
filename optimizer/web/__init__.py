"""The desk in the browser: pages over the store's commands, for several people at once, on one machine or behind a proxy.

Lives here: who may open what (:mod:`optimizer.web.access`), settings, the middleware that enforces both, one view file per
screen, templates, the niced child that computes (:mod:`optimizer.web.children`), the server and its demonstration.

May import `desk`, `store`, `runs`, `presentation` and below. No rule of the commission is decided here: a view reads the store's
records, calls one command and says what the store answered.

Why no script at all: every page is a form and a table, a page that waits reloads itself, and the content policy forbids scripts
altogether, so that nothing a name or a sentence may hold can run. Rejected: htmx (it would save a reload on three pages) and
Django's own admin (it writes beside the ledger).
"""
