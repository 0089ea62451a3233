// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/epoch_rewards.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/wide.h"

namespace shadw::econ {
namespace {

using base::kPartsPerMillion;
using base::Uint128;

absl::StatusOr<Amount> Sum(std::string_view what, std::span<const Amount> amounts) {
  Amount sum = 0;
  for (const Amount amount : amounts) {
    const auto next = base::CheckedAdd(sum, amount);
    if (!next) {
      return absl::ResourceExhaustedError(
          absl::StrCat("econ: got ", std::string(what), " of over 2^64 - 1, need less"));
    }
    sum = *next;
  }
  return sum;
}

// The parts of `pool` for nodes and services; what is left is the protocol's.
struct Parts {
  Amount nodes;
  Amount services;
};

Parts Cut(Amount pool, const EpochParams& params) {
  return {*base::MultiplyDivideFloor(pool, params.node_ppm, kPartsPerMillion),
          *base::MultiplyDivideFloor(pool, params.service_ppm, kPartsPerMillion)};
}

// Splits the stable money by revenues.
absl::StatusOr<Amount> PayStable(Amount pool, std::span<const Amount> revenues,
                                 std::vector<Earned>& earned) {
  earned.resize(revenues.size());
  if (earned.empty()) return 0;
  std::vector<Amount> shares(revenues.size());
  SHADW_ASSIGN_OR_RETURN(const SplitTotals totals,
                         SplitByWeight(pool, revenues, Remainder::kLargestRemainder, shares));
  for (size_t i = 0; i < shares.size(); ++i) earned[i].stable = shares[i];
  return totals.paid;
}

Wide<2> ToWide(Uint128 value) {
  return {{static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64)}};
}

// SplitByWeight by weights below 2^94, with the largest remainders.
std::vector<Amount> SplitByBoosted(Amount pool, std::span<const Uint128> weights) {
  std::vector<Amount> shares(weights.size());
  Uint128 total = 0;  // below 2^94: the revenues are in all below 2^64
  for (const Uint128 weight : weights) total += weight;
  if (total == 0) return shares;
  std::vector<Uint128> lost(weights.size());
  Amount left = pool;
  for (size_t i = 0; i < shares.size(); ++i) {
    shares[i] = *DivideFloor(Multiply(Wide<1>{{pool}}, ToWide(weights[i])), ToWide(total));
    lost[i] = Uint128{pool} * weights[i] - Uint128{shares[i]} * total;  // modulo 2^128, and below
    left -= shares[i];
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto middle = order.begin() + static_cast<ptrdiff_t>(left);  // fewer than there are
  std::ranges::nth_element(order, middle, [&](size_t a, size_t b) {
    return lost[a] != lost[b] ? lost[a] > lost[b] : a < b;
  });
  std::for_each(order.begin(), middle, [&](size_t i) { ++shares[i]; });
  return shares;
}

// Splits the tokens, after PayStable.
Amount PayTokens(Amount pool, std::span<const Uint128> weights, std::vector<Earned>& earned) {
  const std::vector<Amount> shares = SplitByBoosted(pool, weights);
  Amount paid = 0;
  for (size_t i = 0; i < shares.size(); ++i) paid += earned[i].tokens = shares[i];
  return paid;
}

// A boosted revenue needs 94 bits: 64 of the revenue, and 30 of the boost.
std::vector<Uint128> BoostedRevenues(const EpochParams& params, std::span<const Served> served) {
  std::vector<Uint128> weights(served.size());
  for (size_t i = 0; i < served.size(); ++i) {
    weights[i] = Uint128{served[i].revenue} * LockBoostPpm(served[i].lock_epochs_left, params);
  }
  return weights;
}

}  // namespace

absl::Status EpochParams::Validate() const {
  const bool whole = node_ppm <= kPartsPerMillion && protocol_ppm <= kPartsPerMillion &&
                     service_ppm <= kPartsPerMillion &&
                     node_ppm + protocol_ppm + service_ppm == kPartsPerMillion;
  if (!whole) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got parts of ", node_ppm, ", ",
                                                   protocol_ppm, " and ", service_ppm,
                                                   " ppm, need 1000000 together"));
  }
  if (inflation_ppm > kPartsPerMillion) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got inflation of ", inflation_ppm,
                                                   " ppm a year, need at most 1000000"));
  }
  if (epochs_per_year == 0 || epochs_per_year > 31'622'400) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", epochs_per_year, " epochs a year, need 1 to 31622400"));
  }
  if (max_boost_ppm < kPartsPerMillion || max_boost_ppm > kMaxBoostPpm) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got a boost of ", max_boost_ppm,
                                                   " ppm, need 1000000 to ", kMaxBoostPpm));
  }
  if (max_lock_epochs == 0) {
    return absl::InvalidArgumentError("econ: got a longest lock of 0 epochs, need at least 1");
  }
  return absl::OkStatus();
}

uint64_t LockBoostPpm(uint64_t lock_epochs_left, const EpochParams& params) {
  const uint64_t left = std::min(lock_epochs_left, params.max_lock_epochs);
  const auto extra = base::MultiplyDivideFloor(params.max_boost_ppm - kPartsPerMillion, left,
                                               params.max_lock_epochs);
  return kPartsPerMillion + extra.value_or(0);
}

absl::StatusOr<Amount> EpochEmission(const EpochParams& params) {
  SHADW_RETURN_IF_ERROR(params.Validate());
  // Below the supply: it fits.
  return *base::MultiplyDivideFloor(params.supply_at_year_start, params.inflation_ppm,
                                    kPartsPerMillion * params.epochs_per_year);
}

absl::StatusOr<EpochRewards> RewardEpoch(const EpochParams& params, std::span<const Served> served,
                                         std::span<const Amount> service_revenues) {
  SHADW_ASSIGN_OR_RETURN(const Amount emission, EpochEmission(params));
  std::vector<Amount> revenues(served.size());
  std::ranges::transform(served, revenues.begin(), &Served::revenue);
  SHADW_ASSIGN_OR_RETURN(const Amount revenue, Sum("node revenues", revenues));
  SHADW_ASSIGN_OR_RETURN(const Amount of_services, Sum("service revenues", service_revenues));
  if (served.empty() || of_services != revenue) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got revenues of ", revenue, " by ",
                                                   served.size(), " nodes and ", of_services,
                                                   " by services, need nodes and equal sums"));
  }
  const Earned pool = {revenue, revenue == 0 ? 0 : emission};
  const Parts stable = Cut(pool.stable, params);
  const Parts tokens = Cut(pool.tokens, params);
  EpochRewards rewards;
  SHADW_ASSIGN_OR_RETURN(const Amount stable_to_nodes,
                         PayStable(stable.nodes, revenues, rewards.nodes));
  SHADW_ASSIGN_OR_RETURN(const Amount stable_to_services,
                         PayStable(stable.services, service_revenues, rewards.services));
  const std::vector<Uint128> unboosted(service_revenues.begin(), service_revenues.end());
  rewards.protocol = {pool.stable - stable_to_nodes - stable_to_services,
                      pool.tokens -
                          PayTokens(tokens.nodes, BoostedRevenues(params, served), rewards.nodes) -
                          PayTokens(tokens.services, unboosted, rewards.services)};
  rewards.minted = pool.tokens;
  return rewards;
}

}  // namespace shadw::econ
