// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/space_proof.h"

#include <gtest/gtest.h>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"
#include "tests/capacity/plots.h"

namespace shadw::capacity {
namespace {

constexpr auto kRefused = absl::StatusCode::kPermissionDenied;

// Catalogue S62: Pr[out = accept] = 1, over 10^4 honest runs.
TEST(SpaceProof, HoldsInEveryHonestRun) {
  crypto::SeededRandom random(1);
  for (uint8_t node = 0; node < 10; ++node) {
    const uint32_t labels_log2 = 10 + node % 3;
    const FreshPlot& plot = SmallPlot(node, labels_log2);
    const PlotFile file = Written(plot, "plot");
    for (uint64_t epoch = 0; epoch < 1000; ++epoch) {
      const SpaceChallenge challenge{.seed = random.Array<32>(), .epoch = epoch, .openings = 2};
      const SpaceProof proof = file.Prove(challenge).value();
      ASSERT_TRUE(VerifySpace(plot.commitment(), challenge, proof).ok());
    }
  }
}

TEST(SpaceProof, ServesNoOtherNodeEpochSeedOrPlot) {
  const FreshPlot& plot = SmallPlot();
  const SpaceChallenge challenge{.seed = {1}, .epoch = 7};
  const SpaceProof proof = Written(plot, "plot").Prove(challenge).value();
  EXPECT_TRUE(VerifySpace(plot.commitment(), challenge, proof).ok());
  SpaceChallenge other = challenge;
  other.epoch = 8;
  EXPECT_EQ(VerifySpace(plot.commitment(), other, proof).code(), kRefused);
  other = challenge;
  other.seed[31] = 1;
  EXPECT_EQ(VerifySpace(plot.commitment(), other, proof).code(), kRefused);
  EXPECT_EQ(VerifySpace(SmallPlot(2).commitment(), challenge, proof).code(), kRefused);
  // A copied plot under the thief's own name, roots and all.
  PlotCommitment claimed = plot.commitment();
  claimed.parameters.node_id.fill(9);
  EXPECT_EQ(VerifySpace(claimed, challenge, proof).code(), kRefused);
}

TEST(SpaceProof, RefusesEveryFlippedBit) {
  const FreshPlot& plot = SmallPlot();
  const SpaceChallenge challenge{.seed = {2}, .epoch = 1, .openings = 2};
  const base::Bytes bytes = EncodeSpaceProof(Written(plot, "plot").Prove(challenge).value());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    base::Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const absl::StatusOr<SpaceProof> proof = ParseSpaceProof(flipped);
    ASSERT_FALSE(proof.ok() && VerifySpace(plot.commitment(), challenge, *proof).ok()) << bit;
  }
}

TEST(SpaceProof, IsReadAsItWasWrittenAndNotCutShort) {
  const SpaceChallenge challenge{.seed = {3}, .epoch = 1, .openings = 3};
  const SpaceProof proof = Written(SmallPlot(), "plot").Prove(challenge).value();
  base::Bytes bytes = EncodeSpaceProof(proof);
  EXPECT_EQ(ParseSpaceProof(bytes).value(), proof);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseSpaceProof(base::ByteSpan(bytes).first(size)).ok()) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(ParseSpaceProof(bytes).ok());
}

// Catalogue S62: at most c * (block + log2(blocks) * 32).
TEST(SpaceProof, TakesALabelAndAPathForEachOpening) {
  const SpaceProof proof = Written(SmallPlot(), "plot").Prove({}).value();
  EXPECT_EQ(EncodeSpaceProof(proof).size(), 12 + 30 * (32 + 11 * 32));
}

TEST(SpaceProof, RefusesNumbersOfOpeningsOutOfRange) {
  const FreshPlot& plot = SmallPlot();
  const PlotFile file = Written(plot, "plot");
  for (const uint32_t openings : {0U, kMaxOpenings + 1, ~0U}) {
    const SpaceChallenge challenge{.seed = {}, .epoch = 0, .openings = openings};
    const auto refused = absl::StatusCode::kInvalidArgument;
    EXPECT_EQ(file.Prove(challenge).status().code(), refused);
    EXPECT_EQ(VerifySpace(plot.commitment(), challenge, {}).code(), refused);
  }
  SpaceProof proof = file.Prove({}).value();
  proof.openings.pop_back();
  EXPECT_EQ(VerifySpace(plot.commitment(), {}, proof).code(), kRefused);
}

TEST(SpaceProof, RefusesAProofThatSpeaksOfAnotherSize) {
  const FreshPlot& plot = SmallPlot();
  SpaceProof proof = Written(plot, "plot").Prove({}).value();
  for (const uint32_t labels_log2 : {0U, 10U, 12U, 27U, ~0U}) {
    proof.labels_log2 = labels_log2;
    EXPECT_EQ(VerifySpace(plot.commitment(), {}, proof).code(), kRefused) << labels_log2;
  }
}

TEST(SpaceProof, ANumberOfOpeningsThatIsNotThereAllocatesNothing) {
  base::ByteWriter out;
  out.Raw(base::AsBytes("sPs\1")).U32(27).U32(kMaxOpenings);
  EXPECT_EQ(ParseSpaceProof(out.bytes()).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace shadw::capacity
