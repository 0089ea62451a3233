# SPDX-License-Identifier: Apache-2.0
"""Every status is the exception that the table of the house says."""

import pickle

import pytest

import shadw
from shadw import _shadw

# The numbers of absl::StatusCode.
TABLE = [
    (3, shadw.InvalidArgumentError, ValueError),
    (11, shadw.InvalidArgumentError, ValueError),  # out of range
    (9, shadw.PreconditionError, shadw.Error),
    (15, shadw.DataLossError, shadw.Error),
    (7, shadw.PermissionDeniedError, PermissionError),
    (16, shadw.PermissionDeniedError, PermissionError),  # unauthenticated
    (5, shadw.NotFoundError, KeyError),
    (6, shadw.ConflictError, shadw.Error),  # already exists
    (10, shadw.ConflictError, shadw.Error),  # aborted
    (8, shadw.LimitError, shadw.Error),
    (4, shadw.DeadlineExceededError, TimeoutError),
    (14, shadw.UnavailableError, ConnectionError),
    (12, shadw.UnimplementedError, NotImplementedError),
    (13, shadw.Error, Exception),  # internal
    (2, shadw.Error, Exception),  # unknown
    (1, shadw.Error, Exception),  # cancelled
]


@pytest.mark.parametrize(("code", "exception", "also"), TABLE)
def test_each_status_raises_its_exception_and_no_other(code, exception, also):
    with pytest.raises(shadw.Error) as caught:
        _shadw._raise_status(code, "module: got 5, need 6")
    assert type(caught.value) is exception
    assert isinstance(caught.value, also)


@pytest.mark.parametrize(("code", "exception", "also"), TABLE)
def test_the_message_is_that_of_the_status_to_the_letter(code, exception, also):
    text = "module: got 'a', need 6 (k=6, m=3) ✓"
    with pytest.raises(shadw.Error) as caught:
        _shadw._raise_status(code, text)
    assert str(caught.value) == text
    assert caught.value.args == (text,)


def test_an_ok_status_raises_nothing():
    assert _shadw._raise_status(0, "") is None


@pytest.mark.parametrize("exception", sorted({row[1] for row in TABLE}, key=lambda e: e.__name__))
def test_exceptions_are_public_and_survive_pickling(exception):
    assert exception.__module__ == "shadw"
    assert getattr(shadw, exception.__name__) is exception
    again = pickle.loads(pickle.dumps(exception("module: got 5, need 6")))
    assert type(again) is exception
    assert str(again) == "module: got 5, need 6"


def test_handlers_of_the_standard_classes_catch_ours():
    with pytest.raises(ValueError):
        _shadw._raise_status(3, "x")
    with pytest.raises(KeyError):
        _shadw._raise_status(5, "x")
    with pytest.raises(OSError):
        _shadw._raise_status(7, "x")
