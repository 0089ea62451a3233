# SPDX-License-Identifier: Apache-2.0
"""The extension's half of shadw.dht."""

from shadw import _shadw

HYPERDHT_BOOTSTRAP = _shadw._dht.HYPERDHT_BOOTSTRAP
MAINLINE_BOOTSTRAP = _shadw._dht.MAINLINE_BOOTSTRAP
Runner = _shadw._dht.Runner
mutable_target = _shadw._dht.mutable_target
resolve = _shadw._dht.resolve
target_of = _shadw._dht.target_of

__all__ = [
    "HYPERDHT_BOOTSTRAP",
    "MAINLINE_BOOTSTRAP",
    "Runner",
    "mutable_target",
    "resolve",
    "target_of",
]
