// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/fees.h"

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::base {
namespace {

// A part of at most the whole: it fits.
Amount PartOf(Amount whole, uint64_t share, uint64_t of) {
  return *MultiplyDivideFloor(whole, share, of);
}

absl::Status CheckRate(const char* name, uint64_t rate, uint64_t most) {
  if (rate <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("base: got ", name, " ", rate, ", need at most ", most));
}

}  // namespace

absl::Status FeePolicy::Validate() const {
  SHADW_RETURN_IF_ERROR(CheckRate("fee_bps", fee_bps, kBasisPoints));
  return CheckRate("dao_share_ppm", dao_share_ppm, kPartsPerMillion);
}

absl::StatusOr<FeeSplit> SplitPayment(Amount amount, const FeePolicy& policy, FormulaMode mode) {
  SHADW_RETURN_IF_ERROR(policy.Validate());
  FeeSplit split;
  if (mode == FormulaMode::kReference) {
    split.fee = 2 * PartOf(amount, policy.fee_bps, 2 * kBasisPoints);
    split.provider_net = amount;
    if (__builtin_add_overflow(amount, split.fee, &split.payer_pays)) {
      return absl::OutOfRangeError(
          absl::StrCat("base: got amount ", amount, ", need one that fits with its fee"));
    }
  } else {
    split.fee = PartOf(amount, policy.fee_bps, kBasisPoints);
    split.provider_net = amount - split.fee;
    split.payer_pays = amount;
  }
  split.dao = PartOf(split.fee, policy.dao_share_ppm, kPartsPerMillion);
  split.rest = split.fee - split.dao;
  return split;
}

}  // namespace shadw::base
