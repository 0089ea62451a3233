// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/epoch_rewards.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

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

// Splits both moneys by the same or by two weights. Returns what was paid.
absl::StatusOr<Earned> Pay(const Earned& pools, std::span<const uint64_t> stable_weights,
                           std::span<const uint64_t> token_weights, std::vector<Earned>& earned) {
  earned.resize(stable_weights.size());
  if (earned.empty()) return Earned{};
  std::vector<Amount> shares(earned.size());
  SHADW_ASSIGN_OR_RETURN(
      const SplitTotals stable,
      SplitByWeight(pools.stable, stable_weights, Remainder::kLargestRemainder, shares));
  for (size_t i = 0; i < shares.size(); ++i) earned[i].stable = shares[i];
  SHADW_ASSIGN_OR_RETURN(
      const SplitTotals tokens,
      SplitByWeight(pools.tokens, token_weights, Remainder::kLargestRemainder, shares));
  for (size_t i = 0; i < shares.size(); ++i) earned[i].tokens = shares[i];
  return Earned{stable.paid, tokens.paid};
}

absl::StatusOr<std::vector<uint64_t>> BoostedRevenues(const EpochParams& params,
                                                      std::span<const Served> served) {
  std::vector<uint64_t> weights(served.size());
  for (size_t i = 0; i < served.size(); ++i) {
    const uint64_t boost = LockBoostPpm(served[i].lock_epochs_left, params);
    const auto weight = base::CheckedMultiply(served[i].revenue, boost);
    if (!weight) {
      return absl::ResourceExhaustedError(absl::StrCat("econ: got a revenue of ", served[i].revenue,
                                                       " with a boost of ", boost, " ppm at index ",
                                                       i, ", need a product below 2^64"));
    }
    weights[i] = *weight;
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
  SHADW_ASSIGN_OR_RETURN(const std::vector<uint64_t> boosted, BoostedRevenues(params, served));
  const Earned pool = {revenue, revenue == 0 ? 0 : emission};
  const Parts stable = Cut(pool.stable, params);
  const Parts tokens = Cut(pool.tokens, params);
  EpochRewards rewards;
  SHADW_ASSIGN_OR_RETURN(const Earned to_nodes,
                         Pay({stable.nodes, tokens.nodes}, revenues, boosted, rewards.nodes));
  SHADW_ASSIGN_OR_RETURN(const Earned to_services,
                         Pay({stable.services, tokens.services}, service_revenues, service_revenues,
                             rewards.services));
  rewards.protocol = {pool.stable - to_nodes.stable - to_services.stable,
                      pool.tokens - to_nodes.tokens - to_services.tokens};
  rewards.minted = pool.tokens;
  return rewards;
}

}  // namespace shadw::econ
