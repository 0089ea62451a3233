// SPDX-License-Identifier: Apache-2.0
//
// How a plot lies in a file. Private to this module; FORMAT is what `plot_file.h` says.
#ifndef LIBSHADW_CAPACITY_PLOT_LAYOUT_H_
#define LIBSHADW_CAPACITY_PLOT_LAYOUT_H_

#include <cstdint>
#include <filesystem>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/capacity/plot.h"
#include "libshadw/capacity/rows.h"

namespace shadw::capacity {

inline constexpr uint64_t kPlotHeaderBytes = 4096;

struct PlotContents {
  PlotCommitment commitment;
  base::ByteSpan labels;
  std::span<const Hash256> grains;
};

absl::Status WritePlotFile(const std::filesystem::path& path, const PlotContents& contents);

inline uint64_t GrainsOffset(const PlotParameters& parameters) {
  return kPlotHeaderBytes + parameters.bytes();
}
inline uint64_t PlotFileBytes(const PlotParameters& parameters) {
  return GrainsOffset(parameters) + parameters.labels() / kGrainLabels * sizeof(Hash256);
}

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_PLOT_LAYOUT_H_
