// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/detection.h"

#include <array>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace shadw::capacity {
namespace {

// A number of twice a double's precision, high + low, of additions, multiplications and
// fused ones alone: the same on every machine. 1 - 1e-12 is no double, and its powers
// multiply the error.
struct Wide {
  double high;
  double low;
};

// Of numbers in [0, 1].
Wide operator*(const Wide& a, const Wide& b) {
  const double product = a.high * b.high;
  const double rest = std::fma(a.high, b.high, -product) + (a.high * b.low + a.low * b.high);
  const double sum = product + rest;
  return {sum, rest - (sum - product)};
}

Wide OneMinus(const Wide& x) {
  const double high = 1 - x.high;
  return {high, ((1 - high) - x.high) - x.low};
}

constexpr uint32_t kMaxChallengesLog2 = 40;
static_assert(kMaxChallenges == uint64_t{1} << kMaxChallengesLog2);

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
  Wide missed = {1, 0};
  Wide power = OneMinus({lost, 0});
  for (uint64_t n = challenges; n > 0; n >>= 1, power = power * power) {
    if (n & 1) missed = missed * power;
  }
  const Wide found = OneMinus(missed);
  return found.high + found.low;
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
  const auto enough = [&](const Wide& missed) {
    const Wide found = OneMinus(missed);
    return (found.high - probability) + found.low >= 0;
  };
  if (probability == 0) return 0;
  // powers[k] is the chance that 2^k checks miss.
  std::array<Wide, kMaxChallengesLog2 + 1> powers = {OneMinus({lost, 0})};
  for (size_t k = 1; k < powers.size(); ++k) powers[k] = powers[k - 1] * powers[k - 1];
  uint64_t too_few = 0;
  Wide missed = {1, 0};
  for (size_t k = powers.size(); k-- > 0;) {
    const Wide more = missed * powers[k];
    if (enough(more)) continue;
    missed = more;
    too_few += uint64_t{1} << k;
  }
  if (too_few >= kMaxChallenges) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "capacity: got a loss of ", lost, ", need one that ", kMaxChallenges, " checks find"));
  }
  return too_few + 1;
}

}  // namespace shadw::capacity
