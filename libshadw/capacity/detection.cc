// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/detection.h"

#include "absl/strings/str_cat.h"

namespace shadw::capacity {
namespace {

// x^n by squaring, the same on every machine.
double Power(double x, uint64_t n) {
  double power = 1;
  for (; n > 0; n >>= 1, x *= x) {
    if (n & 1) power *= x;
  }
  return power;
}

}  // namespace

absl::StatusOr<double> DetectionProbability(double lost, uint64_t challenges) {
  if (!(lost >= 0 && lost <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got a loss of ", lost, ", need one in [0, 1]"));
  }
  if (challenges > kMaxChallenges) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got ", challenges, " challenges, need at most ", kMaxChallenges));
  }
  return 1 - Power(1 - lost, challenges);
}

absl::StatusOr<uint64_t> ChallengesFor(double lost, double probability) {
  if (!(lost > 0 && lost <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got a loss of ", lost, ", need one in (0, 1]"));
  }
  if (!(probability >= 0 && (probability < 1 || (probability == 1 && lost == 1)))) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got a probability of ", probability, ", need one in [0, 1)"));
  }
  const auto enough = [&](uint64_t c) { return 1 - Power(1 - lost, c) >= probability; };
  uint64_t high = 1;
  if (enough(0)) return 0;
  while (!enough(high)) {
    if (high >= kMaxChallenges) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "capacity: got a loss of ", lost, ", need one that ", kMaxChallenges, " checks find"));
    }
    high *= 2;
  }
  uint64_t low = high / 2;
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace shadw::capacity
