// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/measurements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_NEAR(WeightedSum(values, ReporterWeights(scores, false)), 120, 1e-9);
  EXPECT_NEAR(WeightedSum(values, ReporterWeights(scores, true)), 180, 1e-9);
  EXPECT_THAT(ReporterWeights(std::vector<double>{0, 0}, false), testing::ElementsAre(0.5, 0.5));
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

TEST(LocalScores, ScaleEveryMetricOverAllPeers) {
  const auto scores = LocalScores(kThree);
  EXPECT_THAT(*scores[0], DoubleNear(200.0 / 3, 1e-9));
  EXPECT_THAT(*scores[1], DoubleNear(60, 1e-9));
  EXPECT_THAT(*scores[2], DoubleNear(160.0 / 3, 1e-9));
  EXPECT_EQ(LocalScores(std::vector<Measurements>(1))[0], std::nullopt);
}

}  // namespace
}  // namespace shadw::reputation
