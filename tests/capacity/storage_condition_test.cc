// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/storage_condition.h"

#include <gtest/gtest.h>

namespace shadw::capacity {
namespace {

base::Time At(int64_t seconds) { return base::FromUnixSeconds(seconds); }

// Every row of: accepted, not more than reported, fits.
TEST(CheckStorage, AcceptsOnlyWhereAllThreeHold) {
  for (int row = 0; row < 8; ++row) {
    const bool accepted = (row & 1) != 0;
    const bool within = (row & 2) != 0;
    const bool fits = (row & 4) != 0;
    const CapacityReport report{.time = At(0), .disk_reported_bytes = 100, .disk_taken_bytes = 40};
    const AuditResult audit{.time = At(1),
                            .outcome = accepted ? AuditOutcome::kAccepted : AuditOutcome::kFailed,
                            .proven_bytes = within ? 100U : 101U};
    const auto verdict =
        CheckStorage(report, audit, {.now = At(2), .shard_bytes = fits ? 60U : 61U});
    ASSERT_TRUE(verdict.ok());
    const StorageVerdict expected = !accepted ? StorageVerdict::kAuditNotAccepted
                                    : !within ? StorageVerdict::kMoreThanReported
                                    : !fits   ? StorageVerdict::kNoRoom
                                              : StorageVerdict::kAccepted;
    EXPECT_EQ(*verdict, expected) << row;
  }
}

TEST(CheckStorage, TakesNoOtherOutcomeForAnAcceptedOne) {
  for (const AuditOutcome outcome : {AuditOutcome::kFailed, AuditOutcome::kUnknownError,
                                     AuditOutcome::kOffline, AuditOutcome::kTimedOut}) {
    EXPECT_EQ(CheckStorage({}, {.outcome = outcome}, {}).value(),
              StorageVerdict::kAuditNotAccepted);
  }
}

TEST(CheckStorage, KeepsTheOrderAndTheAge) {
  const auto code = [](int64_t report, int64_t audit, int64_t now) {
    return CheckStorage({.time = At(report)}, {.time = At(audit)}, {.now = At(now)})
        .status()
        .code();
  };
  EXPECT_EQ(code(0, 0, 86'399), absl::StatusCode::kOk);
  EXPECT_EQ(code(0, 0, 86'400), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(5, 4, 6), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(5, 7, 6), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CheckStorage({.time = base::Time::min()}, {.time = base::Time::max()},
                         {.now = base::Time::max()})
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(CheckStorage, RefusesMoreTakenThanReported) {
  EXPECT_EQ(CheckStorage({.disk_reported_bytes = 1, .disk_taken_bytes = 2}, {}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(StorageIsLargerThanShare, IsFalseOnlyForANodeThatHoldsAll) {
  EXPECT_TRUE(StorageIsLargerThanShare(1, 2).value());
  EXPECT_TRUE(StorageIsLargerThanShare(0, 1).value());
  EXPECT_FALSE(StorageIsLargerThanShare(3, 3).value());
  for (const double total : {0.0, -1.0, 2.0}) {
    EXPECT_EQ(StorageIsLargerThanShare(3, total).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace shadw::capacity
