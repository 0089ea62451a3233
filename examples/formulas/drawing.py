# SPDX-License-Identifier: Apache-2.0
"""Curves as inline SVG whose colours are the page's, so that they suit light and dark."""

from __future__ import annotations

import io
import re
import textwrap
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from plots import Drawn

# Stand-ins that the page's style sheet replaces.
_INK, _GRID = "#010203", "#040506"
_CURVES = ("#0a0001", "#0a0002", "#0a0003", "#0a0004", "#0a0005")
_DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2)))
SVG_SETTINGS: Any = {
    "svg.hashsalt": "libshadw",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-4, 7),
    "axes.facecolor": "none",
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.6,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
}
_VARIABLES = {_INK: "var(--ink)", _GRID: "var(--grid)"} | {
    colour: f"var(--curve{i})" for i, colour in enumerate(_CURVES)
}
_LABEL_LETTERS = 38  # that fit beside the curves
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(text: str) -> str:
    """10^-9 as people write it."""
    return re.sub(r"\^(-?\d+)", lambda match: match[1].translate(_RAISED), text)


def _dress(axes: Axes, drawn: Drawn) -> None:
    plot = drawn.plot
    axes.set_xlabel(raised(plot.x))
    axes.set_ylabel(textwrap.fill(raised(plot.y), _LABEL_LETTERS))
    if "x" in plot.log:
        axes.set_xscale("log")
    if "y" in plot.log:
        axes.set_yscale("log")
    axes.minorticks_off()
    for axis, name in ((axes.xaxis, "x"), (axes.yaxis, "y")):
        if name not in plot.log:
            axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))


def _for_page(svg: str, prefix: str) -> str:
    """Without a head, a date and a size; ids and colours are those of the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'^<svg[^>]*?viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1">', svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    svg = re.sub(r'xlink:href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    svg = re.sub(r"stroke-miterlimit: [\d.]+; ?|; stroke-linejoin: miter", "", svg)
    for stand_in, variable in _VARIABLES.items():
        svg = svg.replace(stand_in, variable)
    return svg.strip()


def draw(drawn: Drawn, prefix: str) -> str:
    """An <svg> element; curve `i` is the group with the id `prefix`-curve-`i`."""
    with mpl.rc_context(SVG_SETTINGS):
        figure = Figure(figsize=(6.4, 3.1))
        figure.subplots_adjust(left=0.14, right=0.975, top=0.91, bottom=0.16)
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        _dress(axes, drawn)
        style = "steps-post" if drawn.plot.steps else "default"
        for i, curve in enumerate(drawn.curves):
            (artist,) = axes.plot(
                drawn.x,
                np.ma.masked_invalid(curve.y),
                color=_CURVES[i],
                linestyle=_DASHES[i],
                linewidth=1.8,
                drawstyle=style,
                label=curve.label.replace("_", " "),
            )
            artist.set_gid(f"curve-{i}")
        if len(drawn.curves) > 1:
            axes.legend(
                loc="lower center",
                bbox_to_anchor=(0.5, 1),
                ncols=len(drawn.curves),
                frameon=False,
                labelcolor=_INK,
            )
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
    return _for_page(out.getvalue(), prefix)
