// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/vault.h"

#include <gtest/gtest.h>

#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

base::Bytes Fetch(Vault& vault, std::string_view name) {
  base::Bytes bytes;
  const auto got = vault.Get(name, AppendTo(bytes));
  EXPECT_TRUE(got.ok()) << got.status();
  return bytes;
}

TEST(Vault, GivesBackWhatWasPut) {
  TestVault test(6);
  Vault vault = test.Open();
  const base::Bytes plain = test.RandomBytes(300'000);
  const auto receipt = vault.Put("a", SourceOf(plain), {.mode = 0640, .mtime_ns = 5});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->sequence, 1u);
  EXPECT_EQ(receipt->object_bytes, plain.size());
  EXPECT_EQ(Fetch(vault, "a"), plain);
  const auto info = vault.Info("a");
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->name, "a");
  EXPECT_EQ(info->mode, 0640u);
  EXPECT_EQ(info->mtime_ns, 5);
  const auto list = vault.List();
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->front().name, "a");
  EXPECT_TRUE(vault.Verify("a")->whole());
}

TEST(Vault, ReplacesVersionsAndKeepsNothingOfOldOnes) {
  TestVault test(6);
  Vault vault = test.Open();
  for (int i = 1; i <= 20; ++i) {
    const base::Bytes plain = test.RandomBytes(1000 * i);
    const auto receipt = vault.Put("a", SourceOf(plain));
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    EXPECT_EQ(receipt->sequence, static_cast<uint64_t>(i));
    EXPECT_EQ(Fetch(vault, "a"), plain);
  }
  // Two objects (the file and the catalogue's page): 6 shards, and 3 copies of each
  // head that is kept.
  const size_t heads = shard::KeptSequences(20).size();
  EXPECT_EQ(test.BlobCount(), 2 * (6 + 3 * heads));
}

TEST(Vault, SurvivesAnyLossOfParityManyStoresAndRepairs) {
  TestVault test(6);
  const base::Bytes plain = test.RandomBytes(500'000);
  {
    Vault vault = test.Open();
    ASSERT_TRUE(vault.Put("a", SourceOf(plain)).ok());
  }
  test.stores.erase(test.stores.begin() + 1);
  test.stores.erase(test.stores.begin() + 3);
  Vault vault = test.Open();
  EXPECT_EQ(Fetch(vault, "a"), plain);
  const auto verify = vault.Verify("a");
  ASSERT_TRUE(verify.ok());
  EXPECT_FALSE(verify->whole());
  EXPECT_EQ(verify->faults.size(), 2u);
  test.AddStore();
  test.AddStore();
  Vault wider = test.Open();
  const auto repaired = wider.Repair("a");
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_TRUE(wider.Verify("a")->whole());
  // Any other two.
  test.stores.erase(test.stores.begin());
  test.stores.erase(test.stores.begin());
  Vault narrow = test.Open();
  EXPECT_EQ(Fetch(narrow, "a"), plain);
  EXPECT_EQ(narrow.List()->size(), 1u);
}

TEST(Vault, SaysHowManyShardsWereFoundAndNeeded) {
  TestVault test(6);
  {
    Vault vault = test.Open();
    ASSERT_TRUE(vault.Put("a", SourceOf(test.RandomBytes(100))).ok());
  }
  test.stores.resize(3);
  Vault vault = test.Open();
  base::Bytes bytes;
  const auto got = vault.Get("a", AppendTo(bytes));
  EXPECT_EQ(got.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(got.status().message(), "vault: got 3 shards of segment 0, need 4 (k=4, m=2)");
  EXPECT_TRUE(bytes.empty());
}

TEST(Vault, RemovesAnObjectAndItsShards) {
  TestVault test(6);
  Vault vault = test.Open();
  ASSERT_TRUE(vault.Put("a", SourceOf(test.RandomBytes(100))).ok());
  ASSERT_TRUE(vault.Remove("a").ok());
  EXPECT_EQ(vault.Info("a").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(vault.List()->empty());
  const base::Bytes again = test.RandomBytes(50);
  const auto receipt = vault.Put("a", SourceOf(again));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->sequence, 3u);
  EXPECT_EQ(Fetch(vault, "a"), again);
}

TEST(Vault, CutsLongObjectsIntoSegmentsThatFitTheBudget) {
  TestVault test(6);
  test.memory_budget_bytes = kMinMemoryBudgetBytes;
  Vault vault = test.Open();
  const base::Bytes plain = test.RandomBytes(9'000'000);
  const auto receipt = vault.Put("a", SourceOf(plain));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_GT(receipt->segments, 5u);
  EXPECT_EQ(Fetch(vault, "a"), plain);
  for (uint64_t offset : {0ul, 1ul, 1'048'063ul, 5'000'000ul, 8'999'999ul, 9'000'000ul}) {
    base::Bytes part;
    ASSERT_TRUE(vault.Get("a", AppendTo(part), offset, 4096).ok()) << offset;
    const size_t bytes = std::min<size_t>(4096, plain.size() - offset);
    EXPECT_TRUE(std::ranges::equal(part, base::ByteSpan(plain).subspan(offset, bytes)));
  }
}

}  // namespace
}  // namespace shadw::vault
