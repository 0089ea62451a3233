// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/attacks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libshadw/crypto/random.h"

namespace shadw::reputation {
namespace {

constexpr base::Amount kToken = base::kBaseUnitsPerToken;

TEST(SelfDealing, CostsOneTokenForAPoint) {
  const FakePaymentsReport report = *RunFakePayments({});
  EXPECT_EQ(report.gained.units, 4 * kUnitsPerPoint);  // both pay, both gain twice
  EXPECT_EQ(report.lost, 4 * kToken);
  EXPECT_EQ(report.tokens_per_point, 1);
}

TEST(SelfDealing, IsFreeToWhomTheFeesArePaid) {
  const FakePaymentsReport report = *RunFakePayments({.fee = {.dao_share_ppm = 250'000}});
  EXPECT_EQ(report.tokens_per_point, 0.25);
  EXPECT_EQ(report.kept, 3 * report.lost);
}

TEST(SelfDealing, ToOneselfGivesNothing) {
  EXPECT_EQ(RunFakePayments({.members = 1})->gained.units, 0u);
}

TEST(CollusionRing, NeverGainsMoreThanTheCapOfEachWindow) {
  const FakePaymentsReport report =
      *RunFakePayments({.members = 50, .windows = 7, .payments_per_window = 20});
  EXPECT_EQ(report.most_of_one.units, 7 * 10 * kUnitsPerPoint);
  EXPECT_EQ(report.gained.units, 50 * report.most_of_one.units);
  EXPECT_GT(report.tokens_per_point, 1);  // beyond the cap the fees buy nothing
}

TEST(CollusionRing, RefusesMoreThanItCanCarryOut) {
  EXPECT_FALSE(RunFakePayments({.members = 0}).ok());
  EXPECT_FALSE(RunFakePayments({.members = 1 << 20, .payments_per_window = 1000}).ok());
  EXPECT_EQ(RunFakePayments({.payment = UINT64_MAX}).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_THAT(RunFakePayments({.windows = 250'000}).status().message(),
              testing::HasSubstr("in 250000 windows"));
  EXPECT_TRUE(RunFakePayments({.windows = 106'751, .payment = kToken}).ok());
  EXPECT_FALSE(RunFakePayments({.windows = 106'752, .payment = kToken}).ok());
}

TEST(PenaltySlander, CostsHalfATokenForEachPointOfTheVictim) {
  const PenaltySlanderReport report = *RunPenaltySlander({.victim = {20 * kUnitsPerPoint}});
  EXPECT_EQ(report.victim_lost.units, 20 * kUnitsPerPoint);
  EXPECT_EQ(report.spent.units, 10 * kUnitsPerPoint);
  EXPECT_EQ(report.windows, 3u);  // four points a window
  EXPECT_EQ(report.tokens_lost, 12 * kToken);
}

TEST(PenaltySlander, TakesTimeThatManyNamesShorten) {
  const uint64_t alone = RunPenaltySlander({.names = 2})->windows;
  EXPECT_LT(RunPenaltySlander({.names = 20})->windows, alone);
  EXPECT_EQ(RunPenaltySlander({.names = 1}).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RunPenaltySlander({.victim = {}})->windows, 0u);
}

TEST(PenaltySlander, RefusesBeforeItBeginsWhatWouldNotEnd) {
  const FakePayments dear = {.payment = 1000};  // base units: 10 units of reputation
  for (const uint32_t names : {2, 20'000}) {
    const auto report = RunPenaltySlander({.victim = {UINT64_MAX}, .names = names, .buying = dear});
    EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(report.status().message(), testing::HasSubstr("windows"));
  }
}

TEST(Slander, OfOneAmongManyIsCaught) {
  const SlanderReport report = *RunSlander({.honest = 20, .liars = 1});
  EXPECT_TRUE(report.caught);
  EXPECT_NEAR(report.moved, 0, 1e-12);
}

TEST(Slander, OfOneAmongNineOfItsWeightIsNot) {
  const SlanderReport report = *RunSlander({.honest = 9, .liars = 1, .liar_score = 80});
  EXPECT_FALSE(report.caught);
  EXPECT_NEAR(report.moved, report.liar_weight, 1e-12);
  EXPECT_NEAR(report.moved, 0.1, 1e-12);
}

TEST(Slander, NeverMovesTheMeanByMoreThanItsWeightHoweverManyTellIt) {
  for (const uint32_t liars : {1, 5, 20, 170, 190, 10'000, 1'000'000}) {
    for (const double score : {1e-9, 0.01, 1.0, 15.0}) {
      const SlanderReport report = *RunSlander({.liars = liars, .liar_score = score});
      if (report.liar_weight > 0.9) continue;
      EXPECT_LE(report.moved, report.liar_weight + 1e-9) << liars << " of " << score;
      EXPECT_EQ(report.caught, report.moved < 1e-12);
    }
  }
  const SlanderReport crowd = *RunSlander({.liars = 190, .liar_score = 0.01});
  EXPECT_TRUE(crowd.caught);
  EXPECT_NEAR(crowd.mean, 100, 1e-9);
  EXPECT_NEAR(RunSlander({.liars = 1000, .liar_score = 0})->mean, 100, 1e-9);
}

TEST(Slander, ByACrowdWithoutWeightWinsInTheReference) {
  const SlanderReport report =
      *RunSlander({.liars = 1'000, .liar_score = 0}, base::FormulaMode::kReference);
  EXPECT_GT(report.moved, 0.9);
}

TEST(Slander, MovesTheReferenceMoreThanTheCorrectedMean) {
  const Slander attack{.honest = 4, .liars = 2};
  const double corrected = RunSlander(attack)->moved;
  const double reference = RunSlander(attack, base::FormulaMode::kReference)->moved;
  EXPECT_GT(reference, 3 * corrected);
}

TEST(Whitewash, CostsTheTradeThatEarnedTheOldName) {
  const WhitewashReport report = *CostOfWhitewash(Points{60 * kUnitsPerPoint}, {}, {});
  EXPECT_EQ(report.trade, 6000 * kToken);
  EXPECT_EQ(report.fees, 120 * kToken);
  EXPECT_EQ(report.windows, 6u);
  EXPECT_EQ(CostOfWhitewash({}, {}, {})->trade, 0u);  // who has nothing loses nothing
}

TEST(SybilSplit, GainsTheRootOfTheNumberOfNames) {
  const SybilSplitReport report = *SplitIntoSybils(900, 9);
  EXPECT_EQ(report.weight_of_one, 30u);
  EXPECT_EQ(report.weight_of_many, 90u);
  EXPECT_EQ(report.factor, 3);
  for (uint64_t points = 1; points < 300; ++points) {
    for (uint64_t names = 1; names < 300; ++names) {
      EXPECT_LT(SplitIntoSybils(points, names)->factor, 2 * std::sqrt(names));
    }
  }
  EXPECT_FALSE(SplitIntoSybils(900, 0).ok());
  EXPECT_EQ(SplitIntoSybils(UINT64_MAX, 1)->weight_of_one, UINT32_MAX);
}

SybilTrustReport TrustOfSybils(const SybilTrust& attack) {
  crypto::SeededRandom random(5);
  return *RunSybilTrust(attack, random);
}

TEST(SybilTrust, IsNothingWithoutADeceivedNode) {
  EXPECT_EQ(TrustOfSybils({.deceived = 0}).sybil_share, 0);
}

TEST(SybilTrust, NeverExceedsWhatTheDeceivedGiveHoweverManySybils) {
  for (const uint32_t sybils : {1, 10, 1000}) {
    const SybilTrustReport report = TrustOfSybils({.sybils = sybils});
    EXPECT_GT(report.sybil_share, 0);
    EXPECT_LE(report.sybil_share, report.bound + 1e-9);
    EXPECT_LT(report.sybil_share, 0.02);
  }
}

TEST(SybilTrust, GrowsAsThePreTrustedShareShrinks) {
  EXPECT_LT(TrustOfSybils({.pre_trust_share = 0.5}).sybil_share,
            TrustOfSybils({.pre_trust_share = 0.05}).sybil_share);
}

TEST(SybilTrust, BuysWithNamesAloneWhereEverybodyIsPreTrusted) {
  EXPECT_GT(TrustOfSybils({.sybils = 1000, .pre_trusted = 0}).sybil_share, 0.4);
}

}  // namespace
}  // namespace shadw::reputation
