// SPDX-License-Identifier: Apache-2.0
//
// shadw.reputation: statistics of reports, and the scores made of them. What was not
// measured is NaN, a score that there is not is -1.
#include <cmath>
#include <limits>

#include "bindings/python/src/bind_reputation.h"
#include "libshadw/reputation/measurements.h"
#include "libshadw/reputation/statistics.h"

namespace shadw::python {
namespace {

using Doubles = Column<double>;

std::optional<double> Measured(double value) {
  return std::isnan(value) ? std::nullopt : std::optional<double>(value);
}

py::list OutliersOf(const Doubles& values) {
  const auto all = All(values);
  std::vector<uint8_t> keep(all.span().size());
  reputation::FindOutliers(all.span(), keep);
  py::list rows;
  for (size_t i = 0; i < keep.size(); ++i) {
    if (keep[i] == 0) rows.append(i);
  }
  return rows;
}

double WeightedSumOf(const Doubles& values, const Doubles& weights) {
  const auto all = All(values);
  const auto of_all = All(weights);
  if (all.span().size() != of_all.span().size()) {
    Refuse("reputation: got " + std::to_string(all.span().size()) + " values and " +
           std::to_string(of_all.span().size()) + " weights, need as many");
  }
  return reputation::WeightedSum(all.span(), of_all.span());
}

void BindStatistics(py::module_& m) {
  m.def(
      "mean", [](const Doubles& values) { return reputation::Mean(All(values).span()); },
      py::arg("values"));
  m.def(
      "sample_variance",
      [](const Doubles& values) { return reputation::SampleVariance(All(values).span()); },
      py::arg("values"));
  m.def("weighted_sum", &WeightedSumOf, py::arg("values"), py::arg("weights"));
  m.def("outliers", &OutliersOf, py::arg("values"));
  m.def(
      "filtered_mean",
      [](const Doubles& values, const Doubles& weights, const std::string& mode) {
        const auto all = All(values);
        const auto of_all = All(weights);
        return Value(reputation::FilteredMean(all.span(), of_all.span(), ToMode(mode)));
      },
      py::arg("values"), py::arg("weights"), py::kw_only(), py::arg("mode") = "corrected");
  m.def("min_max", &reputation::MinMax, py::arg("value"), py::arg("least"), py::arg("greatest"));
  m.def(
      "quantile",
      [](const Doubles& values, double q) { return reputation::Quantile(All(values).span(), q); },
      py::arg("values"), py::arg("q"));
  m.def(
      "reporter_weights",
      [](const Doubles& scores, bool inverted) {
        return AdoptColumn(Value(reputation::ReporterWeights(All(scores).span(), inverted)));
      },
      py::arg("scores"), py::kw_only(), py::arg("inverted") = false);
  m.def(
      "smooth_score",
      [](const Column<uint32_t>& old_score, const Column<uint32_t>& new_score,
         Int<uint32_t> new_weight_percent) {
        const auto row = [&](uint32_t before, uint32_t now) -> absl::StatusOr<uint64_t> {
          return reputation::SmoothScore(before, now, new_weight_percent);
        };
        return Vectorized({}, row, old_score, new_score);
      },
      py::arg("old_score"), py::arg("new_score"), py::kw_only(),
      py::arg("new_weight_percent") = 30);
}

using reputation::PeerReport;

std::vector<PeerReport> MakeReports(const vectorized::Shape& shape,
                                    const Column<uint32_t>& reporter,
                                    const Column<uint32_t>& subject,
                                    const std::array<const Doubles*, 7>& metrics) {
  std::vector<PeerReport> reports(shape.rows);
  const Whole<uint32_t> from(reporter, shape);
  const Whole<uint32_t> about(subject, shape);
  for (size_t i = 0; i < reports.size(); ++i) {
    reports[i].reporter = from.span()[i];
    reports[i].subject = about.span()[i];
  }
  constexpr std::optional<double> reputation::Measurements::*kFields[] = {
      &reputation::Measurements::latency_ms,
      &reputation::Measurements::interactions,
      &reputation::Measurements::inbound_bytes_per_ms,
      &reputation::Measurements::outbound_bytes_per_ms,
      &reputation::Measurements::bytes_received,
      &reputation::Measurements::bytes_sent,
      &reputation::Measurements::uptime_percent};
  for (size_t metric = 0; metric < metrics.size(); ++metric) {
    const Whole<double> column(*metrics[metric], shape);
    for (size_t i = 0; i < reports.size(); ++i) {
      reports[i].measurements.*kFields[metric] = Measured(column.span()[i]);
    }
  }
  return reports;
}

py::tuple GlobalScoresOf(const Column<int64_t>& scores, const Column<uint32_t>& reporter,
                         const Column<uint32_t>& subject, const Doubles& latency_ms,
                         const Doubles& interactions, const Doubles& inbound_bytes_per_ms,
                         const Doubles& outbound_bytes_per_ms, const Doubles& bytes_received,
                         const Doubles& bytes_sent, const Doubles& uptime_percent,
                         Int<uint32_t> least_reports, Int<uint32_t> least_metrics,
                         Int<uint32_t> least_uptime, const std::string& mode,
                         const Column<uint32_t>& participated) {
  const vectorized::Shape shape = vectorized::Broadcast(
      {&reporter, &subject, &latency_ms, &interactions, &inbound_bytes_per_ms,
       &outbound_bytes_per_ms, &bytes_received, &bytes_sent, &uptime_percent});
  const vectorized::Shape nodes_shape = vectorized::Broadcast({&scores, &participated});
  const base::FormulaMode formula = ToMode(mode);
  const auto nodes = Value(Unlocked([&]() -> absl::StatusOr<std::vector<reputation::NodeScore>> {
    const auto known = All(scores);
    std::vector<std::optional<uint8_t>> before(known.span().size());
    for (size_t i = 0; i < before.size(); ++i) {
      const int64_t score = known.span()[i];
      if (score < -1 || score > 100) {
        return absl::InvalidArgumentError("reputation: got score " + std::to_string(score) +
                                          ", need -1 to 100 (at index " + std::to_string(i) + ")");
      }
      if (score >= 0) before[i] = static_cast<uint8_t>(score);
    }
    const Whole<uint32_t> in_before(participated, nodes_shape);
    std::vector<uint8_t> was_in;
    for (const uint32_t one : in_before.span()) was_in.push_back(one != 0 ? 1 : 0);
    const auto reports =
        MakeReports(shape, reporter, subject,
                    {&latency_ms, &interactions, &inbound_bytes_per_ms, &outbound_bytes_per_ms,
                     &bytes_received, &bytes_sent, &uptime_percent});
    return reputation::GlobalScores(reports, before,
                                    {.least_reports = least_reports,
                                     .least_metrics = least_metrics,
                                     .least_uptime = least_uptime},
                                    formula, was_in);
  }));
  std::vector<uint8_t> smoothed;
  std::vector<int16_t> this_round;
  std::vector<uint8_t> participates;
  for (const reputation::NodeScore& node : nodes) {
    smoothed.push_back(node.score);
    this_round.push_back(node.this_round ? int16_t{*node.this_round} : int16_t{-1});
    participates.push_back(node.participates ? 1 : 0);
  }
  return py::make_tuple(AdoptColumn(std::move(smoothed)), AdoptColumn(std::move(this_round)),
                        AdoptColumn(std::move(participates)));
}

}  // namespace

void BindReputationMeasurements(py::module_& m) {
  BindStatistics(m);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  m.def("global_scores", &GlobalScoresOf, py::arg("scores"), py::arg("reporter"),
        py::arg("subject"), py::kw_only(), py::arg("latency_ms") = nan,
        py::arg("interactions") = nan, py::arg("inbound_bytes_per_ms") = nan,
        py::arg("outbound_bytes_per_ms") = nan, py::arg("bytes_received") = nan,
        py::arg("bytes_sent") = nan, py::arg("uptime_percent") = nan, py::arg("least_reports") = 4,
        py::arg("least_metrics") = 3, py::arg("least_uptime") = 40, py::arg("mode") = "corrected",
        py::arg("participated") = 1);
}

}  // namespace shadw::python
