// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/origin_proof.h"

#include <gtest/gtest.h>

#include "libshadw/crypto/random.h"
#include "tests/capacity/plots.h"

namespace shadw::capacity {
namespace {

constexpr auto kRefused = absl::StatusCode::kPermissionDenied;

TEST(OriginProof, HoldsInEveryHonestRun) {
  crypto::SeededRandom random(2);
  for (uint8_t node = 0; node < 6; ++node) {
    const FreshPlot& plot = SmallPlot(node, 10 + node % 3);
    for (int run = 0; run < 10; ++run) {
      const OriginChallenge challenge{.seed = random.Array<32>(), .openings = 4};
      const OriginProof proof = plot.ProveOrigin(challenge).value();
      ASSERT_TRUE(VerifyOrigin(plot.commitment(), challenge, proof).ok());
    }
  }
}

TEST(OriginProof, HoldsInTheFirstRowToo) {
  const FreshPlot& plot = SmallPlot(1, 10);
  // Of 1024 places the first eight have no back parents: 1024 openings miss them all in
  // three cases of ten thousand, and this seed does not.
  const OriginChallenge challenge{.seed = {5}, .openings = kMaxOriginOpenings};
  const OriginProof proof = plot.ProveOrigin(challenge).value();
  EXPECT_TRUE(VerifyOrigin(plot.commitment(), challenge, proof).ok());
  EXPECT_TRUE(std::ranges::any_of(
      proof.openings, [](const OriginOpening& opening) { return opening.kept.size() == 1; }));
  EXPECT_EQ(ParseOriginProof(EncodeOriginProof(proof)).value(), proof);
}

TEST(OriginProof, ServesNoOtherNodeOrSeed) {
  const FreshPlot& plot = SmallPlot();
  const OriginChallenge challenge{.seed = {1}, .openings = 3};
  const OriginProof proof = plot.ProveOrigin(challenge).value();
  EXPECT_EQ(VerifyOrigin(plot.commitment(), {.seed = {2}, .openings = 3}, proof).code(), kRefused);
  EXPECT_EQ(VerifyOrigin(SmallPlot(2).commitment(), challenge, proof).code(), kRefused);
  PlotCommitment claimed = plot.commitment();
  claimed.parameters.node_id.fill(9);
  EXPECT_EQ(VerifyOrigin(claimed, challenge, proof).code(), kRefused);
}

TEST(OriginProof, RefusesEveryFlippedByte) {
  const FreshPlot& plot = SmallPlot();
  const OriginChallenge challenge{.seed = {3}, .openings = 1};
  const base::Bytes bytes = EncodeOriginProof(plot.ProveOrigin(challenge).value());
  for (size_t at = 0; at < bytes.size(); ++at) {
    base::Bytes flipped = bytes;
    flipped[at] ^= static_cast<uint8_t>(1 << at % 8);
    const absl::StatusOr<OriginProof> proof = ParseOriginProof(flipped);
    ASSERT_FALSE(proof.ok() && VerifyOrigin(plot.commitment(), challenge, *proof).ok()) << at;
  }
}

TEST(OriginProof, IsNotReadCutShortOrWithBytesBehindIt) {
  const OriginProof proof = SmallPlot().ProveOrigin({.seed = {4}, .openings = 2}).value();
  base::Bytes bytes = EncodeOriginProof(proof);
  EXPECT_EQ(ParseOriginProof(bytes).value(), proof);
  for (size_t size = 0; size < bytes.size(); size += 13) {
    EXPECT_FALSE(ParseOriginProof(base::ByteSpan(bytes).first(size)).ok()) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(ParseOriginProof(bytes).ok());
}

// Labels that nobody hashed have a Merkle root too. The prover tells the truth about its
// parents, and still the label is not their hash.
TEST(OriginProof, FindsLabelsThatAreNotTheHashOfTheirParents) {
  const FreshPlot& plot = SmallPlot();
  std::vector<Label> garbage(plot.commitment().parameters.labels());
  for (size_t i = 0; i < garbage.size(); ++i)
    garbage[i] = crypto::MerkleNode({}, plot.KeptLabel(i));
  const crypto::MerkleTree tree(garbage);
  PlotCommitment commitment = plot.commitment();
  commitment.labels_root = tree.root();
  const OriginChallenge challenge{.seed = {6}, .openings = 1};
  const uint64_t place = ChallengedPlaces(commitment, challenge).front();
  // The honest columns of the same place, which hang on the challenge alone.
  const Graph graph(commitment.parameters.rows_log2());
  OriginChallenge search = challenge;
  while (ChallengedPlaces(plot.commitment(), search).front() != place) {
    for (uint8_t& byte : search.seed) {
      if (++byte != 0) break;
    }
  }
  OriginProof proof = plot.ProveOrigin(search).value();
  const OpenedPlaces places = PlacesOpenedWith(graph, place);
  for (size_t i = 0; i < places.kept.size(); ++i) {
    proof.openings[0].kept[i] = {.label = garbage[places.kept[i]],
                                 .path = tree.Proof(places.kept[i]).value()};
  }
  const absl::Status status = VerifyOrigin(commitment, challenge, proof);
  EXPECT_EQ(status.code(), kRefused);
  EXPECT_NE(status.message().find("layer 4"), std::string::npos) << status;
}

TEST(OriginProof, RefusesNumbersOfOpeningsOutOfRange) {
  for (const uint32_t openings : {0U, kMaxOriginOpenings + 1}) {
    const OriginChallenge challenge{.seed = {}, .openings = openings};
    EXPECT_EQ(SmallPlot().ProveOrigin(challenge).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace shadw::capacity
