# SPDX-License-Identifier: Apache-2.0
"""Every known answer of tests/vectors/economy, by the names that stand there."""

import importlib
import json
import pathlib

import numpy as np
import pytest

import shadw

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "vectors" / "economy"
ERRORS = {
    "kInvalidArgument": shadw.InvalidArgumentError,
    "kOutOfRange": shadw.InvalidArgumentError,
    "kFailedPrecondition": shadw.PreconditionError,
    "kResourceExhausted": shadw.LimitError,
    "kUnimplemented": shadw.UnimplementedError,
    "kNotFound": shadw.NotFoundError,
    "kPermissionDenied": shadw.PermissionDeniedError,
    "kAlreadyExists": shadw.ConflictError,
    "kAborted": shadw.ConflictError,
    "kDataLoss": shadw.DataLossError,
}


def cases():
    for path in sorted(FOLDER.glob("*.json")):
        vectors = json.loads(path.read_text())
        for number, case in enumerate(vectors["cases"]):
            name = f"{path.stem}-{number}-{case['function']}"
            yield pytest.param(vectors["module"], case, id=name)


def same(got, expected, tolerance):
    """Sequences element by element, numbers within the tolerance, the rest exactly."""
    if isinstance(expected, dict):
        get = got.get if isinstance(got, dict) else lambda key: getattr(got, key)
        return all(same(get(key), value, tolerance) for key, value in expected.items())
    if isinstance(expected, list):
        got = got.tolist() if isinstance(got, np.ndarray) else list(got)
        pairs = zip(got, expected, strict=True)
        return all(same(one, other, tolerance) for one, other in pairs)
    if isinstance(expected, (int, float)) and not isinstance(expected, bool) and tolerance:
        return abs(got - expected) <= tolerance
    return got == expected


@pytest.mark.parametrize(("module", "case"), list(cases()))
def test_the_known_answer_is_given(module, case):
    function = getattr(importlib.import_module(f"shadw.{module}"), case["function"])
    if "error" in case:
        with pytest.raises(ERRORS[case["error"]]):
            function(**case["arguments"])
        return
    got = function(**case["arguments"])
    assert same(got, case["expect"], case.get("tolerance", 0)), got
