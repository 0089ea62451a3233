# SPDX-License-Identifier: Apache-2.0
"""What several of the tests use."""

import pathlib
import sys

import numpy as np
import pytest

TREE = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def tree() -> pathlib.Path:
    return TREE


@pytest.fixture
def vectors() -> pathlib.Path:
    return TREE / "tests" / "vectors"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260101)


@pytest.fixture
def voluntary_switches():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(before)
