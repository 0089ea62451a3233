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

void CheckAsMany(std::span<const double> values, std::span<const double> weights) {
  if (values.size() == weights.size()) return;
  Refuse("reputation: got " + std::to_string(values.size()) + " values and " +
         std::to_string(weights.size()) + " weights, need as many");
}

py::list OutliersOf(const Doubles& values, const std::optional<Doubles>& weights) {
  const auto all = All(values);
  std::vector<uint8_t> keep(all.span().size());
  if (weights) {
    const auto of_all = All(*weights);
    CheckAsMany(all.span(), of_all.span());
    reputation::FindWeightedOutliers(all.span(), of_all.span(), keep);
  } else {
    reputation::FindOutliers(all.span(), keep);
  }
  py::list rows;
  for (size_t i = 0; i < keep.size(); ++i) {
    if (keep[i] == 0) rows.append(i);
  }
  return rows;
}

double WeightedSumOf(const Doubles& values, const Doubles& weights) {
  const auto all = All(values);
  const auto of_all = All(weights);
  CheckAsMany(all.span(), of_all.span());
  return reputation::WeightedSum(all.span(), of_all.span());
}

// Where there is no range there is no number: NaN in an array, None alone.
py::object MinMaxOf(const Doubles& value, const Doubles& least, const Doubles& greatest,
                    const Out& out) {
  py::object result = Vectorized(
      out,
      [](double one, double low, double high) -> absl::StatusOr<double> {
        if (std::isnan(one) || std::isnan(low) || std::isnan(high)) {
          return absl::InvalidArgumentError("reputation: got NaN, need a number and its range");
        }
        return reputation::MinMax(one, low, high)
            .value_or(std::numeric_limits<double>::quiet_NaN());
      },
      value, least, greatest);
  const bool none = py::isinstance<py::float_>(result) && std::isnan(result.cast<double>());
  return none ? py::none() : result;
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
  m.def("outliers", &OutliersOf, py::arg("values"), py::arg("weights") = py::none());
  m.def(
      "filtered_mean",
      [](const Doubles& values, const Doubles& weights, const std::string& mode) {
        const auto all = All(values);
        const auto of_all = All(weights);
        return Value(reputation::FilteredMean(all.span(), of_all.span(), ToMode(mode)));
      },
      py::arg("values"), py::arg("weights"), py::kw_only(), py::arg("mode") = "corrected");
  m.def("min_max", &MinMaxOf, py::arg("value"), py::arg("least"), py::arg("greatest"),
        py::arg("out") = py::none());
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

using reputation::Measurements;
using reputation::PeerMeasurements;
using reputation::PeerReport;
using reputation::Weight;

constexpr std::optional<double> Measurements::*kFields[] = {
    &Measurements::latency_ms,           &Measurements::interactions,
    &Measurements::inbound_bytes_per_ms, &Measurements::outbound_bytes_per_ms,
    &Measurements::bytes_received,       &Measurements::bytes_sent,
    &Measurements::uptime_percent};

Weight WeightNamed(const std::string& name) {
  if (name == "weak") return Weight::kWeak;
  if (name == "strong") return Weight::kStrong;
  if (name == "very_strong") return Weight::kVeryStrong;
  if (name == "provable") return Weight::kProvable;
  Refuse("reputation: got weight '" + name + "', need weak, strong, very_strong or provable");
}

py::dict ReportOf(const PeerMeasurements& peer) {
  const Measurements it = peer.Report();
  return py::dict(py::arg("latency_ms") = it.latency_ms, py::arg("interactions") = it.interactions,
                  py::arg("inbound_bytes_per_ms") = it.inbound_bytes_per_ms,
                  py::arg("outbound_bytes_per_ms") = it.outbound_bytes_per_ms,
                  py::arg("bytes_received") = it.bytes_received,
                  py::arg("bytes_sent") = it.bytes_sent,
                  py::arg("uptime_percent") = it.uptime_percent, py::arg("hops") = it.hops);
}

std::optional<uint64_t> Given(const std::optional<Int<uint64_t>>& number) {
  return number ? std::optional<uint64_t>(number->value) : std::nullopt;
}

void BindPeer(py::module_& m) {
  py::class_<PeerMeasurements>(m, "PeerMeasurements",
                               "What a node measured of one peer. One thread at a time.")
      .def(py::init())
      .def(
          "add_latency", [](PeerMeasurements& self, Int<uint64_t> ms) { self.AddLatency(ms); },
          py::arg("ms"))
      .def(
          "add_interaction",
          [](PeerMeasurements& self, const std::string& weight, bool satisfied) {
            self.AddInteraction(WeightNamed(weight), satisfied);
          },
          py::arg("weight"), py::arg("satisfied"))
      .def(
          "add_received",
          [](PeerMeasurements& self, Int<uint64_t> bytes, std::optional<Int<uint64_t>> ms) {
            self.AddReceived(bytes, Given(ms));
          },
          py::arg("bytes"), py::arg("ms") = py::none())
      .def(
          "add_sent",
          [](PeerMeasurements& self, Int<uint64_t> bytes, std::optional<Int<uint64_t>> ms) {
            self.AddSent(bytes, Given(ms));
          },
          py::arg("bytes"), py::arg("ms") = py::none())
      .def(
          "add_ping", [](PeerMeasurements& self, bool answered) { self.AddPing(answered); },
          py::arg("answered"))
      .def(
          "set_hops", [](PeerMeasurements& self, Int<uint32_t> hops) { self.SetHops(hops); },
          py::arg("hops"))
      .def("report", &ReportOf);
}

py::array_t<double> LocalScoresOf(const Doubles& latency_ms, const Doubles& interactions,
                                  const Doubles& inbound_bytes_per_ms,
                                  const Doubles& outbound_bytes_per_ms,
                                  const Doubles& bytes_received, const Doubles& bytes_sent,
                                  const Doubles& uptime_percent) {
  const std::array<const Doubles*, 7> metrics = {
      &latency_ms,     &interactions, &inbound_bytes_per_ms, &outbound_bytes_per_ms,
      &bytes_received, &bytes_sent,   &uptime_percent};
  const vectorized::Shape shape = vectorized::Broadcast(
      {&latency_ms, &interactions, &inbound_bytes_per_ms, &outbound_bytes_per_ms, &bytes_received,
       &bytes_sent, &uptime_percent});
  return AdoptColumn(Unlocked([&] {
    std::vector<Measurements> peers(shape.rows);
    for (size_t metric = 0; metric < metrics.size(); ++metric) {
      const Whole<double> column(*metrics[metric], shape);
      for (size_t i = 0; i < peers.size(); ++i) {
        peers[i].*kFields[metric] = Measured(column.span()[i]);
      }
    }
    std::vector<double> scores;
    for (const std::optional<double>& score : reputation::LocalScores(peers)) {
      scores.push_back(score.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    return scores;
  }));
}

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
  BindPeer(m);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  m.def("local_scores", &LocalScoresOf, py::kw_only(), py::arg("latency_ms") = nan,
        py::arg("interactions") = nan, py::arg("inbound_bytes_per_ms") = nan,
        py::arg("outbound_bytes_per_ms") = nan, py::arg("bytes_received") = nan,
        py::arg("bytes_sent") = nan, py::arg("uptime_percent") = nan);
  m.def("global_scores", &GlobalScoresOf, py::arg("scores"), py::arg("reporter"),
        py::arg("subject"), py::kw_only(), py::arg("latency_ms") = nan,
        py::arg("interactions") = nan, py::arg("inbound_bytes_per_ms") = nan,
        py::arg("outbound_bytes_per_ms") = nan, py::arg("bytes_received") = nan,
        py::arg("bytes_sent") = nan, py::arg("uptime_percent") = nan, py::arg("least_reports") = 4,
        py::arg("least_metrics") = 3, py::arg("least_uptime") = 40, py::arg("mode") = "corrected",
        py::arg("participated") = 1);
}

}  // namespace shadw::python
