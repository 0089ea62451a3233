// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/scan.h"

#include <gtest/gtest.h>

#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

TEST(Scan, FindsEveryShardOfTheVaultAmongStrangers) {
  ShardScanner scanner(TestVault());
  std::map<std::pair<ObjectId, uint16_t>, int> found;
  for (const char* name : {"a", "b"}) {
    for (uint32_t generation : {0u, 3u}) {
      const ObjectKeys keys = TestKeys(name, generation);
      const Shards shards = SealSegment(keys, RandomBytes(9'000, 1), {.code = {2, 1}});
      const Shards strangers = SealSegment(TestVault(2).ForName(name, generation),
                                           RandomBytes(9'000, 1), {.code = {2, 1}});
      for (const base::Bytes& shard : strangers) EXPECT_FALSE(scanner.Identify(shard));
      for (const base::Bytes& shard : shards) {
        const auto hit = scanner.Identify(shard);
        ASSERT_TRUE(hit.has_value());
        ASSERT_TRUE(hit->header.read.has_value());
        ++found[{hit->keys.id(), hit->header.audit.index}];
      }
    }
  }
  EXPECT_EQ(found.size(), 6u);
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    EXPECT_FALSE(scanner.Identify(RandomBytes(1024, seed)));
  }
}

TEST(Scan, HeadsAreFoundToo) {
  // A sealed segment's header and a head differ in nothing that a scan looks at.
  ShardScanner scanner(TestVault());
  const Shards shards = SealSegment(TestKeys("x"), {}, {.code = {1, 0}});
  EXPECT_TRUE(scanner.Identify(base::ByteSpan(shards[0]).first(1024)));
  EXPECT_FALSE(scanner.Identify(base::ByteSpan(shards[0]).first(1023)));
}

TEST(Scan, GenerationsBeyondTheLimitAreNotTried) {
  ShardScanner scanner(TestVault());
  EXPECT_TRUE(
      scanner.Identify(SealSegment(TestKeys("x", kMaxGenerations - 1), {}, {.code = {1, 0}})[0]));
  EXPECT_FALSE(
      scanner.Identify(SealSegment(TestKeys("x", kMaxGenerations), {}, {.code = {1, 0}})[0]));
}

TEST(Scan, AMatchingNonceInFrontOfNoiseIsNoShard) {
  ShardScanner scanner(TestVault());
  const Shards shards = SealSegment(TestKeys("x"), {}, {.code = {1, 0}});
  for (size_t kept : {24, 40, 72, 104, 500}) {
    base::Bytes fake = RandomBytes(1024, kept);
    std::copy_n(shards[0].begin(), kept, fake.begin());
    EXPECT_FALSE(scanner.Identify(fake)) << kept;
  }
  EXPECT_TRUE(scanner.Identify(shards[0]));
}

}  // namespace
}  // namespace shadw::shard
