// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/incentive.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shadw::econ {
namespace {

constexpr NetInputs kMalicious = {.benefit = 10'000, .time = 10, .cost = 200, .loss = 5'000};
constexpr NetInputs kHonest = {.benefit = 500, .time = 1, .cost = 100, .loss = -50};

TEST(Incentive, CallsThePapersExampleHonest) {
  EXPECT_EQ(*CompareIncentives(kMalicious, kHonest), IncentiveVerdict::kHonest);
  EXPECT_EQ(*CompareIncentives(kHonest, kMalicious), IncentiveVerdict::kMalicious);
  EXPECT_EQ(*CompareIncentives(kHonest, kHonest), IncentiveVerdict::kHonest);
}

TEST(Incentive, IsTheSameInequalityRearranged) {
  base::RandomStream random({.seed = 1});
  const auto any = [&random] { return static_cast<double>(random.Uniform(2001)) - 1000; };
  for (int round = 0; round < 100'000; ++round) {
    const NetInputs m = {any(), 1 + any() / 2000, any(), any()};
    const NetInputs h = {any(), 1 + any() / 2000, any(), any()};
    const double moved = m.benefit / m.time - h.benefit / h.time;
    const double costs = (m.cost + m.loss) - (h.cost + h.loss);
    if (std::fabs(moved - costs) < 1e-9) continue;
    ASSERT_EQ(*CompareIncentives(m, h) == IncentiveVerdict::kMalicious, moved > costs);
  }
}

TEST(Incentive, BreaksEvenWhereItSays) {
  for (const CostsAre costs : {CostsAre::kAbsolute, CostsAre::kPerTime}) {
    const double honest = *ExpectedNet(kHonest, costs);
    NetInputs malicious = kMalicious;
    malicious.loss = *BreakevenLoss(kMalicious, honest, costs);
    EXPECT_NEAR(*ExpectedNet(malicious, costs), honest, 1e-9);
    malicious.loss -= 1;
    EXPECT_EQ(*CompareIncentives(malicious, kHonest, costs), IncentiveVerdict::kMalicious);
  }
}

NetDistributions Inputs() {
  return {*Distribution::LogNormal(3, 0.5), *Distribution::Exponential(4),
          *Distribution::Normal(2, 0.5), *Distribution::Uniform(-1, 3)};
}

TEST(Simulation, MeetsTheClosedFormWithinFourStandardErrors) {
  const NetDistributions inputs = Inputs();
  for (const CostsAre costs : {CostsAre::kAbsolute, CostsAre::kPerTime}) {
    const double expected = *ExpectedNet(
        {inputs.benefit.mean(), inputs.time.mean(), inputs.cost.mean(), inputs.loss.mean()}, costs);
    int within_two = 0;
    for (uint64_t run = 0; run < 40; ++run) {
      const auto result = SimulateNet(inputs, {.draws = 200'000, .run = run, .costs = costs});
      ASSERT_LT(std::fabs(result->net - expected), 4 * result->standard_error) << run;
      within_two += std::fabs(result->net - expected) < 2 * result->standard_error ? 1 : 0;
    }
    EXPECT_GT(within_two, 33);  // 95 % of 40 is 38: the error is not overstated either
  }
}

TEST(Simulation, OfARatioMeetsItsIntegral) {
  const auto time = *Distribution::Uniform(1, 3);
  const auto benefit = *Distribution::Exponential(5);
  const auto result = SimulateRatio(benefit, time, {.draws = 4'000'000});
  EXPECT_NEAR(result->net, 5 * std::log(3.0) / 2, 4 * result->standard_error);
}

TEST(Simulation, RefusesTimesThatMayNotBePositive) {
  NetDistributions inputs = Inputs();
  inputs.time = *Distribution::Normal(100, 1);
  EXPECT_FALSE(SimulateNet(inputs, {}).ok());
  EXPECT_FALSE(SimulateRatio(inputs.benefit, *Distribution::Exponential(1), {}).ok());
  EXPECT_FALSE(SimulateNet(Inputs(), {.draws = 1}).ok());
  EXPECT_FALSE(ExpectedNet({.time = 0}).ok());
  EXPECT_FALSE(ExpectedNet({.benefit = std::nan("")}).ok());
}

TEST(Simulation, RepeatsItselfToTheBit) {
  const auto one = SimulateNet(Inputs(), {.draws = 100'001, .seed = 3});
  const auto two = SimulateNet(Inputs(), {.draws = 100'001, .seed = 3});
  EXPECT_EQ(one->net, two->net);
  EXPECT_EQ(one->standard_error, two->standard_error);
  EXPECT_NE(one->net, SimulateNet(Inputs(), {.draws = 100'001, .seed = 4})->net);
}

TEST(Incentive, RefusesWhatIsNotFiniteAlthoughItsPartsAre) {
  EXPECT_EQ(ExpectedNet({.benefit = 1e308, .time = 1e-308}).status().message(),
            "econ: got expectations that make inf, need such as make a finite number");
  EXPECT_FALSE(ExpectedNet({.benefit = 1e308, .time = 1e-308}, CostsAre::kPerTime).ok());
  EXPECT_FALSE(ExpectedNet({.cost = 1e308, .loss = 1e308}).ok());
  EXPECT_FALSE(CompareIncentives({.benefit = 1e308, .time = 1e-308}, {}).ok());
  EXPECT_FALSE(BreakevenLoss({.benefit = 1e308}, -1e308).ok());
  EXPECT_FALSE(BreakevenLoss({.benefit = 1, .time = 1e308}, 1e308, CostsAre::kPerTime).ok());
  const Distribution huge = *Distribution::Constant(1e100);
  const Distribution soon = *Distribution::Constant(1e-300);
  const Distribution none = *Distribution::Constant(0);
  EXPECT_FALSE(SimulateNet({huge, soon, none, none}, {.draws = 1000}).ok());
  EXPECT_FALSE(SimulateRatio(huge, soon, {.draws = 1000}).ok());
}

}  // namespace
}  // namespace shadw::econ
