// SPDX-License-Identifier: Apache-2.0
//
// shadw.econ, what is a price: curves, resources, meters, quotes. bind_econ_money.cc has
// emission, fees and accounts.
#include <array>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/python/src/series.h"
#include "libshadw/econ/bezier.h"
#include "libshadw/econ/bonding_curve.h"
#include "libshadw/econ/exact_curve.h"
#include "libshadw/econ/meter.h"
#include "libshadw/econ/resource_price.h"
#include "libshadw/econ/stable_quote.h"

namespace shadw::python {
namespace {

using econ::ControlPoints;
using econ::ExactCurve;
using Numbers = Column<double>;
using Wholes = Column<uint64_t>;
using ExactPoints = std::array<Int<uint64_t>, 4>;

py::arg_v ModeArgument() { return py::arg("mode") = "corrected"; }

py::arg_v OutArgument() { return py::arg("out") = py::none(); }

// --- curves in doubles -------------------------------------------------------------

void BindBezier(py::module_& m) {
  m.def(
      "bezier_price",
      [](const Numbers& t, const ControlPoints& points, const std::string& mode, const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        return VectorizedBatch(
            out, [&](double one) { return econ::BezierPrice(one, points, form); },
            [&](std::span<const double> ts, std::span<double> prices) {
              return econ::BezierPrices(ts, points, form, prices);
            },
            t);
      },
      py::arg("t"), py::arg("points"), ModeArgument(), OutArgument());
  m.def(
      "bezier_integral",
      [](const Numbers& t, const ControlPoints& points, const std::string& mode, const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        return Vectorized(
            out, [&](double one) { return econ::BezierIntegral(one, points, form); }, t);
      },
      py::arg("t"), py::arg("points"), ModeArgument(), OutArgument());
  m.def(
      "bezier_position",
      [](const Numbers& price, const ControlPoints& points, const Out& out) {
        return Vectorized(
            out, [&](double one) { return econ::BezierPosition(one, points); }, price);
      },
      py::arg("price"), py::arg("points"), OutArgument());
  m.def(
      "bernstein",
      [](const Numbers& t, const std::vector<double>& points, const Out& out) {
        return Vectorized(
            out, [&](double one) { return econ::Bernstein(one, points); }, t);
      },
      py::arg("t"), py::arg("points"), OutArgument());
  m.def(
      "bezier_price_at",
      [](const Numbers& x, const ControlPoints& xs, const ControlPoints& ys, const Out& out) {
        return Vectorized(
            out, [&](double one) { return econ::BezierPriceAt(one, xs, ys); }, x);
      },
      py::arg("x"), py::arg("xs"), py::arg("ys"), OutArgument());
}

void BindBondingCurve(py::module_& m) {
  m.def(
      "t_from_utilisation",
      [](const Numbers& used, const Numbers& capacity, const Out& out) {
        return Vectorized(out, econ::TFromUtilisation, used, capacity);
      },
      py::arg("used"), py::arg("capacity"), OutArgument());
  m.def(
      "price_at",
      [](const Numbers& supply, const ControlPoints& points, const Numbers& max_supply,
         const std::string& mode, const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        return VectorizedBatch(
            out,
            [&](double s, double most) {
              return econ::PriceAt({points, most, form}, s);
            },
            [&](std::span<const double> some, std::span<const double> most,
                std::span<double> prices) {
              return econ::PricesAt(some, most, points, form, prices);
            },
            supply, max_supply);
      },
      py::arg("supply"), py::arg("points"), py::arg("max_supply"), ModeArgument(), OutArgument());
  m.def(
      "buy_cost",
      [](const Numbers& supply, const Numbers& units, const ControlPoints& points,
         const Numbers& max_supply, const std::string& mode, const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        return Vectorized(
            out,
            [&](double s, double n, double most) {
              return econ::BuyCost({points, most, form}, {s, n});
            },
            supply, units, max_supply);
      },
      py::arg("supply"), py::arg("units"), py::arg("points"), py::arg("max_supply"), ModeArgument(),
      OutArgument());
  m.def(
      "sell_refund",
      [](const Numbers& supply, const Numbers& units, const ControlPoints& points,
         const Numbers& max_supply, const Column<uint32_t>& fee_bps, const std::string& mode,
         const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        return Vectorized(
            out,
            [&](double s, double n, double most, uint32_t fee) {
              return econ::SellRefund({points, most, form}, {s, n}, fee);
            },
            supply, units, max_supply, fee_bps);
      },
      py::arg("supply"), py::arg("units"), py::arg("points"), py::arg("max_supply"),
      py::arg("fee_bps") = 0, ModeArgument(), OutArgument());
}

// --- curves in whole base units ------------------------------------------------------

ExactCurve MakeCurve(const ExactPoints& points, uint64_t max_supply, const std::string& mode) {
  return Value(ExactCurve::Create({.points = {points[0], points[1], points[2], points[3]},
                                   .max_supply = max_supply,
                                   .mode = ModeNamed(mode)}));
}

void BindExactTrades(py::module_& m) {
  m.def(
      "exact_price_at",
      [](const Wholes& supply, const ExactPoints& points, Int<uint64_t> max_supply,
         const std::string& mode, const Out& out) {
        const ExactCurve curve = MakeCurve(points, max_supply, mode);
        return Vectorized(
            out, [&](uint64_t s) { return curve.PriceAt(s); }, supply);
      },
      py::arg("supply"), py::arg("points"), py::arg("max_supply"), ModeArgument(), OutArgument());
  m.def(
      "exact_buy_cost",
      [](const Wholes& supply, const Wholes& units, const ExactPoints& points,
         Int<uint64_t> max_supply, const std::string& mode, const Out& out) {
        const ExactCurve curve = MakeCurve(points, max_supply, mode);
        return Vectorized(
            out,
            [&](uint64_t s, uint64_t n) {
              return curve.BuyCost({s, n});
            },
            supply, units);
      },
      py::arg("supply"), py::arg("units"), py::arg("points"), py::arg("max_supply"), ModeArgument(),
      OutArgument());
  m.def(
      "exact_sell_refund",
      [](const Wholes& supply, const Wholes& units, const ExactPoints& points,
         Int<uint64_t> max_supply, const Column<uint32_t>& fee_bps, const std::string& mode,
         const Out& out) {
        const ExactCurve curve = MakeCurve(points, max_supply, mode);
        return Vectorized(
            out,
            [&](uint64_t s, uint64_t n, uint32_t fee) {
              return curve.SellRefund({s, n}, fee);
            },
            supply, units, fee_bps);
      },
      py::arg("supply"), py::arg("units"), py::arg("points"), py::arg("max_supply"),
      py::arg("fee_bps") = 0, ModeArgument(), OutArgument());
}

void BindExactPlaces(py::module_& m) {
  m.def(
      "exact_position",
      [](const Wholes& price, const ExactPoints& points, Int<uint64_t> max_supply, const Out& out) {
        const ExactCurve curve = MakeCurve(points, max_supply, "corrected");
        return Vectorized(
            out, [&](uint64_t one) { return curve.PositionForPrice(one); }, price);
      },
      py::arg("price"), py::arg("points"), py::arg("max_supply"), OutArgument());
  m.def(
      "exact_plan_sale",
      [](const Wholes& supply, const Wholes& min_price, const Wholes& max_units,
         const ExactPoints& points, Int<uint64_t> max_supply) {
        const ExactCurve curve = MakeCurve(points, max_supply, "corrected");
        using Plan = std::tuple<uint64_t, uint64_t, uint64_t, uint64_t>;
        return Vectorized(
            {},
            [&](uint64_t s, uint64_t price, uint64_t most) -> absl::StatusOr<Plan> {
              const auto plan = curve.PlanSale(s, {price, most});
              if (!plan.ok()) return plan.status();
              return Plan{plan->units, plan->supply_after, plan->refund, plan->price_after};
            },
            supply, min_price, max_units);
      },
      py::arg("supply"), py::arg("min_price"), py::arg("max_units"), py::arg("points"),
      py::arg("max_supply"));
}

// --- resources ------------------------------------------------------------------------

void BindCompute(py::module_& m) {
  m.def(
      "compute_price",
      [](const Numbers& bit_ops, const Numbers& flops, const Numbers& per_bit_op,
         const Numbers& per_flop, const Out& out) {
        return Vectorized(
            out,
            [](double b, double f, double pb, double pf) {
              return econ::ComputePrice({b, f}, {pb, pf});
            },
            bit_ops, flops, per_bit_op, per_flop);
      },
      py::arg("bit_ops"), py::arg("flops"), py::arg("per_bit_op"), py::arg("per_flop"),
      OutArgument());
  m.def(
      "bit_ops_per_flop",
      [](const Numbers& bit_ops, const Numbers& flops, const Out& out) {
        return Vectorized(
            out,
            [](double b, double f) {
              return econ::BitOpsPerFlop({b, f});
            },
            bit_ops, flops);
      },
      py::arg("bit_ops"), py::arg("flops"), OutArgument());
  m.def(
      "compute_rates",
      [](const Numbers& joules_per_bit_op, const Numbers& joules_per_flop,
         const Numbers& tariff_per_kwh) {
        using Rates = std::tuple<double, double>;
        return Vectorized(
            {},
            [](double b, double f, double tariff) -> absl::StatusOr<Rates> {
              const auto rates = econ::CoefficientsOf({b, f, 0}, tariff);
              if (!rates.ok()) return rates.status();
              return Rates{rates->per_bit_op, rates->per_flop};
            },
            joules_per_bit_op, joules_per_flop, tariff_per_kwh);
      },
      py::arg("joules_per_bit_op"), py::arg("joules_per_flop"), py::arg("tariff_per_kwh"));
}

void BindEnergy(py::module_& m) {
  m.def(
      "energy_kwh",
      [](const Numbers& bit_ops, const Numbers& flops, const Numbers& joules_per_bit_op,
         const Numbers& joules_per_flop, const Numbers& idle_watts, const Numbers& seconds,
         const Out& out) {
        return Vectorized(
            out,
            [](double b, double f, double jb, double jf, double w, double s) {
              return econ::EnergyKwh({b, f}, {jb, jf, w}, s);
            },
            bit_ops, flops, joules_per_bit_op, joules_per_flop, idle_watts, seconds);
      },
      py::arg("bit_ops"), py::arg("flops"), py::arg("joules_per_bit_op"),
      py::arg("joules_per_flop"), py::arg("idle_watts") = 0.0, py::arg("seconds") = 0.0,
      OutArgument());
  m.def(
      "energy_price",
      [](const Numbers& bit_ops, const Numbers& flops, const Numbers& joules_per_bit_op,
         const Numbers& joules_per_flop, const Numbers& tariff_per_kwh, const Numbers& idle_watts,
         const Numbers& seconds, const Out& out) {
        return Vectorized(
            out,
            [](double b, double f, double jb, double jf, double tariff, double w, double s) {
              return econ::EnergyPrice({b, f}, {jb, jf, w}, s, tariff);
            },
            bit_ops, flops, joules_per_bit_op, joules_per_flop, tariff_per_kwh, idle_watts,
            seconds);
      },
      py::arg("bit_ops"), py::arg("flops"), py::arg("joules_per_bit_op"),
      py::arg("joules_per_flop"), py::arg("tariff_per_kwh"), py::arg("idle_watts") = 0.0,
      py::arg("seconds") = 0.0, OutArgument());
}

// Rates and usages lie along the last dimension, a price for each of their lists.
py::object LinearPriceOf(const py::object& start, const py::object& rates,
                         const py::object& usage) {
  const Numbers starts = Numbers::Borrow(Beside(start));
  const Numbers each = Numbers::Borrow(rates);
  const Numbers used = Numbers::Borrow(usage);
  if (each.lengths().empty() || used.lengths().empty() ||
      each.lengths().back() != used.lengths().back()) {
    Refuse(
        "econ: got rates and usages of different lengths, need as many along the last dimension");
  }
  const auto terms = static_cast<size_t>(each.lengths().back());
  const vectorized::Shape shape = vectorized::Broadcast({&starts, &each, &used});
  if (terms == 0) Refuse("econ: got no rates, need at least one");
  const vectorized::Shape lists = WithoutLast(shape);
  std::vector<double> prices(lists.rows);
  Check(Unlocked([&]() -> absl::Status {
    const Whole<double> from(starts, shape);
    const Whole<double> rate(each, shape);
    const Whole<double> units(used, shape);
    for (size_t i = 0; i < prices.size(); ++i) {
      const size_t row = i * terms;
      const auto price = econ::LinearPrice(from.span()[row], rate.span().subspan(row, terms),
                                           units.span().subspan(row, terms));
      if (!price.ok()) return vectorized::AtIndex(price.status(), lists, i);
      prices[i] = *price;
    }
    return absl::OkStatus();
  }));
  return ToShape(std::move(prices), lists);
}

void BindBandwidth(py::module_& m) {
  m.def(
      "bandwidth_price",
      [](const Numbers& megabytes, const Numbers& seconds, const Numbers& latency_ms,
         const Numbers& ping_ms, const Numbers& per_megabyte, const Numbers& per_second,
         const Numbers& per_latency_ms, const Numbers& per_ping_ms,
         const Numbers& target_latency_ms, const Numbers& target_ping_ms, const std::string& mode,
         const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        return Vectorized(
            out,
            [&](double mb, double s, double l, double p, double c, double d, double e, double f,
                double tl, double tp) {
              return econ::BandwidthPrice({mb, s, l, p}, {c, d, e, f}, {tl, tp}, form);
            },
            megabytes, seconds, latency_ms, ping_ms, per_megabyte, per_second, per_latency_ms,
            per_ping_ms, target_latency_ms, target_ping_ms);
      },
      py::arg("megabytes"), py::arg("seconds"), py::arg("latency_ms"), py::arg("ping_ms"),
      py::arg("per_megabyte"), py::arg("per_second"), py::arg("per_latency_ms"),
      py::arg("per_ping_ms"), py::arg("target_latency_ms") = 0.0, py::arg("target_ping_ms") = 0.0,
      ModeArgument(), OutArgument());
  m.def("linear_price", &LinearPriceOf, py::arg("start"), py::arg("rates"), py::arg("usage"));
}

// --- meters and quotes ------------------------------------------------------------------

using Lines = std::vector<std::pair<Int<uint64_t>, Int<uint64_t>>>;

econ::Meter MakeMeter(const Lines& tariffs) {
  std::vector<econ::Tariff> lines;
  for (const auto& [price, per_units] : tariffs) lines.push_back({price, per_units});
  return Value(econ::Meter::Create(lines));
}

py::tuple ToPython(const econ::Invoice& invoice) {
  py::list lines;
  for (const econ::InvoiceLine& line : invoice.lines) {
    lines.append(py::make_tuple(line.units, line.amount));
  }
  return py::make_tuple(invoice.total, lines);
}

void AddUsage(econ::Meter& meter, uint64_t line, const Wholes& units) {
  // All records or none: what was counted before a refused one is not kept.
  econ::Meter counted = meter;
  Vectorized(
      {},
      [&](uint64_t one) -> absl::StatusOr<uint64_t> {
        if (absl::Status status = counted.Add({line, one}); !status.ok()) return status;
        return one;
      },
      units);
  meter = std::move(counted);
}

void BindMeter(py::module_& m) {
  m.def(
      "charge",
      [](const Wholes& units, const Wholes& price, const Wholes& per_units, const Out& out) {
        return Vectorized(
            out,
            [](uint64_t n, uint64_t p, uint64_t per) {
              return econ::Charge(n, {.price = p, .per_units = per});
            },
            units, price, per_units);
      },
      py::arg("units"), py::arg("price"), py::arg("per_units") = 1, OutArgument());
  py::class_<econ::Meter>(m, "Meter",
                          "Sums usage at the price of the moment, and rounds once. One thread at a "
                          "time.")
      .def(py::init(&MakeMeter), py::arg("tariffs"))
      .def(
          "add",
          [](econ::Meter& self, Int<uint64_t> line, const Wholes& units) {
            AddUsage(self, line, units);
          },
          py::arg("line"), py::arg("units"))
      .def(
          "set_price",
          [](econ::Meter& self, Int<uint64_t> line, Int<uint64_t> price) {
            Check(self.SetPrice(line, price));
          },
          py::arg("line"), py::arg("price"))
      .def("accrued", [](const econ::Meter& self) { return ToPython(Value(self.Accrued())); })
      .def("close", [](econ::Meter& self) { return ToPython(Value(self.Close())); });
}

void BindQuotes(py::module_& m) {
  m.def(
      "time_weighted_rate",
      [](const std::vector<Int<int64_t>>& times, const std::vector<Int<uint64_t>>& rates,
         Int<int64_t> now_ns, Int<int64_t> window_ns) {
        if (times.size() != rates.size()) {
          Refuse("econ: got " + std::to_string(rates.size()) + " rates for " +
                 std::to_string(times.size()) + " times, need as many");
        }
        std::vector<econ::RatePoint> points;
        for (size_t i = 0; i < times.size(); ++i) points.push_back({times[i], rates[i]});
        return Value(econ::TimeWeightedRate(points, {now_ns, window_ns}));
      },
      py::arg("times"), py::arg("rates"), py::arg("now_ns"), py::arg("window_ns"));
  m.def(
      "lock_price",
      [](const Wholes& stable_e6, const Wholes& rate, const Column<int64_t>& now_ns,
         const Column<int64_t>& valid_ns) {
        using Quote = std::tuple<uint64_t, int64_t>;
        return Vectorized(
            {},
            [](uint64_t e6, uint64_t r, int64_t now, int64_t valid) -> absl::StatusOr<Quote> {
              const auto quote = econ::LockPrice({e6, r}, now, valid);
              if (!quote.ok()) return quote.status();
              return Quote{quote->amount, quote->expires_ns};
            },
            stable_e6, rate, now_ns, valid_ns);
      },
      py::arg("stable_e6"), py::arg("rate"), py::arg("now_ns"), py::arg("valid_ns"));
  m.def(
      "settle",
      [](const Wholes& amount, const Column<int64_t>& expires_ns, const Column<int64_t>& now_ns,
         const Out& out) {
        return Vectorized(
            out,
            [](uint64_t a, int64_t expires, int64_t now) {
              return econ::Settle({a, expires}, now);
            },
            amount, expires_ns, now_ns);
      },
      py::arg("amount"), py::arg("expires_ns"), py::arg("now_ns"), OutArgument());
}

}  // namespace

void BindEconPrices(py::module_& root) {
  py::module_ m = Submodule(root, "econ", "Prices, money and what is paid for what.");
  BindBezier(m);
  BindBondingCurve(m);
  BindExactTrades(m);
  BindExactPlaces(m);
  BindCompute(m);
  BindEnergy(m);
  BindBandwidth(m);
  BindMeter(m);
  BindQuotes(m);
}

}  // namespace shadw::python
