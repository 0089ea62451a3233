// SPDX-License-Identifier: Apache-2.0
//
// What computing, energy and a transfer cost, in doubles: for quotes and notebooks. What is
// billed is measured by meter.h in whole units.
//
//   ComputePrice({.bit_ops = 1e12, .flops = 2e12}, {.per_bit_op = 2e-12, .per_flop = 5e-12}) // 12
//   EnergyKwh({}, {.idle_watts = 200}, /*seconds=*/3600);                                   // 0.2
//   BandwidthPrice(usage, rates);
//
// The kilowatt-hour is what all of it is compared by: CoefficientsOf turns joules for an
// operation and a tariff into rates, and both ways of pricing then agree.
#ifndef LIBSHADW_ECON_RESOURCE_PRICE_H_
#define LIBSHADW_ECON_RESOURCE_PRICE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::econ {

using base::FormulaMode;

inline constexpr double kJoulesPerKwh = 3.6e6;
inline constexpr double kBytesPerMegabyte = 1e6;
inline constexpr size_t kMaxLinearTerms = 1024;

// Everything here is finite and not negative, or refused as kInvalidArgument.
struct ComputeUsage {
  double bit_ops = 0;
  double flops = 0;
};
struct ComputeRates {
  double per_bit_op = 0;
  double per_flop = 0;
};

// per_bit_op * bit_ops + per_flop * flops.
//   Range    0 and above
//   Monotone in  every argument, and linear in each
//   Units    currency; floating-point operations, not numbers
//   Errors   kInvalidArgument  an argument, or the price, is negative or not finite
//   Paper    "Price = a * bit operations + b * floating points"; "measure ... in bit
//            operations per floating point"
//   Defect   the sum and the ratio are two measures, and "floating points" may be numbers or
//            operations
//   Modes    one reading  the sum is the price, of operations; BitOpsPerFlop is the ratio
//   Source   catalogue S8; shadw and deMEC lite papers
absl::StatusOr<double> ComputePrice(const ComputeUsage& usage, const ComputeRates& rates);

// The class of a workload: bit operations for each floating-point operation.
//   Errors   kInvalidArgument  flops is 0
//   Source   catalogue S8
absl::StatusOr<double> BitOpsPerFlop(const ComputeUsage& usage);

struct EnergyModel {
  double joules_per_bit_op = 0;
  double joules_per_flop = 0;
  double idle_watts = 0;  // drawn whether or not anything runs
};

// What operations, and idling for `seconds`, draw.
//   Range    0 and above
//   Monotone in  every argument
//   Units    kilowatt-hours; seconds
//   Errors   as ComputePrice
//   Source   catalogue S8
absl::StatusOr<double> EnergyKwh(const ComputeUsage& usage, const EnergyModel& model,
                                 double seconds);

// Energy at a tariff.
//   Range    0 and above
//   Monotone in  every argument
//   Units    currency; tariff for a kilowatt-hour
//   Errors   as ComputePrice
//   Promise  with idle_watts = 0 the same as ComputePrice with CoefficientsOf, to 1e-12
//   Source   catalogue S8, R2
absl::StatusOr<double> EnergyPrice(const ComputeUsage& usage, const EnergyModel& model,
                                   double seconds, double tariff_per_kwh);

// The rates by which operations alone cost what their energy does; idle power has no place
// in them.
//   Errors   as ComputePrice
absl::StatusOr<ComputeRates> CoefficientsOf(const EnergyModel& model, double tariff_per_kwh);

struct NetUsage {
  double megabytes = 0;   // of 10^6 bytes
  double seconds = 0;     // booked, not needed: else slow transfers are paid better
  double latency_ms = 0;  // one way
  double ping_ms = 0;     // there and back
};
struct NetRates {
  double per_megabyte = 0;
  double per_second = 0;
  double per_latency_ms = 0;
  double per_ping_ms = 0;
};
// What was agreed; only what is beyond is deducted.
struct NetTargets {
  double latency_ms = 0;
  double ping_ms = 0;
};

// What a transfer costs: its volume and its time, less what was slower than agreed.
//   Range    0 and above (corrected); any number (literal)
//   Monotone in  megabytes, seconds; falls in latency and ping (corrected)
//   Units    currency
//   Errors   kInvalidArgument  an argument is negative or not finite; kPaperLiteral takes
//                              rates of any sign
//            kUnimplemented    kReference: no program of the authors has this formula
//   Paper    Price = c * megabytes + d * seconds + e * latency + f * ping
//   Defect   with e and f above 0 a slower network costs more, and so pays the slower
//            provider better
//   Modes    kCorrected     c * megabytes + d * seconds - e * max(0, latency - target)
//                           - f * max(0, ping - target), but at least 0
//            kPaperLiteral  the printed sum
//            kReference     refused: no program of the authors has this formula
//   Source   catalogue S9, R2
absl::StatusOr<double> BandwidthPrice(const NetUsage& usage, const NetRates& rates,
                                      const NetTargets& targets = {},
                                      FormulaMode mode = FormulaMode::kCorrected);

// start + sum of rates[i] * usage[i], as compute markets price by several meters.
//   Range    0 and above
//   Monotone in  every argument
//   Errors   kInvalidArgument  an argument is negative or not finite; other lengths, or
//                              more than kMaxLinearTerms
//   Source   catalogue S9, comparison
absl::StatusOr<double> LinearPrice(double start, std::span<const double> rates,
                                   std::span<const double> usage);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_RESOURCE_PRICE_H_
