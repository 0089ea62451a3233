// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/shortcut.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/capacity/plot.h"

namespace shadw::capacity {

std::vector<bool> KeepSome(uint64_t labels, uint32_t kept_ppm, base::RandomSource& random) {
  std::vector<bool> kept(labels);
  for (uint64_t i = 0; i < labels; ++i) {
    const auto draw = base::LoadLittleEndian<uint32_t>(random.Array<4>().data());
    kept[i] = uint64_t{draw} * base::kPartsPerMillion >> 32 < kept_ppm;
  }
  return kept;
}

absl::StatusOr<uint64_t> LabelsToRemake(uint32_t labels_log2, const std::vector<bool>& kept,
                                        std::span<const uint64_t> places) {
  PlotParameters parameters;
  parameters.labels_log2 = labels_log2;
  SHADW_RETURN_IF_ERROR(parameters.Validate());
  const uint64_t labels = parameters.labels();
  if (kept.size() != labels) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got ", kept.size(), " labels kept or not, need ", labels));
  }
  const Graph graph(parameters.rows_log2());
  // A label's number here is layer * labels + index, layers from 0.
  std::vector<bool> seen(labels * kLayers);
  std::vector<uint64_t> waiting;
  uint64_t made = 0;
  const auto want = [&](uint64_t layer, uint64_t index) {
    if (layer == kLayers - 1 && kept[index]) return;
    const uint64_t number = layer * labels + index;
    if (seen[number]) return;
    seen[number] = true;
    ++made;
    waiting.push_back(number);
  };
  for (const uint64_t place : places) {
    if (place >= labels) {
      return absl::InvalidArgumentError(
          absl::StrCat("capacity: got place ", place, ", need one below ", labels));
    }
    want(kLayers - 1, place);
  }
  std::array<Parent, kParents> parents;
  while (!waiting.empty()) {
    const uint64_t layer = waiting.back() / labels;
    const uint64_t index = waiting.back() % labels;
    waiting.pop_back();
    graph.ParentsOf(static_cast<uint32_t>(index / kLanes), parents);
    for (size_t i = index < kLanes ? kBackParents : 0; i < kParents; ++i) {
      if (i < kBackParents) {
        want(layer, ParentIndex(index, parents[i]));
      } else if (layer > 0) {
        want(layer - 1, ParentIndex(index, parents[i]));
      }
    }
  }
  return made;
}

}  // namespace shadw::capacity
