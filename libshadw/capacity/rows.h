// SPDX-License-Identifier: Apache-2.0
//
// Making labels eight at a time, as they lie in memory and in plot files: a row is the
// eight labels' first words, then their second ones, and so on. Private to this module.
#ifndef LIBSHADW_CAPACITY_ROWS_H_
#define LIBSHADW_CAPACITY_ROWS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/capacity/plot.h"
#include "libshadw/crypto/blake2b_lanes.h"

namespace shadw::capacity {

static_assert(kLanes == crypto::kBlake2bLanes);

using Row = crypto::Blake2bLaneHash;
inline constexpr size_t kRowBytes = sizeof(Row);
static_assert(kRowBytes == kLanes * kLabelBytes);

// A grain is what a tree keeps one hash of: the proof of a leaf makes its grain anew.
inline constexpr uint32_t kGrainLog2 = 8;
inline constexpr uint64_t kGrainLabels = uint64_t{1} << kGrainLog2;
inline constexpr uint64_t kGrainRows = kGrainLabels / kLanes;
inline constexpr uint64_t kGrainBytes = kGrainLabels * kLabelBytes;

Label LabelOf(const Row& row, uint64_t lane);

// The labels of a grain in order, from its rows.
//   Shapes   rows  kGrainRows
std::vector<Label> LabelsOf(std::span<const Row> rows);

// Fills a layer from row 0 on.
class LayerMaker {
 public:
  // Nothing is copied: all must outlive the maker.
  //   Shapes   below  the layer below, empty for layer 1; layer  the one to fill
  LayerMaker(const base::ByteArray<32>& plot_id, const Graph& graph, uint32_t number,
             std::span<const Row> below, std::span<Row> layer);

  void MakeRow(uint32_t row);

 private:
  static constexpr uint32_t kAhead = 4;  // rows whose parents are on their way from memory
  void Fetch(uint32_t row);
  size_t parent_count() const { return below_.empty() ? kBackParents : kParents; }

  const Graph& graph_;
  std::span<const Row> below_;
  std::span<Row> layer_;
  std::array<std::array<Parent, kParents>, kAhead> parents_;
  std::vector<crypto::Blake2bLaneBlock> message_;
};

// The leaves of the origin tree of one grain.
//   Shapes   each of `layers`  kGrainRows rows
std::vector<Hash256> OriginLeaves(std::span<const std::span<const Row>, kLayers - 1> layers);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_ROWS_H_
