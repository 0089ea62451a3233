// SPDX-License-Identifier: Apache-2.0
//
// What a tenant gets back when a rental ends before its time: the part of the payment for
// the time neither used nor paused.
//
//   ProratedRefund(1'000'000'000, {.start = 0, .end = 10'000, .now = 6'000})  // 400'000'000
#ifndef LIBSHADW_ECON_REFUND_H_
#define LIBSHADW_ECON_REFUND_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::econ {

// Times in any one unit, all of them in the same.
struct Rental {
  std::optional<int64_t> start;  // absent: never started
  std::optional<int64_t> end;    // absent: without an end, nothing to prorate by
  int64_t now = 0;
  int64_t paused = 0;  // how long of start … now it did not run
};

// payment * (total - billable) / total, where total = end - start and
// billable = now - start - paused.
//   Range    0 to payment; everything where it never started or starts later; nothing at
//            or after the end, or where there is none
//   Monotone in  payment; paused; falls in now
//   Units    base units, rounded down: what is not refunded stays with the provider
//   Errors   kInvalidArgument  kCorrected: paused is negative or longer than now - start;
//                              end is not after start
//            kUnimplemented    kPaperLiteral: the paper prints no formula
//   Promise  0 <= refund <= payment
//   Paper    none: the rule is in the authors' program alone
//   Defect   a negative paused time, which bills more than the time that passed, is
//            silently taken for 0
//   Modes    kCorrected     refuses it
//            kPaperLiteral  refused: there is nothing to take literally
//            kReference     takes a negative paused time for 0, a too long one for all
//   Source   catalogue S92, R7
absl::StatusOr<base::Amount> ProratedRefund(base::Amount payment, const Rental& rental,
                                            base::FormulaMode mode = base::FormulaMode::kCorrected);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_REFUND_H_
