# SPDX-License-Identifier: Apache-2.0
"""A node proves that it fills free space, and how fast it computes; a verifier that keeps
136 bytes believes it, and refuses the same proof in the next epoch."""

import pathlib
import tempfile

import numpy as np

import shadw
from shadw import capacity

node, drawn, fresh = bytes([1, 2, 3]).ljust(32, b"\0"), bytes([42]) * 32, bytes([43]) * 32

# The node plots 4 MiB and sends its commitment; only then the verifier draws.
plot = capacity.FreshPlot(node, bytes(32), labels_log2=17)
commitment = plot.commitment.to_bytes()
first = plot.prove_origin(drawn)
kept = capacity.PlotCommitment.parse(commitment)
capacity.verify_origin(kept, first, drawn)
print(f"the verifier keeps {len(commitment)} bytes after a first proof of {len(first)}")

# Every epoch: fresh randomness, thirty openings.
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "space.plot"
    plot.write(path)
    proof = capacity.PlotFile(path).prove(fresh, epoch=1)
capacity.verify_space(kept, proof, fresh, epoch=1)
try:
    capacity.verify_space(kept, proof, fresh, epoch=2)
    raise SystemExit("a proof served twice")
except shadw.PermissionDeniedError:
    pass
# 4 MiB are made anew in a fifth of a second: in earnest leave least_plot_bytes at 512 MiB.
space = capacity.combine_space(node, [(node, 3 << 20)], [kept], least_plot_bytes=4 << 20)
print(f"space: {space.used_bytes} used + {space.free_bytes} plotted count as {space.score_bytes}")

# Compute: a chain whose time the verifier takes, and of which it executes a few gaps.
task = capacity.WorkTask(node, fresh, gaps=256)
chain = capacity.WorkChain(task)
capacity.verify_work(task, chain.root, chain.prove(drawn, gaps=5), drawn, gaps=5)

# A million nodes in one call; as printed in the paper, the slower one scores higher.
reply_ms = np.linspace(10, 1000, 1_000_000)
nodes = (1, 8, reply_ms, capacity.overhead_cycles(1e6, 0.25), 8e6, 1e6)
ones = {"reference_compute": 2e5, "reference_storage": 4e6}
corrected = capacity.capacity(*nodes, **ones)
literal = capacity.capacity(*nodes, **ones, mode="paper_literal")
assert (np.diff(corrected) < 0).all() and (np.diff(literal) > 0).all()
print(f"capacity from {corrected[-1]:.3f} to {corrected[0]:.3f}")
