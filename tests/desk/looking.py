"""What an opened page must be: nothing wider than its box, no cut cell, no error, nothing that shuts anybody out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

SCREENS = (1280, 390)
A4 = {"portrait": 703, "landscape": 1032}
"""Width of the printed part of a sheet with margins of 12 mm, in CSS pixels."""
PATIENT = 120_000
"""Milliseconds a page may take on a machine that others keep busy; what never comes is told all the same."""
SERIOUS = ("serious", "critical")

TOO_WIDE = """
(printed) => {
  const found = [], wide = document.documentElement.clientWidth, scrolls = ['auto', 'scroll'];
  const name = e => `${e.tagName.toLowerCase()}.${e.getAttribute('class') || ''} « ${(e.textContent || '').trim().slice(0, 40)} »`;
  const around_of = new Map([[document.body, null], [null, null]]);  // the cells of a table share their ancestors
  const scroller = e => {
    if (!around_of.has(e))
      around_of.set(e, scrolls.includes(getComputedStyle(e).overflowX) ? e : scroller(e.parentElement));
    return around_of.get(e);
  };
  if (document.documentElement.scrollWidth > wide + 1) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const e of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (!box.width || !box.height || style.visibility === 'hidden' || box.right < 0) continue;
    const around = scroller(e);
    if (around && printed) found.push(`scrolls on paper: ${name(around)}`);
    if (around && around.tabIndex < 0) found.push(`scrolls, out of reach of the keyboard: ${name(around)}`);
    if (!around && box.right > wide + 1) found.push(`beyond the edge: ${name(e)}`);
    if (e.ownerSVGElement || e.tagName === 'svg') continue;
    const flows = ['inline', 'contents', 'table-row', 'table-row-group', 'table-header-group', 'none'].includes(style.display);
    if (!flows && e !== around && e.clientWidth && e.scrollWidth > e.clientWidth + 1) found.push(`wider than its box: ${name(e)}`);
    if (['hidden', 'clip'].includes(style.overflowX) && e.scrollWidth > e.clientWidth + 1) found.push(`cut: ${name(e)}`);
  }
  for (const text of document.querySelectorAll('svg text')) {
    const box = text.getBoundingClientRect(), svg = text.ownerSVGElement.getBoundingClientRect();
    if (box.left < svg.left - 2 || box.right > svg.right + 2 || box.top < svg.top - 2 || box.bottom > svg.bottom + 2)
      found.push(`cut in its drawing: ${name(text)}`);
  }
  return [...new Set(found)].slice(0, 12);
}
"""
TORN = """
() => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    for (const number of text.data.matchAll(/\\d{18}/g)) {
      const range = document.createRange();
      range.setStart(text, number.index);
      range.setEnd(text, number.index + 18);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1)
        found.push(`a number on two lines: ${number[0]} in ${text.parentElement.outerHTML.slice(0, 60)}`);
    }
  }
  return found.slice(0, 3);
}
"""
"""The number of an application, of 18 digits, is read and typed whole."""
NARROWEST = 360
ORIENTATION = """
() => [...document.styleSheets].flatMap(s => [...s.cssRules]).flatMap(r => r.cssRules ? [r, ...r.cssRules] : [r])
  .filter(r => r instanceof CSSPageRule).some(r => r.cssText.includes('landscape')) ? 'landscape' : 'portrait'
"""


def faults(browser: Browser, file: Path, pictures: Path | None = None) -> list[str]:
    """Everything wrong with a page on two screens and on paper, read by axe on the smaller; empty when it may be handed to anybody."""
    found = []
    page, said = _opened(browser, file)
    for width in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: {x}" for x in page.evaluate(TOO_WIDE, False)]
        if pictures is not None:
            page.screenshot(path=pictures / f"{file.stem}-{width}.png", full_page=True)
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    found += [f"{NARROWEST}: {x}" for x in page.evaluate(TORN)]
    page.set_viewport_size({"width": SCREENS[-1], "height": 900})
    found += [*said, *shut_out(page)]
    kind = page.evaluate(ORIENTATION)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4[kind], "height": 1000})
    found += [f"A4: {x}" for x in page.evaluate(TOO_WIDE, True)]
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    if pictures is not None:
        (pictures / f"{file.stem}.pdf").write_bytes(printed)
    if b"/MediaBox" not in printed:
        found.append("A4: no page is printed")
    page.close()
    return found


def _opened(browser: Browser, file: Path) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": SCREENS[0], "height": 900})
    page.set_default_timeout(PATIENT)
    said: list[str] = []
    page.on("console", lambda m: said.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(f"error: {e}"))
    page.on("request", lambda r: said.append(f"asks for {r.url}") if r.url != file.as_uri() else None)
    page.goto(file.as_uri())
    return page, said


def shut_out(page: Page) -> list[str]:
    """Serious and critical findings of axe."""
    results: dict[str, Any] = Axe().run(page).response
    return [
        f"axe {v['id']} ({v['impact']}): {v['nodes'][0]['html'][:120]}"
        for v in results["violations"]
        if v["impact"] in SERIOUS
    ]
