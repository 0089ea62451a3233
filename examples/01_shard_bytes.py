# SPDX-License-Identifier: Apache-2.0
"""Splits bytes into 4 data and 2 parity shards, loses two of them, and rebuilds."""

from shadw.erasure import ReedSolomon

coder = ReedSolomon(4, 2)
data = b"Any four of these six shards are enough."
shards = dict(enumerate(coder.split_and_encode(data)))
del shards[0], shards[3]
rebuilt = coder.join(shards, len(data))
print(rebuilt.decode())
assert rebuilt == data
