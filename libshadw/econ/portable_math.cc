// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/portable_math.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace shadw::econ {

double PortableExp(double x) {
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2High = 0.693147180369123816490;  // its last 32 bits are 0
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr int kTerms = 14;
  x = std::clamp(x, -700.0, 700.0);
  const auto doublings = static_cast<int64_t>(x * kLog2E + (x < 0 ? -0.5 : 0.5));
  const auto count = static_cast<double>(doublings);
  const double rest = (x - count * kLn2High) - count * kLn2Low;  // at most ln(2) / 2
  double sum = 1;
  for (int term = kTerms; term > 0; --term) sum = 1 + rest * sum / term;
  return sum * std::bit_cast<double>(static_cast<uint64_t>(doublings + 1023) << 52);
}

double NormalDensity(double z) {
  constexpr double kOneOverRootOfTwoPi = 0.39894228040143267794;
  return kOneOverRootOfTwoPi * PortableExp(-0.5 * z * z);
}

double NormalTail(double z) {
  if (z > 3) {
    // Laplace's continued fraction.
    double fraction = z;
    for (int level = 120; level > 0; --level) fraction = z + level / fraction;
    return NormalDensity(z) / fraction;
  }
  // z + z^3 / 3 + z^5 / (3 * 5) + ...
  double term = z;
  double sum = z;
  for (int odd = 3; odd < 121; odd += 2) sum += term *= z * z / odd;
  return 0.5 - NormalDensity(z) * sum;
}

}  // namespace shadw::econ
