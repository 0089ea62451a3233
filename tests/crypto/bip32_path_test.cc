// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/bip32_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shadw::crypto {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(KeyPath, ReadsHardenedAndPlainSteps) {
  EXPECT_THAT(ParseKeyPath("m").value(), IsEmpty());
  EXPECT_THAT(ParseKeyPath("m/44'/0'/1").value(), ElementsAre(44 + kHardened, kHardened, 1));
  EXPECT_THAT(ParseKeyPath("M/7").value(), ElementsAre(7));
  EXPECT_THAT(ParseKeyPath("m/1h/2H/2147483647'").value(),
              ElementsAre(1 + kHardened, 2 + kHardened, 0xffffffff));
  EXPECT_THAT(ParseKeyPath("m/0007").value(), ElementsAre(7));
}

TEST(KeyPath, RefusesEverythingElse) {
  for (const char* text : {"",
                           "/",
                           "m/",
                           "m//0",
                           "m/0/",
                           "x/0",
                           "0/1",
                           "m0",
                           "m'",
                           "mm/0",
                           "m/'",
                           "m/0''",
                           "m/-1",
                           "m/+1",
                           "m/ 1",
                           "m/1 ",
                           "m/0x1",
                           "m/1.0",
                           "m/2147483648",
                           "m/2147483648'",
                           "m/4294967296",
                           "m/99999999999999999999",
                           "m/1'h",
                           "m/a",
                           " m/0",
                           "m/0\n"}) {
    EXPECT_EQ(ParseKeyPath(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(KeyPath, WritesWhatItReads) {
  for (const char* text : {"m", "m/0", "m/0'", "m/5459031'/0'/1/2147483647'"}) {
    EXPECT_EQ(FormatKeyPath(ParseKeyPath(text).value()), text);
  }
}

TEST(KeyPath, StopsAtTheDeepestKey) {
  std::string text = "m";
  for (size_t i = 0; i < kMaxKeyPathSteps; ++i) text += "/1";
  EXPECT_EQ(ParseKeyPath(text).value().size(), kMaxKeyPathSteps);
  EXPECT_FALSE(ParseKeyPath(text + "/1").ok());
}

}  // namespace
}  // namespace shadw::crypto
