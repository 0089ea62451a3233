// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/subsets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace shadw::shard {
namespace {

std::vector<uint16_t> Numbers(uint16_t count) {
  std::vector<uint16_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), uint16_t{0});
  return numbers;
}

TEST(Subsets, EveryChoiceComesUpSoonerOrLater) {
  for (uint16_t n = 1; n <= 8; ++n) {
    for (size_t k = 1; k <= n; ++k) {
      std::set<std::vector<uint16_t>> seen;
      SubsetSequence subsets(Numbers(n), k);
      size_t steps = 0;
      for (auto next = subsets.Next(); next; next = subsets.Next()) {
        ASSERT_LT(++steps, 1000u);
        std::ranges::sort(*next);
        ASSERT_EQ(next->size(), k);
        ASSERT_EQ(std::ranges::adjacent_find(*next), next->end());
        seen.insert(*next);
      }
      size_t choices = 1;
      for (size_t i = 0; i < k; ++i) choices = choices * (n - i) / (i + 1);
      EXPECT_EQ(seen.size(), choices) << n << " choose " << k;
    }
  }
}

TEST(Subsets, OneLiarIsLeftOutWithinNTries) {
  for (const auto& [n, k] : std::vector<std::pair<uint16_t, size_t>>{{14, 10}, {80, 29}, {6, 5}}) {
    for (uint16_t liar = 0; liar < n; ++liar) {
      SubsetSequence subsets(Numbers(n), k);
      int tries = 1;
      for (auto next = subsets.Next(); std::ranges::count(*next, liar) != 0;
           next = subsets.Next()) {
        ASSERT_LE(++tries, n);
      }
    }
  }
}

TEST(Subsets, TooFewElementsGiveNothing) {
  EXPECT_FALSE(SubsetSequence(Numbers(3), 4).Next().has_value());
  EXPECT_FALSE(SubsetSequence({}, 1).Next().has_value());
  EXPECT_FALSE(SubsetSequence(Numbers(3), 0).Next().has_value());
}

}  // namespace
}  // namespace shadw::shard
