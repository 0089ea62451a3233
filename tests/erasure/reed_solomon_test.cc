// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/reed_solomon.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "libshadw/erasure/kernel.h"
#include "shard_set.h"

namespace shadw::erasure {
namespace {

// Rebuilds everything but `used` and compares; the other buffers must stay as they are.
void ExpectRebuilds(const ReedSolomon& coder, const ShardSet& set,
                    const std::vector<uint16_t>& used) {
  const std::vector<uint16_t> lost = OthersThan(used, set.size());
  ShardSet rebuilt = set;
  for (const uint16_t i : lost) std::ranges::fill(rebuilt[i], 0);
  const absl::Status status = coder.Reconstruct(PresentOf(set, used), WantedOf(rebuilt, lost));
  ASSERT_TRUE(status.ok()) << status;
  for (size_t i = 0; i < set.size(); ++i) {
    ASSERT_TRUE(std::ranges::equal(rebuilt[i], set[i]))
        << ToString(coder.code()) << " shard " << i << " of " << set[i].size() << " bytes";
  }
  ASSERT_TRUE(rebuilt.GuardsIntact());
}

TEST(Encode, KnownBytesOfATwoPlusTwoCode) {
  // 1/2 = 8e, 1/3 = f4; parity rows are (1/2, 1/3) and (1/3, 1/2).
  const base::Bytes first = {1, 0, 2};
  const base::Bytes second = {0, 1, 3};
  const base::ByteSpan data[] = {first, second};
  for (const Backend backend : RunnableBackends()) {
    base::Bytes third(3);
    base::Bytes fourth(3);
    const base::MutableByteSpan parity[] = {third, fourth};
    ASSERT_TRUE(MakeCoder({2, 2}, backend).Encode(data, parity).ok());
    EXPECT_EQ(base::ToHex(third), "8ef400");
    EXPECT_EQ(base::ToHex(fourth).substr(0, 4), "f48e");
  }
}

class Reconstruct : public testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(Backends, Reconstruct, testing::ValuesIn(RunnableBackends()),
                         [](const auto& backend) { return NameOf(backend.param); });

// A lost set of e shards is rebuilt from any n - e others; the decoder uses the first k.
TEST_P(Reconstruct, EveryErasurePatternOfEveryCodeUpToTenShards) {
  Rng rng(10);
  for (uint16_t n = 1; n <= 10; ++n) {
    for (uint16_t k = 1; k <= n; ++k) {
      const ReedSolomon coder =
          MakeCoder({.data_shards = k, .parity_shards = static_cast<uint16_t>(n - k)}, GetParam());
      const ShardSet set = EncodedSet(coder, rng, 67, 5);
      for (size_t present = k; present <= n; ++present) {
        ForEachChoice(n, present, [&](const std::vector<uint16_t>& used) {
          ASSERT_NO_FATAL_FAILURE(ExpectRebuilds(coder, set, used));
        });
      }
    }
  }
}

TEST_P(Reconstruct, WideCodesFromSampledChoices) {
  Rng rng(2951);
  for (const Code code : {Code{29, 51}, Code{100, 100}, Code{64, 32}, Code{127, 128}, Code{1, 254},
                          Code{255, 0}, Code{254, 1}}) {
    const ReedSolomon coder = MakeCoder(code, GetParam());
    const ShardSet set = EncodedSet(coder, rng, 131, 1);
    for (int round = 0; round < 4; ++round) {
      // Random order: the first k of the list are used, whatever their indices.
      const size_t present = code.data_shards + rng() % (code.parity_shards + 1u);
      ASSERT_NO_FATAL_FAILURE(
          ExpectRebuilds(coder, set, Sample(rng, code.total_shards(), present)));
    }
    // The worst case: as much data lost as can be.
    std::vector<uint16_t> last = OthersThan({}, code.total_shards());
    last.erase(last.begin(), last.begin() + code.parity_shards);
    ASSERT_NO_FATAL_FAILURE(ExpectRebuilds(coder, set, last));
  }
}

TEST_P(Reconstruct, WritesNothingButTheWantedShards) {
  Rng rng(11);
  const ReedSolomon coder = MakeCoder({10, 4}, GetParam());
  const ShardSet set = EncodedSet(coder, rng, 200);
  const std::vector<uint16_t> used = {13, 2, 3, 12, 4, 5, 6, 7, 8, 9};  // lost: 0, 1, 10, 11
  for (const std::vector<uint16_t>& wanted :
       {std::vector<uint16_t>{1}, {10}, {11, 0}, {1, 11, 10}, {0, 1}}) {
    ShardSet rebuilt({.shards = 14, .length = 200});
    ASSERT_TRUE(coder.Reconstruct(PresentOf(set, used), WantedOf(rebuilt, wanted)).ok());
    for (uint16_t i = 0; i < 14; ++i) {
      if (std::ranges::find(wanted, i) != wanted.end()) {
        EXPECT_TRUE(std::ranges::equal(rebuilt[i], set[i])) << i;
      } else {
        EXPECT_TRUE(std::ranges::all_of(rebuilt[i], [](uint8_t b) { return b == 0xa5; })) << i;
      }
    }
    EXPECT_TRUE(rebuilt.GuardsIntact());
  }
}

TEST_P(Reconstruct, UsesOnlyTheFirstKOfTheListedShards) {
  Rng rng(12);
  const ReedSolomon coder = MakeCoder({4, 3}, GetParam());
  const ShardSet set = EncodedSet(coder, rng, 50);
  ShardSet with_lies = set;
  FillRandom(rng, with_lies[0]);
  FillRandom(rng, with_lies[5]);
  ShardSet rebuilt = set;
  std::ranges::fill(rebuilt[1], 0);
  ASSERT_TRUE(
      coder.Reconstruct(PresentOf(with_lies, {6, 2, 4, 3, 0, 5}), WantedOf(rebuilt, {1})).ok());
  EXPECT_TRUE(std::ranges::equal(rebuilt[1], set[1]));
}

TEST_P(Reconstruct, GivesTheSameBytesFromAColdAWarmAndNoCacheAndKeepsItsBound) {
  Rng rng(13);
  const Code code{.data_shards = 6, .parity_shards = 4};
  const ReedSolomon cached = MakeCoder(code, GetParam(), 3);
  const ReedSolomon uncached = MakeCoder(code, GetParam(), 0);
  const ShardSet set = EncodedSet(cached, rng, 90);
  size_t patterns = 0;
  ForEachChoice(10, 6, [&](const std::vector<uint16_t>& used) {
    for (int round = 0; round < 2; ++round) ExpectRebuilds(cached, set, used);
    ExpectRebuilds(uncached, set, used);
    ++patterns;
    ASSERT_EQ(cached.cached_inverses(), std::min<size_t>(patterns, 3));
    ASSERT_EQ(uncached.cached_inverses(), 0u);
  });
  EXPECT_EQ(patterns, 210u);
}

TEST_P(Reconstruct, TheOrderOfTheListsDoesNotMakeAnotherPattern) {
  Rng rng(14);
  const ReedSolomon coder = MakeCoder({4, 2}, GetParam());
  const ShardSet set = EncodedSet(coder, rng, 40);
  ShardSet rebuilt = set;
  for (const std::vector<uint16_t>& used : {std::vector<uint16_t>{1, 2, 4, 5}, {5, 4, 2, 1}}) {
    for (const std::vector<uint16_t>& wanted : {std::vector<uint16_t>{0, 3}, {3, 0}}) {
      for (const uint16_t i : wanted) std::ranges::fill(rebuilt[i], 0);
      ASSERT_TRUE(coder.Reconstruct(PresentOf(set, used), WantedOf(rebuilt, wanted)).ok());
      for (const uint16_t i : wanted) EXPECT_TRUE(std::ranges::equal(rebuilt[i], set[i]));
    }
  }
  EXPECT_EQ(coder.cached_inverses(), 1u);
}

TEST(Verify, EveryFlippedBitIsNoticed) {
  Rng rng(15);
  const ReedSolomon coder = MakeCoder({3, 2}, Backend::kFastest);
  ShardSet set = EncodedSet(coder, rng, 9);
  for (size_t i = 0; i < set.size(); ++i) {
    for (size_t bit = 0; bit < 9 * 8; ++bit) {
      set[i][bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
      ASSERT_FALSE(coder.Verify(set.Read(0, 5)).value());
      set[i][bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
    }
  }
  EXPECT_TRUE(coder.Verify(set.Read(0, 5)).value());
}

TEST(Verify, AFlippedBitInTheLastBlockOfManyIsNoticed) {
  Rng rng(16);
  const ReedSolomon coder = MakeCoder({4, 2}, Backend::kFastest);
  ShardSet set = EncodedSet(coder, rng, 2 * internal::BlockLength(6) + 5);
  EXPECT_TRUE(coder.Verify(set.Read(0, 6)).value());
  set[4].back() ^= 1;
  EXPECT_FALSE(coder.Verify(set.Read(0, 6)).value());
}

TEST(Threads, OneCoderServesManyThreadsAtOnce) {
  Rng rng(17);
  const ReedSolomon coder = MakeCoder({6, 3}, Backend::kFastest, 2);
  const ShardSet set = EncodedSet(coder, rng, 300);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&coder, &set, &wrong, seed] {
      Rng own(seed % 2);  // two threads share each series of patterns
      const ReedSolomon copy = coder;
      for (int round = 0; round < 100; ++round) {
        const std::vector<uint16_t> used = Sample(own, 9, 6);
        const std::vector<uint16_t> lost = OthersThan(used, 9);
        ShardSet rebuilt({.shards = 9, .length = 300});
        bool good = copy.Reconstruct(PresentOf(set, used), WantedOf(rebuilt, lost)).ok();
        for (const uint16_t i : lost) good = good && std::ranges::equal(rebuilt[i], set[i]);
        good = good && copy.Encode(set.Read(0, 6), rebuilt.Write(6, 3)).ok();
        wrong += !good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(coder.cached_inverses(), 2u);
}

}  // namespace
}  // namespace shadw::erasure
