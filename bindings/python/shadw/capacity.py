# SPDX-License-Identifier: Apache-2.0
"""Proven resources: scores of capacity, proofs of space and of compute.

    from shadw import capacity

    plot = capacity.FreshPlot(node_id, seed, labels_log2=20)            # 32 MiB
    first = plot.prove_origin(seed_of_the_verifier)
    capacity.verify_origin(plot.commitment, first, seed_of_the_verifier)
"""

from shadw import _shadw

FreshPlot = _shadw.capacity.FreshPlot
PlotCommitment = _shadw.capacity.PlotCommitment
PlotFile = _shadw.capacity.PlotFile
ProvenSpace = _shadw.capacity.ProvenSpace
WorkChain = _shadw.capacity.WorkChain
WorkTask = _shadw.capacity.WorkTask
capacity = _shadw.capacity.capacity
capacity_index = _shadw.capacity.capacity_index
capacity_parts = _shadw.capacity.capacity_parts
challenges_for = _shadw.capacity.challenges_for
combine_space = _shadw.capacity.combine_space
daily_capacity = _shadw.capacity.daily_capacity
detection_probability = _shadw.capacity.detection_probability
labels_to_remake = _shadw.capacity.labels_to_remake
least_plot_bytes = _shadw.capacity.least_plot_bytes
overhead_cycles = _shadw.capacity.overhead_cycles
share_by_capacity = _shadw.capacity.share_by_capacity
storage_condition = _shadw.capacity.storage_condition
storage_is_larger_than_share = _shadw.capacity.storage_is_larger_than_share
useful_work = _shadw.capacity.useful_work
verify_origin = _shadw.capacity.verify_origin
verify_space = _shadw.capacity.verify_space
verify_work = _shadw.capacity.verify_work

__all__ = [
    "FreshPlot",
    "PlotCommitment",
    "PlotFile",
    "ProvenSpace",
    "WorkChain",
    "WorkTask",
    "capacity",
    "capacity_index",
    "capacity_parts",
    "challenges_for",
    "combine_space",
    "daily_capacity",
    "detection_probability",
    "labels_to_remake",
    "least_plot_bytes",
    "overhead_cycles",
    "share_by_capacity",
    "storage_condition",
    "storage_is_larger_than_share",
    "useful_work",
    "verify_origin",
    "verify_space",
    "verify_work",
]
