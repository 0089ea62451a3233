// SPDX-License-Identifier: Apache-2.0
//
// Space as it was proven, for one node: bytes of others' data that it was audited for, and
// free bytes that it filled with plots, which count less. And what becomes of the shares
// of nodes that failed.
//
//   const std::vector<AuditedSpace> used = {{.node_id = id, .bytes = 800}};
//   const std::vector<PlottedSpace> free = {{plot.commitment().parameters}};
//   SHADW_ASSIGN_OR_RETURN(const ProvenSpace space,
//                          CombineSpace(id, used, free, {.free_weight_ppm = 250'000}));
//   space.score_bytes;                                  // used + a quarter of the plots
#ifndef LIBSHADW_CAPACITY_PROVEN_SPACE_H_
#define LIBSHADW_CAPACITY_PROVEN_SPACE_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/failed_share.h"
#include "libshadw/base/units.h"
#include "libshadw/capacity/plot.h"

namespace shadw::capacity {

using base::FailedShare;

inline constexpr size_t kMaxEvidence = 1 << 20;

// An audit of this node's data that accepted.
struct AuditedSpace {
  NodeId node_id{};
  uint64_t bytes = 0;
};

// A plot whose proof of this epoch was verified.
struct PlottedSpace {
  PlotParameters parameters;
};

// A small plot proves nothing: who keeps none of it makes it anew within the deadline of an
// answer. So a plot counts only where making it anew on one core takes so many deadlines at
// a rate above the best that was measured for any size (README.md, "Soundness").
inline constexpr uint64_t kPlottingBytesPerSecond = 40 * base::kMiB;
inline constexpr uint64_t kRemakeDeadlines = 10;
inline constexpr uint32_t kDefaultDeadlineMs = 1000;

// The least plot for answers that may take `deadline_ms`. Beyond 10 s it is larger than any
// plot.
//   Range    a power of two from 32 KiB on
//   Monotone in rises with the deadline
//   Units    ms; bytes
//   Source   README.md, "Soundness"
constexpr uint64_t LeastPlotBytes(uint32_t deadline_ms) {
  constexpr uint64_t kBytesPerMs = kPlottingBytesPerSecond * kRemakeDeadlines / 1000;
  return std::max(uint64_t{kLabelBytes} << kMinLabelsLog2,
                  std::bit_ceil(deadline_ms * kBytesPerMs));
}

struct SpaceRule {
  // What a free byte counts of a used one: under 1, or nobody would store anything.
  uint32_t free_weight_ppm = 250'000;
  // Smaller plots are refused: LeastPlotBytes of the deadline that is set for answers.
  uint64_t least_plot_bytes = LeastPlotBytes(kDefaultDeadlineMs);  // 512 MiB
};

struct ProvenSpace {
  uint64_t used_bytes = 0;
  uint64_t free_bytes = 0;
  uint64_t score_bytes = 0;  // used + floor(free * weight)
};

// What the evidence says of this node.
//   Range    score_bytes from used_bytes to below used_bytes + free_bytes, where there are any
//   Monotone in rises with each piece of evidence
//   Units    bytes; weight in parts per million
//   Errors   kInvalidArgument    a weight of a million or more; plot parameters out of range;
//                                a plot under least_plot_bytes; over kMaxEvidence pieces
//            kPermissionDenied   evidence of another node
//            kAlreadyExists      one plot twice
//            kResourceExhausted  a sum over 2^64 - 1
//   Source   proofs.md, "Proof of space"
absl::StatusOr<ProvenSpace> CombineSpace(const NodeId& node_id, std::span<const AuditedSpace> used,
                                         std::span<const PlottedSpace> plots,
                                         const SpaceRule& rule = {});

struct CapacityShares {
  std::vector<double> shares;  // of 1, in the order of the nodes; 0 for who failed
  double carried = 0;          // what is left for the next round
};

// Each node's share of the storage reward by its capacity.
//   Range    shares in [0, 1]; shares and carried sum to 1, to rounding
//   Monotone in rises with the node's own capacity; with kCarry independent of who else fails
//   Units    capacities in one unit
//   Errors   kInvalidArgument  no node, lengths that differ, a capacity that is negative or
//                              not finite, a sum of 0 or not finite
//   Paper    "C / (# of nodes in network*C)", after proof of storage
//   Defect   read literally everybody gets 1 / N; read as C / ΣC it does not say what
//            becomes of the shares of nodes that failed
//   Modes    kCarry         C / ΣC each, and the shares of those that failed go to the next round
//            kRedistribute  they go to those that passed; where all failed, all is carried too
//   Source   catalogue S66 and R4; Decentralized Datacenter White Paper
absl::StatusOr<CapacityShares> ShareByCapacity(std::span<const double> capacities,
                                               std::span<const bool> passed,
                                               FailedShare failed = FailedShare::kCarry);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_PROVEN_SPACE_H_
