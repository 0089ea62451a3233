// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/sla.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shadw::econ {
namespace {

const Sla kSla = {.uptime_ppm = 999'000,
                  .latency_p99 = std::chrono::milliseconds(100),
                  .credits = {{999'000, 1'000}, {990'000, 2'500}, {950'000, 10'000}}};

TEST(Sla, CreditsByTheLowestStepAndLeavesTheRest) {
  const auto credit = [](uint64_t uptime_ppm) {
    const auto penalty = PenaltyFor(kSla, {.periods = 1, .uptime_ppm = uptime_ppm}, 1001);
    EXPECT_EQ(penalty->credit + penalty->kept, 1001);
    return penalty->credit;
  };
  EXPECT_EQ(credit(1'000'000), 0);
  EXPECT_EQ(credit(999'000), 0);
  EXPECT_EQ(credit(998'999), 101);  // 100.1, rounded up
  EXPECT_EQ(credit(989'999), 251);
  EXPECT_EQ(credit(0), 1001);
}

TEST(Sla, BreaksByUptimeOrByLatency) {
  const std::vector<SlaSample> samples = {
      {1'000'000, std::chrono::milliseconds(100)},
      {1'000'000, std::chrono::milliseconds(101)},
      {998'999, std::chrono::milliseconds(1)},
  };
  const auto report = EvaluateSla(kSla, samples);
  EXPECT_EQ(report->breaches, 2);
  EXPECT_EQ(report->compliance_ppm, 333'333);
  EXPECT_EQ(report->uptime_ppm, 999'666);
}

TEST(Sla, RefusesNonsense) {
  EXPECT_FALSE(EvaluateSla(kSla, {}).ok());
  EXPECT_FALSE(EvaluateSla(kSla, std::vector<SlaSample>{{1'000'001, {}}}).ok());
  EXPECT_FALSE(AllowedDowntime({.uptime_ppm = 1'000'001}).ok());
  EXPECT_FALSE(AllowedDowntime({.window = {}}).ok());
  EXPECT_FALSE(AllowedDowntime({.credits = {{900'000, 10}, {950'000, 20}}}).ok());
  EXPECT_FALSE(AllowedDowntime({.credits = {{900'000, 10'001}}}).ok());
  EXPECT_FALSE(SlaPenaltyPoints(std::nan(""), {}, 0).ok());
  const std::vector<SlaBreach> one = {{.uptime_percent = 99, .response_percent = 101}};
  EXPECT_FALSE(SlaPenaltyPoints(99.9, one, 1).ok());
  EXPECT_FALSE(SlaPenaltyPoints(99.9, one, 0).ok());
}

TEST(SlaPenaltyPoints, RiseWithTheShortfallUpToFortyFive) {
  double before = 0;
  for (double uptime = 99.89; uptime > 0; uptime -= 0.5) {
    const std::vector<SlaBreach> day = {{.uptime_percent = uptime, .response_percent = 90}};
    const double points = *SlaPenaltyPoints(99.9, day, 10);
    EXPECT_GE(points, before);
    EXPECT_LE(points, 45);
    before = points;
  }
}

}  // namespace
}  // namespace shadw::econ
