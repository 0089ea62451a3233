// SPDX-License-Identifier: Apache-2.0
//
// Every case of tests/vectors/economy/econ_prices.json, of which Python runs the same. An
// argument that is an array where one number is meant is a column: its rows are called one
// after the other, and the result is the array of their results.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "libshadw/base/status_macros.h"
#include "libshadw/econ/bezier.h"
#include "libshadw/econ/bonding_curve.h"
#include "libshadw/econ/emission.h"
#include "libshadw/econ/exact_curve.h"
#include "libshadw/econ/fees.h"
#include "libshadw/econ/meter.h"
#include "libshadw/econ/resource_price.h"
#include "libshadw/econ/stable_quote.h"

namespace shadw::econ {
namespace {

using Json = nlohmann::json;
using Answer = absl::StatusOr<Json>;

template <typename T>
Answer ToAnswer(const absl::StatusOr<T>& result) {
  if (!result.ok()) return result.status();
  return Json(*result);
}

double Real(const Json& a, const char* name) { return a.value(name, 0.0); }
uint64_t Whole(const Json& a, const char* name, uint64_t otherwise = 0) {
  return a.value(name, otherwise);
}

FormulaMode Mode(const Json& a) {
  static const std::map<std::string, FormulaMode> modes = {
      {"corrected", FormulaMode::kCorrected},
      {"paper_literal", FormulaMode::kPaperLiteral},
      {"reference", FormulaMode::kReference}};
  return modes.at(a.value("mode", "corrected"));
}

ControlPoints Points(const Json& a, const char* name = "points") {
  return a.at(name).get<ControlPoints>();
}

BondingCurve Curve(const Json& a) {
  return {.points = Points(a), .max_supply = Real(a, "max_supply"), .mode = Mode(a)};
}

Answer Exact(const Json& a, const std::function<Answer(const ExactCurve&)>& ask) {
  SHADW_ASSIGN_OR_RETURN(const ExactCurve curve,
                         ExactCurve::Create({.points = a.at("points").get<std::array<Amount, 4>>(),
                                             .max_supply = Whole(a, "max_supply"),
                                             .mode = Mode(a)}));
  return ask(curve);
}

ExactTrade Traded(const Json& a) { return {Whole(a, "supply"), Whole(a, "units")}; }

uint32_t FeeBps(const Json& a) { return a.value("fee_bps", uint32_t{0}); }

HalvingSchedule Halving(const Json& a) {
  HalvingSchedule schedule;
  schedule.initial_reward = Whole(a, "initial_reward", schedule.initial_reward);
  schedule.halve_every_blocks = Whole(a, "halve_every_blocks", schedule.halve_every_blocks);
  schedule.tail = Whole(a, "tail");
  return schedule;
}

InflationSchedule Inflation(const Json& a) {
  return {.initial_supply = Whole(a, "initial_supply"), .rate_ppm = Whole(a, "rate_ppm")};
}

ComputeUsage Computed(const Json& a) { return {Real(a, "bit_ops"), Real(a, "flops")}; }

Answer Bandwidth(const Json& a) {
  return ToAnswer(BandwidthPrice(
      {Real(a, "megabytes"), Real(a, "seconds"), Real(a, "latency_ms"), Real(a, "ping_ms")},
      {Real(a, "per_megabyte"), Real(a, "per_second"), Real(a, "per_latency_ms"),
       Real(a, "per_ping_ms")},
      {Real(a, "target_latency_ms"), Real(a, "target_ping_ms")}, Mode(a)));
}

Answer Rate(const Json& a) {
  std::vector<RatePoint> points;
  for (size_t i = 0; i < a.at("times").size(); ++i) {
    points.push_back({a.at("times")[i].get<int64_t>(), a.at("rates")[i].get<Amount>()});
  }
  return ToAnswer(TimeWeightedRate(points, {a.at("now_ns"), a.at("window_ns")}));
}

Answer Lock(const Json& a) {
  SHADW_ASSIGN_OR_RETURN(const Quote quote, LockPrice({Whole(a, "stable_e6"), Whole(a, "rate")},
                                                      a.at("now_ns"), a.at("valid_ns")));
  return Json{quote.amount, quote.expires_ns};
}

Answer Payment(const Json& a) {
  FeePolicy policy;
  policy.fee_bps = Whole(a, "fee_bps", policy.fee_bps);
  policy.dao_share_ppm = Whole(a, "dao_share_ppm", policy.dao_share_ppm);
  SHADW_ASSIGN_OR_RETURN(const FeeSplit s, ChargePayment(Whole(a, "amount"), policy, Mode(a)));
  return Json{s.payer_pays, s.provider_net, s.fee, s.dao, s.rest};
}

Answer Plan(const Json& a) {
  return Exact(a, [&](const ExactCurve& curve) -> Answer {
    SHADW_ASSIGN_OR_RETURN(
        const SalePlan p,
        curve.PlanSale(Whole(a, "supply"), {Whole(a, "min_price"), Whole(a, "max_units")}));
    return Json{p.units, p.supply_after, p.refund, p.price_after};
  });
}

using Functions = std::map<std::string, std::function<Answer(const Json&)>>;

Functions CurveFunctions() {
  return {
      {"bezier_price",
       [](const Json& a) { return ToAnswer(BezierPrice(Real(a, "t"), Points(a), Mode(a))); }},
      {"bezier_integral",
       [](const Json& a) { return ToAnswer(BezierIntegral(Real(a, "t"), Points(a), Mode(a))); }},
      {"bezier_position",
       [](const Json& a) { return ToAnswer(BezierPosition(Real(a, "price"), Points(a))); }},
      {"bezier_price_at",
       [](const Json& a) {
         return ToAnswer(BezierPriceAt(Real(a, "x"), Points(a, "xs"), Points(a, "ys")));
       }},
      {"bernstein",
       [](const Json& a) {
         return ToAnswer(Bernstein(Real(a, "t"), a.at("points").get<std::vector<double>>()));
       }},
      {"t_from_utilisation",
       [](const Json& a) {
         return ToAnswer(TFromUtilisation(Real(a, "used"), Real(a, "capacity")));
       }},
      {"price_at", [](const Json& a) { return ToAnswer(PriceAt(Curve(a), Real(a, "supply"))); }},
      {"buy_cost",
       [](const Json& a) {
         return ToAnswer(BuyCost(Curve(a), {Real(a, "supply"), Real(a, "units")}));
       }},
      {"sell_refund",
       [](const Json& a) {
         return ToAnswer(SellRefund(Curve(a), {Real(a, "supply"), Real(a, "units")}, FeeBps(a)));
       }},
      {"exact_price_at",
       [](const Json& a) {
         return Exact(a, [&](const auto& c) { return ToAnswer(c.PriceAt(Whole(a, "supply"))); });
       }},
      {"exact_buy_cost",
       [](const Json& a) {
         return Exact(a, [&](const auto& c) { return ToAnswer(c.BuyCost(Traded(a))); });
       }},
      {"exact_sell_refund",
       [](const Json& a) {
         return Exact(a,
                      [&](const auto& c) { return ToAnswer(c.SellRefund(Traded(a), FeeBps(a))); });
       }},
      {"exact_position",
       [](const Json& a) {
         return Exact(
             a, [&](const auto& c) { return ToAnswer(c.PositionForPrice(Whole(a, "price"))); });
       }},
      {"exact_plan_sale", Plan},
  };
}

Functions ResourceFunctions() {
  return {
      {"compute_price",
       [](const Json& a) {
         return ToAnswer(ComputePrice(Computed(a), {Real(a, "per_bit_op"), Real(a, "per_flop")}));
       }},
      {"bit_ops_per_flop", [](const Json& a) { return ToAnswer(BitOpsPerFlop(Computed(a))); }},
      {"energy_kwh",
       [](const Json& a) {
         return ToAnswer(EnergyKwh(
             Computed(a),
             {Real(a, "joules_per_bit_op"), Real(a, "joules_per_flop"), Real(a, "idle_watts")},
             Real(a, "seconds")));
       }},
      {"compute_rates",
       [](const Json& a) -> Answer {
         SHADW_ASSIGN_OR_RETURN(
             const ComputeRates rates,
             CoefficientsOf({Real(a, "joules_per_bit_op"), Real(a, "joules_per_flop")},
                            Real(a, "tariff_per_kwh")));
         return Json{rates.per_bit_op, rates.per_flop};
       }},
      {"energy_price",
       [](const Json& a) {
         return ToAnswer(EnergyPrice(Computed(a),
                                     {Real(a, "joules_per_bit_op"), Real(a, "joules_per_flop")},
                                     Real(a, "seconds"), Real(a, "tariff_per_kwh")));
       }},
      {"bandwidth_price", Bandwidth},
      {"linear_price",
       [](const Json& a) {
         return ToAnswer(LinearPrice(Real(a, "start"), a.at("rates").get<std::vector<double>>(),
                                     a.at("usage").get<std::vector<double>>()));
       }},
      {"charge",
       [](const Json& a) {
         return ToAnswer(Charge(Whole(a, "units"), {Whole(a, "price"), Whole(a, "per_units", 1)}));
       }},
      {"time_weighted_rate", Rate},
      {"lock_price", Lock},
      {"settle",
       [](const Json& a) {
         return ToAnswer(Settle({Whole(a, "amount"), a.at("expires_ns")}, a.at("now_ns")));
       }},
  };
}

Functions MoneyFunctions() {
  return {
      {"charge_payment", Payment},
      {"split_fee",
       [](const Json& a) {
         return ToAnswer(
             SplitFee(Whole(a, "fee"), a.at("shares_ppm").get<std::vector<uint64_t>>()));
       }},
      {"next_block_seconds",
       [](const Json& a) -> Answer {
         const auto due = NextBlockSeconds(Whole(a, "now"), Whole(a, "entries"));
         return due ? Json(*due) : Json();
       }},
      {"reward_at",
       [](const Json& a) { return ToAnswer(RewardAt(Halving(a), Whole(a, "block"))); }},
      {"supply_after",
       [](const Json& a) { return ToAnswer(SupplyAfter(Halving(a), Whole(a, "blocks"))); }},
      {"participation_fee",
       [](const Json& a) { return ToAnswer(ParticipationFee(Halving(a), Whole(a, "block"))); }},
      {"registration_fee",
       [](const Json& a) {
         return ToAnswer(RegistrationFee(Halving(a), Whole(a, "blocks_so_far")));
       }},
      {"pending_rewards",
       [](const Json& a) {
         return ToAnswer(PendingRewards(Halving(a), {Whole(a, "last"), Whole(a, "now")}, Mode(a)));
       }},
      {"inflation_supply",
       [](const Json& a) { return ToAnswer(SupplyAfter(Inflation(a), Whole(a, "epochs"))); }},
      {"inflation_emission",
       [](const Json& a) {
         return ToAnswer(EmissionAt(Inflation(a), Whole(a, "epoch"), Mode(a)));
       }},
  };
}

// Arguments that are arrays by nature.
bool IsWhole(const std::string& name) {
  static const std::set<std::string> whole = {"points", "xs",    "ys",        "rates",
                                              "usage",  "times", "shares_ppm"};
  return whole.contains(name);
}

Answer CallRows(const std::function<Answer(const Json&)>& function, const Json& arguments) {
  size_t rows = 0;
  for (const auto& [name, value] : arguments.items()) {
    if (value.is_array() && !IsWhole(name)) rows = value.size();
  }
  if (rows == 0) return function(arguments);
  Json results = Json::array();
  for (size_t row = 0; row < rows; ++row) {
    Json one = arguments;
    for (auto& [name, value] : one.items()) {
      if (value.is_array() && !IsWhole(name)) value = Json(value[row]);
    }
    SHADW_ASSIGN_OR_RETURN(Json result, function(one));
    results.push_back(std::move(result));
  }
  return results;
}

bool Equal(const Json& got, const Json& expected, double tolerance) {
  if (expected.is_array()) {
    if (!got.is_array() || got.size() != expected.size()) return false;
    for (size_t i = 0; i < got.size(); ++i) {
      if (!Equal(got[i], expected[i], tolerance)) return false;
    }
    return true;
  }
  if (tolerance == 0) return got == expected;
  return std::abs(got.get<double>() - expected.get<double>()) <= tolerance;
}

absl::StatusCode Code(const std::string& name) {
  static const std::map<std::string, absl::StatusCode> codes = {
      {"kInvalidArgument", absl::StatusCode::kInvalidArgument},
      {"kOutOfRange", absl::StatusCode::kOutOfRange},
      {"kNotFound", absl::StatusCode::kNotFound},
      {"kResourceExhausted", absl::StatusCode::kResourceExhausted},
      {"kFailedPrecondition", absl::StatusCode::kFailedPrecondition},
      {"kUnimplemented", absl::StatusCode::kUnimplemented}};
  return codes.at(name);
}

TEST(PriceKnownAnswersTest, AreGivenForEveryCase) {
  std::ifstream file(SHADW_TEST_VECTORS "/economy/econ_prices.json");
  ASSERT_TRUE(file.is_open());
  Functions functions = CurveFunctions();
  functions.merge(ResourceFunctions());
  functions.merge(MoneyFunctions());
  size_t cases = 0;
  const Json vectors = Json::parse(file);
  for (const Json& one : vectors.at("cases")) {
    const auto known = functions.find(one.at("function").get<std::string>());
    ASSERT_NE(known, functions.end()) << one;
    const Answer got = CallRows(known->second, one.at("arguments"));
    if (one.contains("error")) {
      EXPECT_EQ(got.status().code(), Code(one.at("error"))) << one << got.status();
    } else {
      ASSERT_TRUE(got.ok()) << one << got.status();
      EXPECT_TRUE(Equal(*got, one.at("expect"), one.at("tolerance"))) << one << "\ngot " << *got;
    }
    ++cases;
  }
  EXPECT_GE(cases, 70u);
}

}  // namespace
}  // namespace shadw::econ
