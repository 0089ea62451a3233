// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/emission.h"

#include <gtest/gtest.h>

#include <random>

namespace shadw::econ {
namespace {

constexpr Amount kToken = base::kBaseUnitsPerToken;

TEST(EmissionTest, TheSupplyIsTheSumOfTheRewardsOfEveryBlock) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    const Amount initial = random() >> (14 + random() % 50);
    const HalvingSchedule schedule = {.initial_reward = initial,
                                      .halve_every_blocks = 1 + random() % 20,
                                      .tail = initial == 0 ? 0 : random() % initial / 1000};
    Amount sum = 0;
    for (uint64_t block = 0; block < 1200; ++block) {
      ASSERT_EQ(*SupplyAfter(schedule, block), sum) << i << " " << block;
      const Amount reward = *RewardAt(schedule, block);
      ASSERT_GE(reward, schedule.tail);
      if (block > 0) {
        ASSERT_LE(reward, *RewardAt(schedule, block - 1));
      }
      sum += reward;
    }
  }
}

TEST(EmissionTest, HalvingEndsAfterTheThirtySixthEraTheTailNever) {
  const HalvingSchedule schedule;
  EXPECT_EQ(*RewardAt(schedule, 7'559'999), 1u);
  EXPECT_EQ(*RewardAt(schedule, 7'560'000), 0u);
  EXPECT_EQ(*RewardAt(schedule, UINT64_MAX), 0u);
  EXPECT_EQ(*RewardAt({.tail = kToken}, UINT64_MAX), kToken);
  EXPECT_EQ(SupplyAfter({.tail = kToken}, UINT64_MAX).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(SupplyAfter({.initial_reward = UINT64_MAX}, 2).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(EmissionTest, PayingOftenPaysWhatPayingOnceDoesButNotByTheClock) {
  const HalvingSchedule schedule = {.halve_every_blocks = 10};
  std::mt19937_64 random(2);
  for (int i = 0; i < 100; ++i) {
    uint64_t now = 0;
    Amount paid = 0;
    for (int step = 0; step < 50; ++step) {
      const uint64_t next = now + random() % 2000;
      paid += *PendingRewards(schedule, {.last = now, .now = next});
      now = next;
    }
    ASSERT_EQ(paid, *PendingRewards(schedule, {.last = 0, .now = now}));
    ASSERT_EQ(paid, *SupplyAfter(schedule, now / 600));
  }
  // The defect of the program that halves by the clock: who waits is paid less.
  const auto pay = [&](ElapsedSeconds time) {
    return *PendingRewards(schedule, time, FormulaMode::kReference);
  };
  EXPECT_LT(pay({.last = 0, .now = 6000}), pay({.last = 0, .now = 5999}));
  EXPECT_FALSE(PendingRewards(schedule, {.last = 2, .now = 1}).ok());
}

TEST(EmissionTest, TheEpochsOfAYearAddUpToItsRate) {
  for (const uint32_t epochs : {1u, 7u, 365u, 52'560u}) {
    const InflationSchedule schedule = {
        .initial_supply = 999'999'999'999'937, .rate_ppm = 33'333, .epochs_per_year = epochs};
    Amount supply = schedule.initial_supply;
    for (uint64_t epoch = 0; epoch < std::min(epochs, 1000u); ++epoch) {
      ASSERT_EQ(*SupplyAfter(schedule, epoch), supply);
      supply += *EmissionAt(schedule, epoch);
      ASSERT_LE(*EmissionAt(schedule, epoch, FormulaMode::kReference),
                *EmissionAt(schedule, epoch));
      ASSERT_LE(*EmissionAt(schedule, epoch),
                *EmissionAt(schedule, epoch, FormulaMode::kReference) + 1);
    }
    EXPECT_EQ(*SupplyAfter(schedule, epochs),
              schedule.initial_supply + *base::MultiplyDivideFloor(schedule.initial_supply, 33'333,
                                                                   base::kPartsPerMillion));
  }
}

TEST(EmissionTest, InflationThatOverflowsOrNeverEndsIsRefused) {
  const InflationSchedule doubling = {.initial_supply = kToken, .rate_ppm = 1'000'000};
  EXPECT_EQ(*SupplyAfter(doubling, 365 * 34), kToken << 34);
  EXPECT_EQ(SupplyAfter(doubling, 365 * 35).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(EmissionAt(doubling, 365 * 35 - 1).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(SupplyAfter(doubling, UINT64_MAX).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(SupplyAfter({.initial_supply = 1, .rate_ppm = 1'000'001}, 0).ok());
  EXPECT_FALSE(SupplyAfter({.initial_supply = 1, .epochs_per_year = 0}, 0).ok());
}

TEST(EmissionTest, BlocksAreDueEveryTenMinutesUnlessTheyWouldBeEmpty) {
  EXPECT_EQ(NextBlockSeconds(0, 1), 600u);
  EXPECT_EQ(NextBlockSeconds(599, 1), 600u);
  EXPECT_EQ(NextBlockSeconds(600, 1), 1200u);
  EXPECT_EQ(NextBlockSeconds(600, 0), std::nullopt);
  EXPECT_EQ(NextBlockSeconds(UINT64_MAX, 1), std::nullopt);
}

TEST(EmissionTest, AShareOfAHundredthCoversItsFeeUpToAHundredParticipants) {
  const Amount fee = *ParticipationFee({}, 0);
  EXPECT_EQ(*RewardAt({}, 0) / 100, fee);
  EXPECT_LT(*RewardAt({}, 0) / 101, fee);
}

}  // namespace
}  // namespace shadw::econ
