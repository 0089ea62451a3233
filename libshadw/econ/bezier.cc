// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/bezier.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

// Few enough to be in the nearest cache when they are computed with.
constexpr size_t kLookedAtOnce = 1024;

absl::Status CheckPoints(const ControlPoints& points) {
  for (const double point : points) {
    if (!(point >= 0 && point <= kMaxControlPoint)) {
      return absl::InvalidArgumentError(
          absl::StrCat("econ: got control point ", point, ", need 0 to ", kMaxControlPoint));
    }
  }
  return absl::OkStatus();
}

absl::Status RefuseT(double t) {
  return absl::InvalidArgumentError(absl::StrCat("econ: got t ", t, ", need 0 to 1"));
}

bool InUnit(double t) { return t >= 0 && t <= 1; }

// What stands before (1-t)^3, (1-t)^2 t, (1-t) t^2 and t^3, and the bounds of the price.
struct Terms {
  double a, b, c, d;
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
};

absl::StatusOr<Terms> TermsOf(const ControlPoints& points, FormulaMode mode) {
  SHADW_RETURN_IF_ERROR(CheckPoints(points));
  const auto& [p0, p1, p2, p3] = points;
  switch (mode) {
    case FormulaMode::kCorrected: {
      const auto [low, high] = std::ranges::minmax(points);
      return Terms{p0, 3 * p1, 3 * p2, p3, low, high};
    }
    case FormulaMode::kPaperLiteral:
      return Terms{.a = p0, .b = p1, .c = p2, .d = p3};
    case FormulaMode::kReference:
      break;
  }
  return absl::UnimplementedError(
      "econ: got mode reference, need corrected or literal: no program has this formula");
}

// Rounding may not carry a price out of the hull of its points, hence the bounds.
[[gnu::always_inline]] inline double PriceOf(double t, const Terms& k) {
  const double u = 1 - t;
  const double price = (u * u) * (u * k.a + t * k.b) + (t * t) * (u * k.c + t * k.d);
  return std::min(std::max(price, k.low), k.high);
}

// Whether every t is one; only then `prices` are written. Two loops without branches, which
// compilers turn into vector instructions; there are no fused ones, so all give the same.
[[gnu::always_inline]] inline bool PriceSome(std::span<const double> ts, const Terms& terms,
                                             double* prices) {
  // Bits of doubles from 0 on are ordered as integers: `t` lies outside, or is no number,
  // where its sign is set or its bits are beyond those of 1. Adding 0 makes 0 of -0.
  constexpr auto kOne = std::bit_cast<uint64_t>(1.0);
  uint64_t wrong = 0;
  for (const double t : ts) {
    const auto bits = std::bit_cast<uint64_t>(t + 0.0);
    wrong |= bits | (kOne - bits);
  }
  if (wrong >> 63 != 0) return false;
  const Terms k = terms;
  for (size_t i = 0; i < ts.size(); ++i) prices[i] = PriceOf(ts[i], k);
  return true;
}

using PriceFunction = bool (*)(std::span<const double>, const Terms&, double*);

bool PricePlain(std::span<const double> ts, const Terms& terms, double* prices) {
  return PriceSome(ts, terms, prices);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] bool PriceAvx2(std::span<const double> ts, const Terms& terms,
                                       double* prices) {
  return PriceSome(ts, terms, prices);
}

PriceFunction Fastest() {
  static const PriceFunction fastest = __builtin_cpu_supports("avx2") ? PriceAvx2 : PricePlain;
  return fastest;
}
#else
PriceFunction Fastest() { return PricePlain; }
#endif

// The same points as those of a Bézier curve: what lacks its weight of 3 is a third.
ControlPoints Weighted(const ControlPoints& points, FormulaMode mode) {
  if (mode == FormulaMode::kCorrected) return points;
  return {points[0], points[1] / 3, points[2] / 3, points[3]};
}

// The largest t in [0, 1] for which `reached(t)` is false, where it turns true once at
// most; 0 where it is true from the start. Ends where no double lies between.
template <typename Reached>
double Bisect(Reached&& reached) {
  if (!reached(1.0)) return 1;
  double low = 0;
  double high = 1;
  while (true) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    (reached(middle) ? high : low) = middle;
  }
}

}  // namespace

absl::StatusOr<double> BezierPrice(double t, const ControlPoints& points, FormulaMode mode) {
  double price = 0;
  SHADW_RETURN_IF_ERROR(BezierPrices({&t, 1}, points, mode, {&price, 1}));
  return price;
}

absl::Status BezierPrices(std::span<const double> ts, const ControlPoints& points, FormulaMode mode,
                          std::span<double> prices) {
  if (prices.size() != ts.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got room for ", prices.size(), " prices, need ", ts.size()));
  }
  SHADW_ASSIGN_OR_RETURN(const Terms terms, TermsOf(points, mode));
  // Looked at before it is written: the two spans may be one.
  for (size_t begin = 0; begin < ts.size(); begin += kLookedAtOnce) {
    const std::span<const double> some =
        ts.subspan(begin, std::min(kLookedAtOnce, ts.size() - begin));
    if (!Fastest()(some, terms, prices.data() + begin)) {
      return RefuseT(*std::ranges::find_if_not(some, InUnit));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<double> BezierIntegral(double t, const ControlPoints& points, FormulaMode mode) {
  SHADW_RETURN_IF_ERROR(TermsOf(points, mode).status());
  if (!InUnit(t)) return RefuseT(t);
  const auto [p0, p1, p2, p3] = Weighted(points, mode);
  // The integral is a Bézier curve of degree four through the running sums of the points.
  const double u = 1 - t;
  const double q1 = p0;
  const double q2 = q1 + p1;
  const double q3 = q2 + p2;
  const double q4 = q3 + p3;
  const double u2 = u * u;
  const double t2 = t * t;
  return t * (u2 * (4 * u * q1 + 6 * t * q2) + t2 * (4 * u * q3 + t * q4)) / 4;
}

absl::StatusOr<double> BezierPosition(double price, const ControlPoints& points) {
  SHADW_ASSIGN_OR_RETURN(const Terms terms, TermsOf(points, FormulaMode::kCorrected));
  if (!std::ranges::is_sorted(points)) {
    return absl::UnimplementedError(
        "econ: got points that decrease, need increasing ones to find the place of a price");
  }
  if (std::isnan(price)) return absl::InvalidArgumentError("econ: got price nan, need a number");
  if (price < points.front() || price > points.back()) {
    return absl::NotFoundError(absl::StrCat("econ: got price ", price, ", need one from ",
                                            points.front(), " to ", points.back()));
  }
  return Bisect([&](double t) { return PriceOf(t, terms) > price; });
}

absl::StatusOr<double> Bernstein(double t, std::span<const double> points) {
  if (!InUnit(t)) return RefuseT(t);
  if (points.empty() || points.size() > kMaxBernsteinPoints) {
    return absl::InvalidArgumentError(absl::StrCat(
        "econ: got ", points.size(), " control points, need 1 to ", kMaxBernsteinPoints));
  }
  std::array<double, kMaxBernsteinPoints> row = {};
  for (size_t i = 0; i < points.size(); ++i) {
    if (!(std::fabs(points[i]) <= kMaxControlPoint)) {
      return absl::InvalidArgumentError(absl::StrCat("econ: got control point ", points[i],
                                                     ", need one from -", kMaxControlPoint, " to ",
                                                     kMaxControlPoint));
    }
    row[i] = points[i];
  }
  for (size_t left = points.size() - 1; left > 0; --left) {
    for (size_t i = 0; i < left; ++i) row[i] = (1 - t) * row[i] + t * row[i + 1];
  }
  return row[0];
}

absl::StatusOr<double> BezierPriceAt(double x, const ControlPoints& xs, const ControlPoints& ys) {
  SHADW_ASSIGN_OR_RETURN(const Terms across, TermsOf(xs, FormulaMode::kCorrected));
  SHADW_ASSIGN_OR_RETURN(const Terms up, TermsOf(ys, FormulaMode::kCorrected));
  if (!std::ranges::is_sorted(xs) || xs.front() == xs.back()) {
    return absl::InvalidArgumentError("econ: got xs that do not increase, need such as do");
  }
  if (!(x >= xs.front() && x <= xs.back())) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got x ", x, ", need ", xs.front(), " to ", xs.back()));
  }
  return PriceOf(Bisect([&](double t) { return PriceOf(t, across) > x; }), up);
}

}  // namespace shadw::econ
