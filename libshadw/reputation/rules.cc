// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/rules.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::reputation {
namespace {

using base::Amount;
using base::FormulaMode;

constexpr uint64_t kReferenceAgingCap = 100;  // units

// The share of `amount`, rounded down; `of` is not 0 and share <= of.
Amount Share(Amount amount, uint64_t share, uint64_t of) {
  return *base::MultiplyDivideFloor(amount, share, of);
}

absl::Status CheckRate(const char* name, uint64_t rate, uint64_t most) {
  if (rate <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("reputation: got ", name, " ", rate, ", need at most ", most));
}

}  // namespace

absl::StatusOr<FeeSplit> ChargePayment(Amount amount, const FeePolicy& policy, FormulaMode mode) {
  return base::SplitPayment(amount, policy, mode);
}

absl::Status PaymentPolicy::Validate() const {
  SHADW_RETURN_IF_ERROR(CheckRate("gain_bps", gain_bps, base::kBasisPoints));
  SHADW_RETURN_IF_ERROR(CheckRate("cap_per_payment", cap_per_payment.units, kMaxCap));
  SHADW_RETURN_IF_ERROR(CheckRate("cap_per_window", cap_per_window.units, kMaxCap));
  if (window < std::chrono::seconds(1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got a window of ", window.count(), " ns, need at least 10^9"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Points> PaymentGain(Amount amount, Points current, const PaymentPolicy& policy,
                                   FormulaMode mode) {
  SHADW_RETURN_IF_ERROR(policy.Validate());
  if (mode == FormulaMode::kPaperLiteral) {
    return Points{Share(current.units, policy.gain_bps, base::kBasisPoints)};
  }
  const Amount raw = Share(amount, policy.gain_bps, base::kBasisPoints);
  return Points{std::min(raw, policy.cap_per_payment.units)};
}

absl::Status PenaltyPolicy::Validate() const {
  if (multiplier_bps > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("reputation: got multiplier_bps 0, need at least 1");
}

absl::StatusOr<Penalty> Penalize(Points sender, Points target, Points spend,
                                 const PenaltyPolicy& policy) {
  SHADW_RETURN_IF_ERROR(policy.Validate());
  if (spend.units == 0) {
    return absl::InvalidArgumentError("reputation: got 0 points to spend, need at least 1 unit");
  }
  if (spend > sender) {
    return absl::ResourceExhaustedError(
        absl::StrCat("reputation: got ", sender.units, " units to spend from, need ", spend.units));
  }
  // What does not fit 64 bits is more than anyone has.
  const uint64_t loss =
      base::MultiplyDivideFloor(spend.units, policy.multiplier_bps, base::kBasisPoints)
          .value_or(UINT64_MAX);
  return Penalty{.sender = {sender.units - spend.units},
                 .target = {target.units - std::min(target.units, loss)}};
}

absl::StatusOr<Points> Age(Points points, uint32_t ppm, FormulaMode mode) {
  SHADW_RETURN_IF_ERROR(CheckRate("ppm", ppm, base::kPartsPerMillion));
  if (mode == FormulaMode::kPaperLiteral) return points;
  uint64_t loss = Share(points.units, ppm, base::kPartsPerMillion);
  if (mode == FormulaMode::kReference) loss = std::min(loss, kReferenceAgingCap);
  return Points{points.units - loss};
}

absl::StatusOr<History> HistoryOf(std::span<const int64_t> deltas) {
  History history;
  for (const int64_t delta : deltas) {
    if (delta == 0) continue;
    uint64_t& count = delta > 0 ? history.increases : history.decreases;
    uint64_t& sum = delta > 0 ? history.gained.units : history.lost.units;
    const uint64_t size = delta > 0 ? static_cast<uint64_t>(delta) : -static_cast<uint64_t>(delta);
    const std::optional<uint64_t> next = base::CheckedAdd(sum, size);
    if (!next) return absl::OutOfRangeError("reputation: got changes whose sum exceeds 2^64");
    sum = *next;
    ++count;
  }
  return history;
}

double Health(const History& history) {
  const double all =
      static_cast<double>(history.increases) + static_cast<double>(history.decreases);
  return all == 0 ? 1 : static_cast<double>(history.increases) / all;
}

}  // namespace shadw::reputation
