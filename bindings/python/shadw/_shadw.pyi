# SPDX-License-Identifier: Apache-2.0
# The extension module. Its submodules are what shadw.erasure and its siblings show.
from typing import Any

from numpy.typing import NDArray
from shadw import _dht as _dht
from shadw import _sim as _sim
from shadw import crypto as crypto
from shadw import econ as econ
from shadw import erasure as erasure
from shadw import reputation as reputation
from shadw import shard as shard
from shadw import store as store
from shadw import telemetry as telemetry
from shadw import vault as vault
from shadw._types import Numbers

def _raise_status(code: int, message: str) -> None: ...

# Functions of no module, which show what every function of numbers promises.
def _divide(a: Numbers, b: Numbers, out: NDArray[Any] | None = None) -> Any: ...
def _mean(a: Numbers, b: Numbers, out: NDArray[Any] | None = None) -> Any: ...
def _sign(a: Numbers) -> tuple[Any, Any]: ...
