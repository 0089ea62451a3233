# SPDX-License-Identifier: Apache-2.0
"""Composable modules for decentralized clouds.

    from shadw.erasure import ReedSolomon

    coder = ReedSolomon(10, 4)
    shards = dict(enumerate(coder.split_and_encode(b"some object")))
    for lost in (0, 3, 7, 12):
        del shards[lost]
    assert coder.join(shards, 11) == b"some object"

One module of the C++ library, one module here: shadw.erasure, shadw.crypto, shadw.store,
shadw.shard, shadw.vault, shadw.dht, shadw.sim, shadw.capacity, shadw.econ, shadw.reputation,
shadw.telemetry. `sweep` runs a model over a grid. The conventions are in bindings/python/README.md.
"""

import importlib.metadata

from shadw._errors import (
    ConflictError,
    DataLossError,
    DeadlineExceededError,
    Error,
    InvalidArgumentError,
    LimitError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnavailableError,
    UnimplementedError,
)
from shadw._sweep import sweep

__version__ = importlib.metadata.version("shadw")

__all__ = [
    "ConflictError",
    "DataLossError",
    "DeadlineExceededError",
    "Error",
    "InvalidArgumentError",
    "LimitError",
    "NotFoundError",
    "PermissionDeniedError",
    "PreconditionError",
    "UnavailableError",
    "UnimplementedError",
    "__version__",
    "sweep",
]
