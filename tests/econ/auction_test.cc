// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/auction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "libshadw/base/random_stream.h"

namespace shadw::econ {
namespace {

std::vector<Bid> AnyBids(base::RandomStream& random) {
  std::vector<Bid> bids(1 + random.Uniform(6));
  for (size_t i = 0; i < bids.size(); ++i) bids[i] = {i, random.Uniform(20)};
  return bids;
}

// What the party gains by a bid, where the thing is worth `value` to it.
int64_t GainOf(uint64_t party, uint64_t value, const std::optional<Sale>& sale) {
  if (!sale || sale->party != party) return 0;
  return static_cast<int64_t>(value) - static_cast<int64_t>(sale->price);
}

TEST(Vickrey, GivesNobodyAReasonToBidAnythingButTheTruth) {
  base::RandomStream random({.seed = 1});
  for (int round = 0; round < 100'000; ++round) {
    std::vector<Bid> bids = AnyBids(random);
    const Amount reserve = random.Uniform(12);
    Bid& own = bids[random.Uniform(bids.size())];
    const uint64_t value = own.amount;
    const int64_t honest = GainOf(own.party, value, *Vickrey(bids, reserve));
    const int64_t honest_ask = -GainOf(own.party, value, *Procure(bids, reserve));
    own.amount = random.Uniform(25);
    ASSERT_LE(GainOf(own.party, value, *Vickrey(bids, reserve)), honest);
    ASSERT_LE(-GainOf(own.party, value, *Procure(bids, reserve)), honest_ask);
    ASSERT_GE(honest, 0);
    ASSERT_GE(honest_ask, 0);
  }
}

TEST(Vickrey, DoesNotLookAtTheOrderOfBids) {
  base::RandomStream random({.seed = 2});
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Bid> bids = AnyBids(random);
    const auto sale = *Vickrey(bids, 3);
    const auto purchase = *Procure(bids, 15);
    for (size_t i = bids.size(); i > 1; --i) std::swap(bids[i - 1], bids[random.Uniform(i)]);
    ASSERT_EQ(*Vickrey(bids, 3), sale);
    ASSERT_EQ(*Procure(bids, 15), purchase);
  }
}

TEST(Vickrey, RefusesAPartyThatBidsTwiceAndSellsNothingToNobody) {
  const std::vector<Bid> twice = {{1, 5}, {2, 6}, {1, 7}};
  EXPECT_EQ(Vickrey(twice, 0).status().message(),
            "econ: got two bids of party 1, need at most one");
  EXPECT_FALSE(Procure(twice, 9).ok());
  EXPECT_EQ(*Vickrey({}, 0), std::nullopt);
  EXPECT_EQ(*Procure({}, 9), std::nullopt);
}

TEST(TieredPrice, CostsTheSameInOneGoAndInTwo) {
  base::RandomStream random({.seed = 3});
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Tier> tiers;
    uint64_t from = 0;
    for (uint64_t i = random.Uniform(5) + 1; i > 0; --i) {
      tiers.push_back({from += 1 + random.Uniform(9), random.Uniform(100)});
    }
    const uint64_t units = random.Uniform(from + 1);
    Amount sum = 0;  // unit by unit
    for (uint64_t unit = 0; unit < units; ++unit) {
      sum += std::ranges::upper_bound(tiers, unit, {}, &Tier::up_to)->price;
    }
    ASSERT_EQ(*TieredPrice(units, tiers), sum);
    const uint64_t first = random.Uniform(units + 1);
    ASSERT_EQ(*TieredPrice(first, tiers) + *TieredPrice(units - first, tiers, first), sum);
  }
}

TEST(TieredPrice, RefusesWhatDoesNotFit) {
  const std::vector<Tier> dear = {{UINT64_MAX, UINT64_MAX}};
  EXPECT_EQ(*TieredPrice(1, dear), UINT64_MAX);
  EXPECT_EQ(TieredPrice(2, dear).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(TieredPrice(1, {}).ok());
  const std::vector<Tier> unordered = {{10, 1}, {10, 2}};
  EXPECT_FALSE(TieredPrice(1, unordered).ok());
  EXPECT_FALSE(TieredPrice(11, std::vector<Tier>{{10, 1}}).ok());
  EXPECT_FALSE(TieredPrice(0, std::vector<Tier>{{10, 1}}, 11).ok());
  EXPECT_EQ(TieredPrice(UINT64_MAX, std::vector<Tier>{{10, 1}}, 10).status().message(),
            "econ: got 18446744073709551615 units after 10, need at most 10 in all");
}

TEST(BaseFee, MovesByAnEighthAtMostAndNeverWraps) {
  base::RandomStream random({.seed = 4});
  for (int round = 0; round < 100'000; ++round) {
    const Amount previous = random.Next() >> random.Uniform(64);
    const uint64_t target = 1 + (random.Next() >> random.Uniform(64)) / 2;
    const uint64_t used = random.Next() >> random.Uniform(64);
    const auto next = NextBaseFee(previous, {used, target});
    if (!next.ok()) {
      ASSERT_GT(previous, UINT64_MAX / 9 * 8);
      continue;
    }
    if (used > target) {
      ASSERT_GT(*next, previous);
      ASSERT_LE(*next - previous, std::max<Amount>(1, previous / 8));
    } else {
      ASSERT_LE(*next, previous);
      ASSERT_LE(previous - *next, previous / 8);
    }
  }
  EXPECT_EQ(*NextBaseFee(7, {2, 1}), 8);
  EXPECT_FALSE(NextBaseFee(7, {2, 0}).ok());
  EXPECT_EQ(NextBaseFee(UINT64_MAX, {2, 1}).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(UtilisationPrice, NeverFallsAndRefusesNonsense) {
  const UtilisationCurve curve = {.base = 1, .slope = 2, .kink = 0.8, .steep = 30};
  double before = 0;
  for (int i = 0; i <= 1000; ++i) {
    const double price = *UtilisationPrice(i / 1000.0, curve);
    EXPECT_GE(price, before);
    before = price;
  }
  EXPECT_FALSE(UtilisationPrice(std::nan(""), curve).ok());
  EXPECT_FALSE(UtilisationPrice(1.01, curve).ok());
  EXPECT_FALSE(UtilisationPrice(0.5, {.base = -1}).ok());
  EXPECT_FALSE(UtilisationPrice(0.5, {.kink = 1}).ok());
  EXPECT_EQ(UtilisationPrice(1, {1e308, 1e308, 0.5, 1e308}).status().message(),
            "econ: got a curve of 1e+308, 1e+308 and 1e+308, need smaller ones: the price at 1 is "
            "not finite");
}

}  // namespace
}  // namespace shadw::econ
