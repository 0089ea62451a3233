# SPDX-License-Identifier: Apache-2.0
# The extension module. Its submodules are what shadw.erasure and its siblings show.
from shadw import _dht as _dht
from shadw import _sim as _sim
from shadw import crypto as crypto
from shadw import erasure as erasure
from shadw import shard as shard
from shadw import store as store
from shadw import vault as vault

def _raise_status(code: int, message: str) -> None: ...
