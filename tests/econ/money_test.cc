// SPDX-License-Identifier: Apache-2.0
//
// Money that moves by every path of prices, fees and emission: none is made or lost.
#include <gtest/gtest.h>

#include <array>
#include <concepts>
#include <numeric>
#include <random>
#include <vector>

#include "libshadw/econ/accounts.h"
#include "libshadw/econ/exact_curve.h"
#include "libshadw/econ/meter.h"
#include "libshadw/econ/stable_quote.h"

namespace shadw::econ {
namespace {

constexpr Amount kToken = base::kBaseUnitsPerToken;
constexpr size_t kReserve = 0;  // the account that backs the curve
constexpr size_t kAccounts = 50;
constexpr std::array<size_t, 3> kSinks = {1, 2, 3};
constexpr std::array<uint64_t, 3> kShares = {333'334, 333'333, 333'333};

// A market that does one random thing after the other.
class Market {
 public:
  explicit Market(uint64_t seed)
      : random_(seed),
        accounts_(*Accounts::Create({.halve_every_blocks = 20'000}, kAccounts)),
        curve_(
            *ExactCurve::Create({.points = {1'000, 3'000, 2'000, 9'001}, .max_supply = 100'003})),
        meter_(*Meter::Create({{{.price = 7, .per_units = 3}, {.price = 11, .per_units = 1000}}})),
        held_(kAccounts) {}

  void Step() {
    const size_t a = Someone();
    const size_t b = Someone();
    switch (random_() % 8) {
      case 0:
        Expect(accounts_.MintBlock(a).status());
        break;
      case 1:
        Expect(accounts_.Pay({a, b, Some(a)}));
        break;
      case 2:
        Expect(accounts_
                   .PayWithFee({a, b, Some(a)}, {.fee_bps = random_() % 10'001}, {kSinks, kShares})
                   .status());
        break;
      case 3:
        Expect(accounts_.PayWithFee({a, b, Some(a)}, {}, {}, FormulaMode::kReference).status());
        break;
      case 4:
        Expect(accounts_.Burn({a, Some(a) % 1000}));
        break;
      case 5:
        Buy(a);
        break;
      case 6:
        Sell(a);
        break;
      default:
        Bill(a, b);
    }
  }

  const Accounts& accounts() const { return accounts_; }
  uint64_t refused() const { return refused_; }
  // What the reserve has beyond the worth of everything that is held.
  Amount Surplus() const { return accounts_.balances()[kReserve] - *curve_.BuyCost({0, supply_}); }

 private:
  size_t Someone() { return 4 + random_() % (kAccounts - 4); }
  Amount Some(size_t account) {
    const Amount balance = accounts_.balances()[account];
    return random_() % (balance + balance / 8 + 2);  // sometimes more than there is
  }
  bool Expect(const absl::Status& status) {
    refused_ += status.ok() ? 0 : 1;
    return status.ok();
  }

  void Buy(size_t who) {
    const uint64_t units = random_() % 300;
    const auto cost = curve_.BuyCost({supply_, units});
    if (!Expect(cost.status()) || !Expect(accounts_.Pay({who, kReserve, *cost}))) return;
    supply_ += units;
    held_[who] += units;
  }
  void Sell(size_t who) {
    const uint64_t units = random_() % (held_[who] + 1);
    const Amount refund = *curve_.SellRefund({supply_, units}, random_() % 500);
    ASSERT_TRUE(accounts_.Pay({kReserve, who, refund}).ok());  // what backs it is always there
    supply_ -= units;
    held_[who] -= units;
  }
  void Bill(size_t who, size_t provider) {
    ASSERT_TRUE(meter_.Add({random_() % 2, random_() % 10'000}).ok());
    ASSERT_TRUE(meter_.SetPrice({random_() % 2, random_() % 100}).ok());
    Expect(accounts_.Pay({who, provider, meter_.Close().total}));
  }

  std::mt19937_64 random_;
  Accounts accounts_;
  ExactCurve curve_;
  Meter meter_;
  uint64_t supply_ = 0;
  std::vector<uint64_t> held_;
  uint64_t refused_ = 0;
};

TEST(MoneyTest, AMillionRandomOperationsNeitherMakeNorLoseABaseUnit) {
  Market market(1);
  constexpr int kOperations = 1'000'000;
  for (int i = 0; i < kOperations; ++i) {
    market.Step();
    if (i % 1000 != 0) continue;
    const Accounts& accounts = market.accounts();
    ASSERT_EQ(accounts.sum() + accounts.burned(), accounts.minted()) << i;
    ASSERT_EQ(accounts.minted(),
              *SupplyAfter(HalvingSchedule{.halve_every_blocks = 20'000}, accounts.blocks()));
    ASSERT_LE(market.Surplus(), accounts.minted());  // never below what is held: no wrap
  }
  EXPECT_GT(market.refused(), 10'000u);
  EXPECT_LT(market.refused(), kOperations / 2u);
}

TEST(MoneyTest, WhatIsRefusedChangesNothing) {
  auto accounts = *Accounts::Create({}, 3);
  ASSERT_TRUE(accounts.MintBlock(0).ok());
  const std::vector<Amount> before(accounts.balances().begin(), accounts.balances().end());
  EXPECT_EQ(accounts.Pay({0, 3, 1}).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(accounts.Pay({1, 0, 1}).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(accounts.Burn({0, 51 * kToken}).code(), absl::StatusCode::kResourceExhausted);
  const std::array<size_t, 2> sinks = {1, 9};
  const std::array<uint64_t, 2> shares = {500'000, 500'000};
  EXPECT_FALSE(accounts.PayWithFee({0, 1, kToken}, {}, {sinks, shares}).ok());
  EXPECT_FALSE(accounts.PayWithFee({0, 1, kToken}, {}, {sinks, {}}).ok());
  EXPECT_FALSE(accounts.PayWithFee({0, 1, kToken}, {.fee_bps = 10'001}, {}).ok());
  EXPECT_FALSE(accounts.PayWithFee({0, 1, 50 * kToken}, {}, {}, FormulaMode::kReference).ok());
  EXPECT_FALSE(accounts.MintBlock(3).ok());
  EXPECT_TRUE(std::ranges::equal(accounts.balances(), before));
  EXPECT_EQ(accounts.burned(), 0u);
  EXPECT_EQ(accounts.minted(), 50 * kToken);
  EXPECT_FALSE(Accounts::Create({}, 0).ok());
  EXPECT_FALSE(Accounts::Create({.halve_every_blocks = 0}, 1).ok());
}

TEST(MoneyTest, APaymentToOneselfMovesOnlyItsFee) {
  auto accounts = *Accounts::Create({}, 2);
  ASSERT_TRUE(accounts.MintBlock(0).ok());
  ASSERT_TRUE(accounts.Pay({0, 0, 50 * kToken}).ok());
  EXPECT_EQ(accounts.balances()[0], 50 * kToken);
  ASSERT_TRUE(accounts.PayWithFee({0, 0, 50 * kToken}, {}, {}).ok());
  EXPECT_EQ(accounts.balances()[0], 49 * kToken);
  EXPECT_EQ(accounts.burned(), kToken);
}

TEST(MoneyTest, ChargesAndFeesAddUpForEveryAmount) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const Amount amount = random() >> (random() % 64);
    const FeePolicy policy = {.fee_bps = random() % 10'001, .dao_share_ppm = random() % 1'000'001};
    for (const auto mode : {FormulaMode::kCorrected, FormulaMode::kReference}) {
      const auto split = ChargePayment(amount, policy, mode);
      if (!split.ok()) {
        ASSERT_EQ(mode, FormulaMode::kReference);
        continue;
      }
      ASSERT_EQ(split->payer_pays - split->provider_net, split->fee);
      ASSERT_EQ(split->dao + split->rest, split->fee);
      ASSERT_LE(split->fee, amount);
    }
    const std::vector<Amount> parts = *SplitFee(amount, kShares);
    ASSERT_EQ(std::accumulate(parts.begin(), parts.end(), Amount{0}), amount);
  }
  EXPECT_FALSE(SplitFee(1, {}).ok());
  EXPECT_FALSE(SplitFee(1, std::vector<uint64_t>{UINT64_MAX, 1'000'001}).ok());
}

// Reputation is a type that no payment can be made of.
struct Reputation {
  uint64_t value;
};
template <typename T>
concept Payable = requires(T value) {
  Accounts::Payment{0, 1, value};
};
static_assert(Payable<Amount> && !Payable<Reputation>);

}  // namespace
}  // namespace shadw::econ
