// SPDX-License-Identifier: Apache-2.0
//
// Rewards a million participants to the last unit, streams a rent, and asks whether cheating
// pays and how long data lives.
#include <cstdio>
#include <numeric>
#include <vector>

#include "libshadw/econ/durability.h"
#include "libshadw/econ/escrow.h"
#include "libshadw/econ/incentive.h"
#include "libshadw/econ/split.h"

namespace {

using namespace shadw::econ;

// A block's reward by the square roots of reputations, in exact integers.
bool RewardABlock() {
  constexpr Amount kPool = 50 * shadw::base::kBaseUnitsPerToken;
  std::vector<uint64_t> reputations(1'000'000);
  std::iota(reputations.begin(), reputations.end(), 1);
  std::vector<Amount> shares(reputations.size());
  const auto totals = SplitBySqrt(kPool, reputations, {.remainder = Remainder::kBurn}, shares);
  if (!totals.ok()) return false;
  std::printf("%ju base units paid, %ju burned by rounding down\n", uintmax_t{totals->paid},
              uintmax_t{totals->burned});
  return totals->paid + totals->burned + totals->carried == kPool;
}

// Two providers earn by the block until the deposit is gone.
bool StreamARent() {
  EscrowAccount escrow(0);
  if (!escrow.Deposit(1000).ok()) return false;
  const auto fast = escrow.OpenPayment({7, 0});
  const auto slow = escrow.OpenPayment({4, 0});
  if (!fast.ok() || !slow.ok() || !escrow.Settle(200).ok()) return false;
  std::printf("overdrawn: %ju and %ju\n", uintmax_t{*escrow.Withdraw({*fast, 200})},
              uintmax_t{*escrow.Withdraw({*slow, 200})});
  return escrow.withdrawn() == 1000;
}

// Does it pay to cheat? By expectations, and by a million draws.
bool AskAboutCheating() {
  const auto honest = ExpectedNet({.benefit = 500, .time = 1, .cost = 100, .loss = -50});
  const auto loss = BreakevenLoss({.benefit = 10'000, .time = 10, .cost = 200}, *honest);
  std::printf("honesty pays while a cheat loses %g\n", *loss);
  const NetDistributions inputs = {*Distribution::LogNormal(3, 0.5), *Distribution::Exponential(4),
                                   *Distribution::Normal(2, 0.5), *Distribution::Uniform(-1, 3)};
  const auto result = SimulateNet(inputs, {.seed = 7});
  std::printf("simulated net gain %.3f +- %.3f\n", result->net, result->standard_error);
  return *loss == 350;
}

// 29 of 80 shards on nodes that stay half a year: what earlier repair is worth.
bool CompareRepairs() {
  double before = 0;
  for (const uint32_t repair_at : {35, 40, 45, 52}) {
    const auto result = LazyRepair({29, repair_at, 80, 182.5});
    std::printf("repair at %u: %.1f nines\n", repair_at, result->nines);
    if (result->nines <= before) return false;
    before = result->nines;
  }
  return true;
}

}  // namespace

int main() {
  return RewardABlock() && StreamARent() && AskAboutCheating() && CompareRepairs() ? 0 : 1;
}
