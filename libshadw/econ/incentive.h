// SPDX-License-Identifier: Apache-2.0
//
// Does it pay to cheat? The expected net gain of a malicious and of an honest party, of
// benefit, time, cost and what their reputation loses; by expectations, or drawn from
// distributions.
//
//   const NetInputs malicious = {.benefit = 10'000, .time = 10, .cost = 200, .loss = 5'000};
//   const NetInputs honest = {.benefit = 500, .time = 1, .cost = 100, .loss = -50};
//   ExpectedNet(malicious);                           // -4200, and 450 for the honest one
//   CompareIncentives(malicious, honest);             // kHonest
//   BreakevenLoss(malicious, 450);                    // 350: from there on honesty pays
//
// Limits: "theorem" in the paper is a definition. A benefit per unit of time minus a cost
// of any time is not one unit; CostsAre::kPerTime is.
#ifndef LIBSHADW_ECON_INCENTIVE_H_
#define LIBSHADW_ECON_INCENTIVE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "libshadw/econ/distribution.h"

namespace shadw::econ {

// Expectations: E[B], E[T], E[C], E[R].
struct NetInputs {
  double benefit = 0;
  double time = 1;  // above 0
  double cost = 0;
  double loss = 0;  // of reputation; a gain is negative
};

enum class CostsAre : uint8_t {
  kAbsolute,  // as printed
  kPerTime,   // divided by the time, like the benefit
};

enum class IncentiveVerdict : uint8_t { kHonest, kMalicious };

// E[B] / E[T] - (E[C] + E[R]), or (E[B] - E[C] - E[R]) / E[T] with kPerTime.
//   Range    any finite numbers, time above 0
//   Monotone in  benefit; falls in cost and loss
//   Units    the caller's
//   Errors   kInvalidArgument  time is not above 0, or a number is not finite
//   Paper    "E[N]=E[B]/E[T]-(E[C]+E[R])"
//   Defect   a rate minus amounts; E[B]/E[T] is not E[B/T]
//   Modes    kAbsolute  as printed: cost and loss are amounts
//            kPerTime   cost and loss are divided by the time too, so that all is one unit
//   Source   catalogue S87, R6
absl::StatusOr<double> ExpectedNet(const NetInputs& inputs, CostsAre costs = CostsAre::kAbsolute);

// Malicious behaviour is likely if and only if its expected net gain is the larger one.
//   Errors   as ExpectedNet
//   Modes    as ExpectedNet
//   Source   catalogue S87
absl::StatusOr<IncentiveVerdict> CompareIncentives(const NetInputs& malicious,
                                                   const NetInputs& honest,
                                                   CostsAre costs = CostsAre::kAbsolute);

// The E[R] of the malicious party at which its expected net is that of the honest one; its
// own `loss` is not looked at.
//   Errors   as ExpectedNet
//   Modes    as ExpectedNet
//   Source   catalogue S87
absl::StatusOr<double> BreakevenLoss(const NetInputs& malicious, double honest_net,
                                     CostsAre costs = CostsAre::kAbsolute);

struct NetDistributions {
  Distribution benefit;
  Distribution time;
  Distribution cost;
  Distribution loss;
};

struct SimulationOptions {
  uint64_t draws = 1'000'000;
  uint64_t seed = 0;
  uint64_t run = 0;
  CostsAre costs = CostsAre::kAbsolute;
};

struct SimulatedNet {
  double net = 0;
  double standard_error = 0;
};

inline constexpr uint64_t kMaxDraws = uint64_t{1} << 40;

// mean(B) / mean(T) - mean(C) - mean(R) over independent draws, with the standard error of
// the delta method.
//   Range    draws  2 to kMaxDraws
//   Errors   kInvalidArgument  draws out of range; a time that may be 0 or below
//   Promise  the same options, the same bits, on every machine
//   Cost     four draws each, in blocks: no memory that grows
//   Modes    as ExpectedNet
//   Source   catalogue R6
absl::StatusOr<SimulatedNet> SimulateNet(const NetDistributions& inputs,
                                         const SimulationOptions& options);

// mean(B / T), which is not mean(B) / mean(T).
//   Range    time.least() > 0
//   Errors   kInvalidArgument  as SimulateNet, or a time without a positive lower bound:
//                              the mean may then be infinite (exponential times) or not
//                              exist (normal ones)
//   Promise  as SimulateNet
//   Source   catalogue R6
absl::StatusOr<SimulatedNet> SimulateRatio(const Distribution& benefit, const Distribution& time,
                                           const SimulationOptions& options);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_INCENTIVE_H_
