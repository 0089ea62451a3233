// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libshadw/crypto/random.h"

namespace shadw::reputation {
namespace {

using base::Amount;
using testing::ElementsAre;

constexpr Amount kToken = base::kBaseUnitsPerToken;
const base::Time kDay = base::FromUnixSeconds(86'400 * 20'000);
constexpr auto kOneDay = std::chrono::hours(24);

ReputationBook MakeBook(size_t parties, const PaymentPolicy& policy = {}) {
  return *ReputationBook::Create(policy, parties);
}

absl::Status PayOnce(ReputationBook& book, base::Time now, Party payer, Party provider,
                     Amount amount, std::vector<Change>* log = nullptr) {
  return book.Pay(now, {{&payer, 1}, {&provider, 1}, {&amount, 1}}, log);
}

std::vector<uint64_t> UnitsOf(const ReputationBook& book) {
  std::vector<uint64_t> units(book.parties());
  book.CopyUnits(units);
  return units;
}

TEST(ReputationBook, GivesBothSidesOnePercent) {
  ReputationBook book = MakeBook(3);
  ASSERT_TRUE(PayOnce(book, kDay, 0, 2, 100 * kToken).ok());
  EXPECT_THAT(UnitsOf(book), ElementsAre(kUnitsPerPoint, 0, kUnitsPerPoint));
}

TEST(ReputationBook, GivesSixtyPointsForAYearOfFiveHundredAMonth) {
  ReputationBook book = MakeBook(2);
  for (int month = 0; month < 12; ++month) {
    ASSERT_TRUE(PayOnce(book, kDay + 30 * month * kOneDay, 0, 1, 500 * kToken).ok());
  }
  EXPECT_THAT(UnitsOf(book), ElementsAre(60 * kUnitsPerPoint, 60 * kUnitsPerPoint));
}

TEST(ReputationBook, CapsAPaymentThatWasCutIntoPartsAsTheWholeOne) {
  ReputationBook whole = MakeBook(2);
  ReputationBook parts = MakeBook(2);
  ASSERT_TRUE(PayOnce(whole, kDay, 0, 1, 5000 * kToken).ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(PayOnce(parts, kDay, 0, 1, 1000 * kToken).ok());
  EXPECT_EQ(UnitsOf(whole), UnitsOf(parts));
  EXPECT_EQ(whole.points(0).units, 10 * kUnitsPerPoint);
  ASSERT_TRUE(PayOnce(parts, kDay + kOneDay, 0, 1, 1000 * kToken).ok());
  EXPECT_EQ(parts.points(0).units, 20 * kUnitsPerPoint);
}

TEST(ReputationBook, GivesNothingForAPaymentToOneself) {
  ReputationBook book = MakeBook(1);
  ASSERT_TRUE(PayOnce(book, kDay, 0, 0, 100 * kToken).ok());
  EXPECT_EQ(book.points(0).units, 0u);
}

TEST(ReputationBook, RefusesAColumnWithAnUnknownPartyAndChangesNothing) {
  ReputationBook book = MakeBook(2);
  const std::vector<Party> payers = {0, 1, 0};
  const std::vector<Party> providers = {1, 2, 9};
  const std::vector<Amount> amounts(3, 100 * kToken);
  std::vector<Change> log;
  const absl::Status status = book.Pay(kDay, {payers, providers, amounts}, &log);
  EXPECT_EQ(status.message(), "reputation: got party 2 in row 1, need one below 2");
  EXPECT_THAT(UnitsOf(book), ElementsAre(0, 0));
  EXPECT_TRUE(log.empty());
  EXPECT_FALSE(book.Pay(kDay, {payers, providers, {}}).ok());
}

TEST(ReputationBook, NeverGoesBackToAnEarlierWindow) {
  ReputationBook book = MakeBook(2);
  ASSERT_TRUE(PayOnce(book, kDay, 0, 1, kToken).ok());
  EXPECT_EQ(PayOnce(book, kDay - kOneDay, 0, 1, kToken).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(PayOnce(book, base::Time(base::Duration(-1)), 0, 1, kToken).message(),
            "reputation: got a time of -1 ns, need one since 1970");
  EXPECT_EQ(book.CheckTime(kDay - kOneDay).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(book.CheckTime(kDay + kOneDay).ok());
}

TEST(ReputationBook, EndsWithItsWindowsOrWithTimeItself) {
  EXPECT_TRUE(MakeBook(1).CheckTime(base::Time::max()).ok());
  const auto end = [](base::Duration window) { return base::Time(window * (kMaxWindows + 1L)); };
  for (const base::Duration window :
       {base::Duration(std::chrono::seconds(1)), base::Duration(std::chrono::minutes(1))}) {
    const ReputationBook book = MakeBook(1, {.window = window});
    EXPECT_TRUE(book.CheckTime(end(window) - base::Duration(1)).ok());
    EXPECT_EQ(book.CheckTime(end(window)).code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ReputationBook, AppliesDeltasAsDecentCloudDoes) {
  ReputationBook book = MakeBook(3, {.cap_per_payment = {10}, .cap_per_window = {100}});
  ASSERT_TRUE(book.Apply(kDay, std::vector<Delta>{{0, 10}, {1, -5}, {2, 15}}).ok());
  EXPECT_THAT(UnitsOf(book), ElementsAre(10, 0, 10));
  ASSERT_TRUE(book.Apply(kDay, std::vector<Delta>{{0, INT64_MIN}}).ok());
  EXPECT_EQ(book.points(0).units, 0u);
  EXPECT_EQ(book.points(77).units, 0u);
}

TEST(ReputationBook, LowersBothSidesOfAPenalty) {
  ReputationBook book = MakeBook(2, {.gain_bps = 10'000, .cap_per_window = {1000}});
  ASSERT_TRUE(book.Apply(kDay, std::vector<Delta>{{0, 50}, {1, 100}}).ok());
  ASSERT_TRUE(book.Penalize(kDay, 0, 1, Points{20}, {}).ok());
  EXPECT_THAT(UnitsOf(book), ElementsAre(30, 60));
  EXPECT_EQ(book.Penalize(kDay, 0, 0, Points{20}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(book.Penalize(kDay, 0, 1, Points{31}, {}).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(book.Penalize(kDay, 0, 5, Points{1}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(UnitsOf(book), ElementsAre(30, 60));
}

TEST(ReputationBook, NeverTransfers) {
  const ReputationBook book = MakeBook(2);
  EXPECT_EQ(book.Transfer(0, 1, Points{1}).code(), absl::StatusCode::kUnimplemented);
}

// A history of every kind of operation, most of them on a few parties. `after` is called
// after each of them.
template <typename After>
void LiveThrough(ReputationBook& book, int operations, std::vector<Change>* log, After after) {
  crypto::SeededRandom random(7);
  base::Time now = kDay;
  const auto draw = [&](uint64_t below) {
    const auto bytes = random.Array<4>();
    return (bytes[0] | bytes[1] << 8 | bytes[2] << 16 | uint64_t{bytes[3]} << 24) % below;
  };
  for (int i = 0; i < operations; ++i) {
    const auto a = static_cast<Party>(draw(book.parties()));
    const auto b = static_cast<Party>(draw(book.parties()));
    switch (draw(8)) {
      case 0:
        now += std::chrono::hours(draw(10));
        break;
      case 1:
        if (draw(20) == 0) {
          ASSERT_TRUE(book.Age(now, draw(100'000), log).ok());
        }
        break;
      case 2:
        (void)book.Penalize(now, a, b, Points{draw(kUnitsPerPoint)}, {}, log);
        break;
      case 3:
        ASSERT_TRUE(
            book.Apply(now, std::vector<Delta>{{a, -int64_t(draw(1'000'000'000))}, {b, 5}}, log)
                .ok());
        break;
      default:
        ASSERT_TRUE(PayOnce(book, now, a, b, draw(2000) * kToken, log).ok());
    }
    after();
  }
}

TEST(ReputationBook, IsMadeAgainByItsLogAtEveryPoint) {
  ReputationBook book = MakeBook(20);
  std::vector<Change> log;
  LiveThrough(book, 1000, &log, [&] {
    const auto again = ReputationBook::Replay({}, 20, log);
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_TRUE(*again == book) << log.size();
  });
  ASSERT_GT(log.size(), 500u);
}

TEST(ReputationBook, IsMadeAgainByALongLogAndByNoShorterOne) {
  const auto nothing = [] {};
  ReputationBook book = MakeBook(20);
  std::vector<Change> log;
  LiveThrough(book, 20'000, &log, nothing);
  ASSERT_GT(log.size(), 10'000u);
  EXPECT_TRUE(*ReputationBook::Replay({}, 20, log) == book);
  ReputationBook other = MakeBook(20);
  LiveThrough(other, 20'000, nullptr, nothing);
  EXPECT_TRUE(other == book);
  log.pop_back();
  EXPECT_FALSE(*ReputationBook::Replay({}, 20, log) == book);
}

TEST(ReputationBook, RefusesALogThatNoBookWrote) {
  const std::vector<std::vector<Change>> lies = {
      {{.units = 1, .party = 2}},
      {{.units = 0, .party = 0}},
      {{.units = 1, .party = 0, .kind = ChangeKind::kLoss}},
      {{.window = 5, .kind = ChangeKind::kAge}, {.units = 1, .window = 4}},
      {{.window = 5, .kind = ChangeKind::kAge}, {.window = 4, .kind = ChangeKind::kAge}},
      {{.window = 5, .kind = ChangeKind::kAge}, {.window = 5, .kind = ChangeKind::kAge}},
      {{.units = 1, .window = 5}},                            // it has not begun
      {{.units = 1, .window = 5, .kind = ChangeKind::kAge}},  // nor here
      {{.kind = ChangeKind::kAge}},                           // the first begins by itself
      {{.units = 10 * kUnitsPerPoint + 1}},                   // one payment
      {{.units = 10 * kUnitsPerPoint}, {.units = 1}},         // one window
      {{.window = 1, .kind = ChangeKind::kAge}, {.units = 1'000 * kUnitsPerPoint, .window = 1}},
      {{.units = 1'000'001, .kind = ChangeKind::kAge}},
      {{.units = 1, .kind = static_cast<ChangeKind>(9)}},
  };
  for (const std::vector<Change>& log : lies) {
    EXPECT_EQ(ReputationBook::Replay({}, 2, log).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(ReputationBook, AgesEverybodyAsTheRuleSays) {
  ReputationBook book = MakeBook(2, {.cap_per_payment = {1 << 30}, .cap_per_window = {1 << 30}});
  ASSERT_TRUE(book.Apply(kDay, std::vector<Delta>{{0, 100}, {1, 123'456'789}}).ok());
  ASSERT_TRUE(book.Age(kDay, 10'000).ok());
  EXPECT_THAT(UnitsOf(book), ElementsAre(99, Age(Points{123'456'789}, 10'000)->units));
  EXPECT_FALSE(book.Age(kDay, 1'000'001).ok());
}

}  // namespace
}  // namespace shadw::reputation
