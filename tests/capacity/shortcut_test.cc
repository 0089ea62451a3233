// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/shortcut.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "libshadw/crypto/random.h"
#include "tests/capacity/plots.h"

namespace shadw::capacity {
namespace {

// How many of 20,000 challenges a prover answers that makes nothing anew.
int Passes(const PlotCommitment& commitment, const std::vector<bool>& kept) {
  crypto::SeededRandom random(3);
  int passed = 0;
  for (int run = 0; run < 20'000; ++run) {
    const std::vector<uint64_t> places =
        ChallengedLabels(commitment, {.seed = random.Array<32>(), .epoch = 1});
    passed += std::ranges::all_of(places, [&](uint64_t place) { return kept[place]; }) ? 1 : 0;
  }
  return passed;
}

TEST(Shortcut, WhoKeepsFourFifthsPassesAtMostOnceInAHundred) {
  const PlotCommitment& commitment = SmallPlot(1, 12).commitment();
  crypto::SeededRandom random(4);
  const std::vector<bool> kept = KeepSome(4096, 800'000, random);
  const auto share = static_cast<double>(std::ranges::count(kept, true)) / 4096;
  EXPECT_NEAR(share, 0.8, 0.025);  // four standard deviations
  const int passed = Passes(commitment, kept);
  EXPECT_LE(passed, 200);
  const double expected = 20'000 * std::pow(share, 30);
  EXPECT_NEAR(passed, expected, 4 * std::sqrt(expected));
}

TEST(Shortcut, WhoDropsAQuarterOfTheLanesOrTheEndPassesNoMoreOften) {
  const PlotCommitment& commitment = SmallPlot(1, 12).commitment();
  std::vector<bool> lanes(4096);
  std::vector<bool> front(4096);
  for (size_t i = 0; i < 4096; ++i) {
    lanes[i] = i % kLanes < 6;
    front[i] = i < 3276;
  }
  EXPECT_LE(Passes(commitment, lanes), 200);
  EXPECT_LE(Passes(commitment, front), 200);
}

TEST(Shortcut, OneMissingLabelOfAProverThatKeepsFourFifthsCostsHalfThePlotting) {
  crypto::SeededRandom random(5);
  const uint64_t labels = 1 << 14;
  const std::vector<bool> kept = KeepSome(labels, 800'000, random);
  std::vector<double> costs;
  for (uint64_t place = 0; costs.size() < 41; place += 401) {
    if (kept[place % labels]) continue;
    const uint64_t places[] = {place % labels};
    costs.push_back(static_cast<double>(*LabelsToRemake(14, kept, places)) / (4.0 * labels));
  }
  std::ranges::sort(costs);
  EXPECT_GT(costs[costs.size() / 2], 0.5);
}

TEST(Shortcut, AnEpochsChallengeCostsTheThreeLayersThatNobodyKeeps) {
  crypto::SeededRandom random(6);
  const uint64_t labels = 1 << 14;
  const PlotCommitment& commitment = SmallPlot(1, 14).commitment();
  for (const uint32_t kept_ppm : {0U, 500'000U, 800'000U}) {
    const std::vector<bool> kept = KeepSome(labels, kept_ppm, random);
    const uint64_t made =
        LabelsToRemake(14, kept, ChallengedLabels(commitment, {.seed = {1}, .epoch = 1})).value();
    EXPECT_GT(static_cast<double>(made), 0.7 * 4 * labels) << kept_ppm;
  }
}

TEST(Shortcut, WhoKeptEverythingMakesNothing) {
  const uint64_t places[] = {0, 1023};
  EXPECT_EQ(LabelsToRemake(10, std::vector<bool>(1024, true), places).value(), 0);
  EXPECT_EQ(LabelsToRemake(10, std::vector<bool>(1024, false), {}).value(), 0);
}

TEST(Shortcut, RefusesPlacesAndListsOfOtherSizes) {
  const uint64_t beyond[] = {1024};
  const auto refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(LabelsToRemake(10, std::vector<bool>(1024), beyond).status().code(), refused);
  EXPECT_EQ(LabelsToRemake(10, std::vector<bool>(1023), {}).status().code(), refused);
  EXPECT_EQ(LabelsToRemake(60, {}, {}).status().code(), refused);
}

}  // namespace
}  // namespace shadw::capacity
