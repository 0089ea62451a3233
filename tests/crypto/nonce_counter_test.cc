// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/nonce_counter.h"

#include <gtest/gtest.h>

#include <concepts>
#include <set>

namespace shadw::crypto {
namespace {

static_assert(!std::copy_constructible<NonceCounter>, "a copy would repeat nonces");

TEST(NonceCounter, GivesEachNonceOnceAndThenNone) {
  NonceCounter nonces(1000);
  std::set<base::ByteArray<12>> given;
  for (int i = 0; i < 1000; ++i) given.insert(nonces.Next().value());
  EXPECT_EQ(given.size(), 1000u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(nonces.Next().status().code(), absl::StatusCode::kResourceExhausted);
  }
}

TEST(NonceCounter, CountsInLittleEndian) {
  NonceCounter nonces;
  for (int i = 0; i < 0x0102; ++i) ASSERT_TRUE(nonces.Next().ok());
  EXPECT_EQ(nonces.Next().value(), (base::ByteArray<12>{0x02, 0x01}));
}

TEST(NonceCounter, GoesOnWhereItMovedToAndStopsWhereItCameFrom) {
  NonceCounter first(3);
  ASSERT_TRUE(first.Next().ok());
  NonceCounter second = std::move(first);
  EXPECT_EQ(second.Next().value(), (base::ByteArray<12>{1}));
  EXPECT_FALSE(first.Next().ok());  // NOLINT(bugprone-use-after-move): that is the question
  NonceCounter third(0);
  EXPECT_FALSE(third.Next().ok());
  third = std::move(second);
  EXPECT_EQ(third.Next().value(), (base::ByteArray<12>{2}));
  EXPECT_FALSE(third.Next().ok());
  EXPECT_FALSE(second.Next().ok());  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace shadw::crypto
