// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/bytes.h"

#include <gtest/gtest.h>

namespace shadw::base {
namespace {

TEST(Hex, SpellsEveryByteAndReadsItBack) {
  Bytes all(256);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint8_t>(i);
  const std::string text = ToHex(all);
  EXPECT_EQ(text.substr(0, 8), "00010203");
  EXPECT_EQ(text.substr(508), "feff");
  EXPECT_EQ(FromHex(text).value(), all);
}

TEST(Hex, AcceptsBothCases) { EXPECT_EQ(FromHex("aBCd").value(), (Bytes{0xab, 0xcd})); }

TEST(Hex, RefusesOddLengthAndForeignCharacters) {
  EXPECT_EQ(FromHex("abc").status().code(), absl::StatusCode::kInvalidArgument);
  for (int c = 0; c < 256; ++c) {
    const std::string text = {'0', static_cast<char>(c)};
    EXPECT_EQ(FromHex(text).ok(), std::isxdigit(c) != 0) << c;
  }
}

TEST(Buffer, IsAlignedAndAsLongAsAsked) {
  for (size_t size : {1, 63, 64, 65, 4096, 1 << 20}) {
    Buffer buffer(size);
    EXPECT_EQ(buffer.size(), size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % Buffer::kAlignment, 0u);
    buffer.span()[size - 1] = 1;
  }
}

TEST(Buffer, WhatIsNotToBeHadIsAnErrorWhereItIsAskedForAsOne) {
  for (const size_t size : {SIZE_MAX, SIZE_MAX - 63, SIZE_MAX / 2 + 1}) {
    EXPECT_EQ(Buffer::Create(size).status().code(), absl::StatusCode::kResourceExhausted);
  }
  EXPECT_EQ(Buffer::Create(65)->size(), 65u);
  EXPECT_EQ(Buffer::Create(0)->data(), nullptr);
}

TEST(Buffer, OfZeroBytesHoldsNothing) {
  Buffer buffer(0);
  EXPECT_EQ(buffer.data(), nullptr);
  EXPECT_TRUE(buffer.span().empty());
}

}  // namespace
}  // namespace shadw::base
