# SPDX-License-Identifier: Apache-2.0
"""Formulas as HTML: a page for each module, which needs nothing but itself."""

from __future__ import annotations

import html
import pathlib
import re

import numpy as np

from check import Module, Section, entries, python_name
from drawing import draw, raised
from headers import Formula, Header
from plots import Drawn

STYLE = (pathlib.Path(__file__).parent / "style.css").read_text(encoding="utf-8")
DISPUTE_TITLES = {"Paper": "The paper", "Defect": "What is wrong with it"}
ROWS_BELOW = (
    "Paper",
    "Shapes",
    "Range",
    "Monotone in",
    "Units",
    "Errors",
    "Promise",
    "Secrets",
    "Cost",
)
_WORD = re.compile(r"`([^`]+)`|\bk[A-Z]\w+|\b[A-Z]\w*[a-z]\w*[A-Z]\w*(?:::\w+)?|[&<>\"]")


def prose(text: str, module: Module, formula: Formula | None = None) -> str:
    """Text of a comment: names as code, names of formulas as links."""

    def mark(match: re.Match[str]) -> str:
        word = match[1] or match[0]
        scoped = f"{formula.scope}::{word}" if formula and formula.scope else word
        target = module.sections.get(scoped) or module.sections.get(word)
        if target and target.formula is not formula:
            return f'<a href="#{target.formula.slug}"><code>{html.escape(word)}</code></a>'
        if match[1] or word[0] == "k":
            return f"<code>{html.escape(word)}</code>"
        return html.escape(word)

    return _WORD.sub(mark, text)


def _rows_of(lines: list[str], module: Module, formula: Formula) -> str:
    def one(name: str, text: str) -> str:
        label = f"<b>{prose(name, module, formula)}</b> " if name else ""
        return f"<div>{label}{prose(text, module, formula)}</div>"

    return "".join(one(name, text) for name, text in entries(lines))


def _table(rows: list[tuple[str, str]], kind: str) -> str:
    cells = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>\n" for name, text in rows)
    return f'<table class="{kind}">\n{cells}</table>\n' if rows else ""


def _dispute(section: Section, module: Module) -> str:
    """The paper's text, what is wrong with it, and the modes."""
    if "Defect" not in section.dispute:
        return ""
    formula, rows = section.formula, []
    for row, title in DISPUTE_TITLES.items():
        if row in section.dispute:
            text = " ".join(line.strip() for line in section.dispute[row])
            rows.append((title, prose(text, module, formula)))
    modes = _rows_of(section.dispute.get("Modes", []), module, formula)
    rows.append(("Modes", modes))
    if formula.like:
        summary = f"<summary>Disputed as {prose(formula.like, module)} is</summary>"
        return f'<details class="dispute">{summary}\n{_table(rows, "rows")}</details>\n'
    return f'<div class="dispute">{_table(rows, "rows")}</div>\n'


def _value(y: float) -> str:
    return "refused" if np.isnan(y) else f"{y:.10g}"


def _values(drawn: Drawn) -> str:
    """Five of the plotted values, so that they can be compared with one's own."""
    picked = np.linspace(0, len(drawn.x) - 1, 5).round().astype(int)
    head = "".join(f"<th>{html.escape(c.label or 'value')}</th>" for c in drawn.curves)
    body = "".join(
        f"<tr><td>{drawn.x[i]:.10g}</td>"
        + "".join(f"<td>{_value(curve.y[i])}</td>" for curve in drawn.curves)
        + "</tr>\n"
        for i in picked
    )
    ((name, _),) = drawn.plot.over.items()
    return f'<table class="values"><tr><th>{html.escape(name)}</th>{head}</tr>\n{body}</table>'


def _remarks(drawn: Drawn) -> list[str]:
    remarks = [f"{drawn.plot.note[0].upper()}{drawn.plot.note[1:]}."] if drawn.plot.note else []
    for first, second in drawn.coincide:
        remarks.append(f"{first} and {second} coincide here.")
    if any(np.isnan(curve.y).any() for curve in drawn.curves):
        remarks.append("Where a curve has a gap, the function refuses.")
    for mode, answer in drawn.refused:
        answer = re.sub(r" \(at index \d+\)$", "", answer)
        remarks.append(f"{mode}: no curve; the function answers kUnimplemented, “{answer}”.")
    return remarks


def _figure(section: Section) -> str:
    if section.drawn is None:
        return f'<p class="no-plot">No plot: {html.escape(section.no_plot)}.</p>\n'
    drawn, formula = section.drawn, section.formula
    svg = draw(drawn, f"{formula.module}-{formula.slug}")
    label = raised(f"{formula.key}: {drawn.plot.y} over {drawn.plot.x}")
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(label)}" ', 1)
    remarks = "".join(f"<p>{html.escape(raised(one))}</p>" for one in _remarks(drawn))
    snippet = html.escape(drawn.plot.snippet(formula.module), quote=False)
    return (
        f"<figure>\n{svg}\n<figcaption>{remarks}</figcaption>\n"
        f"<details><summary>Python and values</summary>\n<pre>{snippet}</pre>\n"
        f"{_values(drawn)}</details>\n</figure>\n"
    )


def _section(section: Section, module: Module, to_tree: str) -> str:
    formula = section.formula
    tag = ' <span class="tag">disputed</span>' if "Defect" in section.dispute else ""
    rows = [
        (row, _rows_of(formula.rows[row], module, formula))
        for row in ROWS_BELOW
        if row in formula.rows and not (row == "Paper" and "Defect" in section.dispute)
    ]
    where = f"{formula.header}:{formula.line}"
    link = f'<a href="{to_tree}/{formula.header}#L{formula.line}">{where}</a>'
    source = f"{prose(formula.row('Source'), module)} · " if formula.row("Source") else ""
    python = ""
    if section.drawn and (name := python_name(formula, section.drawn.plot))[0] != ".":
        python = f" · Python <code>{name}</code>"
    rows.append(("Source", f"{source}{link}{python}"))
    text = f"<p>{prose(formula.text, module, formula)}</p>\n" if formula.text else ""
    return (
        f'<section id="{formula.slug}">\n<h3><a href="#{formula.slug}">'
        f"{html.escape(formula.key)}</a>{tag}</h3>\n"
        f'<pre class="signature">{html.escape(formula.signature, quote=False)}</pre>\n'
        f"{text}{_dispute(section, module)}{_figure(section)}{_table(rows, 'rows')}</section>\n"
    )


def _essay(header: Header, module: Module) -> str:
    """The comment at the head of a header: paragraphs, examples, sources."""
    blocks: list[tuple[str, list[str]]] = []
    for line in header.essay:
        row = re.match(r"  (Source)\s+", line)
        kind = "" if not line.strip() else "row" if row else "code" if line[:2] == "  " else "text"
        if kind == "code" and blocks and blocks[-1][0] == "row":
            kind = "row"
        if not blocks or kind != blocks[-1][0]:
            blocks.append((kind, []))
        blocks[-1][1].append(line)
    out = []
    for kind, lines in blocks:
        joined = " ".join(line.strip() for line in lines)
        if kind == "code":
            example = "\n".join(line[2:] for line in lines)
            out.append(f"<pre>{html.escape(example, quote=False)}</pre>")
        elif kind == "row":
            out.append(f"<p>Source: {prose(joined.removeprefix('Source').strip(), module)}</p>")
        elif kind == "text":
            out.append(f"<p>{prose(joined, module)}</p>")
    return "\n".join(out)


def _contents(module: Module) -> str:
    """Links to all sections, by header; those in dispute have a mark."""
    items = []
    for header in module.headers:
        if not header.formulas:
            continue
        name = pathlib.Path(header.path).stem
        links = []
        for one in header.formulas:
            mark = " *" if "Defect" in module.sections[one.key].dispute else ""
            links.append(f'<li><a href="#{one.slug}">{html.escape(one.key)}</a>{mark}</li>')
        items.append(f'<li><a href="#{name}.h">{name}.h</a><ul>{"".join(links)}</ul></li>')
    return f"<ul>{''.join(items)}</ul>"


def _page(title: str, navigation: str, body: str) -> str:
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}</style></head>\n<body>\n"
        f"<nav>{navigation}</nav>\n<main>\n{body}</main>\n</body></html>\n"
    )


_LEGEND = (
    "<p>Every formula stands with what its header says of it. Where a paper’s own form is wrong, "
    "circular or ambiguous, the paper’s text is quoted and the fault is named. Most such functions "
    "take a mode: <code>corrected</code> (the default) is the paper’s intent with the defect "
    "resolved, <code>paper_literal</code> exactly what is printed, <code>reference</code> what "
    "the authors’ own program does. Each plot was computed by the Python package when this page "
    "was made; the code below a plot gives the same values in a notebook.</p>\n"
)


def module_page(module: Module, to_tree: str, others: list[str]) -> str:
    links = " ".join(f'<a href="{one}.html">{one}</a>' for one in others if one != module.name)
    navigation = f'<p><a href="index.html">formulas</a> {links}</p>{_contents(module)}'
    body = [f"<h1>{module.name}</h1>\n", _LEGEND, "<p>* in dispute</p>\n"]
    for header in module.headers:
        if not header.formulas:
            continue
        name = pathlib.Path(header.path).name
        essay = _essay(header, module)
        body.append(f'<h2 id="{name}">{name}</h2>\n<div class="essay">{essay}</div>\n')
        body += [_section(module.sections[one.key], module, to_tree) for one in header.formulas]
    return _page(f"libshadw · {module.name}", navigation, "".join(body))


def index_page(modules: list[Module]) -> str:
    body = ["<h1>The formulas of libshadw</h1>\n", _LEGEND]
    for module in modules:
        own = [s for s in module.sections.values() if "Defect" in s.formula.rows]
        plots = sum(s.drawn is not None for s in module.sections.values())
        body.append(
            f'<h2><a href="{module.name}.html">{module.name}</a></h2>\n'
            f"<p>{len(module.sections)} functions, {plots} plotted, {len(own)} in dispute:</p>\n"
        )
        rows = []
        for section in own:
            formula = section.formula
            link = f'<a href="{module.name}.html#{formula.slug}">{html.escape(formula.key)}</a>'
            rows.append((link, html.escape(formula.row("Defect"))))
        body.append(_table(rows, "rows"))
    links = "".join(f'<li><a href="{m.name}.html">{m.name}</a></li>' for m in modules)
    return _page("The formulas of libshadw", f"<ul>{links}</ul>", "".join(body))
