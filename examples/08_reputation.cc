// SPDX-License-Identifier: Apache-2.0
// A year of trade between a hundred honest parties, and what it costs ten others to look
// as good by paying each other; then EigenTrust, which does not believe them.
#include <cstdio>
#include <vector>

#include "libshadw/crypto/random.h"
#include "libshadw/reputation/attacks.h"
#include "libshadw/reputation/book.h"

using namespace shadw;

int main() {
  constexpr size_t kParties = 100;
  constexpr base::Amount kToken = base::kBaseUnitsPerToken;
  auto book = reputation::ReputationBook::Create({}, kParties).value();
  std::vector<reputation::Change> log;
  std::vector<reputation::Party> payers;
  std::vector<reputation::Party> providers;
  std::vector<base::Amount> amounts;
  for (reputation::Party i = 0; i < kParties; ++i) {
    payers.push_back(i);
    providers.push_back((7 * i + 1) % kParties);
    amounts.push_back((50 + i) * kToken);
  }
  for (int week = 0; week < 52; ++week) {
    const base::Time now = base::FromUnixSeconds(1'700'000'000 + week * 7 * 86'400);
    if (!book.Pay(now, {payers, providers, amounts}, &log).ok()) return 1;
    if (!book.Age(now, 1000, &log).ok()) return 1;
  }
  std::printf("an honest party has %.2f points; the log has %zu changes\n",
              static_cast<double>(book.points(50).units) / 1e9, log.size());
  const auto again = reputation::ReputationBook::Replay({}, kParties, log);
  if (!again.ok() || !(*again == book)) return 1;

  const auto ring = reputation::RunFakePayments({.members = 10, .windows = 52}).value();
  std::printf("a ring of 10 buys %.0f points for %.0f tokens of fees: %.2f each\n",
              static_cast<double>(ring.gained.units) / 1e9, static_cast<double>(ring.lost) / 1e9,
              ring.tokens_per_point);

  crypto::SeededRandom random(7);
  const auto sybils = reputation::RunSybilTrust({.sybils = 1000}, random).value();
  std::printf("1000 sybils among 1000 honest nodes have %.2f %% of all trust, at most %.2f %%\n",
              100 * sybils.sybil_share, 100 * sybils.bound);
  return ring.tokens_per_point >= 1 && sybils.sybil_share <= sybils.bound ? 0 : 1;
}
