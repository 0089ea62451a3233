// SPDX-License-Identifier: Apache-2.0
//
// A supply that is sold along a Bézier curve, in doubles: for notebooks and quotes. Money
// itself moves by exact_curve.h, which never gains or loses a base unit.
//
//   const BondingCurve curve = {.points = {1, 2, 4, 8}, .max_supply = 1000};
//   PriceAt(curve, 500);                          // 3.375
//   BuyCost(curve, {.supply = 0, .units = 500});  // 1015.625
//
// The supply is what is sold already, or what is used of a capacity: t = supply / max.
#ifndef LIBSHADW_ECON_BONDING_CURVE_H_
#define LIBSHADW_ECON_BONDING_CURVE_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/formula_mode.h"
#include "libshadw/econ/bezier.h"

namespace shadw::econ {

struct BondingCurve {
  ControlPoints points = {};
  double max_supply = 0;  // finite and above 0
  FormulaMode mode = FormulaMode::kCorrected;

  absl::Status Validate() const;
};

// Units that are bought from, or sold back at, a supply.
struct Trade {
  double supply = 0;
  double units = 0;
};

// t of what is used of a capacity.
//   Range    [0, 1]
//   Monotone in  used
//   Errors   kInvalidArgument  capacity is 0, negative or not finite; used is negative or NaN
//            kOutOfRange       used > capacity
//   Paper    the curve models "the relationship between the amount of service being provided
//            and the price"
//   Defect   whether that amount is the demand or the supply is left open
//   Modes    one reading  what is used, over what there is
//   Source   catalogue S4; shadw and deMEC lite papers
absl::StatusOr<double> TFromUtilisation(double used, double capacity);

// What the next unit costs.
//   Range    [min P, max P] (corrected)
//   Monotone in  supply, where the points increase
//   Units    those of the points
//   Errors   as BezierPrice; kInvalidArgument  max_supply; kOutOfRange  supply > max_supply
//   Modes    as BezierPrice
//   Source   catalogue S4
absl::StatusOr<double> PriceAt(const BondingCurve& curve, double supply);

// PriceAt of each of `supplies`, of which `max_supplies` has the largest in each row; all
// spans are of one length, and `prices` may be `supplies`.
//   Errors   as PriceAt, but a supply over its largest is kInvalidArgument; some prices may
//            be written
//   Modes    as BezierPrice
absl::Status PricesAt(std::span<const double> supplies, std::span<const double> max_supplies,
                      const ControlPoints& points, FormulaMode mode, std::span<double> prices);

// What `units` more cost, from `supply` on: max_supply times the integral of the price.
//   Range    [0, max_supply * mean of P] (corrected)
//   Monotone in  units
//   Units    those of the points, times units
//   Errors   as PriceAt; kResourceExhausted  supply + units > max_supply
//   Modes    as BezierPrice
//   Source   catalogue S5
absl::StatusOr<double> BuyCost(const BondingCurve& curve, const Trade& trade);

// What selling `units` back at `supply` pays, less `fee_bps` of it.
//   Range    [0, BuyCost of the same units]
//   Monotone in  units
//   Units    fee in basis points, at most 10 000
//   Errors   as PriceAt; kInvalidArgument  fee_bps; kOutOfRange  units > supply
//   Modes    as BezierPrice
//   Source   catalogue S6
absl::StatusOr<double> SellRefund(const BondingCurve& curve, const Trade& trade, uint32_t fee_bps);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_BONDING_CURVE_H_
