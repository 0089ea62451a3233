// SPDX-License-Identifier: Apache-2.0
//
// A million random operations over every path by which rewards, escrows, refunds, credits
// and auctions move amounts: at every step the books are counted anew, and balance.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <vector>

#include "libshadw/base/random_stream.h"
#include "libshadw/econ/accounts.h"
#include "libshadw/econ/auction.h"
#include "libshadw/econ/capacity_rewards.h"
#include "libshadw/econ/epoch_rewards.h"
#include "libshadw/econ/escrow.h"
#include "libshadw/econ/fetch_rewards.h"
#include "libshadw/econ/refund.h"
#include "libshadw/econ/sla.h"

namespace shadw::econ {
namespace {

constexpr int kOperations = 1'000'000;
constexpr size_t kParties = 60;

using AccountId = size_t;

// Parties, a DAO, a treasury into which blocks are minted, and escrow accounts.
class Economy {
 public:
  Economy() : random_({.seed = 1}) {
    for (AccountId i = 0; i < kParties; ++i) parties_.push_back(i);
    for (size_t i = 0; i < escrows_.size(); ++i) escrows_[i].account = kParties + 2 + i;
  }

  absl::Status Step() {
    height_ += random_.Uniform(3);
    switch (random_.Uniform(11)) {
      case 0:
        return RewardBySqrt();
      case 1:
        return RewardByCapacity();
      case 2:
        return RewardEpochOfBoth();
      case 3:
        return PayWithFee();
      case 4:
        return PayFetch();
      case 5:
        return RefundRental();
      case 6:
        return CreditSla();
      case 7:
        return SellByAuction();
      case 8:
        return BurnSome();
      case 9:
        return FundEscrow();
      default:
        return SettleEscrow();
    }
  }

  const Accounts& accounts() const { return accounts_; }
  Amount largest_revenue() const { return largest_revenue_; }

  bool EscrowsAreCovered() const {
    return std::ranges::all_of(escrows_, [this](const Escrow& escrow) {
      Amount held = escrow.stream->balance();
      for (const auto& payment : escrow.stream->payments()) held += payment.balance;
      return held == Balance(escrow.account);
    });
  }

 private:
  struct Escrow {
    AccountId account = 0;
    AccountId tenant = 0;
    std::unique_ptr<EscrowAccount> stream = std::make_unique<EscrowAccount>(0);
    std::vector<AccountId> providers;  // of its payments
  };

  Amount Balance(AccountId account) const { return accounts_.balances()[account]; }
  AccountId Party() { return parties_[random_.Uniform(parties_.size())]; }
  Amount Some(AccountId account) { return random_.Uniform(Balance(account) + 1); }
  std::vector<AccountId> Some() {
    std::vector<AccountId> some;
    for (const AccountId party : parties_) {
      if (random_.Uniform(5) == 0) some.push_back(party);
    }
    if (some.empty()) some.push_back(parties_[0]);
    return some;
  }
  Remainder AnyRule() { return static_cast<Remainder>(random_.Uniform(3)); }

  absl::Status Pay(AccountId from, AccountId to, Amount amount) {
    return accounts_.Pay({from, to, amount});
  }
  absl::Status PayAll(AccountId from, const std::vector<AccountId>& to,
                      std::span<const Amount> amounts) {
    absl::Status status;
    for (size_t i = 0; i < to.size(); ++i) status.Update(Pay(from, to[i], amounts[i]));
    return status;
  }

  // Mints a block and pays all that the treasury has: what is carried stays in it.
  template <typename Split>
  absl::Status Reward(const std::vector<AccountId>& accounts, Split split) {
    absl::Status status = accounts_.MintBlock(kTreasury).status();
    const Amount pool = Balance(kTreasury);
    std::vector<Amount> shares(accounts.size());
    const auto totals = split(pool, std::span<Amount>(shares));
    if (!totals.ok()) return totals.status();
    status.Update(PayAll(kTreasury, accounts, shares));
    status.Update(accounts_.Burn({kTreasury, totals->burned}));
    if (Balance(kTreasury) != totals->carried) return absl::InternalError("a split lost something");
    return status;
  }

  absl::Status RewardBySqrt() {
    const auto accounts = Some();
    std::vector<uint64_t> reputations(accounts.size());
    for (uint64_t& one : reputations) one = random_.Next() >> random_.Uniform(64);
    const SqrtSplitOptions options = {AnyRule(), random_.Uniform(2) == 0};
    return Reward(accounts, [&](Amount pool, std::span<Amount> shares) {
      return SplitBySqrt(pool, reputations, options, shares);
    });
  }

  absl::Status RewardByCapacity() {
    const auto accounts = Some();
    std::vector<double> capacities(accounts.size());
    std::vector<uint8_t> passed(accounts.size());
    for (size_t i = 0; i < accounts.size(); ++i) {
      capacities[i] = static_cast<double>(random_.Uniform(1'000'000)) / 7;
      passed[i] = random_.Uniform(5) != 0 ? 1 : 0;
    }
    const StorageRewardOptions options = {static_cast<FailedShare>(random_.Uniform(2)), AnyRule()};
    return Reward(accounts, [&](Amount pool, std::span<Amount> shares) {
      if (random_.Uniform(2) == 0) {
        return RewardCapacity(pool, capacities, {options.remainder}, shares);
      }
      return RewardStorage(pool, capacities, passed, options, shares);
    });
  }

  // The revenue is stable money, which moves over the same accounts: the DAO pays it.
  absl::Status RewardEpochOfBoth() {
    std::vector<AccountId> accounts = Some();
    std::vector<Served> served(accounts.size());
    Amount revenue = 0;
    for (Served& one : served) {
      one = {random_.Uniform(Balance(kDao) - revenue + 1), random_.Uniform(2000)};
      revenue += one.revenue;
      largest_revenue_ = std::max(largest_revenue_, one.revenue);
    }
    const auto rewards = RewardEpoch({.supply_at_year_start = 10'000'000'000'000}, served,
                                     std::vector<Amount>{revenue});
    if (!rewards.ok()) return rewards.status();
    // The treasury pays what a network of its own inflation would mint.
    absl::Status status = accounts_.MintBlock(kTreasury).status();
    if (Balance(kTreasury) < rewards->minted) return status;
    std::vector<Earned> earned = rewards->nodes;
    accounts.insert(accounts.end(), {Party(), kDao});
    earned.insert(earned.end(), {rewards->services[0], rewards->protocol});
    std::vector<Amount> tokens;
    std::vector<Amount> stable;
    for (const Earned& one : earned) {
      tokens.push_back(one.tokens);
      stable.push_back(one.stable);
    }
    if (std::accumulate(tokens.begin(), tokens.end(), Amount{0}) != rewards->minted ||
        std::accumulate(stable.begin(), stable.end(), Amount{0}) != revenue) {
      return absl::InternalError("an epoch lost something");
    }
    status.Update(PayAll(kTreasury, accounts, tokens));
    status.Update(PayAll(kDao, accounts, stable));
    return status;
  }

  absl::Status PayWithFee() {
    const AccountId tenant = Party();
    const std::vector<size_t> sinks = {kDao, Party()};
    const std::vector<uint64_t> shares = {700'000, 300'000};
    return accounts_
        .PayWithFee({tenant, Party(), Some(tenant)}, {}, {.accounts = sinks, .shares_ppm = shares})
        .status();
  }

  absl::Status PayFetch() {
    const AccountId client = Party();
    const Amount pool = Some(client);
    const FetchCounts counts = {random_.Uniform(4), random_.Uniform(9)};
    const auto reward = SplitFetchReward(pool, counts);
    std::vector<AccountId> to;
    std::vector<Amount> amounts;
    for (uint64_t i = 0; i < counts.winners; ++i) {
      to.push_back(Party());
      amounts.push_back(reward->per_winner + (i < reward->larger_winners ? 1 : 0));
    }
    for (uint64_t i = 0; i < counts.holders; ++i) {
      to.push_back(Party());
      amounts.push_back(reward->per_holder + (i < reward->larger_holders ? 1 : 0));
    }
    to.push_back(kDao);
    amounts.push_back(reward->carried);
    if (std::accumulate(amounts.begin(), amounts.end(), Amount{0}) != pool) {
      return absl::InternalError("a fetch reward lost something");
    }
    return PayAll(client, to, amounts);
  }

  absl::Status RefundRental() {
    const AccountId provider = Party();
    const Amount payment = Some(provider);
    const auto refund = ProratedRefund(
        payment, {.start = 0, .end = 1000, .now = static_cast<int64_t>(random_.Uniform(1200))});
    if (!refund.ok()) return refund.status();
    return Pay(provider, Party(), *refund);
  }

  absl::Status CreditSla() {
    const Sla sla = {.credits = {{999'000, 1'000}, {990'000, 3'000}}};
    const AccountId provider = Party();
    const auto penalty = PenaltyFor(
        sla, {.periods = 1, .uptime_ppm = 980'000 + random_.Uniform(20'001)}, Some(provider));
    return Pay(provider, Party(), penalty->credit);
  }

  absl::Status SellByAuction() {
    std::vector<Bid> bids;
    for (const AccountId account : Some()) bids.push_back({account, Some(account)});
    const auto sale = Vickrey(bids, random_.Uniform(1000));
    if (!sale->has_value()) return absl::OkStatus();
    return Pay((*sale)->party, kDao, (*sale)->price);
  }

  absl::Status BurnSome() {
    const AccountId party = Party();
    return accounts_.Burn({party, Some(party) / 10});
  }

  absl::Status FundEscrow() {
    Escrow& escrow = escrows_[random_.Uniform(escrows_.size())];
    if (escrow.stream->state() != EscrowAccount::State::kOpen) return Reopen(escrow);
    const AccountId payer = Party();
    const Amount amount = Some(payer) / 2;
    absl::Status status = Pay(payer, escrow.account, amount);
    status.Update(escrow.stream->Deposit(amount));
    const Amount rate = random_.Uniform(1 + escrow.stream->balance() / 8);
    if (escrow.stream->OpenPayment({rate, height_}).ok()) escrow.providers.push_back(Party());
    return status;
  }

  // Pays out what is left in one that came to its end, and starts it anew.
  absl::Status Reopen(Escrow& escrow) {
    absl::Status status;
    for (size_t i = 0; i < escrow.providers.size(); ++i) {
      const auto amount = escrow.stream->Withdraw({i, height_});
      status.Update(Pay(escrow.account, escrow.providers[i], amount.value_or(0)));
    }
    escrow.providers.clear();
    escrow.tenant = Party();
    escrow.stream = std::make_unique<EscrowAccount>(height_);
    return status;
  }

  absl::Status SettleEscrow() {
    Escrow& escrow = escrows_[random_.Uniform(escrows_.size())];
    if (random_.Uniform(20) == 0) {
      const auto refund = escrow.stream->Close(height_);
      if (!refund.ok()) return absl::OkStatus();  // closed before
      return Pay(escrow.account, escrow.tenant, *refund);
    }
    if (escrow.providers.empty()) return escrow.stream->Settle(height_);
    const size_t payment = random_.Uniform(escrow.providers.size());
    const auto amount = escrow.stream->Withdraw({payment, height_});
    if (!amount.ok()) return amount.status();
    return Pay(escrow.account, escrow.providers[payment], *amount);
  }

  static constexpr AccountId kDao = kParties;
  static constexpr AccountId kTreasury = kParties + 1;

  base::RandomStream random_;
  std::array<Escrow, 12> escrows_;
  Accounts accounts_ = *Accounts::Create({}, kParties + 2 + escrows_.size());
  uint64_t height_ = 0;
  Amount largest_revenue_ = 0;
  std::vector<AccountId> parties_;
};

TEST(Conservation, HoldsToTheUnitOverAMillionOperationsOnEveryPathThatPaysOut) {
  Economy economy;
  for (int i = 0; i < kOperations; ++i) {
    const absl::Status status = economy.Step();
    ASSERT_TRUE(status.ok()) << i << " " << status;
    const Accounts& accounts = economy.accounts();
    ASSERT_EQ(accounts.sum() + accounts.burned(), accounts.minted()) << i;
    ASSERT_TRUE(i % 1000 != 0 || economy.EscrowsAreCovered()) << i;
  }
  EXPECT_GT(economy.accounts().minted(), 1'000'000'000'000'000);
  EXPECT_GT(economy.accounts().burned(), 0);
  // Times a boost in ppm it does not fit 64 bits.
  EXPECT_GT(economy.largest_revenue(), 5'000 * base::kBaseUnitsPerToken);
}

}  // namespace
}  // namespace shadw::econ
