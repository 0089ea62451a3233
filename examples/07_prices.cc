// SPDX-License-Identifier: Apache-2.0
// Sells a service along a bonding curve, buys it back, and bills what was used of it.
#include <array>
#include <cstdio>

#include "libshadw/econ/emission.h"
#include "libshadw/econ/exact_curve.h"
#include "libshadw/econ/meter.h"

using namespace shadw;

int main() {
  constexpr base::Amount kToken = base::kBaseUnitsPerToken;
  const auto curve =
      econ::ExactCurve::Create(
          {.points = {kToken, 2 * kToken, 4 * kToken, 8 * kToken}, .max_supply = 1000})
          .value();
  const base::Amount at_once = curve.BuyCost({.supply = 0, .units = 500}).value();
  base::Amount one_by_one = 0;
  for (uint64_t supply = 0; supply < 500; ++supply) {
    one_by_one += curve.BuyCost({.supply = supply, .units = 1}).value();
  }
  const base::Amount back =
      curve.SellRefund({.supply = 500, .units = 500}, /*fee_bps=*/200).value();
  std::printf("500 units cost %llu base units at once and one by one; 2 %% less come back: %llu\n",
              static_cast<unsigned long long>(at_once), static_cast<unsigned long long>(back));

  const std::array<econ::Tariff, 1> core_seconds = {{{.price = 50'000'000, .per_units = 3'600}}};
  auto meter = econ::Meter::Create(core_seconds).value();
  for (int i = 0; i < 1000; ++i) {
    if (!meter.Add({.line = 0, .units = 7}).ok()) return 1;
  }
  const base::Amount billed = meter.Close().total;
  const base::Amount minted = econ::SupplyAfter(econ::HalvingSchedule{}, 7'560'000).value();
  std::printf("7000 core-seconds cost %llu; all there ever is: %llu\n",
              static_cast<unsigned long long>(billed), static_cast<unsigned long long>(minted));
  const bool right = at_once == one_by_one && billed == 97'222'223 && minted < 21'000'000 * kToken;
  return right ? 0 : 1;
}
