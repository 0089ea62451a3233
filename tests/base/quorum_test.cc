// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/quorum.h"

#include <gtest/gtest.h>

#include <array>

namespace shadw::base {
namespace {

struct Row {
  uint64_t n, faulty, quorum;
};

// Source: catalogue S16.
TEST(Quorum, IsWhatTheCatalogueSays) {
  constexpr std::array<Row, 11> kRows = {{{1, 0, 1},
                                          {2, 0, 2},
                                          {3, 0, 3},
                                          {4, 1, 3},
                                          {5, 1, 4},
                                          {6, 1, 5},
                                          {7, 2, 5},
                                          {8, 2, 6},
                                          {9, 2, 7},
                                          {10, 3, 7},
                                          {13, 4, 9}}};
  for (const Row& row : kRows) {
    EXPECT_EQ(MaxFaulty(row.n), row.faulty) << row.n;
    EXPECT_EQ(Quorum(row.n), row.quorum) << row.n;
  }
  constexpr std::array<uint64_t, 10> kTwoThirds = {1, 2, 2, 3, 4, 4, 5, 6, 6, 7};
  for (uint64_t n = 1; n <= 10; ++n) EXPECT_EQ(TwoThirds(n), kTwoThirds[n - 1]) << n;
}

TEST(Quorum, SharesMoreThanTheLiarsWithAnyOther) {
  for (uint64_t n = 1; n <= 10'000; ++n) {
    ASSERT_LE(Quorum(n), n);
    ASSERT_GT(2 * Quorum(n) - n, MaxFaulty(n)) << n;
    ASSERT_LE(Quorum(n), n - MaxFaulty(n)) << n;
  }
}

TEST(Quorum, HoldsAtTheEndsOfTheRange) {
  EXPECT_EQ(MaxFaulty(0), 0);
  EXPECT_EQ(Quorum(0), 1);
  EXPECT_EQ(Quorum(UINT64_MAX), UINT64_MAX / 3 * 2 + 1);
}

}  // namespace
}  // namespace shadw::base
