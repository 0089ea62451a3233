// SPDX-License-Identifier: Apache-2.0
//
// How many spot checks find a loss, and how often.
//
//   DetectionProbability(0.01, 300);           // 0.95096
//   ChallengesFor(0.01, 0.99);                 // 459
#ifndef LIBSHADW_CAPACITY_DETECTION_H_
#define LIBSHADW_CAPACITY_DETECTION_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace shadw::capacity {

inline constexpr uint64_t kMaxChallenges = uint64_t{1} << 40;

// The chance that one of `challenges` independent checks hits what is lost.
//   Range    [0, 1]
//   Monotone in rises with both
//   Units    lost: part of 1
//   Errors   kInvalidArgument  lost outside [0, 1]; challenges over kMaxChallenges
//   Source   catalogue S62; proofs.md: 1 - (1 - ρ)^c
absl::StatusOr<double> DetectionProbability(double lost, uint64_t challenges);

// The fewest checks that find the loss with at least this probability.
//   Range    0 to kMaxChallenges
//   Monotone in rises with `probability`, falls with `lost`
//   Units    both parts of 1
//   Errors   kInvalidArgument    lost outside (0, 1]; probability outside [0, 1), and 1 only
//                                where all is lost
//            kResourceExhausted  it takes more than kMaxChallenges
//   Promise  exact, but where the formula is within 1e-18 of `probability`
//   Source   catalogue S62
absl::StatusOr<uint64_t> ChallengesFor(double lost, double probability);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_DETECTION_H_
