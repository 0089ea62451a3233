// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::econ and nothing else: half of a supply along a bonding curve.
#include <cstdio>

#include "libshadw/econ/exact_curve.h"

int main() {
  const auto curve = shadw::econ::ExactCurve::Create({.points = {1, 2, 4, 8}, .max_supply = 1000});
  if (!curve.ok() || *curve->BuyCost({.supply = 0, .units = 500}) != 1015) return 1;
  std::puts("econ: ok");
  return 0;
}
