// SPDX-License-Identifier: Apache-2.0
//
// Format v1 is what these vectors say: a change that alters one stored byte fails here.
// tests/shard/reference_reader.py opens the same vectors and shares nothing with the C++.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/shard/golden_vectors.h"

namespace shadw::shard {
namespace {

TEST(Golden, EveryByteIsWhatItWas) {
  const auto vectors = GoldenVectors();
  EXPECT_EQ(vectors.size(), 5u);
  for (const auto& [name, content] : vectors) {
    std::ifstream file(std::string(SHADW_TEST_VECTORS "/shard/") + name, std::ios::binary);
    const std::string stored(std::istreambuf_iterator<char>(file), {});
    // The texts are long; where they differ is enough.
    const auto difference = std::ranges::mismatch(stored, content);
    EXPECT_TRUE(stored == content) << name << " differs at byte " << difference.in1 - stored.begin()
                                   << " of " << stored.size() << ": see write_golden_vectors.cc";
  }
}

}  // namespace
}  // namespace shadw::shard
