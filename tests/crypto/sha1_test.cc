// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/sha1.h"

#include <gtest/gtest.h>

#include <string>

namespace shadw::crypto {
namespace {

TEST(Sha1, GivesTheHashesOfFips180) {
  EXPECT_EQ(base::ToHex(Sha1({base::AsBytes("abc")})), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(base::ToHex(Sha1({})), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(base::ToHex(Sha1({base::AsBytes(std::string(1000000, 'a'))})),
            "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(Sha1, PartsHashAsTheirConcatenation) {
  const base::ByteSpan all = base::AsBytes("one text that is cut everywhere, once in each place");
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    EXPECT_EQ(Sha1({all.first(cut), all.subspan(cut)}), Sha1({all})) << cut;
  }
}

}  // namespace
}  // namespace shadw::crypto
