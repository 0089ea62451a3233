# SPDX-License-Identifier: Apache-2.0
"""Durations and shares, as Python says them, in the integers that the library takes."""

from __future__ import annotations

import datetime
import math
import numbers
import typing

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from shadw._errors import InvalidArgumentError

# Seconds, or a timedelta.
Span: typing.TypeAlias = typing.Union[float, datetime.timedelta]

_MAX_NANOS = 2**63 - 1


def nanoseconds(what: str, span: Span) -> int:
    if isinstance(span, datetime.timedelta):
        nanos = span // datetime.timedelta(microseconds=1) * 1000
    elif isinstance(span, numbers.Real) and not isinstance(span, bool):
        if not math.isfinite(span):
            raise InvalidArgumentError(f"shadw: got {what} {span}, need a finite time")
        nanos = round(float(span) * 1e9)
    else:
        raise TypeError(f"got {type(span).__name__} as {what}, need seconds or a timedelta")
    if abs(nanos) > _MAX_NANOS:
        raise InvalidArgumentError(f"shadw: got {what} {span}, need less than 292 years")
    return nanos


def nanosecond_column(what: str, spans: npt.ArrayLike) -> NDArray[np.int64]:
    """An array of seconds or of timedelta64, of any shape, in nanoseconds."""
    array = np.asarray(spans)
    if array.dtype.kind == "m":
        if np.isnat(array).any():
            raise InvalidArgumentError(f"shadw: got {what} that are no time, need finite times")
        return array.astype("timedelta64[ns]").astype(np.int64)
    seconds = real_column(what, array)
    if seconds.size and np.abs(seconds).max() * 1e9 > _MAX_NANOS:
        raise InvalidArgumentError(f"shadw: got {what} of 292 years or more, need less")
    return np.rint(seconds * 1e9).astype(np.int64)


def real_column(what: str, numbers_of_any_kind: npt.ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(numbers_of_any_kind)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"got an array of {array.dtype} as {what}, need numbers")
    if not np.isfinite(array).all():
        raise InvalidArgumentError(f"shadw: got {what} that are not finite, need finite numbers")
    return array.astype(np.float64)


def parts_per_million(what: str, share: float) -> int:
    if not isinstance(share, numbers.Real) or isinstance(share, bool):
        raise TypeError(f"got {type(share).__name__} as {what}, need a number from 0 to 1")
    if not 0 <= share <= 1:
        raise InvalidArgumentError(f"shadw: got {what} {share}, need 0 to 1")
    return round(float(share) * 1_000_000)
