// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace shadw::sim {
namespace {

using std::chrono::milliseconds;

TEST(TorusLatency, KeepsTheTriangleInequalityAndSymmetry) {
  const auto torus = TorusLatency::Create({.nearest = {}, .seed = 1}).value();
  for (MachineIndex a = 0; a < 40; ++a) {
    EXPECT_EQ(torus.Between(a, a).count(), 0);
    for (MachineIndex b = 0; b < 40; ++b) {
      ASSERT_EQ(torus.Between(a, b), torus.Between(b, a));
      for (MachineIndex c = 0; c < 40; ++c) {
        ASSERT_LE(torus.Between(a, c), torus.Between(a, b) + torus.Between(b, c));
      }
    }
  }
}

TEST(TorusLatency, SpreadsBetweenNearestAndFarthest) {
  const auto torus =
      TorusLatency::Create({.nearest = milliseconds(5), .farthest = milliseconds(120)}).value();
  base::Duration least = base::Duration::max();
  base::Duration most{};
  double sum = 0;
  for (MachineIndex i = 1; i <= 20'000; ++i) {
    const base::Duration latency = torus.Between(0, i);
    least = std::min(least, latency);
    most = std::max(most, latency);
    sum += static_cast<double>(latency.count()) / 1e6;
  }
  EXPECT_GE(least, milliseconds(5));
  EXPECT_LE(least, milliseconds(7));
  EXPECT_LE(most, milliseconds(120));
  EXPECT_GE(most, milliseconds(118));
  // The mean distance in a unit torus is 0.3826; sqrt(1/2) is the farthest.
  EXPECT_NEAR(sum / 20'000, 5 + 115 * 0.3826 / std::sqrt(0.5), 1);
}

TEST(RegionLatency, LooksUpTheTableAndFollowsTheShares) {
  const auto world = RegionLatency::Create({.regions = 2,
                                            .one_way = {milliseconds(1), milliseconds(2),
                                                        milliseconds(3), milliseconds(4)},
                                            .shares = {3, 1},
                                            .seed = 5})
                         .value();
  int first = 0;
  for (MachineIndex i = 0; i < 10'000; ++i) first += world.RegionOf(i) == 0;
  EXPECT_NEAR(first, 7500, 4 * std::sqrt(10'000 * 3 / 16.0));
  for (MachineIndex i = 0; i < 50; ++i) {
    const auto expected = milliseconds(1 + 2 * world.RegionOf(i) + world.RegionOf(i + 1));
    EXPECT_EQ(world.Between(i, i + 1), expected);
  }
}

TEST(RegionLatency, RefusesATableOfAnotherSize) {
  const auto code = [](const RegionLatency::Options& options) {
    return RegionLatency::Create(options).status().code();
  };
  EXPECT_EQ(code({}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.regions = 2, .one_way = {milliseconds(1)}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.regions = 1, .one_way = {milliseconds(-1)}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.regions = 1, .one_way = {milliseconds(1)}, .shares = {0}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.regions = 1, .one_way = {milliseconds(1)}, .shares = {1}}),
            absl::StatusCode::kOk);
  EXPECT_EQ(TorusLatency::Create({.nearest = milliseconds(2), .farthest = milliseconds(1)})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace shadw::sim
