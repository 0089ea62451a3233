// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/link_faults.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shadw::sim {
namespace {

constexpr int kDraws = 100'000;

double Near(double p) { return 4 * std::sqrt(kDraws * p * (1 - p)); }

TEST(LinkFaults, LosesDoublesAndDelaysAsOftenAsAsked) {
  const LinkFaults faults = {.loss_ppm = 100'000,
                             .duplicate_ppm = 200'000,
                             .reorder_ppm = 50'000,
                             .reorder_max = std::chrono::milliseconds(10)};
  Random random({.seed = 1});
  int lost = 0;
  int doubled = 0;
  int delayed = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Fate fate = faults.Draw(random);
    lost += fate.copies == 0;
    doubled += fate.copies == 2;
    delayed += fate.delays[0].count() > 0;
    ASSERT_LE(fate.delays[0], std::chrono::milliseconds(10));
  }
  EXPECT_NEAR(lost, kDraws * 0.1, Near(0.1));
  EXPECT_NEAR(doubled, kDraws * 0.18, Near(0.18));
  EXPECT_NEAR(delayed, kDraws * 0.045, Near(0.045));
}

TEST(LinkFaults, JittersEveryCopyEvenly) {
  const LinkFaults faults = {.jitter_max = base::Duration(999)};
  Random random({.seed = 2});
  double sum = 0;
  for (int i = 0; i < kDraws; ++i) {
    sum += static_cast<double>(faults.Draw(random).delays[0].count());
  }
  EXPECT_NEAR(sum / kDraws, 499.5, 4 * 288.7 / std::sqrt(kDraws));
}

TEST(LinkFaults, DrawNothingWhereTheLinkIsPerfect) {
  Random random({.seed = 3});
  Random untouched({.seed = 3});
  EXPECT_EQ(LinkFaults{}.Draw(random).copies, 1u);
  EXPECT_EQ((LinkFaults{.loss_ppm = kMillion}.Draw(random).copies), 0u);
  EXPECT_EQ(random.Next(), untouched.Next());
}

TEST(LinkFaults, RefusesMoreThanCertaintyAndDelaysThatRunBack) {
  EXPECT_TRUE(LinkFaults{}.Validate().ok());
  EXPECT_FALSE(LinkFaults{.loss_ppm = kMillion + 1}.Validate().ok());
  EXPECT_FALSE(LinkFaults{.jitter_max = base::Duration(-1)}.Validate().ok());
  EXPECT_FALSE(LinkFaults{.reorder_max = std::chrono::hours(2)}.Validate().ok());
}

}  // namespace
}  // namespace shadw::sim
