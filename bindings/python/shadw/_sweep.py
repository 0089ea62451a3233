# SPDX-License-Identifier: Apache-2.0
"""Runs a model at every point of a grid, several times, and lays the results side by side."""

from __future__ import annotations

import collections.abc
import concurrent.futures
import itertools
import sys
import typing

import numpy as np

from shadw._errors import InvalidArgumentError
from shadw._frames import pandas

if typing.TYPE_CHECKING:
    import pandas as pd

MAX_CALLS = 1_000_000


def sweep(
    model: collections.abc.Callable[..., typing.Any],
    grid: collections.abc.Mapping[str, collections.abc.Sequence[typing.Any]],
    *,
    runs: int,
    seed: int,
    executor: concurrent.futures.Executor | None = None,
    progress: bool | collections.abc.Callable[[int, int], object] = True,
) -> pd.DataFrame:
    """A tidy DataFrame of `model(seed=seed, run=run, **point)` for each point of the grid.

    A result with a `to_frame` gives its rows, a mapping one row, anything else one row with a
    column `value`; the columns of the grid and `run` stand before them. The order is that of
    the grid, whatever the executor: None, or any of concurrent.futures, Dask or Ray. For
    processes `model` must be picklable. `progress` is called with how many calls are done and
    how many there are; True writes that to stderr.
    """
    if runs < 1:
        raise InvalidArgumentError(f"shadw: got {runs} runs, need 1 or more")
    points = [dict(zip(grid, values)) for values in itertools.product(*grid.values())]
    calls = [{**point, "run": run} for point in points for run in range(runs)]
    if not 1 <= len(calls) <= MAX_CALLS:
        raise InvalidArgumentError(f"shadw: got {len(calls)} calls, need 1 to {MAX_CALLS}")
    pandas()  # tells at the beginning that it is missing, not after a day
    tell = _show if progress is True else progress or _say_nothing
    results = _run(model, calls, seed, executor, tell)
    frame: pd.DataFrame = pandas().concat(
        [_frame(call, result) for call, result in zip(calls, results)], ignore_index=True
    )
    return frame


def _run(
    model: collections.abc.Callable[..., typing.Any],
    calls: list[dict[str, typing.Any]],
    seed: int,
    executor: concurrent.futures.Executor | None,
    tell: collections.abc.Callable[[int, int], object],
) -> list[typing.Any]:
    results = []
    if executor is None:
        for call in calls:
            results.append(model(seed=seed, **call))
            tell(len(results), len(calls))
        return results
    futures = [executor.submit(model, seed=seed, **call) for call in calls]
    try:
        for done, _ in enumerate(concurrent.futures.as_completed(futures), 1):
            tell(done, len(calls))
        return [future.result() for future in futures]
    finally:
        for future in futures:
            future.cancel()


def _frame(call: dict[str, typing.Any], result: typing.Any) -> typing.Any:
    if hasattr(result, "to_frame"):
        frame = result.to_frame()
    elif isinstance(result, collections.abc.Mapping):
        frame = pandas().DataFrame([dict(result)])
    else:
        frame = pandas().DataFrame({"value": [result]})
    for name, value in reversed(call.items()):
        frame.insert(0, name, value if np.ndim(value) == 0 else _repeat(value, len(frame)))
    return frame


def _repeat(value: typing.Any, count: int) -> typing.Any:
    """A pair or an array is one value of the grid, not a column."""
    column = np.empty(count, dtype=object)
    for row in range(count):
        column[row] = value
    return column


def _show(done: int, of: int) -> None:
    print(f"\rsweep: {done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _say_nothing(done: int, of: int) -> None:
    pass
