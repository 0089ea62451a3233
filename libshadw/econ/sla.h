// SPDX-License-Identifier: Apache-2.0
//
// Service levels: what was promised, what was measured, and what a provider owes for the
// difference.
//
//   const Sla sla = {.uptime_ppm = 999'000, .credits = {{999'000, 1'000}, {950'000, 5'000}}};
//   AllowedDowntime(sla);                                      // 43 min 12 s of 30 days
//   const SlaReport report = *EvaluateSla(sla, samples);
//   const SlaPenalty penalty = *PenaltyFor(sla, report, paid);  // credit and what stays
#ifndef LIBSHADW_ECON_SLA_H_
#define LIBSHADW_ECON_SLA_H_

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/time.h"

namespace shadw::econ {

using base::Amount;

// Below `uptime_ppm`, `credit_bps` of the price come back.
struct SlaCredit {
  uint64_t uptime_ppm = 0;
  uint64_t credit_bps = 0;
};

struct Sla {
  static constexpr size_t kMaxCredits = 64;

  uint64_t uptime_ppm = 999'000;
  base::Duration window = std::chrono::hours(30 * 24);
  base::Duration latency_p99 = base::Duration::max();  // promised; the default promises none
  std::vector<SlaCredit> credits;                      // uptime falling, credit rising

  //   Errors   kInvalidArgument  a rate above its whole; credits out of order; no window
  absl::Status Validate() const;
};

// One measured period of the window, of equal lengths.
struct SlaSample {
  uint64_t uptime_ppm = 0;
  base::Duration latency_p99{};
};

struct SlaReport {
  uint64_t periods = 0;
  uint64_t breaches = 0;        // periods below the promised uptime or above its latency
  uint64_t uptime_ppm = 0;      // mean, rounded down
  uint64_t compliance_ppm = 0;  // periods without a breach, rounded down
};

struct SlaPenalty {
  Amount credit = 0;  // back to the tenant
  Amount kept = 0;    // what the provider may keep
};

// The downtime that the promise leaves in its window, rounded down to a nanosecond.
//   Range    0 to the window
//   Monotone in  window; falls in uptime_ppm
//   Errors   kInvalidArgument  Validate()
//   Source   catalogue S113: 99.9 % of 30 days: 43 min 12 s
absl::StatusOr<base::Duration> AllowedDowntime(const Sla& sla);

// Compares samples with the promise.
//   Range    samples  1 to 2^32; uptime_ppm <= 1'000'000, latency >= 0
//   Monotone in  compliance: each sample's uptime; falls in its latency
//   Errors   kInvalidArgument  Validate(); no samples; a sample out of range, by its index
//   Source   catalogue S113: target 99.9, days 99.95 and 99.5: one breach, 50 %
absl::StatusOr<SlaReport> EvaluateSla(const Sla& sla, std::span<const SlaSample> samples);

// The credit of the lowest step that the mean uptime is below, of a price.
//   Range    credit  0 to price, rounded up: what we charge
//   Monotone in  price; falls in the uptime
//   Units    base units
//   Errors   kInvalidArgument  Validate()
//   Promise  credit + kept == price
//   Source   catalogue S113
absl::StatusOr<SlaPenalty> PenaltyFor(const Sla& sla, const SlaReport& report, Amount price);

// A day on which a promise was broken.
struct SlaBreach {
  double uptime_percent = 0;
  double response_percent = 0;  // of requests answered in time
  uint64_t incidents = 0;
};

// Points off a provider's standing for its breached days among `days` measured ones:
// 0.7 * mean over the breaches of 12 ln(1 + shortfall / max(100 - target, 0.05)) +
// min((100 - response) / 10, 4) + 0.75 min(incidents, 4), and 18 * breach rate *
// clamp(days / 30, 0.2, 1); at most 45.
//   Range    0 to 45; 0 without breaches
//   Monotone in  falls in uptime and response; number of equal breaches at equal days (a
//            mild one more may lower the mean of grave ones)
//   Units    percent in, points out; 1e-12 relative
//   Errors   kInvalidArgument  a percentage outside 0 to 100; more breaches than days
//   Source   catalogue S113, B.1: one day of 99.89, 99 and 0 against 99.9: 4.4706...
absl::StatusOr<double> SlaPenaltyPoints(double target_percent, std::span<const SlaBreach> breaches,
                                        uint64_t days);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_SLA_H_
