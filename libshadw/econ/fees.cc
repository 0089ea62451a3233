// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/fees.h"

#include <algorithm>

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
