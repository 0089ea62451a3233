// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/fees.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/split.h"

namespace shadw::econ {
namespace {

// A part of at most the whole: it fits.
Amount PartOf(Amount whole, uint64_t share, uint64_t of) {
  return *base::MultiplyDivideFloor(whole, share, of);
}

}  // namespace

absl::StatusOr<FeeSplit> ChargePayment(Amount amount, const FeePolicy& policy, FormulaMode mode) {
  if (policy.fee_bps > base::kBasisPoints) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a fee of ", policy.fee_bps, " bps, need at most 10000"));
  }
  if (policy.dao_share_ppm > base::kPartsPerMillion) {
    return absl::InvalidArgumentError(absl::StrCat(
        "econ: got a DAO's share of ", policy.dao_share_ppm, " ppm, need at most 1000000"));
  }
  FeeSplit split;
  if (mode == FormulaMode::kReference) {
    split.fee = 2 * PartOf(amount, policy.fee_bps, 2 * base::kBasisPoints);
    split.provider_net = amount;
    if (__builtin_add_overflow(amount, split.fee, &split.payer_pays)) {
      return absl::OutOfRangeError("econ: got a payment of 2^64 base units or more with its fee");
    }
  } else {
    split.fee = PartOf(amount, policy.fee_bps, base::kBasisPoints);
    split.provider_net = amount - split.fee;
    split.payer_pays = amount;
  }
  split.dao = PartOf(split.fee, policy.dao_share_ppm, base::kPartsPerMillion);
  split.rest = split.fee - split.dao;
  return split;
}

absl::StatusOr<std::vector<Amount>> SplitFee(Amount fee, std::span<const uint64_t> shares_ppm) {
  if (shares_ppm.empty() || shares_ppm.size() > kMaxFeeSinks) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", shares_ppm.size(), " sinks, need 1 to ", kMaxFeeSinks));
  }
  uint64_t sum = 0;  // stays at the most there is where it would wrap
  for (const uint64_t share : shares_ppm) sum += std::min(share, UINT64_MAX - sum);
  if (sum != base::kPartsPerMillion) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got shares of ", sum, " ppm together, need 1000000"));
  }
  std::vector<Amount> parts(shares_ppm.size());
  SHADW_RETURN_IF_ERROR(
      SplitByWeight(fee, shares_ppm, Remainder::kLargestRemainder, parts).status());
  return parts;
}

}  // namespace shadw::econ
