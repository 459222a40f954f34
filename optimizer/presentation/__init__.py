"""Pages, workbooks and tables: what a commission opens, prints and files.

Lives here: CSV and Parquet writing, the workbook, the report, the sheets per dwelling in HTML and PDF. Everything reads a
`ReportData` of finished tables.

May import `shortlist` for its words, `domain` and `errors`; never a solver, a rule or the case itself: a page that computes
would be a second source of truth.

Why these parts: XlsxWriter writes without formulas or links, Jinja2 escapes every text, typst sets the PDF without a browser,
the gauges are a few lines of SVG. No page needs a network or a script.

Rejected: charts drawn by a script in the page (blocked by many administrations' browsers, invisible to screen readers), and
spreadsheets written by pandas (a text beginning with « = » becomes a live formula).
"""
