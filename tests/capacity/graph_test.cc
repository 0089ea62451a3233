// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/graph.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace shadw::capacity {
namespace {

std::vector<std::array<Parent, kParents>> AllParents(uint32_t rows_log2) {
  const Graph graph(rows_log2);
  std::vector<std::array<Parent, kParents>> all(graph.rows());
  for (uint32_t row = 0; row < graph.rows(); ++row) graph.ParentsOf(row, all[row]);
  return all;
}

TEST(Graph, EveryBackParentComesBeforeItsRow) {
  for (uint32_t rows_log2 = 1; rows_log2 <= 14; ++rows_log2) {
    const auto all = AllParents(rows_log2);
    for (uint32_t row = 1; row < all.size(); ++row) {
      EXPECT_EQ(all[row][0], (Parent{.row = row - 1, .turn = 0}));
      for (size_t i = 0; i < kBackParents; ++i) ASSERT_LT(all[row][i].row, row);
      for (const Parent& parent : all[row]) {
        ASSERT_LT(parent.turn, kLanes);
        ASSERT_LT(parent.row, all.size());
      }
    }
  }
}

TEST(Graph, EachExpanderSlotIsAPermutationOfTheRows) {
  for (uint32_t rows_log2 = 1; rows_log2 <= 14; ++rows_log2) {
    const auto all = AllParents(rows_log2);
    for (size_t slot = kBackParents; slot < kParents; ++slot) {
      std::vector<bool> hit(all.size());
      for (const auto& parents : all) {
        ASSERT_FALSE(hit[parents[slot].row]) << rows_log2 << " " << slot;
        hit[parents[slot].row] = true;
      }
    }
  }
}

// A fifth of the rows must see far more than a fifth of the layer below. A random set of
// 8-parent rows sees 1 - 0.8^8 = 83 %; runs and every fifth row are what structure betrays.
TEST(Graph, AFifthOfTheRowsSeesFourFifthsOfTheLayerBelow) {
  const auto all = AllParents(14);
  const auto seen_by = [&](auto belongs) {
    std::set<uint32_t> seen;
    for (uint32_t row = 0; row < all.size(); ++row) {
      if (!belongs(row)) continue;
      for (size_t i = kBackParents; i < kParents; ++i) seen.insert(all[row][i].row);
    }
    return static_cast<double>(seen.size()) / static_cast<double>(all.size());
  };
  const uint32_t fifth = static_cast<uint32_t>(all.size()) / 5;
  EXPECT_GT(seen_by([&](uint32_t row) { return row < fifth; }), 0.75);
  EXPECT_GT(seen_by([&](uint32_t row) { return row >= 4 * fifth; }), 0.75);
  EXPECT_GT(seen_by([](uint32_t row) { return row % 5 == 0; }), 0.75);
  EXPECT_GT(seen_by([](uint32_t row) { return row % 8 == 3 || row % 16 == 1; }), 0.75);
}

// Back parents at all distances: of the rows of the upper half, each power of two is the
// distance's own about as often as any other.
TEST(Graph, DistancesSpreadOverThePowersOfTwo) {
  const auto all = AllParents(14);
  std::vector<size_t> count(15);
  size_t total = 0;
  for (uint32_t row = 1 << 13; row < all.size(); ++row) {
    for (size_t i = 1; i < kBackParents; ++i, ++total) {
      ++count[static_cast<size_t>(std::bit_width(row - all[row][i].row)) - 1];
    }
  }
  for (size_t power = 1; power < 13; ++power) {
    const double part = static_cast<double>(count[power]) / static_cast<double>(total);
    EXPECT_GT(part, 0.05) << power;
    EXPECT_LT(part, 0.12) << power;
  }
}

// A long path must survive when a fifth of a layer is taken out, wherever it is taken.
TEST(Graph, LongPathsSurviveTheLossOfAFifthOfTheRows) {
  const auto all = AllParents(14);
  const auto depth = [&](auto lost) {
    std::vector<uint32_t> longest(all.size());
    uint32_t best = 0;
    for (uint32_t row = 0; row < all.size(); ++row) {
      if (lost(row)) continue;
      longest[row] = 1;
      for (size_t i = 0; i < kBackParents && row > 0; ++i) {
        longest[row] = std::max(longest[row], 1 + longest[all[row][i].row]);
      }
      best = std::max(best, longest[row]);
    }
    return static_cast<double>(best) / static_cast<double>(all.size());
  };
  EXPECT_DOUBLE_EQ(depth([](uint32_t) { return false; }), 1);
  EXPECT_GT(depth([](uint32_t row) { return row % 5 == 0; }), 0.4);
  EXPECT_GT(depth([](uint32_t row) { return row * 2654435761U >> 16 < 13107; }), 0.4);
  EXPECT_GT(depth([](uint32_t row) { return row % 320 < 64; }), 0.4);
}

// Source: written down when format 1 was made; a change is another format.
TEST(Graph, StaysTheGraphOfFormatOne) {
  std::array<Parent, kParents> parents;
  Graph(17).ParentsOf(100'000, parents);
  uint64_t sum = 0;
  for (const Parent& parent : parents) sum = sum * 1'000'003 + parent.row * 8 + parent.turn;
  EXPECT_EQ(sum, 6775278151260306007U);
}

}  // namespace
}  // namespace shadw::capacity
