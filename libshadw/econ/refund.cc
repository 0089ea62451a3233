// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/refund.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace shadw::econ {

absl::StatusOr<base::Amount> ProratedRefund(base::Amount payment, const Rental& rental,
                                            base::FormulaMode mode) {
  if (mode == base::FormulaMode::kPaperLiteral) {
    return absl::UnimplementedError(
        "econ: got mode paper_literal, need corrected or reference: the paper prints no formula");
  }
  const bool corrected = mode == base::FormulaMode::kCorrected;
  if (corrected && rental.paused < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a paused time of ", rental.paused, ", need at least 0"));
  }
  if (!rental.start) return payment;
  if (!rental.end) return base::Amount{0};
  if (corrected && *rental.end <= *rental.start) {
    return absl::InvalidArgumentError(absl::StrCat(
        "econ: got an end at ", *rental.end, ", need one after the start at ", *rental.start));
  }
  if (rental.now < *rental.start) return payment;
  // Differences of ordered int64 fit uint64.
  const uint64_t elapsed = static_cast<uint64_t>(rental.now) - static_cast<uint64_t>(*rental.start);
  const auto paused = static_cast<uint64_t>(std::max<int64_t>(rental.paused, 0));
  if (corrected && paused > elapsed) {
    return absl::InvalidArgumentError(absl::StrCat(
        "econ: got a paused time of ", paused, ", need at most the ", elapsed, " since the start"));
  }
  if (rental.now >= *rental.end) return base::Amount{0};
  const uint64_t total = static_cast<uint64_t>(*rental.end) - static_cast<uint64_t>(*rental.start);
  const uint64_t billable = elapsed - std::min(paused, elapsed);
  return *base::MultiplyDivideFloor(payment, total - billable, total);
}

}  // namespace shadw::econ
