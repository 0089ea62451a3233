# SPDX-License-Identifier: Apache-2.0
"""What must hold before a page is written; whatever does not is named."""

from __future__ import annotations

import dataclasses
import importlib
import pathlib
import re

from headers import Formula, FormulaError, Header, read_module
from plots import Drawn, Plot, evaluate

FORMULA_MODES = ("kCorrected", "kPaperLiteral", "kReference")
DISPUTE = ("Paper", "Defect", "Modes")


@dataclasses.dataclass
class Section:
    """A formula with what its page shows of it."""

    formula: Formula
    dispute: dict[str, list[str]]  # Paper, Defect and Modes, its own or those of `like`
    modes: list[tuple[str, str]]  # (name, what it does)
    drawn: Drawn | None
    no_plot: str  # the reason


@dataclasses.dataclass
class Module:
    name: str
    headers: list[Header]
    sections: dict[str, Section]  # by the formula's key


def entries(lines: list[str]) -> list[tuple[str, str]]:
    """The lines of a row as (name, text); lines without a name have an empty one."""
    found: list[tuple[str, str]] = []
    named = re.compile(r"([^;]{1,44}?)(?:(?<=\w) {2,}|(?<=\)) {2,})(\S.*)")
    status = re.compile(r"(k[A-Z]\w+) (\S.*)")
    for line in lines:
        continues = not line or line[0] == " "
        match = None if continues else named.fullmatch(line) or status.fullmatch(line)
        if match and not (re.search(r"\S {2,}\S", match[2]) and not match[1].startswith("k")):
            found.append((match[1], match[2]))
        elif found and (continues or not found[-1][0]):
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        else:
            found.append(("", line.strip()))
    return [(name, re.sub(r"(?<=\w) {2,}", ": ", text)) for name, text in found]


def python_name(formula: Formula, plot: Plot) -> str:
    """What an example has to call: BezierPrice is econ.bezier_price unless the table says else."""
    words = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
    snake = re.sub(words, "_", formula.name).lower()
    return plot.calls or f"{formula.module}.{snake}"


def mode_name(enumerator: str) -> str:
    """kPaperLiteral is paper_literal in Python."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enumerator.removeprefix("k")).lower()


def _missing_rows(formula: Formula, section: Section) -> list[str]:
    name = f"{formula.module}: {formula.key}"
    disputed = formula.has_mode or "Defect" in formula.rows
    faults = [
        f"{name} is disputed and has no row {row}"
        for row in DISPUTE
        if disputed and row not in section.dispute
    ]
    takes_formula_mode = "FormulaMode mode" in formula.parameters and not formula.like
    faults += [
        f"{name} takes a FormulaMode and its row Modes does not say what {mode} does"
        for mode in FORMULA_MODES
        if takes_formula_mode and "Modes" in formula.rows and mode not in dict(section.modes)
    ]
    return faults


def _plot_faults(section: Section, drawn: Drawn) -> list[str]:
    """Whether the curves are those of the row Modes, and differ where the modes do."""
    formula = section.formula
    name = f"{formula.module}: {formula.key}"
    calls = python_name(formula, drawn.plot)
    faults = []
    if f"{calls}(" not in drawn.plot.code:
        faults.append(f"{name}: its example does not call {calls}")
    texts = {mode_name(mode): text for mode, text in section.modes if mode[:1] == "k"}
    if "mode" not in drawn.plot.vary:
        return faults + ([f"{name}: its example shows no modes"] if formula.has_mode else [])
    shown = {curve.label for curve in drawn.curves} | {mode for mode, _ in drawn.refused}
    faults += [f"{name}: its example leaves out the mode {m}" for m in texts if m not in shown]
    same = re.compile(r"the same|as k[A-Z]")
    for first, second in drawn.coincide:
        if not (same.match(texts.get(first, "")) or same.match(texts.get(second, ""))):
            faults.append(f"{name}: its example draws {first} and {second} as one curve")
    return faults


def _section(formula: Formula, like: Formula | None, plot: Plot | None, why_none: str) -> Section:
    dispute = {row: formula.rows[row] for row in DISPUTE if row in formula.rows}
    if like is not None:
        dispute = {row: like.rows[row] for row in DISPUTE if row in like.rows} | {
            row: text for row, text in dispute.items() if row != "Modes"
        }
    drawn = evaluate(formula.module, formula.key, plot) if plot else None
    modes = [(mode, text) for mode, text in entries(dispute.get("Modes", [])) if mode]
    return Section(formula, dispute, modes, drawn, why_none)


def read(tree: pathlib.Path, name: str) -> Module:
    """A module with all its examples evaluated; FormulaError names every fault."""
    table = importlib.import_module(f"{name}_plots")
    headers = read_module(tree, name)
    formulas = {f.key: f for header in headers for f in header.formulas}
    files = {pathlib.Path(header.path).name for header in headers}
    faults = [
        f"{name}: the example of {key} has no function"
        for key in [*table.PLOTS, *table.NO_PLOT]
        if key not in formulas and key not in files
    ]
    sections = {}
    for key, formula in formulas.items():
        plot = table.PLOTS.get(key)
        why_none = table.NO_PLOT.get(key) or table.NO_PLOT.get(pathlib.Path(formula.header).name)
        if not plot and (not why_none or "Defect" in formula.rows):
            faults.append(f"{name}: {key} has no plotted example")
        section = _section(formula, formulas.get(formula.like), plot, why_none or "")
        sections[key] = section
        faults += _missing_rows(formula, section)
        if section.drawn:
            faults += _plot_faults(section, section.drawn)
    if faults:
        raise FormulaError("\n".join(faults))
    return Module(name, headers, sections)
