// SPDX-License-Identifier: Apache-2.0
//
// A price that follows a cubic Bézier curve: four control points say what a unit costs
// where t = 0, where t = 1, and how the price bends between. t is the share of a supply
// that is taken; bonding_curve.h turns supplies into t and prices into costs, and
// exact_curve.h does the same in whole base units, for what moves money.
//
//   BezierPrice(0.5, {1, 2, 4, 8});                        // 3.375
//   BezierPrices(ts, {1, 2, 4, 8}, FormulaMode::kCorrected, prices);
//
// Every function computes with terms that are all positive, so that the error of a result
// is a few units in its last place, also where the price nears 0.
#ifndef LIBSHADW_ECON_BEZIER_H_
#define LIBSHADW_ECON_BEZIER_H_

#include <array>
#include <cstddef>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::econ {

using base::FormulaMode;

// P0 … P3, finite and not negative.
using ControlPoints = std::array<double, 4>;

inline constexpr size_t kMaxBernsteinPoints = 64;

// The price at t.
//   Range    t in [0, 1]; min P <= price <= max P (corrected), exactly
//   Monotone in  t, where P0 <= P1 <= P2 <= P3 (corrected; to a unit in the last place)
//   Units    those of the points
//   Errors   kInvalidArgument  t lies outside or is NaN; a point is negative or not finite
//            kUnimplemented    kReference: no program of the authors has this formula
//   Paper    B(t) = sum over i = 0..3 of (1-t)^(3-i) t^i P_i
//   Defect   the binomial coefficients are missing: the weights sum to 0.5 at t = 0.5, so
//            four equal points give no constant price
//   Modes    kCorrected     the Bézier curve, with weights 1, 3, 3, 1
//            kPaperLiteral  the printed sum
//            kReference     refused: no program of the authors has this formula
//   Source   catalogue S3; shadw and deMEC lite papers
absl::StatusOr<double> BezierPrice(double t, const ControlPoints& points,
                                   FormulaMode mode = FormulaMode::kCorrected);

// BezierPrice of each of `ts`, into `prices` of the same length, which may be `ts` itself.
// Where one is refused, some of `prices` before it may be written.
//   Modes    as BezierPrice
absl::Status BezierPrices(std::span<const double> ts, const ControlPoints& points, FormulaMode mode,
                          std::span<double> prices);

// The integral of BezierPrice from 0 to t; errors as there.
//   Range    [0, (P0 + P1 + P2 + P3) / 4] (corrected)
//   Monotone in  t
//   Units    those of the points
//   Modes    as BezierPrice
//   Source   catalogue S5
absl::StatusOr<double> BezierIntegral(double t, const ControlPoints& points,
                                      FormulaMode mode = FormulaMode::kCorrected);

// The largest t whose corrected price is at most `price`.
//   Range    [0, 1]
//   Monotone in  price
//   Errors   kInvalidArgument  a point is negative or not finite; price is NaN
//            kNotFound         price < P0 or price > P3
//            kUnimplemented    the points decrease somewhere: the price could be met twice
//   Paper    "one could 'pinpoint' or deterministically retrieve a market position to sell
//            based on current thresholds"
//   Defect   no threshold is defined, and a curve that turns has one price twice
//   Modes    one reading  the largest t, of curves that never decrease
//   Source   catalogue S6; shadw and deMEC lite papers
absl::StatusOr<double> BezierPosition(double price, const ControlPoints& points);

// The Bézier curve of any degree at t: 1 to kMaxBernsteinPoints points of any sign.
//   Errors   kInvalidArgument  t lies outside; none or too many points, or one not finite
//   Cost     points^2 / 2 steps (de Casteljau)
//   Source   catalogue S3
absl::StatusOr<double> Bernstein(double t, std::span<const double> points);

// A curve in the plane: the price y where x(t) is `x`, found by bisection.
//   Range    min ys <= price <= max ys
//   Units    those of the ys
//   Errors   kInvalidArgument  as above; the xs decrease, or all are one; x lies outside
//   Paper    "control points" P0 to P3
//   Defect   whether they are prices, or points of a plane, is left open
//   Modes    BezierPrice    prices, over equal steps of t
//            BezierPriceAt  points (x, y)
//   Source   catalogue S3, "2-D points"; shadw and deMEC lite papers
absl::StatusOr<double> BezierPriceAt(double x, const ControlPoints& xs, const ControlPoints& ys);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_BEZIER_H_
