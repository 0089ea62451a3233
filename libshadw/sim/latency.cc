// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/latency.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "libshadw/sim/random.h"

namespace shadw::sim {
namespace {

constexpr uint32_t kLots = 4096;
// Half the edge of the torus is 2^15; no two points lie farther apart than this.
constexpr int64_t kMaxUnits = 46341;  // ceil(2^15 * sqrt 2)

uint64_t Place(uint64_t seed, MachineIndex machine) {
  return Scramble(Scramble(seed) + machine * uint64_t{0x9e3779b97f4a7c15});
}

// The smallest number whose square is `square` or more: rounding up keeps the triangle
// inequality, rounding down would not.
uint32_t RootRoundedUp(uint32_t square) {
  uint32_t root = 0;
  for (uint32_t bit = uint32_t{1} << 15; bit != 0; bit >>= 1) {
    const uint32_t candidate = root | bit;
    if (candidate * candidate <= square) root = candidate;
  }
  return root * root == square ? root : root + 1;
}

absl::Status CheckRegions(const RegionLatency::Options& options) {
  const size_t regions = options.regions;
  if (regions == 0 || regions > RegionLatency::kMaxRegions) {
    return absl::InvalidArgumentError(
        absl::StrCat("sim: got ", regions, " regions, need 1 to ", RegionLatency::kMaxRegions));
  }
  if (options.one_way.size() != regions * regions ||
      (!options.shares.empty() && options.shares.size() != regions)) {
    return absl::InvalidArgumentError(
        absl::StrCat("sim: got ", options.one_way.size(), " latencies and ", options.shares.size(),
                     " shares, need ", regions * regions, " and ", regions));
  }
  if (std::ranges::any_of(options.one_way, [](auto time) { return time.count() < 0; })) {
    return absl::InvalidArgumentError("sim: got a negative latency, need 0 or more");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RegionLatency> RegionLatency::Create(const Options& options) {
  if (absl::Status status = CheckRegions(options); !status.ok()) return status;
  std::vector<uint32_t> shares = options.shares;
  if (shares.empty()) shares.assign(options.regions, 1);
  uint64_t sum = 0;
  for (const uint32_t share : shares) sum += share;
  if (sum == 0) return absl::InvalidArgumentError("sim: got shares that sum to 0, need more");
  RegionLatency model;
  model.regions_ = options.regions;
  model.seed_ = options.seed;
  model.one_way_ = options.one_way;
  uint64_t before = 0;
  for (uint32_t region = 0; region < options.regions; ++region) {
    before += shares[region];
    model.region_of_lot_.resize(before * kLots / sum, static_cast<uint8_t>(region));
  }
  return model;
}

uint32_t RegionLatency::RegionOf(MachineIndex machine) const {
  return region_of_lot_[Place(seed_, machine) % kLots];
}

absl::StatusOr<TorusLatency> TorusLatency::Create(const Options& options) {
  if (options.nearest.count() < 0 || options.farthest < options.nearest) {
    return absl::InvalidArgumentError(
        absl::StrCat("sim: got a latency of ", options.nearest.count(), " to ",
                     options.farthest.count(), " ns, need 0 <= nearest <= farthest"));
  }
  TorusLatency model;
  model.seed_ = options.seed;
  model.nearest_ = options.nearest;
  model.unit_nanos_ = (options.farthest - options.nearest).count() / kMaxUnits;
  return model;
}

base::Duration TorusLatency::Between(MachineIndex from, MachineIndex to) const {
  const uint64_t here = Place(seed_, from);
  const uint64_t there = Place(seed_, to);
  // The shorter way around: as a signed number of 16 bits.
  const int32_t x = static_cast<int16_t>(static_cast<uint16_t>(here - there));
  const int32_t y = static_cast<int16_t>(static_cast<uint16_t>((here >> 16) - (there >> 16)));
  const auto square = static_cast<uint32_t>(x * x) + static_cast<uint32_t>(y * y);
  return nearest_ + base::Duration(RootRoundedUp(square) * unit_nanos_);
}

}  // namespace shadw::sim
