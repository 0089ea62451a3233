// SPDX-License-Identifier: Apache-2.0
//
// Reputation from what nodes measure of each other: latency, interactions, bandwidth,
// bytes, uptime, hops. Each node keeps its own `PeerMeasurements` of others and reports
// them; `GlobalScores` makes one score of 0 to 100 for each node of all reports.
//
//   PeerMeasurements peer;
//   peer.AddLatency(200); peer.AddLatency(100);
//   peer.Report().latency_ms;                                       // 150
//   std::vector<NodeScore> scores = *GlobalScores(reports, {}, {}); // one for each node
//
// Limits: kMaxReports in one round. What a reporter may report is bounded by `Check`;
// whether it is true is not: `attacks.h`.
//   Source   catalogue S142, B.2 "Local measurement", "Reporting", "Global score"
#ifndef LIBSHADW_REPUTATION_MEASUREMENTS_H_
#define LIBSHADW_REPUTATION_MEASUREMENTS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::reputation {

inline constexpr size_t kMaxReports = size_t{1} << 26;
inline constexpr int kMetrics = 7;

// What one node says of another; what was not measured is left out.
struct Measurements {
  std::optional<double> latency_ms;
  std::optional<double> interactions;
  std::optional<double> inbound_bytes_per_ms;
  std::optional<double> outbound_bytes_per_ms;
  std::optional<double> bytes_received;
  std::optional<double> bytes_sent;
  std::optional<double> uptime_percent;
  std::optional<double> hops;  // told, not scored

  // The scored ones in their order here.
  std::array<std::optional<double>, kMetrics> Scored() const;
};

// How good or bad an interaction was, and how sure that is.
enum class Weight : uint8_t { kWeak = 1, kStrong = 5, kVeryStrong = 10, kProvable = 20 };

// What one node has seen of one other since the last report.
class PeerMeasurements {
 public:
  static constexpr uint32_t kLeastPings = 3;

  // A latency of 0 ms says that nothing was measured and does not count.
  void AddLatency(uint64_t ms);
  void AddInteraction(Weight weight, bool satisfied);
  // `ms` >= 1; shorter transfers count as 1 ms.
  void AddReceived(uint64_t bytes, std::optional<uint64_t> ms);
  void AddSent(uint64_t bytes, std::optional<uint64_t> ms);
  void AddPing(bool answered);
  void SetHops(uint32_t hops) { hops_ = hops; }

  // Means are of what was added; bandwidths are cut to whole bytes a millisecond.
  //   Promise  uptime is left out below kLeastPings
  Measurements Report() const;

 private:
  struct Sum {
    uint64_t sum = 0;
    uint64_t count = 0;

    void Add(uint64_t value);
    std::optional<double> Mean() const;
  };
  Sum latency_, inbound_, outbound_;
  std::optional<int64_t> interactions_;
  std::optional<uint64_t> received_, sent_;
  uint32_t pings_ = 0;
  uint32_t answered_ = 0;
  std::optional<uint32_t> hops_;
};

// One line of a report. Nodes are numbered from 0.
struct PeerReport {
  uint32_t reporter = 0;
  uint32_t subject = 0;
  Measurements measurements;
};

// What may be reported: latency below 20 s, bandwidth of at most 50 Gbit/s, uptime of at
// most 100 %, up to 255 hops, nothing negative but interactions, no sum over 10^18.
//   Errors   kInvalidArgument  with the measurement's name
absl::Status Check(const Measurements& measurements);

struct ScorePolicy {
  // About a node, or it gets no score of its own. Corrected: of reporters with weight.
  uint32_t least_reports = 4;
  uint32_t least_metrics = 3;   // of those with a score
  uint32_t least_uptime = 40;   // percent; below it a node is out
  uint32_t default_score = 15;  // of a reporter without one, where nobody has one
  // Of all scores, for a reporter without one. Where names are free this gives a crowd of
  // new ones the say: leave their reports out, or let only the least be theirs (0).
  double default_quantile = 0.15;
  uint32_t new_weight_percent = 30;  // of a new score against the old ones

  absl::Status Validate() const;
};

struct NodeScore {
  uint8_t score = 0;                  // smoothed
  std::optional<uint8_t> this_round;  // nothing: too few reports or metrics
  bool participates = true;           // did so before, and uptime high enough or unknown
};

// Of old and new, cut to a whole number.
//   Range    0 to 100
//   Monotone in  old_score, new_score
//   Units    percent
//   Errors   kInvalidArgument  a score or a weight above 100
//   Source   catalogue B.2 "EWMA"
absl::StatusOr<uint32_t> SmoothScore(uint32_t old_score, uint32_t new_score,
                                     uint32_t new_weight_percent = 30);

// The score of each node: outliers out, means weighted by the reporters' own scores, every
// metric scaled between the least and the greatest node, latency turned round, the mean of
// all metrics, smoothed over rounds. Reports of a node about itself do not count; of two
// reports of one node about another the later one does. A node that was out stays out,
// whatever is reported of it: its opting in is a 1 in `participated`.
//   Shapes   scores        what each node had before; as many results as nodes
//            participated  as many, or none: all did
//   Range    0 to 100
//   Errors   kInvalidArgument  the policy's; a score above 100; a report of a node that is
//                              none or that fails Check, with its row; over kMaxReports;
//                              columns of nodes of different lengths
//            kUnimplemented    kPaperLiteral
//   Paper    none: latency, interactions, bandwidth, bytes, uptime and hops are named, and no
//            formula
//   Defect   the authors' program turns the weights of latency reports round as well, so
//            that those of the lowest reputation count most; it loses weight with every
//            outlier, and finds outliers without weights, so that a crowd of score 0 makes
//            outliers of all others
//   Modes    kCorrected     weights as they are, of sum 1, outliers by weight; reporters of
//                           score 0 are not heard unless all have it
//            kPaperLiteral  refused: there is nothing to take literally
//            kReference     weights of latency turned round, weight lost, outliers by number
//   Source   catalogue S142, B.2 "Global score"
absl::StatusOr<std::vector<NodeScore>> GlobalScores(
    std::span<const PeerReport> reports, std::span<const std::optional<uint8_t>> scores,
    const ScorePolicy& policy, base::FormulaMode mode = base::FormulaMode::kCorrected,
    std::span<const uint8_t> participated = {});

// The weights of reporters with these scores, of sum 1; alike where all scores are 0.
//   Shapes   scores  of the reporters of one metric of one node
//   Errors   kInvalidArgument  a score that is negative, over 1e100 or no number, with its row
//   Paper    none: there is no formula
//   Defect   the authors' program turns the weights of latency round: who has the least
//            reputation counts most
//   Modes    inverted = false  score over the sum of scores
//            inverted = true   (1 - weight) over their sum, as GlobalScores takes them for
//                              latency in kReference
//   Source   catalogue B.2 "Global score", 3
absl::StatusOr<std::vector<double>> ReporterWeights(std::span<const double> scores, bool inverted);

// A node's own score of each peer: every metric scaled over all peers, latency turned
// round, the mean of what there is in percent; nothing where nothing is known. What is
// infinite or no number counts as not measured.
//   Range    0 to 100
//   Source   catalogue B.2 "Local score"
std::vector<std::optional<double>> LocalScores(std::span<const Measurements> peers);

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_MEASUREMENTS_H_
