# SPDX-License-Identifier: Apache-2.0
"""A plotted example as data, and what evaluating it gives."""

from __future__ import annotations

import dataclasses
import importlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import shadw
from headers import FormulaError

Floats = NDArray[np.float64]
MODES = ("corrected", "paper_literal", "reference")
Log = Literal["", "x", "y", "xy"]


@dataclasses.dataclass(frozen=True)
class Plot:
    """`code` over the values of one variable, once for each value of another.

    All of it is printed under the plot: whoever copies it into a notebook gets the curves.
    """

    code: str
    over: dict[str, str]  # the swept variable, and its values as code
    x: str  # with the unit, as all labels
    y: str
    vary: dict[str, tuple[Any, ...]] = dataclasses.field(default_factory=dict)
    labels: tuple[str, ...] = ()  # of the choices, where they do not speak for themselves
    setup: str = ""  # statements before it
    calls: str = ""  # where Python's name is not the C++ one in snake_case
    log: Log = ""
    steps: bool = False  # the function jumps
    each: bool = False  # a call for each value; those that are refused leave a gap
    note: str = ""

    def snippet(self, module: str) -> str:
        """What somebody would type."""
        ((name, values),) = self.over.items()
        lines = ["import numpy as np", f"from shadw import {module}", *self.setup.split("; ")]
        lines.append(f"{name} = {values}")
        for varied, choices in self.vary.items():
            chosen = next((one for one in choices if one == "corrected"), choices[0])
            others = ", ".join(repr(one) for one in choices if one != chosen)
            lines.append(f"{varied} = {chosen!r}  # then {others}")
        each = f"[{self.code} for {name} in {name}]" if self.each else self.code
        return "\n".join([*filter(None, lines), f"y = {each}"])


def by_mode(code: str, over: dict[str, str], x: str, y: str, **more: Any) -> Plot:
    """One curve for each FormulaMode."""
    return Plot(code, over, x, y, vary={"mode": MODES}, **more)


def line(begin: float, end: float, points: int = 121) -> str:
    return f"np.linspace({begin}, {end}, {points})"


def whole(begin: int, end: int, step: int = 1) -> str:
    """Both ends belong to it."""
    return f"np.arange({begin}, {end + 1}, {step})"


def decades(begin: float, end: float, points: int = 121) -> str:
    return f"np.geomspace({begin}, {end}, {points})"


@dataclasses.dataclass(frozen=True)
class Curve:
    label: str
    y: Floats


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A plot with its numbers."""

    plot: Plot
    x: Floats
    curves: list[Curve]
    refused: list[tuple[str, str]]  # (mode, what the function answers)

    @property
    def coincide(self) -> list[tuple[str, str]]:
        """Pairs of curves that are one."""
        return [
            (a.label, b.label)
            for i, a in enumerate(self.curves)
            for b in self.curves[i + 1 :]
            if np.array_equal(a.y, b.y)
        ]


def _call(plot: Plot, names: dict[str, Any]) -> Any:
    try:
        return eval(plot.code, names)  # of our own tables
    except shadw.InvalidArgumentError:
        if plot.each:
            return np.nan
        raise


def _one_curve(plot: Plot, names: dict[str, Any], name: str, x: Any) -> Floats:
    exec(plot.setup, names)
    if plot.each:
        y = np.array([_call(plot, {**names, name: one}) for one in x.tolist()], dtype=np.float64)
    else:
        y = np.asarray(_call(plot, {**names, name: x}), dtype=np.float64)
    if y.shape != x.shape:
        raise ValueError(f"got values of shape {y.shape}, need {x.shape}")
    if not np.isfinite(y).any():
        raise ValueError("got no finite value")
    return y


def evaluate(module: str, key: str, plot: Plot) -> Drawn:
    """Calls the package; where that fails, the example is named."""
    ((name, values),) = plot.over.items()
    common: dict[str, Any] = {"np": np, module: importlib.import_module(f"shadw.{module}")}
    x = eval(values, common)
    curves, refused = [], []
    ((varied, choices),) = plot.vary.items() or {"": ("",)}.items()
    for i, choice in enumerate(choices):
        label = f"{choice}" if varied == "mode" else f"{varied} = {choice}" if varied else ""
        label = plot.labels[i] if plot.labels else label
        try:
            y = _one_curve(plot, {**common, varied: choice}, name, x)
            curves.append(Curve(label, y))
        except shadw.UnimplementedError as answer:
            refused.append((label, str(answer)))
        except Exception as error:
            raise FormulaError(f"{module}: the example of {key} {label} fails: {error}") from error
    return Drawn(plot, np.asarray(x, dtype=np.float64), curves, refused)
