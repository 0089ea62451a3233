# SPDX-License-Identifier: Apache-2.0
"""Every known answer of tests/vectors/economy, by the names that stand there.

A case with a "class" makes one and takes its "steps": calls and properties to "get". Bytes
are {"hex": "01", "size": 32}: those digits, and zeros up to the size.
"""

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
            name = f"{path.stem}-{number}-{case.get('function') or case['class']}"
            yield pytest.param(vectors["module"], case, id=name)


def same(got, expected, tolerance):
    """Sequences element by element, numbers within the tolerance, the rest exactly."""
    if isinstance(expected, dict) and set(expected) <= {"hex", "size"}:
        return got == plain(expected)
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


def plain(value):
    """Arguments as Python has them."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        digits = bytes.fromhex(value["hex"])
        return digits.ljust(value.get("size", 0), bytes(1))
    return value


def called(function, arguments, step):
    """What the call gives, or nothing where it has to be refused."""
    arguments = {name: plain(value) for name, value in arguments.items()}
    if "error" in step:
        with pytest.raises(ERRORS[step["error"]]):
            function(**arguments)
        return None
    got = function(**arguments)
    if "expect" in step:
        assert same(got, step["expect"], step.get("tolerance", 0)), got
    return got


@pytest.mark.parametrize(("module", "case"), list(cases()))
def test_the_known_answer_is_given(module, case):
    library = importlib.import_module(f"shadw.{module}")
    if "function" in case:
        called(getattr(library, case["function"]), case["arguments"], case)
        return
    made = called(getattr(library, case["class"]), case["create"], case)
    for step in case.get("steps", []):
        if "get" in step:
            value = getattr(made, step["get"])
            got = value() if callable(value) else value
            assert same(got, step["expect"], step.get("tolerance", 0)), (step, got)
        else:
            called(getattr(made, step["call"]), step["arguments"], step)
