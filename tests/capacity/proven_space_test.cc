// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/proven_space.h"

#include <gtest/gtest.h>

#include <numeric>

#include "libshadw/crypto/random.h"

namespace shadw::capacity {
namespace {

NodeId Node(uint8_t number) {
  NodeId id{};
  id[0] = number;
  return id;
}

PlottedSpace Plot(uint8_t node, uint8_t seed, uint32_t labels_log2 = 25) {
  return {{.node_id = Node(node), .seed = {seed}, .labels_log2 = labels_log2}};
}

TEST(CombineSpace, CountsUsedBytesInFullAndPlotsByTheirWeight) {
  const AuditedSpace used[] = {{Node(1), 1000}, {Node(1), 24}};
  const PlottedSpace plots[] = {Plot(1, 0), Plot(1, 1, 24)};
  const ProvenSpace space =
      CombineSpace(Node(1), used, plots, {.free_weight_ppm = 250'000}).value();
  EXPECT_EQ(space.used_bytes, 1024);
  EXPECT_EQ(space.free_bytes, (1U << 30) + (1U << 29));
  EXPECT_EQ(space.score_bytes, 1024 + (1U << 28) + (1U << 27));
}

TEST(CombineSpace, NeverCountsAPlotAsMuchAsData) {
  for (const uint32_t ppm : {0U, 1U, 999'999U}) {
    const PlottedSpace plots[] = {Plot(1, 0)};
    const ProvenSpace space = CombineSpace(Node(1), {}, plots, {.free_weight_ppm = ppm}).value();
    EXPECT_LT(space.score_bytes, space.free_bytes);
  }
  EXPECT_EQ(CombineSpace(Node(1), {}, {}, {.free_weight_ppm = 1'000'000}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// 32 KiB are made anew in two milliseconds: two hundred such plots need no disk.
TEST(CombineSpace, RefusesPlotsThatAreMadeAnewWithinTheDeadline) {
  const auto code = [](uint32_t labels_log2, const SpaceRule& rule) {
    const PlottedSpace plots[] = {Plot(1, 0), Plot(1, 1, labels_log2)};
    return CombineSpace(Node(1), {}, plots, rule).status().code();
  };
  for (const uint32_t small : {10U, 16U, 22U}) {
    EXPECT_EQ(code(small, {}), absl::StatusCode::kInvalidArgument) << small;
  }
  EXPECT_EQ(code(23, {}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(24, {}), absl::StatusCode::kOk);
  EXPECT_EQ(code(24, {.least_plot_bytes = LeastPlotBytes(2000)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(25, {.least_plot_bytes = LeastPlotBytes(2000)}), absl::StatusCode::kOk);
  EXPECT_EQ(code(10, {.least_plot_bytes = 0}), absl::StatusCode::kOk);
}

TEST(CombineSpace, TheLeastPlotTakesTenDeadlinesToMakeAnew) {
  for (uint32_t ms = 1; ms < 10'000'000; ms = ms * 3 + 1) {
    EXPECT_GE(LeastPlotBytes(ms), ms / 1000.0 * 10 * kPlottingBytesPerSecond * 0.9999) << ms;
  }
  EXPECT_EQ(LeastPlotBytes(0), 32 * base::kKiB);
  EXPECT_GT(LeastPlotBytes(UINT32_MAX), 4 * base::kGiB);
}

TEST(CombineSpace, RefusesEvidenceOfOthersPlotsTwiceAndSumsThatWrap) {
  const AuditedSpace strange[] = {{Node(2), 1}};
  EXPECT_EQ(CombineSpace(Node(1), strange, {}).status().code(),
            absl::StatusCode::kPermissionDenied);
  const PlottedSpace stolen[] = {Plot(2, 0)};
  EXPECT_EQ(CombineSpace(Node(1), {}, stolen).status().code(), absl::StatusCode::kPermissionDenied);
  const PlottedSpace twice[] = {Plot(1, 0), Plot(1, 1), Plot(1, 0)};
  EXPECT_EQ(CombineSpace(Node(1), {}, twice).status().code(), absl::StatusCode::kAlreadyExists);
  const AuditedSpace large[] = {{Node(1), ~uint64_t{0}}, {Node(1), 1}};
  EXPECT_EQ(CombineSpace(Node(1), large, {}).status().code(), absl::StatusCode::kResourceExhausted);
  const AuditedSpace full[] = {{Node(1), ~uint64_t{0}}};
  const PlottedSpace plots[] = {Plot(1, 0)};
  EXPECT_EQ(CombineSpace(Node(1), full, plots).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(ShareByCapacity, SumsToOneWithWhatIsCarried) {
  crypto::SeededRandom random(31);
  for (int run = 0; run < 500; ++run) {
    const size_t nodes = 1 + random.Array<1>()[0] % 40;
    std::vector<double> capacities(nodes);
    bool passed[40];
    for (size_t i = 0; i < nodes; ++i) {
      capacities[i] = random.Array<1>()[0] + 1;
      passed[i] = random.Array<1>()[0] % 2 == 0;
    }
    for (const FailedShare failed : {FailedShare::kCarry, FailedShare::kRedistribute}) {
      const CapacityShares shares = ShareByCapacity(capacities, {passed, nodes}, failed).value();
      const double sum = std::accumulate(shares.shares.begin(), shares.shares.end(), 0.0);
      EXPECT_NEAR(sum + shares.carried, 1, 1e-12);
      for (size_t i = 0; i < nodes; ++i) {
        EXPECT_TRUE(passed[i] || shares.shares[i] == 0);
      }
    }
  }
}

// What makes sabotage worthless: nobody's share hangs on whether another one passes.
TEST(ShareByCapacity, NobodyGainsByAnothersFailureWhereItIsCarried) {
  const double capacities[] = {1, 2, 3};
  const bool all[] = {true, true, true};
  const bool two[] = {true, false, true};
  const auto before = ShareByCapacity(capacities, all).value().shares;
  const auto after = ShareByCapacity(capacities, two).value().shares;
  EXPECT_EQ(after[0], before[0]);
  EXPECT_EQ(after[2], before[2]);
  EXPECT_GT(ShareByCapacity(capacities, two, FailedShare::kRedistribute).value().shares[0],
            before[0]);
}

TEST(ShareByCapacity, CarriesAllWhereAllFailed) {
  const double capacities[] = {1, 2};
  const bool none[] = {false, false};
  for (const FailedShare failed : {FailedShare::kCarry, FailedShare::kRedistribute}) {
    EXPECT_EQ(ShareByCapacity(capacities, none, failed).value().carried, 1);
  }
  EXPECT_FALSE(ShareByCapacity({}, {}).ok());
  EXPECT_FALSE(ShareByCapacity(capacities, {none, 1}).ok());
}

}  // namespace
}  // namespace shadw::capacity
