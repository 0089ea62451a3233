# SPDX-License-Identifier: Apache-2.0
"""The extension's half of shadw.sim."""

from shadw import _shadw

DhtOptions = _shadw._sim.DhtOptions
MAX_NODES = _shadw._sim.MAX_NODES
run_dht = _shadw._sim.run_dht

__all__ = ["DhtOptions", "MAX_NODES", "run_dht"]
