// SPDX-License-Identifier: Apache-2.0
//
// Every size at which something changes, every code, every loss; every kind of name.
#include <gtest/gtest.h>

#include <bit>

#include "libshadw/shard/geometry.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

void ExpectRoundTrip(TestVault& test, const PutOptions& options, size_t size) {
  Vault vault = test.Open();
  const base::Bytes plain = test.RandomBytes(size);
  const auto receipt = vault.Put("a", SourceOf(plain), options);
  ASSERT_TRUE(receipt.ok()) << size << ": " << receipt.status();
  base::Bytes got;
  ASSERT_TRUE(vault.Get("a", AppendTo(got)).ok()) << size;
  EXPECT_TRUE(got == plain) << size;
}

TEST(Sizes, EverySizeAroundAChunkAStripeAndASegmentComesBack) {
  for (const uint32_t cell : {shard::kCellBytes, shard::kSmallCellBytes}) {
    TestVault test(6);
    test.memory_budget_bytes = kMinMemoryBudgetBytes;
    const size_t chunk = cell - shard::kTagBytes;
    const size_t stripe = 4 * chunk;
    const size_t segment = stripe * shard::ChooseStripes(test.code, cell, test.memory_budget_bytes);
    for (size_t around : {size_t{1}, size_t{4096}, chunk, stripe, segment}) {
      for (int delta : {-1, 0, 1}) {
        ExpectRoundTrip(test, {.cell_bytes = cell}, around + delta);
      }
    }
  }
}

TEST(Sizes, BoundAndPublicObjectsComeBackToo) {
  TestVault test(6);
  for (size_t size : {0, 1, 5000, 300'000}) {
    ExpectRoundTrip(test, {.public_audit = true, .bound = true}, size);
  }
}

// Stores that are gone, by the bits of a number.
void ExpectEveryLossIsSurvived(erasure::Code code) {
  TestVault test(code.total_shards());
  test.code = code;
  const base::Bytes plain = test.RandomBytes(3000);
  ASSERT_TRUE(test.Open().Put("a", SourceOf(plain)).ok());
  const auto all = test.stores;
  for (uint32_t lost = 0; lost < 1u << code.total_shards(); ++lost) {
    const bool survivable = std::popcount(lost) <= code.parity_shards;
    if (std::popcount(lost) > code.parity_shards + 1) continue;
    test.stores.clear();
    for (size_t i = 0; i < all.size(); ++i) {
      if ((lost >> i & 1) == 0) test.stores.push_back(all[i]);
    }
    if (test.stores.empty()) continue;
    Vault vault = test.Open();
    base::Bytes got;
    const auto read = vault.Get("a", AppendTo(got));
    ASSERT_EQ(read.ok(), survivable) << ToString(code) << " lost " << lost << ": " << read.status();
    ASSERT_EQ(got, survivable ? plain : base::Bytes());
  }
}

TEST(Codes, EveryLossOfEveryCodeUpToSevenStoresIsSurvivedOrSaid) {
  for (uint16_t k = 1; k <= 6; ++k) {
    for (uint16_t m = 0; k + m <= 7; ++m) ExpectEveryLossIsSurvived({k, m});
  }
}

TEST(Codes, WideCodesComeBackAfterTheLossOfAsManyAsTheyPromise) {
  for (const erasure::Code code : {erasure::Code{29, 51}, erasure::Code{100, 100}}) {
    TestVault test(code.total_shards());
    test.code = code;
    const base::Bytes plain = test.RandomBytes(1'000'000);
    ASSERT_TRUE(test.Open().Put("a", SourceOf(plain)).ok());
    for (uint16_t i = 0; i < code.parity_shards; ++i) {
      test.stores.erase(test.stores.begin() + test.random.Array<1>()[0] % test.stores.size());
    }
    base::Bytes got;
    ASSERT_TRUE(test.Open().Get("a", AppendTo(got)).ok());
    EXPECT_EQ(got, plain);
  }
}

TEST(Names, SpacesSlashesUnicodeAndFourKibAreNamesLikeOthers) {
  TestVault test(6);
  Vault vault = test.Open();
  const std::string longest(shard::kMaxNameBytes, 'n');
  for (const std::string& name :
       {std::string("with space"), std::string("a/b//c"), std::string("naïve 数据 🗝"),
        std::string("\n\xff"), longest}) {
    const base::Bytes plain = test.RandomBytes(5000);
    ASSERT_TRUE(vault.Put(name, SourceOf(plain), {.mode = 0600}).ok()) << name;
    base::Bytes got;
    ASSERT_TRUE(vault.Get(name, AppendTo(got)).ok()) << name;
    EXPECT_EQ(got, plain);
    const auto info = vault.Info(name);
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_EQ(info->name, name);
    EXPECT_EQ(info->mode, 0600u);
  }
  EXPECT_EQ(vault.List()->size(), 5u);
  for (const std::string& name : {std::string(), longest + "x", std::string("zero\0byte", 9)}) {
    EXPECT_EQ(vault.Put(name, SourceOf({})).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(Compression, MixedDataComesBackWholeAndInRanges) {
  TestVault test(6);
  test.memory_budget_bytes = kMinMemoryBudgetBytes;
  Vault vault = test.Open();
  base::Bytes plain;
  for (int i = 0; i < 8; ++i) {
    const base::Bytes noise = test.RandomBytes(i % 2 == 0 ? 600'000 : 10);
    plain.insert(plain.end(), noise.begin(), noise.end());
    plain.insert(plain.end(), 500'000, static_cast<uint8_t>(i));
  }
  const auto receipt = vault.Put("a", SourceOf(plain));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_LT(receipt->stored_bytes, plain.size());
  for (uint64_t offset = 0; offset < plain.size(); offset += 333'333) {
    base::Bytes got;
    ASSERT_TRUE(vault.Get("a", AppendTo(got), offset, 200'000).ok()) << offset;
    const size_t bytes = std::min<size_t>(200'000, plain.size() - offset);
    ASSERT_TRUE(std::ranges::equal(got, base::ByteSpan(plain).subspan(offset, bytes))) << offset;
  }
}

}  // namespace
}  // namespace shadw::vault
