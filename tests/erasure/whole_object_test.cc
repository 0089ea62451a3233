// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/whole_object.h"

#include <gtest/gtest.h>

#include "shard_set.h"

namespace shadw::erasure {
namespace {

using absl::StatusCode;
using Found = std::vector<std::optional<base::Bytes>>;

base::Bytes RandomBytes(Rng& rng, size_t size) {
  base::Bytes bytes(size);
  FillRandom(rng, bytes);
  return bytes;
}

TEST(ShardBytes, AreTheCeilingRoundedUpTo64) {
  EXPECT_EQ(ShardBytes({10, 4}, 0).value(), 0u);
  EXPECT_EQ(ShardBytes({10, 4}, 1).value(), 64u);
  EXPECT_EQ(ShardBytes({10, 4}, 640).value(), 64u);
  EXPECT_EQ(ShardBytes({10, 4}, 641).value(), 128u);
  EXPECT_EQ(ShardBytes({1, 0}, kMaxObjectBytes).value(), kMaxObjectBytes);
  EXPECT_EQ(ShardBytes({1, 0}, kMaxObjectBytes + 1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ShardBytes({1, 0}, ~uint64_t{0}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ShardBytes({0, 1}, 1).status().code(), StatusCode::kInvalidArgument);
}

TEST(WholeObject, ComesBackAtEverySizeAroundTheBordersOfAShard) {
  Rng rng(1);
  for (const Code code : {Code{1, 1}, Code{4, 2}, Code{10, 4}, Code{5, 0}, Code{3, 8}}) {
    const ReedSolomon coder = MakeCoder(code, Backend::kFastest);
    const size_t row = 64u * code.data_shards;
    for (const size_t size : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{65}, row - 1,
                              row, row + 1, 3 * row - 1, 3 * row, 3 * row + 1, size_t{5000}}) {
      const base::Bytes object = RandomBytes(rng, size);
      const auto shards = SplitAndEncode(coder, object);
      ASSERT_TRUE(shards.ok()) << shards.status();
      ASSERT_EQ(shards->size(), code.total_shards());
      for (const base::Bytes& shard : *shards) {
        ASSERT_EQ(shard.size(), ShardBytes(code, size).value());
      }
      Found found(shards->begin(), shards->end());
      for (const uint16_t lost : Sample(rng, code.total_shards(), code.parity_shards)) {
        found[lost].reset();
      }
      const auto again = Join(coder, found, size);
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_EQ(*again, object) << ToString(code) << " size " << size;
    }
  }
}

TEST(WholeObject, DataShardsAreTheObjectItselfAndThenZeros) {
  Rng rng(2);
  const base::Bytes object = RandomBytes(rng, 300);
  const auto shards = SplitAndEncode(MakeCoder({4, 2}, Backend::kFastest), object).value();
  base::Bytes joined;
  for (size_t j = 0; j < 4; ++j) joined.insert(joined.end(), shards[j].begin(), shards[j].end());
  base::Bytes padded = object;
  padded.resize(4 * 128);
  EXPECT_EQ(joined, padded);
}

TEST(WholeObject, EveryLossOfAtMostMShardsIsSurvivedAndNoGreaterOne) {
  Rng rng(3);
  const ReedSolomon coder = MakeCoder({4, 3}, Backend::kFastest);
  const base::Bytes object = RandomBytes(rng, 1000);
  const auto shards = SplitAndEncode(coder, object).value();
  for (size_t kept = 0; kept <= 7; ++kept) {
    ForEachChoice(7, kept, [&](const std::vector<uint16_t>& choice) {
      Found found(7);
      for (const uint16_t i : choice) found[i] = shards[i];
      const auto again = Join(coder, found, object.size());
      if (kept >= 4) {
        ASSERT_EQ(again.value(), object);
      } else {
        ASSERT_EQ(again.status().code(), StatusCode::kFailedPrecondition);
        ASSERT_EQ(again.status().message(),
                  "erasure: got " + std::to_string(kept) + " shards, need 4 (k=4, m=3)");
      }
    });
  }
}

TEST(WholeObject, LiesAboutCountsAndSizesAreRefused) {
  Rng rng(4);
  const ReedSolomon coder = MakeCoder({4, 2}, Backend::kFastest);
  const auto shards = SplitAndEncode(coder, RandomBytes(rng, 1000)).value();  // of 256 bytes
  const Found found(shards.begin(), shards.end());
  const auto join = [&](const Found& from, uint64_t size) {
    return Join(coder, from, size).status().code();
  };
  EXPECT_EQ(join(found, 1000), StatusCode::kOk);
  for (const uint64_t size : {uint64_t{0}, uint64_t{768}, uint64_t{1025}, kMaxObjectBytes,
                              kMaxObjectBytes + 1, ~uint64_t{0}}) {
    EXPECT_EQ(join(found, size), StatusCode::kInvalidArgument) << size;
  }
  Found other = found;
  other.pop_back();
  EXPECT_EQ(join(other, 1000), StatusCode::kInvalidArgument);
  other = found;
  other.push_back(shards[0]);
  EXPECT_EQ(join(other, 1000), StatusCode::kInvalidArgument);
  other = found;
  other[5]->pop_back();
  EXPECT_EQ(join(other, 1000), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace shadw::erasure
