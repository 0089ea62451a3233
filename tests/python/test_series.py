# SPDX-License-Identifier: Apache-2.0
"""Functions that take whole lists: whatever the elements are and however they lie, and
beyond the block of 2048 rows that functions of single rows work in."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from shadw import capacity, econ

LENGTHS = (1, 2047, 2048, 2049, 100_000)
POOL = 10**12

# Every one gets whole numbers from 1 to 5, one a participant.
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "split_by_weight": lambda xs: econ.split_by_weight(POOL, xs),
    "split_by_sqrt": lambda xs: econ.split_by_sqrt(POOL, xs),
    "reward_epoch": lambda xs: econ.reward_epoch(POOL, xs, xs, [int(xs.sum())]),
    "vickrey": econ.vickrey,
    "procure": lambda xs: econ.procure(xs, 5),
    "settle_escrow": lambda xs: econ.settle_escrow(POOL, xs[:4000], 1),
    "evaluate_sla": lambda xs: econ.evaluate_sla(xs, 5),
}
# These take measurements, which are doubles.
OF_FLOATS: dict[str, Callable[[Any], Any]] = {
    "reward_capacity": lambda xs: econ.reward_capacity(POOL, xs),
    "empirical": lambda xs: econ.Distribution.empirical(xs).mean,
    "daily_capacity": lambda xs: capacity.daily_capacity([0] * len(xs), xs, 0),
}


def gapped(values: np.ndarray) -> np.ndarray:
    wide = np.zeros(2 * len(values), values.dtype)
    wide[::2] = values
    return wide[::2]


def backwards(values: np.ndarray) -> np.ndarray:
    return values[::-1].copy()[::-1]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, tuple):
        return all(same(*pair) for pair in zip(a, b, strict=True))
    return np.array_equal(a, b)


@pytest.mark.parametrize("rows", LENGTHS)
@pytest.mark.parametrize("name", [*FUNCTIONS, *OF_FLOATS])
def test_a_list_is_the_same_list_whatever_it_is_made_of(name, rows):
    plain = name in FUNCTIONS
    function = FUNCTIONS[name] if plain else OF_FLOATS[name]
    own = (np.arange(rows) % 5 + 1).astype(np.uint64 if plain else np.float64)
    expected = function(own)
    kinds = (np.int64, np.int32, np.uint8) if plain else (np.int64, np.int32, np.float32)
    for kind in kinds:
        assert same(function(own.astype(kind)), expected), kind
    for lies in (gapped, backwards):
        assert same(function(lies(own)), expected), lies
        assert same(function(lies(own.astype(np.int32))), expected), lies
