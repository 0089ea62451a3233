# SPDX-License-Identifier: Apache-2.0
"""What libshadw raises: one class per kind of failure, all of them `Error`.

A wrong *type* of argument raises Python's own TypeError, as everywhere.
"""

from __future__ import annotations


class Error(Exception):
    """Every failure that input, disks, peers or users can cause."""

    def __str__(self) -> str:
        # KeyError shows the repr of its message; we never do.
        return str(self.args[0]) if len(self.args) == 1 else super().__str__()


class InvalidArgumentError(Error, ValueError):
    """An argument is out of its documented range."""


class PreconditionError(Error):
    """Fewer than k shards, or a wrong state."""


class DataLossError(Error):
    """Corrupt bytes, or a tag that does not verify: one text for both."""


class PermissionDeniedError(Error, PermissionError):
    """A signature, proof or capability was refused."""


class NotFoundError(Error, KeyError):
    """There is nothing of that name."""


class ConflictError(Error):
    """It exists already, or somebody else was first."""


class LimitError(Error):
    """A documented limit, or no capacity."""


class DeadlineExceededError(Error, TimeoutError):
    """A peer stayed silent."""


class UnavailableError(Error, ConnectionError):
    """A transport or a medium is down."""


class UnimplementedError(Error, NotImplementedError):
    """An unknown version, suite or code."""


# They are public as shadw.Error and so on; tracebacks say so.
for _class in (Error, *Error.__subclasses__()):
    _class.__module__ = "shadw"
