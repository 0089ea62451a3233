// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/plot.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/capacity/plots.h"

namespace shadw::capacity {
namespace {

// All labels of a plot, one by one, in the way of the header.
std::vector<Label> SlowPlot(const PlotParameters& parameters) {
  const Graph graph(parameters.rows_log2());
  const base::ByteArray<32> id = parameters.id();
  std::vector<Label> below;
  std::vector<Label> layer(parameters.labels());
  for (uint32_t number = 1; number <= kLayers; ++number) {
    for (uint64_t index = 0; index < layer.size(); ++index) {
      std::array<Parent, kParents> at;
      graph.ParentsOf(static_cast<uint32_t>(index / kLanes), at);
      std::vector<Label> parents(number == 1 ? kBackParents : kParents);
      for (size_t i = 0; i < parents.size(); ++i) {
        if (i < kBackParents && index < kLanes) continue;
        parents[i] = (i < kBackParents ? layer : below)[ParentIndex(index, at[i])];
      }
      layer[index] = MakeLabel(id, index, number, parents);
    }
    below = layer;
  }
  return layer;
}

TEST(Plot, EightLanesGiveTheLabelsThatOneByOneGives) {
  const FreshPlot& plot = SmallPlot();
  const std::vector<Label> slow = SlowPlot(plot.commitment().parameters);
  for (uint64_t i = 0; i < slow.size(); ++i) ASSERT_EQ(plot.KeptLabel(i), slow[i]) << i;
  EXPECT_EQ(plot.commitment().labels_root, crypto::MerkleRoot(slow));
}

TEST(Plot, OfTwoNodesOrTwoSeedsHasNoLabelInCommon) {
  PlotParameters other = SmallPlot().commitment().parameters;
  other.seed[31] ^= 1;
  const FreshPlot reseeded = FreshPlot::Make(other).value();
  std::vector<Label> labels;
  for (uint64_t i = 0; i < 2048; ++i) {
    labels.push_back(SmallPlot(1).KeptLabel(i));
    labels.push_back(SmallPlot(2).KeptLabel(i));
    labels.push_back(reseeded.KeptLabel(i));
  }
  std::ranges::sort(labels);
  EXPECT_EQ(std::ranges::adjacent_find(labels), labels.end());
}

// Source: written down when format 1 was made; a change is another format.
TEST(Plot, StaysThePlotOfFormatOne) {
  const PlotCommitment& commitment = SmallPlot().commitment();
  EXPECT_EQ(base::ToHex(commitment.labels_root),
            "e0e4aa5be7a4dc7876f1dec1276b9b822865b2978e3e90a9cac1d4c8adbccb3e");
  EXPECT_EQ(base::ToHex(commitment.origin_root),
            "fb3e14b5b99a3d3511f6663d73e98ee7d7fe31ca8f5ea9486038f69ebb7f47c2");
}

TEST(Plot, RefusesSizesOutOfRange) {
  for (const uint32_t labels_log2 : {0U, kMinLabelsLog2 - 1, kMaxLabelsLog2 + 1, 64U, ~0U}) {
    EXPECT_EQ(
        FreshPlot::Make({.node_id = {}, .seed = {}, .labels_log2 = labels_log2}).status().code(),
        absl::StatusCode::kInvalidArgument);
  }
}

TEST(Plot, StopsWhenToldTo) {
  uint64_t last = 0;
  const auto plot =
      FreshPlot::Make({.node_id = {}, .seed = {}, .labels_log2 = 17}, [&](uint64_t labels) {
        EXPECT_GT(labels, last);
        last = labels;
        return labels < 300'000;
      });
  EXPECT_EQ(plot.status().code(), absl::StatusCode::kAborted);
  EXPECT_GE(last, 300'000);
  EXPECT_LT(last, 400'000);
}

TEST(Commitment, IsReadAsItWasWritten) {
  const PlotCommitment& commitment = SmallPlot().commitment();
  const base::Bytes bytes = EncodeCommitment(commitment);
  EXPECT_EQ(bytes.size(), kCommitmentBytes);
  EXPECT_EQ(ParseCommitment(bytes).value(), commitment);
}

TEST(Commitment, RefusesEveryTruncationAndSizesOutOfRange) {
  base::Bytes bytes = EncodeCommitment(SmallPlot().commitment());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParseCommitment(base::ByteSpan(bytes).first(size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  for (const uint8_t labels_log2 : {uint8_t{0}, uint8_t{9}, uint8_t{28}, uint8_t{255}}) {
    bytes[4] = labels_log2;
    EXPECT_EQ(ParseCommitment(bytes).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(ChoosePlaces, HitsEverySixteenthAboutEquallyOften) {
  std::array<int, 16> count{};
  for (const uint64_t place : ChoosePlaces("test", {}, 20, 16'000)) {
    ASSERT_LT(place, 1U << 20);
    ++count[place >> 16];
  }
  // Four standard deviations of 1000 are 123.
  for (const int hits : count) EXPECT_NEAR(hits, 1000, 123);
}

TEST(ChoosePlaces, KnowsWhereOnePartEndsAndTheNextBegins) {
  const base::ByteSpan ab = base::AsBytes("ab");
  EXPECT_NE(ChoosePlaces("x", {ab.first(1), ab.last(1)}, 27, 4), ChoosePlaces("x", {ab}, 27, 4));
  EXPECT_NE(ChoosePlaces("xa", {ab.last(1)}, 27, 4), ChoosePlaces("x", {ab}, 27, 4));
}

}  // namespace
}  // namespace shadw::capacity
