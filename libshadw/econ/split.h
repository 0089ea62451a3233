// SPDX-License-Identifier: Apache-2.0
//
// One pool, many receivers: by weight, by the square root of a reputation, or equally.
// Shares are whole base units rounded down, and what that leaves over goes where the
// caller says. Nothing is lost: paid + burned + carried is the pool, always.
//
//   std::vector<Amount> shares(reputations.size());
//   auto totals = SplitBySqrt(pool, reputations, {.remainder = Remainder::kBurn}, shares);
//   // shares: 13'137'553'304, 16'090'151'033, 20'772'295'662 of 50 * 10^9 for {2, 3, 5}
//
// Limits: the root of a sum is less than the sum of roots, so who splits one reputation R
// into m equal ones gets sqrt(m) times as much: {900} weighs 30, nine of 100 weigh 90.
// Guard it by a fee for each participant or a least stake.
#ifndef LIBSHADW_ECON_SPLIT_H_
#define LIBSHADW_ECON_SPLIT_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/formula_mode.h"
#include "libshadw/econ/sqrt_weight.h"

namespace shadw::econ {

using base::Amount;
using base::FormulaMode;
using base::Remainder;

inline constexpr size_t kMaxParticipants = size_t{1} << 32;

// Where a pool went.
struct SplitTotals {
  Amount paid = 0;
  Amount burned = 0;
  Amount carried = 0;
  friend bool operator==(const SplitTotals&, const SplitTotals&) = default;
};

// shares[i] = floor(pool * weights[i] / sum of weights), and the remainder by its rule.
//   Shapes   weights, shares  N each, 1 <= N <= kMaxParticipants; they do not overlap
//   Range    weights  any; where all are 0 nobody is paid, and the pool is carried, or
//                     burned where that is the rule
//   Monotone in  one's own weight; in pool, and falls in the weights of others (these
//            two within one unit with kLargestRemainder)
//   Units    base units
//   Errors   kInvalidArgument  no weights, too many, or another number of shares
//   Promise  paid + burned + carried == pool; with kLargestRemainder paid == pool
//   Cost     O(N) multiplications; kLargestRemainder: and N bytes, or 33 N where all leave
//            over nearly the same
//   Source   catalogue G2; largest remainder: Hamilton 1792
absl::StatusOr<SplitTotals> SplitByWeight(Amount pool, std::span<const uint64_t> weights,
                                          Remainder remainder, std::span<Amount> shares);

// Everybody the same; the first ones get one unit more with kLargestRemainder.
//   Range    shares  1 to kMaxParticipants
//   Units    base units
//   Errors   kInvalidArgument  no shares, or too many
//   Promise  paid + burned + carried == pool
//   Source   catalogue B.1: what one network pays to those who checked in
absl::StatusOr<SplitTotals> SplitEqually(Amount pool, Remainder remainder,
                                         std::span<Amount> shares);

struct SqrtSplitOptions {
  Remainder remainder = Remainder::kLargestRemainder;
  // Where nobody has a reputation: an equal split instead of none.
  bool bootstrap = false;
  FormulaMode mode = FormulaMode::kCorrected;
};

// A pool by the square roots of reputations.
//   Shapes   reputations, shares  N each, 1 <= N <= kMaxParticipants; they do not overlap
//   Range    reputations  any
//   Monotone in  one's own reputation; in pool (with kLargestRemainder within one unit)
//   Units    base units; reputations in any one unit
//   Errors   kInvalidArgument  no reputations, too many, or another number of shares
//   Promise  paid + burned + carried == pool; integers only, the same on every machine
//   Paper    "distribution ... weighted by their reputation. The reward distribution uses
//            a square root scaling function to calculate weights"
//   Defect   no scale is given: roots rounded to whole numbers pay {2, 3, 5} as {1, 1, 2}
//   Modes    kCorrected     weights floor(sqrt(reputation * 2^64))
//            kPaperLiteral  weights floor(sqrt(reputation))
//            kReference     an equal split: there is no root in the authors' program
//   Source   catalogue S96, R5
absl::StatusOr<SplitTotals> SplitBySqrt(Amount pool, std::span<const uint64_t> reputations,
                                        const SqrtSplitOptions& options, std::span<Amount> shares);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_SPLIT_H_
