// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/reputation/measurements.h"
#include "libshadw/reputation/statistics.h"

namespace shadw::reputation {
namespace {

using base::FormulaMode;

constexpr int kLatency = 0;
constexpr int kUptime = 6;
constexpr uint32_t kBest = 100;

using Means = std::array<std::optional<double>, kMetrics>;

struct Range {
  double least = 0;
  double greatest = 0;
  bool seen = false;
};

// One metric of one node or peer, from 0 for the worst to 1 for the best.
std::optional<double> Scale(int metric, double value, const Range& range) {
  if (metric == kUptime) return value / 100;
  const std::optional<double> scaled = MinMax(value, range.least, range.greatest);
  if (scaled && metric == kLatency) return 1 - *scaled;
  return scaled;
}

std::array<Range, kMetrics> RangesOf(std::span<const Means> nodes) {
  std::array<Range, kMetrics> ranges;
  for (const Means& means : nodes) {
    for (int i = 0; i < kMetrics; ++i) {
      if (!means[i]) continue;
      Range& range = ranges[i];
      range.least = range.seen ? std::min(range.least, *means[i]) : *means[i];
      range.greatest = range.seen ? std::max(range.greatest, *means[i]) : *means[i];
      range.seen = true;
    }
  }
  return ranges;
}

// The mean of all metrics in percent, where there are enough of them.
std::optional<double> Percent(const Means& means, const std::array<Range, kMetrics>& ranges,
                              uint32_t least_metrics) {
  double sum = 0;
  uint32_t count = 0;
  for (int i = 0; i < kMetrics; ++i) {
    if (!means[i]) continue;
    if (const std::optional<double> scaled = Scale(i, *means[i], ranges[i])) {
      sum += *scaled;
      ++count;
    }
  }
  if (count == 0 || count < least_metrics) return std::nullopt;
  return std::clamp(sum / count * 100, 0.0, 100.0);
}

absl::Status CheckReports(std::span<const PeerReport> reports, size_t nodes) {
  if (reports.size() > kMaxReports) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got ", reports.size(), " reports, need at most ", kMaxReports));
  }
  for (size_t row = 0; row < reports.size(); ++row) {
    const PeerReport& report = reports[row];
    if (std::max(report.reporter, report.subject) >= nodes) {
      return absl::InvalidArgumentError(
          absl::StrCat("reputation: got a report of ", report.reporter, " about ", report.subject,
                       " in row ", row, ", need nodes below ", nodes));
    }
    if (const absl::Status status = Check(report.measurements); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(status.message(), ", in row ", row));
    }
  }
  return absl::OkStatus();
}

// Rows by subject, of each pair the last one, none about oneself and, where
// `with_weight`, none of a reporter without weight.
std::vector<uint32_t> RowsBySubject(std::span<const PeerReport> reports,
                                    std::span<const double> scores, bool with_weight) {
  std::vector<uint32_t> rows(reports.size());
  std::iota(rows.begin(), rows.end(), 0U);
  const auto key = [&](uint32_t row) {
    return uint64_t{reports[row].subject} << 32 | reports[row].reporter;
  };
  std::ranges::sort(
      rows, [&](uint32_t a, uint32_t b) { return key(a) != key(b) ? key(a) < key(b) : a > b; });
  const auto same = [&](uint32_t a, uint32_t b) { return key(a) == key(b); };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  std::erase_if(rows, [&](uint32_t row) {
    return reports[row].subject == reports[row].reporter ||
           (with_weight && scores[reports[row].reporter] == 0);
  });
  return rows;
}

// The means of what these rows, all about one node, report.
absl::StatusOr<Means> MeansOf(std::span<const PeerReport> reports, std::span<const uint32_t> rows,
                              std::span<const double> scores, FormulaMode mode) {
  Means means;
  std::vector<double> values;
  std::vector<double> of_reporters;
  for (int i = 0; i < kMetrics; ++i) {
    values.clear();
    of_reporters.clear();
    for (const uint32_t row : rows) {
      if (const std::optional<double> value = reports[row].measurements.Scored()[i]) {
        values.push_back(*value);
        of_reporters.push_back(scores[reports[row].reporter]);
      }
    }
    if (values.empty()) continue;
    const bool inverted = mode == FormulaMode::kReference && i == kLatency;
    SHADW_ASSIGN_OR_RETURN(const std::vector<double> weights,
                           ReporterWeights(of_reporters, inverted));
    SHADW_ASSIGN_OR_RETURN(means[i], FilteredMean(values, weights, mode));
  }
  return means;
}

// What each reporter's word weighs: its own score, or what newcomers get. Where nobody's
// weighs anything nobody can be told from the others: a network may begin so.
std::vector<double> ReporterScores(std::span<const std::optional<uint8_t>> scores,
                                   const ScorePolicy& policy) {
  std::vector<double> known;
  for (const std::optional<uint8_t>& score : scores) {
    if (score) known.push_back(*score);
  }
  const double otherwise =
      Quantile(known, policy.default_quantile).value_or(static_cast<double>(policy.default_score));
  std::vector<double> all(scores.size(), otherwise);
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i]) all[i] = *scores[i];
  }
  if (std::ranges::all_of(all, [](double score) { return score == 0; })) {
    std::ranges::fill(all, 1.0);
  }
  return all;
}

}  // namespace

absl::Status ScorePolicy::Validate() const {
  for (const uint32_t percent : {least_uptime, default_score, new_weight_percent}) {
    if (percent > kBest) {
      return absl::InvalidArgumentError(
          absl::StrCat("reputation: got a policy with ", percent, " %, need at most 100"));
    }
  }
  if (!(default_quantile >= 0 && default_quantile <= 0.99)) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got default_quantile ", default_quantile, ", need 0 to 0.99"));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> SmoothScore(uint32_t old_score, uint32_t new_score,
                                     uint32_t new_weight_percent) {
  for (const uint32_t percent : {old_score, new_score, new_weight_percent}) {
    if (percent > kBest) {
      return absl::InvalidArgumentError(
          absl::StrCat("reputation: got ", percent, " %, need at most 100"));
    }
  }
  return ((kBest - new_weight_percent) * old_score + new_weight_percent * new_score) / kBest;
}

absl::StatusOr<std::vector<double>> ReporterWeights(std::span<const double> scores, bool inverted) {
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!(scores[i] >= 0 && scores[i] <= kMaxValue)) {
      return absl::InvalidArgumentError(absl::StrCat("reputation: got score ", scores[i],
                                                     " in row ", i, ", need 0 to ", kMaxValue));
    }
  }
  const auto scale = [](std::vector<double>& weights) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) {
      weight = sum > 0 ? weight / sum : 1 / static_cast<double>(weights.size());
    }
  };
  std::vector<double> weights(scores.begin(), scores.end());
  scale(weights);
  if (inverted && weights.size() > 1) {
    for (double& weight : weights) weight = 1 - weight;
    scale(weights);
  }
  return weights;
}

absl::StatusOr<std::vector<NodeScore>> GlobalScores(std::span<const PeerReport> reports,
                                                    std::span<const std::optional<uint8_t>> scores,
                                                    const ScorePolicy& policy, FormulaMode mode,
                                                    std::span<const uint8_t> participated) {
  SHADW_RETURN_IF_ERROR(policy.Validate());
  if (!participated.empty() && participated.size() != scores.size()) {
    return absl::InvalidArgumentError(absl::StrCat("reputation: got ", participated.size(),
                                                   " rows of who participated and ", scores.size(),
                                                   " scores, need as many"));
  }
  SHADW_RETURN_IF_ERROR(CheckReports(reports, scores.size()));
  for (const std::optional<uint8_t>& score : scores) {
    SHADW_RETURN_IF_ERROR(SmoothScore(score.value_or(0), 0).status());
  }
  if (mode == FormulaMode::kPaperLiteral) {
    return absl::UnimplementedError(
        "reputation: got the paper's mode, need corrected or reference: the paper has no formula");
  }
  const std::vector<double> of_reporters = ReporterScores(scores, policy);
  const std::vector<uint32_t> rows =
      RowsBySubject(reports, of_reporters, mode == FormulaMode::kCorrected);
  std::vector<Means> means(scores.size());
  for (size_t begin = 0; begin < rows.size();) {
    const uint32_t subject = reports[rows[begin]].subject;
    size_t end = begin;
    while (end < rows.size() && reports[rows[end]].subject == subject) ++end;
    if (end - begin >= policy.least_reports) {
      SHADW_ASSIGN_OR_RETURN(
          means[subject],
          MeansOf(reports, std::span(rows).subspan(begin, end - begin), of_reporters, mode));
    }
    begin = end;
  }
  const std::array<Range, kMetrics> ranges = RangesOf(means);
  std::vector<NodeScore> result(scores.size());
  for (size_t i = 0; i < result.size(); ++i) {
    NodeScore& node = result[i];
    const std::optional<double> percent = Percent(means[i], ranges, policy.least_metrics);
    if (percent) node.this_round = static_cast<uint8_t>(*percent);
    const uint32_t now = node.this_round.value_or(0);
    node.score = static_cast<uint8_t>(
        scores[i] ? *SmoothScore(*scores[i], now, policy.new_weight_percent) : now);
    const std::optional<double>& uptime = means[i][kUptime];
    const bool was_in = participated.empty() || participated[i] != 0;
    node.participates = was_in && (!uptime || *uptime >= policy.least_uptime);
  }
  return result;
}

std::vector<std::optional<double>> LocalScores(std::span<const Measurements> peers) {
  std::vector<Means> means;
  means.reserve(peers.size());
  for (const Measurements& peer : peers) {
    means.push_back(peer.Scored());
    for (std::optional<double>& mean : means.back()) {
      if (mean && !std::isfinite(*mean)) mean.reset();
    }
  }
  const std::array<Range, kMetrics> ranges = RangesOf(means);
  std::vector<std::optional<double>> scores;
  scores.reserve(peers.size());
  for (const Means& of_peer : means) scores.push_back(Percent(of_peer, ranges, 1));
  return scores;
}

}  // namespace shadw::reputation
