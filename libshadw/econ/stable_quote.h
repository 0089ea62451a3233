// SPDX-License-Identifier: Apache-2.0
//
// A price that holds for a while although the token's does not: services are priced in a
// stable unit (a dollar, a kilowatt-hour), and a quote fixes how many tokens that is, by the
// time-weighted mean of the rate over a window, until it expires.
//
//   auto rate = TimeWeightedRate(points, {.now_ns = now, .window_ns = hour});
//   auto quote = LockPrice({.stable_e6 = 5'000'000, .rate = *rate}, now, valid_ns);
//   Settle(*quote, later);                       // the amount, or kFailedPrecondition
//
// The papers ask for "a stable medium of exchange by addressing token volatility" and give
// no formula; this is the catalogue's.
#ifndef LIBSHADW_ECON_STABLE_QUOTE_H_
#define LIBSHADW_ECON_STABLE_QUOTE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"

namespace shadw::econ {

using base::Amount;

inline constexpr size_t kMaxRatePoints = size_t{1} << 24;

// From `time_ns` on a stable unit costs `rate` base units.
struct RatePoint {
  int64_t time_ns = 0;
  Amount rate = 0;
};

struct RateWindow {
  int64_t now_ns = 0;
  int64_t window_ns = 0;
};

// The mean of the rate over [now - window, now], each weighted by how long it held.
//   Shapes   points  1 to kMaxRatePoints, times strictly rising; the first no later than
//                    the window's start
//   Range    between the lowest and the highest rate that held
//   Monotone in  every rate
//   Units    base units for a stable unit, rounded down; nanoseconds
//   Errors   kInvalidArgument    no or too many points, times that do not rise, no window
//            kFailedPrecondition the points begin inside the window
//   Modes    as LockPrice
//   Source   catalogue S38
absl::StatusOr<Amount> TimeWeightedRate(std::span<const RatePoint> points,
                                        const RateWindow& window);

struct StablePrice {
  uint64_t stable_e6 = 0;  // millionths of a stable unit
  Amount rate = 0;         // base units for a stable unit
};

struct Quote {
  Amount amount = 0;
  int64_t expires_ns = 0;  // holds until then, not at it
};

// What a price in stable units is in tokens, rounded up.
//   Monotone in  stable_e6, rate
//   Units    base units; nanoseconds
//   Errors   kInvalidArgument  valid_ns is not positive; kOutOfRange  2^64 or more, or a
//                              time beyond all times
//   Paper    "a stable medium of exchange by addressing token volatility"
//   Defect   no formula is given
//   Modes    one reading  a price in a stable unit, at the time-weighted rate, for a while
//   Source   catalogue S38
absl::StatusOr<Quote> LockPrice(const StablePrice& price, int64_t now_ns, int64_t valid_ns);

// What is to be paid on a quote that still holds.
//   Errors   kFailedPrecondition  the quote has expired
absl::StatusOr<Amount> Settle(const Quote& quote, int64_t now_ns);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_STABLE_QUOTE_H_
