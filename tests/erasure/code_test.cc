// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/code.h"

#include <gtest/gtest.h>

namespace shadw::erasure {
namespace {

TEST(Code, EveryValidCodeSurvivesTextAndBack) {
  for (uint16_t k = 1; k <= kMaxTotalShards; ++k) {
    for (uint16_t m = 0; k + m <= static_cast<int>(kMaxTotalShards); ++m) {
      const Code code{.data_shards = k, .parity_shards = m};
      ASSERT_TRUE(code.Validate().ok()) << ToString(code);
      const auto again = ParseCode(ToString(code));
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_EQ(*again, code);
    }
  }
}

TEST(Code, IsWrittenAsTwoNumbersWithAPlus) {
  EXPECT_EQ(ToString({.data_shards = 10, .parity_shards = 4}), "10+4");
  EXPECT_EQ((Code{.data_shards = 10, .parity_shards = 4}).total_shards(), 14);
}

TEST(Code, TextThatIsNotTwoPlainNumbersIsRefused) {
  for (const char* text : {"",        "+",      "10",     "10+",    "+4",
                           "10+4+2",  "10 +4",  " 10+4",  "10+4 ",  "10-4",
                           "010+4",   "10+04",  "00+1",   "+10+4",  "-1+4",
                           "1e1+4",   "0x1+4",  "10+4\n", "1000+4", "99999999999999999999+1",
                           "1+65537", "65537+1"}) {
    EXPECT_EQ(ParseCode(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(ParseCode(std::string_view("1\0+1", 4)).ok());
}

TEST(Code, OutOfRangeCodesAreRefused) {
  for (const char* text : {"0+0", "0+4", "255+1", "1+255", "128+128", "999+999"}) {
    EXPECT_EQ(ParseCode(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  // A sum that overflows 16 bits must not come out small.
  EXPECT_FALSE((Code{.data_shards = 65535, .parity_shards = 2}).Validate().ok());
  EXPECT_FALSE((Code{.data_shards = 1, .parity_shards = 65535}).Validate().ok());
}

}  // namespace
}  // namespace shadw::erasure
