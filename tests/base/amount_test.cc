// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/amount.h"

#include <gtest/gtest.h>

namespace shadw::base {
namespace {

TEST(MultiplyDivide, RoundsTheWayItsNameSays) {
  EXPECT_EQ(MultiplyDivideFloor(7, 3, 2), 10u);
  EXPECT_EQ(MultiplyDivideCeil(7, 3, 2), 11u);
  EXPECT_EQ(MultiplyDivideFloor(8, 3, 2), 12u);
  EXPECT_EQ(MultiplyDivideCeil(8, 3, 2), 12u);
  EXPECT_EQ(MultiplyDivideCeil(0, 3, 2), 0u);
}

TEST(MultiplyDivide, HoldsProductsThatOneWordDoesNot) {
  EXPECT_EQ(MultiplyDivideFloor(UINT64_MAX, UINT64_MAX, UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(MultiplyDivideCeil(UINT64_MAX, UINT64_MAX, UINT64_MAX), UINT64_MAX);
}

TEST(MultiplyDivide, SaysNothingRatherThanWrapOrDivideByZero) {
  EXPECT_EQ(MultiplyDivideFloor(UINT64_MAX, 2, 1), std::nullopt);
  EXPECT_EQ(MultiplyDivideCeil(UINT64_MAX, UINT64_MAX, UINT64_MAX - 1), std::nullopt);
  EXPECT_EQ(MultiplyDivideFloor(1, 1, 0), std::nullopt);
  EXPECT_EQ(MultiplyDivideCeil(1, 1, 0), std::nullopt);
}

}  // namespace
}  // namespace shadw::base
