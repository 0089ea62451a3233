// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/health_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace shadw::telemetry {
namespace {

const base::Time kNow = base::FromUnixSeconds(1'700'000'000);
constexpr auto kSecond = std::chrono::seconds(1);

crypto::Ed25519Signer SignerOf(uint8_t number) {
  return crypto::Ed25519Signer(base::ByteArray<32>{number});
}

base::Bytes ReportOf(const crypto::Ed25519Signer& signer, uint64_t sequence, base::Time taken) {
  return *SignReport(
      signer, sequence,
      {.taken = taken, .uptime_s = 9, .disk_total_bytes = 100, .disk_free_bytes = 7});
}

TEST(Report, ComesBackAsItWasSigned) {
  const auto signer = SignerOf(1);
  const Report report = *OpenReport(ReportOf(signer, 5, kNow));
  EXPECT_EQ(report.node, signer.public_key());
  EXPECT_EQ(report.sequence, 5u);
  EXPECT_EQ(
      report.stats,
      (NodeStats{.taken = kNow, .uptime_s = 9, .disk_total_bytes = 100, .disk_free_bytes = 7}));
  EXPECT_FALSE(SignReport(signer, 1, {.memory_free_bytes = 1}).ok());
}

TEST(Report, IsRefusedWithAnyBitFlippedAndAtEveryTruncation) {
  const base::Bytes bytes = ReportOf(SignerOf(1), 5, kNow);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    base::Bytes altered = bytes;
    altered[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ASSERT_FALSE(OpenReport(altered).ok()) << bit;
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(OpenReport(base::ByteSpan(bytes).first(size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
}

TEST(HealthTable, KeepsTheLatestAndRefusesWhatIsOlder) {
  HealthTable table({});
  const auto signer = SignerOf(1);
  ASSERT_TRUE(table.Ingest(kNow, ReportOf(signer, 5, kNow)).ok());
  for (const base::Bytes& old : {ReportOf(signer, 5, kNow), ReportOf(signer, 4, kNow + kSecond),
                                 ReportOf(signer, 6, kNow), ReportOf(signer, 6, kNow - kSecond)}) {
    EXPECT_EQ(table.Ingest(kNow, old).code(), absl::StatusCode::kAborted);
  }
  EXPECT_TRUE(table.Ingest(kNow, ReportOf(signer, 6, kNow + kSecond)).ok());
  EXPECT_EQ(table.Find(signer.public_key())->report.sequence, 6u);
  EXPECT_EQ(table.size(), 1u);
}

TEST(HealthTable, RefusesForgeriesAndClocksThatRunAhead) {
  HealthTable table({});
  base::Bytes forged = ReportOf(SignerOf(1), 5, kNow);
  forged.back() ^= 1;
  EXPECT_EQ(table.Ingest(kNow, forged).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(table.Ingest(kNow, ReportOf(SignerOf(1), 5, kNow + 121 * kSecond)).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(table.size(), 0u);
}

TEST(HealthTable, TellsTheStaleAfterThreeIntervals) {
  HealthTable table({});
  ASSERT_TRUE(table.Ingest(kNow, ReportOf(SignerOf(1), 1, kNow)).ok());
  EXPECT_EQ(table.Fresh(kNow + 90 * kSecond).size(), 1u);
  EXPECT_EQ(table.Stale(kNow + 90 * kSecond).size(), 0u);
  EXPECT_EQ(table.Fresh(kNow + 91 * kSecond).size(), 0u);
  EXPECT_EQ(table.Stale(kNow + 91 * kSecond).size(), 1u);
}

TEST(HealthTable, GivesTheRoomOfTheStaleToNewcomersAndOfNobodyElse) {
  HealthTable table({.max_nodes = 2});
  ASSERT_TRUE(table.Ingest(kNow, ReportOf(SignerOf(1), 1, kNow)).ok());
  const base::Time later = kNow + 60 * kSecond;
  ASSERT_TRUE(table.Ingest(later, ReportOf(SignerOf(2), 1, later)).ok());
  const base::Bytes third = ReportOf(SignerOf(3), 1, later);
  EXPECT_EQ(table.Ingest(kNow + 80 * kSecond, third).code(), absl::StatusCode::kResourceExhausted);
  base::Bytes forged = ReportOf(SignerOf(4), 1, later);
  forged.back() ^= 1;
  EXPECT_EQ(table.Ingest(kNow + 100 * kSecond, forged).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_NE(table.Find(SignerOf(1).public_key()), nullptr);
  EXPECT_TRUE(table.Ingest(kNow + 100 * kSecond, third).ok());
  EXPECT_EQ(table.Find(SignerOf(1).public_key()), nullptr);
  EXPECT_NE(table.Find(SignerOf(2).public_key()), nullptr);
}

TEST(HealthTable, DrivesOutWhoIsSilentForLongestHoweverOftenTheOthersReported) {
  HealthTable table({.max_nodes = 50});
  for (int round = 0; round < 3; ++round) {
    for (uint8_t node = 0; node < 50; ++node) {
      const base::Time now = kNow + (10 * round + node % 10) * kSecond;
      ASSERT_TRUE(table.Ingest(now, ReportOf(SignerOf(node), round + 1, now)).ok());
    }
  }
  base::Time last{};
  const base::Time now = kNow + 200 * kSecond;  // all are stale
  for (uint8_t newcomer = 100; newcomer < 150; ++newcomer) {
    const std::map<NodeKey, HealthEntry> before = table.entries();
    ASSERT_TRUE(table.Ingest(now, ReportOf(SignerOf(newcomer), 1, now)).ok());
    for (const auto& [node, entry] : before) {
      if (table.Find(node) != nullptr) continue;
      EXPECT_GE(entry.alive(), last);
      last = entry.alive();
    }
    EXPECT_EQ(table.size(), 50u);
  }
  EXPECT_EQ(table.Fresh(kNow + 200 * kSecond).size(), 50u);
}

TEST(HealthTable, TakesAnOldReportForNoSignOfLife) {
  HealthTable table({});
  const base::Bytes old = ReportOf(SignerOf(1), 5, base::FromUnixSeconds(1'000'000'000));
  const absl::Status status = table.Ingest(kNow, old);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("ns ago, need at most 90000000000"), std::string::npos);
  EXPECT_FALSE(table.Ingest(kNow, ReportOf(SignerOf(1), 6, kNow - 91 * kSecond)).ok());
  EXPECT_EQ(table.size(), 0u);
  // One that took a minute to arrive is fresh for half a minute.
  ASSERT_TRUE(table.Ingest(kNow, ReportOf(SignerOf(1), 7, kNow - 60 * kSecond)).ok());
  EXPECT_EQ(table.Fresh(kNow + 30 * kSecond).size(), 1u);
  EXPECT_EQ(table.Stale(kNow + 31 * kSecond).size(), 1u);
}

TEST(HealthTable, DoesNotKeepWhoseClockRunsAheadFreshForLonger) {
  HealthTable table({});
  ASSERT_TRUE(table.Ingest(kNow, ReportOf(SignerOf(1), 1, kNow + 120 * kSecond)).ok());
  EXPECT_EQ(table.Fresh(kNow + 90 * kSecond).size(), 1u);
  EXPECT_EQ(table.Fresh(kNow + 91 * kSecond).size(), 0u);
}

TEST(HealthTable, RefusesOptionsThatMeanNothing) {
  const base::Bytes report = ReportOf(SignerOf(1), 1, kNow);
  EXPECT_TRUE(HealthTable::Options{}.Validate().ok());
  const HealthTable::Options refused[] = {{.interval = {}},
                                          {.interval = base::Duration::max()},
                                          {.stale_after = 0},
                                          {.stale_after = UINT32_MAX},
                                          {.max_ahead = base::Duration(-1)},
                                          {.max_ahead = base::Duration::max()},
                                          {.max_nodes = 0},
                                          {.max_nodes = SIZE_MAX}};
  for (const HealthTable::Options& options : refused) {
    EXPECT_EQ(options.Validate().code(), absl::StatusCode::kInvalidArgument);
    HealthTable table(options);
    EXPECT_EQ(table.Ingest(kNow, report).code(), absl::StatusCode::kInvalidArgument);
  }
  HealthTable table({});
  EXPECT_FALSE(table.Ingest(base::Time::min(), report).ok());
  EXPECT_TRUE(table.Fresh(base::Time::min()).empty());
}

}  // namespace
}  // namespace shadw::telemetry
