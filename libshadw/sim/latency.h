// SPDX-License-Identifier: Apache-2.0
//
// How long a datagram is under way from one machine to another, one way. A model is a
// function of the two machines' numbers and holds no state, so it takes no memory per
// machine: where a machine stands follows from the seed and its number.
//
//   ConstantLatency(std::chrono::milliseconds(40));
//   auto world = RegionLatency::Create({.regions = 2, .one_way = {5ms, 60ms, 60ms, 9ms},
//                                       .shares = {3, 1}, .seed = 7});
//   TorusLatency({.nearest = 5ms, .farthest = 120ms, .seed = 7});
//
// Limits: jitter is no part of it, see link_faults.h. A datagram injected from outside
// counts as sent by the machine kOutside.
#ifndef LIBSHADW_SIM_LATENCY_H_
#define LIBSHADW_SIM_LATENCY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/time.h"

namespace shadw::sim {

// A machine's number in its network: 0, 1, 2, … in the order of Add, never used again.
using MachineIndex = uint32_t;
inline constexpr MachineIndex kOutside = UINT32_MAX;

class LatencyModel {
 public:
  virtual ~LatencyModel() = default;
  // Never negative. Thread-safe.
  virtual base::Duration Between(MachineIndex from, MachineIndex to) const = 0;
};

class ConstantLatency final : public LatencyModel {
 public:
  explicit ConstantLatency(base::Duration one_way) : one_way_(one_way) {}
  base::Duration Between(MachineIndex, MachineIndex) const override { return one_way_; }

 private:
  base::Duration one_way_;
};

// A table between regions, as measured between data centres or continents.
class RegionLatency final : public LatencyModel {
 public:
  static constexpr uint32_t kMaxRegions = 256;
  struct Options {
    uint32_t regions = 0;
    // Row by row: from region r to region s at r * regions + s. Need not be symmetric.
    std::vector<base::Duration> one_way;
    // How many machines stand in a region, relative to the others; empty: all alike.
    std::vector<uint32_t> shares;
    uint64_t seed = 0;
  };
  //   Errors   kInvalidArgument  no region or over kMaxRegions; a table or shares of
  //                              another size; a negative latency; shares that sum to 0
  static absl::StatusOr<RegionLatency> Create(const Options& options);

  uint32_t RegionOf(MachineIndex machine) const;
  base::Duration Between(MachineIndex from, MachineIndex to) const override {
    return one_way_[RegionOf(from) * regions_ + RegionOf(to)];
  }

 private:
  RegionLatency() = default;
  uint32_t regions_ = 0;
  uint64_t seed_ = 0;
  std::vector<base::Duration> one_way_;
  std::vector<uint8_t> region_of_lot_;  // a power of two of lots, drawn by hash
};

// Machines lie evenly on a square whose edges meet, and distance takes time: two near the
// same third are near each other, which a constant or random latency does not give.
//   Promise  symmetric; the triangle inequality holds exactly
class TorusLatency final : public LatencyModel {
 public:
  struct Options {
    base::Duration nearest = std::chrono::milliseconds(5);
    base::Duration farthest = std::chrono::milliseconds(120);
    uint64_t seed = 0;
  };
  //   Errors   kInvalidArgument  0 <= nearest <= farthest does not hold
  static absl::StatusOr<TorusLatency> Create(const Options& options);

  base::Duration Between(MachineIndex from, MachineIndex to) const override;

 private:
  TorusLatency() = default;
  uint64_t seed_ = 0;
  base::Duration nearest_{};
  int64_t unit_nanos_ = 0;
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_LATENCY_H_
