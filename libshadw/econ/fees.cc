// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/fees.h"

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/split.h"

namespace shadw::econ {
absl::StatusOr<FeeSplit> ChargePayment(Amount amount, const FeePolicy& policy, FormulaMode mode) {
  return base::SplitPayment(amount, policy, mode);
}

absl::StatusOr<std::vector<Amount>> SplitFee(Amount fee, std::span<const uint64_t> shares_ppm) {
  if (shares_ppm.empty() || shares_ppm.size() > kMaxFeeSinks) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", shares_ppm.size(), " sinks, need 1 to ", kMaxFeeSinks));
  }
  uint64_t sum = 0;
  for (const uint64_t share : shares_ppm) {
    // One share above the whole is enough to refuse, and sums of smaller ones cannot wrap.
    sum += share > base::kPartsPerMillion ? 2 * base::kPartsPerMillion : share;
  }
  if (sum != base::kPartsPerMillion) {
    return absl::InvalidArgumentError("econ: got shares that do not add up, need 1000000 ppm");
  }
  std::vector<Amount> parts(shares_ppm.size());
  SHADW_RETURN_IF_ERROR(
      SplitByWeight(fee, shares_ppm, Remainder::kLargestRemainder, parts).status());
  return parts;
}

}  // namespace shadw::econ
