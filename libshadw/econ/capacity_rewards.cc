// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/capacity_rewards.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

absl::Status RefuseMode(FormulaMode mode) {
  if (mode != FormulaMode::kReference) return absl::OkStatus();
  return absl::UnimplementedError(
      "econ: got mode reference, need corrected or paper_literal: no program was published");
}

absl::Status CheckCount(size_t count) {
  if (count > 0 && count <= kMaxParticipants) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got ", count, " participants, need 1 to ", kMaxParticipants));
}

absl::Status CheckLength(std::string_view what, size_t got, size_t need) {
  if (got == need) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got ", got, " ", std::string(what), ", need ", need));
}

// The capacities as whole numbers, the largest one between 2^63 and 2^64. Multiplying by a
// power of two is exact, so only what lies below the last bit is cut.
absl::StatusOr<std::vector<uint64_t>> ToWeights(std::span<const double> capacities) {
  double largest = 0;
  for (size_t i = 0; i < capacities.size(); ++i) {
    if (!std::isfinite(capacities[i]) || capacities[i] < 0) {
      return absl::InvalidArgumentError(absl::StrCat("econ: got capacity ", capacities[i],
                                                     " at index ", i,
                                                     ", need a finite number of at least 0"));
    }
    largest = std::max(largest, capacities[i]);
  }
  std::vector<uint64_t> weights(capacities.size());
  if (largest == 0) return weights;
  int exponent = 0;
  std::frexp(largest, &exponent);
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<uint64_t>(std::ldexp(capacities[i], 64 - exponent));
  }
  return weights;
}

absl::StatusOr<SplitTotals> StorageAsPrinted(Amount pool, std::span<const uint64_t> weights,
                                             std::span<const uint8_t> passed,
                                             std::span<Amount> shares) {
  base::Uint128 total = 0;
  for (const uint64_t weight : weights) total += weight;
  SplitTotals totals;
  for (size_t i = 0; i < shares.size(); ++i) {
    shares[i] = 0;
    if (passed[i] == 0) continue;
    const base::Uint128 share =
        total == 0 ? 0 : static_cast<base::Uint128>(weights[i]) * base::kBaseUnitsPerToken / total;
    const auto each = base::CheckedAdd(pool, static_cast<Amount>(share));
    const auto paid = base::CheckedAdd(totals.paid, each.value_or(UINT64_MAX));
    if (!each || !paid) {
      return absl::ResourceExhaustedError(absl::StrCat("econ: got a pool of ", pool,
                                                       " for each of ", shares.size(),
                                                       " nodes, need a sum below 2^64"));
    }
    shares[i] = *each;
    totals.paid = *paid;
  }
  return totals;
}

}  // namespace

absl::StatusOr<PoolSizes> RewardPools(Amount supply, const RewardParts& parts) {
  const auto sum = base::CheckedAdd(parts.capacity_ppm, parts.storage_ppm);
  if (!sum || *sum > base::kPartsPerMillion) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got parts of ", parts.capacity_ppm,
                                                   " and ", parts.storage_ppm,
                                                   " ppm, need at most 1000000 together"));
  }
  PoolSizes pools;
  pools.capacity = *base::MultiplyDivideFloor(supply, parts.capacity_ppm, base::kPartsPerMillion);
  pools.storage = *base::MultiplyDivideFloor(supply, parts.storage_ppm, base::kPartsPerMillion);
  pools.rest = supply - pools.capacity - pools.storage;
  return pools;
}

absl::StatusOr<SplitTotals> RewardCapacity(Amount pool, std::span<const double> capacities,
                                           const CapacityRewardOptions& options,
                                           std::span<Amount> shares) {
  SHADW_RETURN_IF_ERROR(RefuseMode(options.mode));
  SHADW_RETURN_IF_ERROR(CheckLength("shares", shares.size(), capacities.size()));
  SHADW_ASSIGN_OR_RETURN(const std::vector<uint64_t> weights, ToWeights(capacities));
  const bool nobody = std::ranges::all_of(weights, [](uint64_t weight) { return weight == 0; });
  if (options.mode == FormulaMode::kPaperLiteral && !nobody) {
    return SplitEqually(pool, options.remainder, shares);
  }
  return SplitByWeight(pool, weights, options.remainder, shares);
}

absl::StatusOr<SplitTotals> RewardStorage(Amount pool, std::span<const double> capacities,
                                          std::span<const uint8_t> passed,
                                          const StorageRewardOptions& options,
                                          std::span<Amount> shares) {
  SHADW_RETURN_IF_ERROR(RefuseMode(options.mode));
  SHADW_RETURN_IF_ERROR(CheckCount(capacities.size()));
  SHADW_RETURN_IF_ERROR(CheckLength("shares", shares.size(), capacities.size()));
  SHADW_RETURN_IF_ERROR(CheckLength("audit results", passed.size(), capacities.size()));
  for (size_t i = 0; i < passed.size(); ++i) {
    if (passed[i] <= 1) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got audit result ", passed[i], " at index ", i, ", need 0 or 1"));
  }
  SHADW_ASSIGN_OR_RETURN(std::vector<uint64_t> weights, ToWeights(capacities));
  if (options.mode == FormulaMode::kPaperLiteral) {
    return StorageAsPrinted(pool, weights, passed, shares);
  }
  const bool redistribute = options.failed_share == FailedShare::kRedistribute;
  for (size_t i = 0; redistribute && i < weights.size(); ++i) weights[i] *= passed[i];
  SHADW_ASSIGN_OR_RETURN(SplitTotals totals,
                         SplitByWeight(pool, weights, options.remainder, shares));
  for (size_t i = 0; i < shares.size(); ++i) {
    if (passed[i] != 0) continue;
    totals.paid -= shares[i];
    totals.carried += shares[i];
    shares[i] = 0;
  }
  return totals;
}

}  // namespace shadw::econ
