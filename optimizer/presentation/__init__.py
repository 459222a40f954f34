"""Pages, workbooks and tables: what a commission opens, prints and files. One way for each, for every command.

Lives here: one template environment and one style sheet (`page`, ``templates/``), one set of numbers, days and shares
(`numbers`), of words and scopes (`words`), one register of texts (`texts` and those of other packages), tables as CSV and
Parquet (`csvfile`, `exactcsv`), as XLSX (`tables_book`; `workbook` for the commission's own), as HTML (``parts.html.j2``),
the A4 pack as PDF (`pdf`), drawings as SVG (`svg`, `plots`, `plots_stock`); and the report and the sheets per dwelling.
Whoever computes (`runs`, `scenario`, `statement`) hands over finished tables.

May import `shortlist` for its words, `domain` and `errors`; never a solver, a rule or the case itself: a page that computes
would be a second source of truth.

A text is declared once, in both languages, in the file ``texts.py`` of the package that says it::

    texts("FLUX", {"stock": ("Stock", "Stock"), "hidden": ("{n:autre bailleur/autres bailleurs}", "{n:more landlord/more landlords}")})

It is the message ``FLUX.STOCK`` of the register of `optimizer.errors`. Python says it by ``said("FLUX.STOCK", lang)``, the
template ``flux.html.j2`` by ``{{ t.stock }}``, or ``{{ t("hidden", n=3) }}`` with values. What a page does not find under its own
name it takes from ``PAGE.``, the texts that all share. Words of a rule, an account, a flag or a refusal are asked of
`optimizer.shortlist.labels`, one function each; a scope of `words.scope_words`.

A page is a template in the folder ``templates`` of its package, rendered by ``render("scenario/flux", lang, values)``::

    {% extends "presentation/templates/base.html.j2" %}
    {% from "presentation/templates/parts.html.j2" import table, chart, cards, warn, assumed %}
    {% block title %}{{ title }}{% endblock %}
    {% block head %}<h1>{{ title }}</h1><p class="decides">{{ decides }}</p>{% endblock %}
    {% block content %}…{% endblock %}

``{% block sheet %}`` adds a few rules of style, for instance ``@media print{@page{size:A4 landscape}}``. Numbers are shown by
``decimal``, ``percent``, ``signed`` and ``day``, which every template has in the language of its page.

A table names its columns, numbers marked ``|n``, then says the cells of one row; the cell that names the row is a ``<th>``::

    {% call(r) table([t.account, t.stock|n, t.share|n], rows, caption=t.inventory) %}
    <th>{{ r.label }}</th><td>{{ decimal(r.stock) }}</td><td>{{ percent(r.share) }}</td>
    {% endcall %}

From four columns on it stands in a box which scrolls and takes the focus; up to twelve rows become cards on a telephone
(``stacks=false``: never, ``"always"``: however many). ``grouped`` sets rows under titles, ``chart`` keeps a drawing readable on a telephone, ``foot`` adds a
line of totals. The same frame goes to ``write_table`` (CSV, Parquet) and to ``write_book`` (XLSX).

The design: ink on white, navy for what stands (title rules, « la commission décide »), pale blue for headings, amber for what
is assumed or to be checked, red for what is missed, never colour alone. Cards for the few figures one reads first. Text of 15 px,
numbers to the right with digits under digits, French thousands and comma. Paper is A4 with margins of 12 mm, headings stay with
what they head, rows are not cut, headings of tables come back on each sheet. `make test-desk` opens every page that a command
writes at 1280 and 390 pixels, prints it, and asks axe.

Why these parts: XlsxWriter writes without formulas or links, Jinja2 escapes every text, typst sets the PDF without a browser,
the gauges are a few lines of SVG. No page needs a network or a script.

Rejected: charts drawn by a script in the page (blocked by many administrations' browsers, invisible to screen readers),
spreadsheets written by pandas (a text beginning with « = » becomes a live formula), and texts in two languages written side by
side in the code (nobody can read them through).
"""
