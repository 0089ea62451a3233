// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/fetch_rewards.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

absl::Status CheckGroups(std::span<const FetchResponse> responses) {
  std::vector<size_t> order(responses.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [responses](size_t i) { return responses[i].node; });
  const auto torn = std::ranges::adjacent_find(order, [responses](size_t a, size_t b) {
    return responses[a].node == responses[b].node && responses[a].group != responses[b].group;
  });
  if (torn == order.end()) return absl::OkStatus();
  const FetchResponse& one = responses[torn[0]];
  return absl::InvalidArgumentError(absl::StrCat("econ: got node ", base::ToHex(one.node),
                                                 " in groups ", one.group, " and ",
                                                 responses[torn[1]].group, ", need one of them"));
}

}  // namespace

absl::StatusOr<std::vector<FetchVerdict>> JudgeFetch(std::span<const FetchResponse> responses) {
  SHADW_RETURN_IF_ERROR(CheckGroups(responses));
  std::vector<FetchVerdict> verdicts(responses.size(), FetchVerdict::kInvalid);
  std::vector<size_t> order;
  for (size_t i = 0; i < responses.size(); ++i) {
    if (responses[i].valid && responses[i].acknowledged) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [responses](size_t i) {
    const FetchResponse& response = responses[i];
    return std::tie(response.group, response.acknowledged_ns, response.node);
  });
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const bool first =
        rank == 0 || responses[order[rank]].group != responses[order[rank - 1]].group;
    verdicts[order[rank]] = first ? FetchVerdict::kFirst : FetchVerdict::kLate;
  }
  return verdicts;
}

absl::StatusOr<FetchReward> SplitFetchReward(Amount pool, const FetchCounts& counts,
                                             uint64_t holder_ppm) {
  if (holder_ppm >= base::kPartsPerMillion / 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a holders' part of ", holder_ppm, " ppm, need less than 500000"));
  }
  const Amount for_holders = *base::MultiplyDivideFloor(pool, holder_ppm, base::kPartsPerMillion);
  const Amount for_winners = pool - for_holders;
  FetchReward reward;
  if (counts.holders == 0) {
    reward.carried += for_holders;
  } else {
    reward.per_holder = for_holders / counts.holders;
    reward.larger_holders = for_holders % counts.holders;
  }
  if (counts.winners == 0) {
    reward.carried += for_winners;
  } else {
    reward.per_winner = for_winners / counts.winners;
    reward.larger_winners = for_winners % counts.winners;
  }
  return reward;
}

}  // namespace shadw::econ
