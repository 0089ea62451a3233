// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"

namespace shadw::capacity {
namespace {

constexpr CapacityInputs kNode = {.processors = 2,
                                  .cores_per_processor = 8,
                                  .reply_ms = 100,
                                  .overhead_cycles = 4,
                                  .disk_reported = 1000,
                                  .disk_taken = 250};
constexpr CapacityReferences kOnes = {.compute = 1, .storage = 1};

double Total(const CapacityInputs& inputs, CapacityMode mode) {
  return Capacity(inputs, kOnes, mode).value().total;
}

class Draws {
 public:
  // In (0, scale].
  double operator()(double scale) {
    return (1 + base::LoadLittleEndian<uint32_t>(random_.Array<4>().data())) * (scale / 4294967296);
  }

 private:
  crypto::SeededRandom random_{11};
};

TEST(Capacity, CorrectedRisesWithCoresCyclesAndFreeDiskAndFallsWithTime) {
  Draws draw;
  for (int i = 0; i < 2000; ++i) {
    const CapacityInputs node = {.processors = std::ceil(draw(8)),
                                 .cores_per_processor = std::ceil(draw(128)),
                                 .reply_ms = draw(1000),
                                 .overhead_cycles = draw(1e6),
                                 .disk_reported = 1000 + draw(1e6),
                                 .disk_taken = draw(1000)};
    const double before = Total(node, CapacityMode::kCorrected);
    const auto changed = [&](double CapacityInputs::*field, double by) {
      CapacityInputs other = node;
      other.*field *= by;
      return Total(other, CapacityMode::kCorrected);
    };
    EXPECT_GT(changed(&CapacityInputs::processors, 2), before);
    EXPECT_GT(changed(&CapacityInputs::cores_per_processor, 2), before);
    EXPECT_GT(changed(&CapacityInputs::overhead_cycles, 1.5), before);
    EXPECT_GT(changed(&CapacityInputs::disk_reported, 1.5), before);
    EXPECT_LT(changed(&CapacityInputs::reply_ms, 1.5), before);
    EXPECT_LT(changed(&CapacityInputs::disk_taken, 0.5), 2 * before);
    EXPECT_GT(changed(&CapacityInputs::disk_taken, 0.5), before);
  }
}

// The catalogue's perversity of the text: slower nodes and fewer cores score higher.
TEST(Capacity, AsPrintedRewardsSlowNodesWithFewCores) {
  CapacityInputs slow = kNode;
  slow.reply_ms = 400;
  CapacityInputs wide = kNode;
  wide.cores_per_processor = 16;
  const double literal = Total(kNode, CapacityMode::kPaperLiteral);
  EXPECT_GT(Total(slow, CapacityMode::kPaperLiteral), literal);
  EXPECT_LT(Total(wide, CapacityMode::kPaperLiteral), literal);
}

TEST(Capacity, IsTheSumOfItsPartsAndLinearInTheReferences) {
  const CapacityScore one = Capacity(kNode, kOnes).value();
  const CapacityScore scaled =
      Capacity(kNode, {.compute = 4, .storage = 8, .compute_weight = 2, .storage_weight = 4})
          .value();
  EXPECT_DOUBLE_EQ(one.total, one.compute + one.storage);
  EXPECT_DOUBLE_EQ(scaled.compute, one.compute / 2);
  EXPECT_DOUBLE_EQ(scaled.storage, one.storage / 2);
}

TEST(Capacity, RefusesWhatIsNotFiniteNegativeOrAbsurdByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  for (double CapacityInputs::*field :
       {&CapacityInputs::processors, &CapacityInputs::cores_per_processor,
        &CapacityInputs::reply_ms, &CapacityInputs::overhead_cycles, &CapacityInputs::disk_reported,
        &CapacityInputs::disk_taken}) {
    for (const double bad : {nan, inf, -inf, -1.0}) {
      CapacityInputs node = kNode;
      node.*field = bad;
      for (int mode = 0; mode < 4; ++mode) {
        const absl::Status status = Capacity(node, kOnes, static_cast<CapacityMode>(mode)).status();
        EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
        EXPECT_NE(status.message().find("capacity: got"), std::string::npos);
      }
    }
  }
  CapacityInputs huge = kNode;
  huge.overhead_cycles = 1e308;
  EXPECT_FALSE(Capacity(huge, {.compute = 1e-300, .storage = 1}).ok());
  EXPECT_FALSE(Capacity(kNode, {}).ok());
  EXPECT_FALSE(Capacity(kNode, kOnes, static_cast<CapacityMode>(9)).ok());
  // Zero cycles are a reading of zero, but not below the stroke.
  CapacityInputs idle = kNode;
  idle.overhead_cycles = 0;
  EXPECT_EQ(Total(idle, CapacityMode::kCorrected), 750);
  EXPECT_FALSE(Capacity(idle, kOnes, CapacityMode::kPaperDenominator).ok());
}

TEST(CapacityOfMany, GivesEachRowWhatTheFunctionOfOneGives) {
  Draws draw;
  std::array<std::vector<double>, 6> in;
  for (int i = 0; i < 100; ++i) {
    for (size_t column = 0; column < 5; ++column) in[column].push_back(draw(100));
    in[5].push_back(0);
  }
  std::vector<double> total(100);
  for (int mode = 0; mode < 4; ++mode) {
    const auto chosen = static_cast<CapacityMode>(mode);
    ASSERT_TRUE(CapacityOfMany({in[0], in[1], in[2], in[3], in[4], in[5]}, kOnes, chosen,
                               {.total = total, .compute = {}, .storage = {}})
                    .ok());
    for (size_t i = 0; i < total.size(); ++i) {
      EXPECT_EQ(total[i], Total({in[0][i], in[1][i], in[2][i], in[3][i], in[4][i], 0}, chosen));
    }
  }
  in[2][37] = -1;
  const absl::Status status =
      CapacityOfMany({in[0], in[1], in[2], in[3], in[4], in[5]}, kOnes, CapacityMode::kCorrected,
                     {.total = total, .compute = {}, .storage = {}});
  EXPECT_NE(status.message().find("row 37"), std::string::npos) << status;
  in[3].pop_back();
  EXPECT_FALSE(CapacityOfMany({in[0], in[1], in[2], in[3], in[4], in[5]}, kOnes,
                              CapacityMode::kCorrected, {total, {}, {}})
                   .ok());
}

// The parts over a weight leave the numbers there are: 1e10 / 1e-300, and 1e308 twice.
TEST(CapacityIndex, RisesWithBothPartsWhateverTheWeights) {
  for (const double weight : {5e-324, 1e-300, 1e-10, 1.0, 1e10, 1e300, 1e308}) {
    const CapacityReferences references = {
        .compute = 1, .storage = 1, .compute_weight = weight, .storage_weight = weight};
    double before = 0;
    for (double part = 1e-300; part < 1e308; part *= 1e4) {
      const CapacityScore score = {.total = 0, .compute = part, .storage = 0};
      const double index = CapacityIndex(score, references).value();
      EXPECT_GE(index, before) << weight << " " << part;
      EXPECT_LE(index, 0.5);
      before = index;
    }
    const double half =
        CapacityIndex({.total = 0, .compute = weight, .storage = weight}, references).value();
    EXPECT_DOUBLE_EQ(half, 0.5) << weight;
  }
  const CapacityReferences tiny = {
      .compute = 1, .storage = 1, .compute_weight = 1e-300, .storage_weight = 1e-300};
  EXPECT_DOUBLE_EQ(CapacityIndex({.total = 0, .compute = 1e10, .storage = 0}, tiny).value(), 0.5);
}

TEST(CapacityIndex, StaysBelowOneAndRisesWithBothParts) {
  Draws draw;
  for (int i = 0; i < 1000; ++i) {
    const CapacityReferences references = {
        .compute = 1, .storage = 1, .compute_weight = draw(5), .storage_weight = draw(5)};
    const CapacityScore score = {.total = 0, .compute = draw(1e6), .storage = draw(100)};
    const double index = CapacityIndex(score, references).value();
    EXPECT_GE(index, 0);
    EXPECT_LT(index, 1);
    CapacityScore more = score;
    more.storage *= 1.5;
    EXPECT_GT(CapacityIndex(more, references).value(), index);
  }
  EXPECT_EQ(CapacityIndex({}, kOnes).value(), 0);
  EXPECT_LT(CapacityIndex({.total = 0, .compute = 1e300, .storage = 1e300}, kOnes).value(), 1);
  EXPECT_FALSE(CapacityIndex({.total = 0, .compute = -1, .storage = 0}, kOnes).ok());
}

TEST(OverheadCycles, IsTheShareOfTheBenchmark) {
  EXPECT_EQ(OverheadCycles(1e6, 0).value(), 0);
  EXPECT_EQ(OverheadCycles(1e6, 1).value(), 1e6);
  for (const double bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(OverheadCycles(1e6, bad).ok());
    EXPECT_FALSE(OverheadCycles(bad < 0 ? bad : -bad, 0.5).ok());
  }
}

}  // namespace
}  // namespace shadw::capacity
