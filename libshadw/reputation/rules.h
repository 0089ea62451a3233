// SPDX-License-Identifier: Apache-2.0
//
// The rules by which reputation is earned, spent and forgotten, each as a function of
// plain numbers. `book.h` keeps the accounts that follow them.
//
//   FeeSplit split = *ChargePayment(100 * base::kBaseUnitsPerToken, {});   // fee: 2 tokens
//   Points gain = *PaymentGain(100 * base::kBaseUnitsPerToken, {}, {});    // 1 point, to each
//   Penalty after = *Penalize(Points{50}, Points{100}, Points{20}, {});    // 30 and 60
//
// Points are no money: they have a type of their own, cannot be sold, and no function
// moves them from one party to another. What they cost is said in `attacks.h`.
#ifndef LIBSHADW_REPUTATION_RULES_H_
#define LIBSHADW_REPUTATION_RULES_H_

#include <chrono>
#include <compare>
#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/fees.h"
#include "libshadw/base/formula_mode.h"
#include "libshadw/base/time.h"

namespace shadw::reputation {

// Reputation in units of 1e-9 point.
struct Points {
  uint64_t units = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend constexpr auto operator<=>(const Points&, const Points&) = default;
};
inline constexpr uint64_t kUnitsPerPoint = 1'000'000'000;

using base::FeePolicy;
using base::FeeSplit;

// What a payment costs and whom it reaches. What the fee loses by rounding stays with the
// provider, what the DAO's share loses stays in `rest`.
//   Range    fee  0 to amount
//   Monotone in  amount, fee_bps
//   Units    base units; fee_bps of 10^4, dao_share_ppm of 10^6
//   Errors   kInvalidArgument  a rate above 1; kOutOfRange  payer_pays does not fit
//   Paper    "the system charges the node provider a 2% fee"
//   Defect   the paper leaves the DAO's share open; the authors' program charged the other side
//   Modes    kCorrected     the provider is charged
//            kPaperLiteral  the same
//            kReference     the payer is charged, half the fee at the request and half at the
//                           acceptance, each rounded down
//   Source   catalogue S82; Decent Cloud 3.1; B.1 "Fees"
absl::StatusOr<FeeSplit> ChargePayment(base::Amount amount, const FeePolicy& policy,
                                       base::FormulaMode mode = base::FormulaMode::kCorrected);

struct PaymentPolicy {
  static constexpr uint64_t kMaxCap = (uint64_t{1} << 40) - 1;  // 1099 points

  uint32_t gain_bps = 100;
  Points cap_per_payment{10 * kUnitsPerPoint};
  // What one party can gain in one window, however many payments it takes part in.
  Points cap_per_window{10 * kUnitsPerPoint};
  base::Duration window = std::chrono::hours(24);

  absl::Status Validate() const;
};

// What each side of a payment gains; `current` is what it has.
//   Range    0 to cap_per_payment
//   Monotone in  amount (paper literal: current)
//   Units    units of 1e-9 point; gain_bps of 10^4
//   Errors   kInvalidArgument  the policy's
//   Paper    "the reputations of both the developer and the node provider increase by 1%"
//   Defect   1 % of what is not said; of their reputation, a newcomer stays at 0 for ever, and
//            a payment to oneself or one cut into small parts would evade every cap
//   Modes    kCorrected     1 % of the payment, capped; `book.h` adds the cap per window and
//                           ignores payments to oneself
//            kPaperLiteral  1 % of `current`, without a cap
//            kReference     as kCorrected, and nothing but the cap per payment anywhere
//   Source   catalogue S83, R5; Decent Cloud 3.1; B.1 MAX_REPUTATION_INCREASE_PER_TX
absl::StatusOr<Points> PaymentGain(base::Amount amount, Points current, const PaymentPolicy& policy,
                                   base::FormulaMode mode = base::FormulaMode::kCorrected);

struct PenaltyPolicy {
  // 20000: twice what is spent. 30000 reads the paper as "200 % more"; 10000 is what the
  // authors' documentation says.
  uint32_t multiplier_bps = 20'000;

  absl::Status Validate() const;
};

struct Penalty {
  Points sender;
  Points target;

  friend bool operator==(const Penalty&, const Penalty&) = default;
};

// The reputation of both after the sender spent `spend` of its own to lower the target's.
//   Range    sender - spend; target - spend * multiplier, at least 0
//   Monotone in  spend (falling, both)
//   Units    units of 1e-9 point; multiplier_bps of 10^4
//   Errors   kInvalidArgument    spend is 0, or the multiplier is
//            kResourceExhausted  the sender has less than `spend`
//   Paper    "the receiver's reputation decreases by a higher amount, such as 200%"
//   Defect   200 % of the amount, or 200 % more than it
//   Modes    multiplier_bps  20000, twice the amount, unless said otherwise; 30000 for 200 %
//                            more; 10000 is what the authors' documentation says
//   Source   catalogue S84; Decent Cloud 3.1
absl::StatusOr<Penalty> Penalize(Points sender, Points target, Points spend,
                                 const PenaltyPolicy& policy);

// What is left of `points` after one round of aging.
//   Range    0 to points
//   Monotone in  points; ppm (falling)
//   Units    units of 1e-9 point; ppm of 10^6
//   Errors   kInvalidArgument  ppm above 10^6
//   Paper    none: it knows no aging
//   Defect   the authors' program removes at most 100 units, one ten-millionth of a point:
//            reputations of any size would never age
//   Modes    kCorrected     floor(points * ppm / 10^6) goes
//            kPaperLiteral  nothing goes
//            kReference     as kCorrected, but at most 100 units
//   Source   catalogue S85; B.1 REPUTATION_AGING_PPM
absl::StatusOr<Points> Age(Points points, uint32_t ppm,
                           base::FormulaMode mode = base::FormulaMode::kCorrected);

// How often and by how much one party's reputation rose and fell.
struct History {
  uint64_t increases = 0;
  uint64_t decreases = 0;
  Points gained;
  Points lost;

  friend bool operator==(const History&, const History&) = default;
};

// Counts and sums the changes of a party.
//   Shapes   deltas  the changes of one party in their order
//   Errors   kOutOfRange  a sum does not fit
//   Source   catalogue S86
absl::StatusOr<History> HistoryOf(std::span<const int64_t> deltas);

// The share of changes that were increases; 1 where there were none.
//   Range    0 to 1
//   Monotone in  increases; decreases (falling)
//   Source   catalogue S86
double Health(const History& history);

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_RULES_H_
