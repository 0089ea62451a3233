// SPDX-License-Identifier: Apache-2.0
//
// What a price costs, in CPU time, by the number of rows from 10^3 to 10^7.
//   ns_per_row   time of one row
//   of_horner    beside Horner's scheme in place, an array operation after the other, as a
//                notebook would write it: how many times as fast
//   of_copy      beside copying the rows: what memory alone would take
// Both ceilings are measured in the same run, over the same arrays, best of five. Nothing
// is allocated for a row.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <limits>
#include <random>
#include <vector>

#include "libshadw/econ/bezier.h"
#include "libshadw/econ/bonding_curve.h"
#include "libshadw/econ/emission.h"
#include "libshadw/econ/exact_curve.h"
#include "libshadw/econ/fees.h"
#include "libshadw/econ/meter.h"

namespace shadw::econ {
namespace {

constexpr ControlPoints kPoints = {1, 2, 4, 8};
constexpr uint64_t kMostUnits = 1'000'000'000;

std::vector<double> Parts(size_t rows) {
  std::mt19937_64 random(1);
  std::vector<double> ts(rows);
  for (double& t : ts) t = static_cast<double>(random() >> 11) / 9007199254740992.0;
  return ts;
}

std::vector<uint64_t> Supplies(size_t rows) {
  std::mt19937_64 random(2);
  std::vector<uint64_t> supplies(rows);
  for (uint64_t& supply : supplies) supply = random() % (kMostUnits - 1000);
  return supplies;
}

template <typename Work>
double BestSeconds(Work&& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 5; ++i) {
    const std::clock_t start = std::clock();
    work();
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

// Each line is a pass over the array, as an array language makes it.
void Horner(const std::vector<double>& ts, std::vector<double>& out) {
  const auto pass = [&](auto&& operation) {
    for (size_t i = 0; i < ts.size(); ++i) out[i] = operation(out[i], ts[i]);
    benchmark::ClobberMemory();
  };
  pass([](double, double t) { return t * 1.0; });
  for (const double next : {3.0, 3.0, 1.0}) {
    pass([&](double sum, double) { return sum + next; });
    if (next != 1.0) pass([](double sum, double t) { return sum * t; });
  }
}

template <typename Work>
void Report(benchmark::State& state, const std::vector<double>& ts, Work&& work) {
  std::vector<double> out(ts.size());
  for (auto _ : state) work(out);
  // Few rows many times, so that a clock of microseconds sees them.
  const size_t turns = 1 + 1'000'000 / ts.size();
  const auto seconds = [&](auto&& once) {
    return BestSeconds([&] {
      for (size_t i = 0; i < turns; ++i) once();
    });
  };
  const double ours = seconds([&] { work(out); });
  const double horner = seconds([&] { Horner(ts, out); });
  const double copy = seconds([&] {
    std::memcpy(out.data(), ts.data(), ts.size() * sizeof(double));
    benchmark::ClobberMemory();
  });
  state.counters["ns_per_row"] = 1e9 * ours / static_cast<double>(turns * ts.size());
  state.counters["of_horner"] = horner / ours;
  state.counters["of_copy"] = copy / ours;
}

void BezierPrices(benchmark::State& state) {
  const std::vector<double> ts = Parts(static_cast<size_t>(state.range(0)));
  Report(state, ts, [&](std::vector<double>& out) {
    benchmark::DoNotOptimize(econ::BezierPrices(ts, kPoints, FormulaMode::kCorrected, out).ok());
  });
}

void CurvePrices(benchmark::State& state) {
  std::vector<double> supplies = Parts(static_cast<size_t>(state.range(0)));
  for (double& supply : supplies) supply *= 1e9;
  const std::vector<double> most(supplies.size(), 1e9);
  Report(state, supplies, [&](std::vector<double>& out) {
    benchmark::DoNotOptimize(PricesAt(supplies, most, kPoints, FormulaMode::kCorrected, out).ok());
  });
}

// A function of one row, over rows of whole numbers.
template <typename Row>
void Whole(benchmark::State& state, Row&& row) {
  const std::vector<uint64_t> values = Supplies(static_cast<size_t>(state.range(0)));
  std::vector<uint64_t> out(values.size());
  for (auto _ : state) {
    for (size_t i = 0; i < values.size(); ++i) out[i] = *row(values[i]);
    benchmark::ClobberMemory();
  }
  state.counters["ns_per_row"] = benchmark::Counter(
      1e-9 * static_cast<double>(values.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void ExactBuyCosts(benchmark::State& state) {
  const auto curve =
      ExactCurve::Create({.points = {1'000, 2'000, 4'000, 8'000}, .max_supply = kMostUnits});
  Whole(state, [&](uint64_t supply) { return curve->BuyCost({supply, 1000}); });
}

void ExactPrices(benchmark::State& state) {
  const auto curve =
      ExactCurve::Create({.points = {1'000, 2'000, 4'000, 8'000}, .max_supply = kMostUnits});
  Whole(state, [&](uint64_t supply) { return curve->PriceAt(supply); });
}

void Charges(benchmark::State& state) {
  Whole(state, [](uint64_t units) { return Charge(units, {.price = 50'000, .per_units = 3'600}); });
}

void Supply(benchmark::State& state) {
  Whole(state, [](uint64_t blocks) { return SupplyAfter(HalvingSchedule{}, blocks); });
}

void Fees(benchmark::State& state) {
  Whole(state,
        [](uint64_t amount) -> absl::StatusOr<Amount> { return ChargePayment(amount)->fee; });
}

void Rows(benchmark::internal::Benchmark* one) {
  one->RangeMultiplier(10)->Range(1'000, 10'000'000)->Unit(benchmark::kMicrosecond);
}

BENCHMARK(BezierPrices)->Apply(Rows);
BENCHMARK(CurvePrices)->Apply(Rows);
BENCHMARK(ExactPrices)->Apply(Rows);
BENCHMARK(ExactBuyCosts)->Apply(Rows);
BENCHMARK(Charges)->Apply(Rows);
BENCHMARK(Supply)->Apply(Rows);
BENCHMARK(Fees)->Apply(Rows);

}  // namespace
}  // namespace shadw::econ

BENCHMARK_MAIN();
