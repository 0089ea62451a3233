// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/measurements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libshadw/reputation/statistics.h"

namespace shadw::reputation {
namespace {

using base::FormulaMode;
using testing::DoubleNear;

TEST(PeerMeasurements, AreMeansSumsAndRatios) {
  PeerMeasurements peer;
  EXPECT_FALSE(peer.Report().latency_ms.has_value());
  for (const uint64_t ms : {200, 0, 100}) peer.AddLatency(ms);
  peer.AddReceived(1024, 200);
  peer.AddSent(10, std::nullopt);
  const Measurements report = peer.Report();
  EXPECT_EQ(report.latency_ms, 150);
  EXPECT_EQ(report.inbound_bytes_per_ms, 5);
  EXPECT_EQ(report.bytes_received, 1024);
  EXPECT_FALSE(report.outbound_bytes_per_ms.has_value());
  EXPECT_EQ(report.bytes_sent, 10);
}

TEST(PeerMeasurements, WeighInteractions) {
  PeerMeasurements peer;
  peer.AddInteraction(Weight::kWeak, true);
  peer.AddInteraction(Weight::kWeak, false);
  EXPECT_EQ(peer.Report().interactions, 0);
  peer.AddInteraction(Weight::kProvable, false);
  EXPECT_EQ(peer.Report().interactions, -20);
}

TEST(PeerMeasurements, TellUptimeFromThreePingsOn) {
  PeerMeasurements peer;
  std::vector<std::optional<double>> uptimes;
  for (const bool answered : {false, false, false, true, true, false}) {
    peer.AddPing(answered);
    uptimes.push_back(peer.Report().uptime_percent);
  }
  EXPECT_EQ(uptimes[1], std::nullopt);
  EXPECT_EQ(uptimes[2], 0);
  EXPECT_EQ(uptimes[3], 25);
  EXPECT_EQ(uptimes[4], 40);
  EXPECT_NEAR(*uptimes[5], 33.33, 0.01);
}

// Everybody in `scores` reports the same of everybody else.
std::vector<PeerReport> AllReport(const std::vector<Measurements>& about, uint32_t reporters) {
  std::vector<PeerReport> reports;
  for (uint32_t reporter = 0; reporter < reporters; ++reporter) {
    for (uint32_t subject = 0; subject < about.size(); ++subject) {
      reports.push_back({reporter, subject, about[subject]});
    }
  }
  return reports;
}

const std::vector<Measurements> kThree = {
    {.latency_ms = 100, .inbound_bytes_per_ms = 50, .uptime_percent = 100},
    {.latency_ms = 200, .inbound_bytes_per_ms = 100, .uptime_percent = 80},
    {.latency_ms = 300, .inbound_bytes_per_ms = 150, .uptime_percent = 60}};

TEST(GlobalScores, AreThoseOfTheWorkedExample) {
  const std::vector<std::optional<uint8_t>> scores(3, 50);
  for (const FormulaMode mode : {FormulaMode::kCorrected, FormulaMode::kReference}) {
    const auto result = *GlobalScores(AllReport(kThree, 3), scores, {.least_reports = 2}, mode);
    EXPECT_EQ(result[0].this_round, 66);
    EXPECT_EQ(result[1].this_round, 60);
    EXPECT_EQ(result[2].this_round, 53);
    EXPECT_EQ(result[0].score, (70 * 50 + 30 * 66) / 100);
  }
}

TEST(GlobalScores, DecayWhereTooFewReport) {
  std::vector<std::optional<uint8_t>> scores(3, 80);
  std::vector<int> decay;
  for (int round = 0; round < 6; ++round) {
    const auto result = *GlobalScores(AllReport(kThree, 3), scores, {});
    EXPECT_EQ(result[0].this_round, std::nullopt);
    scores.assign(3, result[0].score);
    decay.push_back(result[0].score);
  }
  EXPECT_THAT(decay, testing::ElementsAre(56, 39, 27, 18, 12, 8));
}

TEST(GlobalScores, BelieveTheLowestInTheReferenceOnly) {
  // Reporters of score 80 and 20 say 100 and 200 ms; others set the scale.
  const std::vector<double> values = {100, 200};
  const std::vector<double> scores = {80, 20};
  EXPECT_NEAR(WeightedSum(values, *ReporterWeights(scores, false)), 120, 1e-9);
  EXPECT_NEAR(WeightedSum(values, *ReporterWeights(scores, true)), 180, 1e-9);
  EXPECT_THAT(*ReporterWeights(std::vector<double>{0, 0}, false), testing::ElementsAre(0.5, 0.5));
}

// Ten reporters of score 100 about nodes 0 and 1, then `sybils` of `sybil_score` who say
// that node 0 is the worst of all.
std::vector<NodeScore> ScoresUnderSybils(uint32_t sybils, uint8_t sybil_score) {
  std::vector<std::optional<uint8_t>> scores(12 + sybils, sybil_score);
  std::fill_n(scores.begin(), 12, uint8_t{100});
  std::vector<PeerReport> reports;
  for (uint32_t reporter = 2; reporter < 12; ++reporter) {
    reports.push_back({reporter, 0, {.latency_ms = 10, .bytes_sent = 1000, .uptime_percent = 99}});
    reports.push_back({reporter, 1, {.latency_ms = 400, .bytes_sent = 10, .uptime_percent = 99}});
  }
  for (uint32_t reporter = 12; reporter < 12 + sybils; ++reporter) {
    reports.push_back({reporter, 0, {.latency_ms = 19'000, .bytes_sent = 0, .uptime_percent = 0}});
  }
  return *GlobalScores(reports, scores, {});
}

TEST(GlobalScores, AreNotMovedByACrowdOfScoreZero) {
  const NodeScore alone = ScoresUnderSybils(0, 0)[0];
  EXPECT_EQ(alone.this_round, 99);
  for (const uint32_t sybils : {1, 10, 100, 1000}) {
    const NodeScore node = ScoresUnderSybils(sybils, 0)[0];
    EXPECT_EQ(node.this_round, alone.this_round) << sybils;
    EXPECT_TRUE(node.participates);
  }
  EXPECT_TRUE(ScoresUnderSybils(90, 1)[0].participates);  // 90 of 1090
}

TEST(GlobalScores, HearNobodyWithoutWeightWhereSomebodyHasIt) {
  std::vector<std::optional<uint8_t>> scores(8, uint8_t{0});
  std::vector<PeerReport> reports;
  for (uint32_t reporter = 2; reporter < 7; ++reporter) {
    reports.push_back({reporter, 0, {.uptime_percent = 5}});
  }
  const ScorePolicy policy = {.least_metrics = 1};
  // Where nobody has weight all are heard alike, so that a network can begin.
  EXPECT_EQ((*GlobalScores(reports, scores, policy))[0].this_round, 5);
  scores[7] = 50;
  EXPECT_EQ((*GlobalScores(reports, scores, policy))[0].this_round, std::nullopt);
  EXPECT_EQ((*GlobalScores(reports, scores, policy, FormulaMode::kReference))[0].this_round, 5);
}

TEST(GlobalScores, KeepOutWhoWasOutUntilItOptsIn) {
  const std::vector<std::optional<uint8_t>> scores(6, uint8_t{50});
  std::vector<PeerReport> reports;
  for (uint32_t reporter = 1; reporter < 6; ++reporter) {
    reports.push_back({reporter, 0, {.uptime_percent = 10}});
  }
  for (const FormulaMode mode : {FormulaMode::kCorrected, FormulaMode::kReference}) {
    std::vector<uint8_t> participated(6, 1);
    const auto next = [&](const std::vector<PeerReport>& heard) {
      const auto result = *GlobalScores(heard, scores, {}, mode, participated);
      for (size_t i = 0; i < 6; ++i) participated[i] = result[i].participates ? 1 : 0;
      return result[0].participates;
    };
    EXPECT_FALSE(next(reports));
    EXPECT_FALSE(next({}));
    for (PeerReport& report : reports) report.measurements.uptime_percent = 100;
    EXPECT_FALSE(next(reports));
    participated[0] = 1;
    EXPECT_TRUE(next(reports));
    EXPECT_TRUE(next({}));
    for (PeerReport& report : reports) report.measurements.uptime_percent = 10;
  }
  EXPECT_FALSE(
      GlobalScores({}, scores, {}, FormulaMode::kCorrected, std::vector<uint8_t>(5, 1)).ok());
}

TEST(GlobalScores, LeaveOutWhoIsRarelyUp) {
  std::vector<PeerReport> reports;
  const auto add = [&](uint32_t subject, double first, double second) {
    reports.push_back({2, subject, {.uptime_percent = first}});
    reports.push_back({3, subject, {.uptime_percent = second}});
  };
  add(0, 20, 30);
  add(1, 40, 45);
  const std::vector<std::optional<uint8_t>> scores(4);
  const auto result = *GlobalScores(reports, scores, {.least_reports = 2});
  EXPECT_FALSE(result[0].participates);
  EXPECT_TRUE(result[1].participates);
  EXPECT_TRUE(result[3].participates);
}

TEST(GlobalScores, TakeTheLastOfTwoReportsAndNoneAboutOneself) {
  const std::vector<std::optional<uint8_t>> scores(3);
  std::vector<PeerReport> reports = AllReport(kThree, 3);
  const auto expected = *GlobalScores(reports, scores, {.least_reports = 2});
  // Earlier rows of the same pairs, and a praise of oneself.
  const PeerReport earlier{0, 1, {.latency_ms = 1, .uptime_percent = 1}};
  reports.insert(reports.begin(), earlier);
  reports.push_back({2, 2, {.latency_ms = 1, .uptime_percent = 100}});
  const auto result = *GlobalScores(reports, scores, {.least_reports = 2});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(result[i].this_round, expected[i].this_round);
}

TEST(GlobalScores, RefuseWhatCannotHaveBeenMeasured) {
  const std::vector<std::optional<uint8_t>> scores(3);
  const std::vector<Measurements> lies = {{.latency_ms = 20'000},
                                          {.uptime_percent = 101},
                                          {.inbound_bytes_per_ms = 6'250'001},
                                          {.hops = -1}};
  for (const Measurements& lie : lies) {
    const auto result = GlobalScores(std::vector<PeerReport>{{0, 1, lie}}, scores, {});
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(result.status().message(), testing::HasSubstr("in row 0"));
  }
  EXPECT_FALSE(GlobalScores(std::vector<PeerReport>{{0, 3, {}}}, scores, {}).ok());
  EXPECT_EQ(GlobalScores({}, scores, {}, FormulaMode::kPaperLiteral).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(Statistics, OfEqualWeightsAreThoseWithoutWeights) {
  const std::vector<double> values = {1, 4, 6, 3, 4, 7, 4, 5, 6, 7, 8, 3, 80};
  for (size_t size = 1; size <= values.size(); ++size) {
    const auto some = std::span(values).last(size);
    std::vector<uint8_t> plain(size);
    std::vector<uint8_t> weighted(size);
    FindOutliers(some, plain);
    FindWeightedOutliers(some, std::vector<double>(size, 0.3), weighted);
    EXPECT_EQ(plain, weighted) << size;
  }
}

TEST(Statistics, LetNobodyWithoutWeightMakeAnOutlier) {
  std::vector<double> values(20, 100);
  values.resize(1000, 5);
  std::vector<double> weights(20, 1);
  weights.resize(1000, 0);
  EXPECT_EQ(*FilteredMean(values, weights), 100);
  EXPECT_EQ(FilteredMean(values, std::vector<double>(1000, 0)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Statistics, KeepSomebodyWhateverTheWeightsAre) {
  for (const double weight : {0.0, 5e-324, 1e-300, 1e-17, 1e-3, 1.0, kMaxValue}) {
    for (const double value : {0.0, 1e-200, 1.0, 3.1e50, kMaxValue}) {
      const double mean = *FilteredMean(std::vector<double>{value, -value, value},
                                        std::vector<double>{1, weight, weight / 3});
      EXPECT_LE(std::abs(mean), value * (1 + 1e-12)) << weight;
    }
  }
}

TEST(Statistics, RefuseWhatIsNoNumberByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(ReporterWeights(std::vector<double>{1, nan}, false).status().message(),
              testing::HasSubstr("got score nan in row 1"));
  EXPECT_FALSE(ReporterWeights(std::vector<double>{infinite}, false).ok());
  EXPECT_FALSE(ReporterWeights(std::vector<double>{-1}, true).ok());
  EXPECT_THAT(
      FilteredMean(std::vector<double>{1e200, 2e200}, std::vector<double>{1, 1}).status().message(),
      testing::HasSubstr("got value 1e+200 of weight 1 in row 0"));
  EXPECT_FALSE(FilteredMean(std::vector<double>{1}, std::vector<double>{1e300}).ok());
  EXPECT_EQ(MinMax(nan, 0, 1), std::nullopt);
  EXPECT_EQ(MinMax(1, 0, infinite), std::nullopt);
  EXPECT_EQ(Quantile(std::vector<double>{1, nan}, 0), std::nullopt);
}

TEST(LocalScores, ScaleEveryMetricOverAllPeers) {
  const auto scores = LocalScores(kThree);
  EXPECT_THAT(*scores[0], DoubleNear(200.0 / 3, 1e-9));
  EXPECT_THAT(*scores[1], DoubleNear(60, 1e-9));
  EXPECT_THAT(*scores[2], DoubleNear(160.0 / 3, 1e-9));
  EXPECT_EQ(LocalScores(std::vector<Measurements>(1))[0], std::nullopt);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(LocalScores(std::vector<Measurements>{{.uptime_percent = nan}})[0], std::nullopt);
}

}  // namespace
}  // namespace shadw::reputation
