// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/check_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shadw::econ {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr base::ByteArray<32> kNode = {1};
constexpr base::ByteArray<32> kOther = {2};
constexpr base::ByteArray<32> kTip = {3};
constexpr base::ByteArray<32> kNextTip = {4};

// Source: catalogue S101.
TEST(CheckIn, CountsOnceInABlockForThoseWhoAreRegistered) {
  CheckInBook book(kTip);
  EXPECT_EQ(book.CheckIn({.node = kNode, .tip = kTip}).code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(book.Register(kNode).ok());
  ASSERT_TRUE(book.Register(kOther).ok());
  EXPECT_EQ(book.Register(kNode).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(book.CheckIn({.node = kNode, .tip = kTip}).ok());
  EXPECT_TRUE(book.CheckIn({.node = kNode, .tip = kTip}).ok());
  EXPECT_THAT(book.eligible(), ElementsAre(kNode));
}

TEST(CheckIn, RefusesAStaleTipAndALongMemo) {
  CheckInBook book(kTip);
  ASSERT_TRUE(book.Register(kNode).ok());
  const base::Bytes memo(65);
  EXPECT_EQ(book.CheckIn({.node = kNode, .tip = kTip, .memo = memo}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(book.eligible(), IsEmpty());
  EXPECT_TRUE(
      book.CheckIn({.node = kNode, .tip = kTip, .memo = base::ByteSpan(memo).first(64)}).ok());
  book.Advance(kNextTip);
  EXPECT_THAT(book.eligible(), IsEmpty());
  EXPECT_EQ(book.CheckIn({.node = kNode, .tip = kTip}).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace shadw::econ
