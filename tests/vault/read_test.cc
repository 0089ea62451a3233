// SPDX-License-Identifier: Apache-2.0
//
// Ranges, sources that stutter or fail, and what wide losses leave. Properties P1 and P10.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

base::Bytes Fetch(Vault& vault, std::string_view name, uint64_t offset = 0,
                  uint64_t bytes = kWholeObject) {
  base::Bytes read;
  const auto got = vault.Get(name, AppendTo(read), offset, bytes);
  EXPECT_TRUE(got.ok()) << got.status();
  return read;
}

base::Bytes Part(base::ByteSpan bytes, uint64_t offset, uint64_t count) {
  const uint64_t take = std::min<uint64_t>(count, bytes.size() - offset);
  return base::ToBytes(bytes.subspan(offset, take));
}

// Ranges around every border of an object.
void ExpectRanges(Vault& vault, std::string_view name, const base::Bytes& plain, uint64_t step) {
  for (uint64_t offset = 0; offset <= plain.size(); offset += step) {
    for (const uint64_t at : {offset, offset == 0 ? 0 : offset - 1}) {
      for (const uint64_t count : {1u, 4096u}) {
        ASSERT_TRUE(Fetch(vault, name, at, count) == Part(plain, at, count))
            << at << " + " << count;
      }
    }
  }
}

TEST(Sizes, FromASourceThatGivesAByteAtATimeComeBack) {
  TestVault test(6);
  Vault vault = test.Open();
  const base::Bytes plain = test.RandomBytes(200'001);
  size_t at = 0;
  const ByteSource source = [&](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
    if (at == plain.size()) return 0;
    out[0] = plain[at++];
    return 1;
  };
  ASSERT_TRUE(vault.Put("a", source).ok());
  EXPECT_TRUE(Fetch(vault, "a") == plain);
}

TEST(Sources, ThatFailOrLieLeaveTheOldVersion) {
  TestVault test(6);
  Vault vault = test.Open();
  const base::Bytes plain = test.RandomBytes(10);
  ASSERT_TRUE(vault.Put("a", SourceOf(plain)).ok());
  const size_t blobs = test.BlobCount();
  int calls = 0;
  const ByteSource failing = [&](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
    if (++calls > 40) return absl::UnavailableError("the pipe broke");
    return std::min<size_t>(out.size(), 50'000);
  };
  EXPECT_EQ(vault.Put("a", failing).status().message(), "the pipe broke");
  const ByteSource lying = [](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
    return out.size() + 1;
  };
  EXPECT_EQ(vault.Put("a", lying).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(test.BlobCount(), blobs);
  EXPECT_EQ(Fetch(vault, "a"), plain);
}

TEST(Sinks, ThatRefuseEndTheRead) {
  TestVault test(6);
  Vault vault = test.Open();
  ASSERT_TRUE(vault.Put("a", SourceOf(test.RandomBytes(100'000))).ok());
  int calls = 0;
  const ByteSink refusing = [&](base::ByteSpan) {
    ++calls;
    return absl::ResourceExhaustedError("the disk is full");
  };
  EXPECT_EQ(vault.Get("a", refusing).status().message(), "the disk is full");
  EXPECT_EQ(calls, 1);
}

TEST(Ranges, OfAnyDataComeBack) {
  TestVault test(6);
  test.memory_budget_bytes = kMinMemoryBudgetBytes;
  Vault vault = test.Open();
  const base::Bytes random = test.RandomBytes(1'300'000);
  base::Bytes text(1'300'000);
  for (size_t i = 0; i < text.size(); ++i) text[i] = "to be or not "[i * i / 7 % 13];
  base::Bytes mixed = text;
  std::copy_n(random.begin(), 500'000, mixed.begin() + 200'000);
  for (const base::Bytes* plain :
       std::initializer_list<const base::Bytes*>{&random, &text, &mixed}) {
    for (const bool compress : {false, true}) {
      for (const bool bound : {false, true}) {
        const PutOptions options{.compress = compress, .bound = bound};
        ASSERT_TRUE(vault.Put("a", SourceOf(*plain), options).ok());
        ASSERT_TRUE(Fetch(vault, "a") == *plain);
        ExpectRanges(vault, "a", *plain, bound ? 433'333 : 262'144);
      }
    }
  }
}

TEST(Ranges, FetchTheCellsThatCoverThemAndNoMore) {
  TestVault test(14);
  test.code = {10, 4};
  Vault vault = test.Open();
  const uint64_t size = 64 << 20;
  const base::Bytes block = test.RandomBytes(1 << 20);
  uint64_t given = 0;
  const ByteSource source = [&](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
    const size_t take =
        std::min<uint64_t>({out.size(), size - given, block.size() - given % block.size()});
    std::copy_n(block.begin() + static_cast<ptrdiff_t>(given % block.size()), take, out.begin());
    given += take;
    return take;
  };
  ASSERT_TRUE(vault.Put("a", source, {.compress = false}).ok());
  const uint64_t stored_cell = 32 * 1024 + 16;
  for (const uint64_t offset : {uint64_t{0}, uint64_t{40'000'000}, size - 4096, uint64_t{32'752}}) {
    for (const auto& store : test.stores) store->ResetCounters();
    ASSERT_TRUE(Fetch(vault, "a", offset, 4096).size() == 4096);
    uint64_t read = 0;
    for (const auto& store : test.stores) {
      const auto counters = store->counters();
      // Headers and heads are read alone, 1024 bytes each.
      const uint64_t cells = counters.bytes_read / stored_cell;
      EXPECT_EQ(counters.bytes_read % stored_cell % 1024, 0u);
      read += cells;
    }
    const uint64_t first = offset / 32'752;
    const uint64_t last = (offset + 4095) / 32'752;
    EXPECT_EQ(read, last - first + 1) << offset;
  }
}

// Smaller codes: sizes_test.cc.
TEST(Codes, OfEightToTenShardsSurviveEveryPatternOfLostStores) {
  for (uint16_t k = 1; k <= 10; ++k) {
    for (uint16_t m = k < 8 ? 8 - k : 0; k + m <= 10; ++m) {
      SCOPED_TRACE(testing::Message() << k << " + " << m);
      TestVault test(k + m, k * 100u + m);
      test.code = {k, m};
      const base::Bytes plain = test.RandomBytes(3000 + k);
      ASSERT_TRUE(test.Open().Put("a", SourceOf(plain)).ok());
      const shard::ObjectKeys keys = test.Keys().ForName("a", 0);
      const auto all = test.stores;
      for (uint32_t lost = 1; lost + 1 < (1u << (k + m)); ++lost) {
        const int count = std::popcount(lost);
        // Losing less than what is just enough says nothing new.
        const bool one_too_many = count == m + 1 && lost % 16 == 1;
        if (count != m && !one_too_many) continue;
        test.stores.clear();
        for (int i = 0; i < k + m; ++i) {
          if ((lost >> i & 1) == 0) test.stores.push_back(all[i]);
        }
        const Environment env(test.MakeOptions());
        const auto head = FindNewestHead(env, keys);
        ASSERT_TRUE(head.ok());
        base::Bytes read;
        if (*head) ReadObject(env, keys, **head, 0, kWholeObject, AppendTo(read)).IgnoreError();
        ASSERT_EQ(read, one_too_many ? base::Bytes() : plain) << "lost " << lost;
      }
    }
  }
}

TEST(Codes, WhoseSegmentsAreShorterThanAFrameOrTheNameStillStoreAnything) {
  TestVault test(81);
  test.code = {1, 80};
  test.memory_budget_bytes = kMinMemoryBudgetBytes;
  Vault vault = test.Open();
  for (const uint32_t cell_bytes : {32768u, 4096u}) {
    base::Bytes text = test.RandomBytes(3 * cell_bytes);
    for (uint8_t& byte : text) byte &= 31;
    const auto receipt = vault.Put("a", SourceOf(text), {.cell_bytes = cell_bytes});
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    EXPECT_TRUE(Fetch(vault, "a") == text);
  }
  const std::string name(4096, 'n');
  const base::Bytes plain = test.RandomBytes(10);
  ASSERT_TRUE(vault.Put(name, SourceOf(plain)).ok());
  EXPECT_EQ(Fetch(vault, name), plain);
}

TEST(Progress, GrowsAndEndsWithTheWholeObjectDurable) {
  TestVault test(6);
  test.memory_budget_bytes = kMinMemoryBudgetBytes;
  Vault vault = test.Open();
  const base::Bytes plain = test.RandomBytes(3'000'000);
  Progress last;
  PutOptions options;
  options.progress = [&](const Progress& now) {
    EXPECT_LE(now.durable_bytes, now.sent_bytes);
    EXPECT_LE(now.sent_bytes, now.sealed_bytes);
    EXPECT_GE(now.sealed_bytes, last.sealed_bytes);
    EXPECT_GE(now.durable_bytes, last.durable_bytes);
    last = now;
  };
  ASSERT_TRUE(vault.Put("a", SourceOf(plain), options).ok());
  EXPECT_EQ(last.durable_bytes, plain.size());
}

}  // namespace
}  // namespace shadw::vault
