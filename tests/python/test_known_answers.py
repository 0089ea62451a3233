# SPDX-License-Identifier: Apache-2.0
"""The known answers of the economy, the same that the C++ tests read."""

import importlib
import json
import pathlib

import numpy as np
import pytest

import shadw

FOLDER = pathlib.Path(__file__).parents[1] / "vectors" / "economy"
ERRORS = {
    "kInvalidArgument": shadw.InvalidArgumentError,
    "kOutOfRange": shadw.InvalidArgumentError,
    "kFailedPrecondition": shadw.PreconditionError,
    "kNotFound": shadw.NotFoundError,
    "kPermissionDenied": shadw.PermissionDeniedError,
    "kAlreadyExists": shadw.ConflictError,
    "kAborted": shadw.ConflictError,
    "kResourceExhausted": shadw.LimitError,
    "kUnimplemented": shadw.UnimplementedError,
}


def cases():
    for path in sorted(FOLDER.glob("*.json")):
        vectors = json.loads(path.read_text(encoding="utf-8"))
        for number, case in enumerate(vectors["cases"]):
            name = f"{path.stem}-{number}-{case['item']}-{case['function']}"
            yield pytest.param(vectors["module"], case, id=name)


def check(got, expected, tolerance):
    if isinstance(expected, dict):
        for key, value in expected.items():
            check(getattr(got, key), value, tolerance)
    elif isinstance(expected, list):
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            check(one, other, tolerance)
    elif isinstance(expected, float) or tolerance:
        np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance)
    else:
        assert got == expected


@pytest.mark.parametrize(("module", "case"), list(cases()))
def test_holds(module, case):
    function = getattr(importlib.import_module(f"shadw.{module}"), case["function"])
    if "error" in case:
        with pytest.raises(ERRORS[case["error"]]):
            function(**case["arguments"])
    else:
        check(function(**case["arguments"]), case["expect"], case["tolerance"])
