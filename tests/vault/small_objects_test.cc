// SPDX-License-Identifier: Apache-2.0
//
// What many small objects cost in bytes stored and bytes read.
#include <gtest/gtest.h>

#include "libshadw/shard/geometry.h"
#include "libshadw/shard/pack.h"
#include "libshadw/vault/pack_layout.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

constexpr size_t kObjects = 10'000;
constexpr size_t kBytes = 4096;

std::string Numbered(size_t i) { return "folder/file-" + std::to_string(i); }

class SmallObjects : public testing::Test {
 protected:
  SmallObjects() : test_(14) {
    test_.code = {10, 4};
    vault_.emplace(test_.Open());
    size_t at = 0;
    base::Bytes content;
    const ItemSource next = [&]() -> absl::StatusOr<std::optional<PutItem>> {
      if (at == kObjects) return std::nullopt;
      content = test_.RandomBytes(kBytes);
      if (at == kProbe) probe_ = content;
      return PutItem{.name = Numbered(at++), .source = SourceOf(content), .mode = 0644};
    };
    const auto receipt = vault_->PutMany(next);
    EXPECT_TRUE(receipt.ok() && receipt->listed.ok());
    EXPECT_EQ(receipt->packed, kObjects);
  }

  uint64_t StoredBytes() const {
    uint64_t bytes = 0;
    for (const auto& store : test_.stores) bytes += store->used_bytes();
    return bytes;
  }
  uint64_t ReadBytes() const {
    uint64_t bytes = 0;
    for (const auto& store : test_.stores) bytes += store->counters().bytes_read;
    return bytes;
  }

  static constexpr size_t kProbe = 4321;
  TestVault test_;
  std::optional<Vault> vault_;
  base::Bytes probe_;
};

TEST_F(SmallObjects, CostLittleMoreThanTheirBytes) {
  const double redundancy = 14.0 / 10.0;
  const double plain = kObjects * kBytes;
  EXPECT_LE(static_cast<double>(StoredBytes()), 1.15 * redundancy * plain);
}

TEST_F(SmallObjects, OneIsReadFromAtMostKCellsBesideHeadersAndCatalogue) {
  // The catalogue and the headers on the way: what a question for the object costs that
  // reads none of its bytes.
  const auto read_by = [&](uint64_t offset, uint64_t bytes) {
    base::Bytes got;
    const uint64_t before = ReadBytes();
    EXPECT_TRUE(vault_->Get(Numbered(kProbe), AppendTo(got), offset, bytes).ok());
    return ReadBytes() - before;
  };
  base::Bytes got;
  ASSERT_TRUE(vault_->Get(Numbered(kProbe), AppendTo(got)).ok());
  EXPECT_EQ(got, probe_);
  const uint64_t before = ReadBytes();
  ASSERT_TRUE(vault_->Info(Numbered(kProbe)).ok());
  const uint64_t on_the_way = ReadBytes() - before;
  const uint64_t cell = shard::Geometry{.code = {10, 4}}.stored_cell_bytes();
  // Opening the pack's segment reads n headers more than Info does.
  EXPECT_LE(read_by(0, kBytes), on_the_way + 14 * shard::kHeaderBytes + 10 * cell);

  // Also where four stores are gone.
  const std::vector<std::shared_ptr<store::MemoryStore>> all = test_.stores;
  test_.stores.erase(test_.stores.begin() + 3, test_.stores.begin() + 7);
  vault_.emplace(test_.Open());
  uint64_t way_now = ReadBytes();
  ASSERT_TRUE(vault_->Info(Numbered(kProbe)).ok());
  way_now = ReadBytes() - way_now;
  EXPECT_LE(read_by(0, kBytes), way_now + 14 * shard::kHeaderBytes + 10 * cell);
}

TEST(PackLayout, RecordsThatAreSmallAgainstAStripeStayInOne) {
  for (uint16_t k : {1, 2, 3, 10, 29, 200}) {
    const erasure::Code code{k, 2};
    const uint64_t stripe = PackStripeBytes(code);
    const uint64_t full = FullPackStripes(code, 128 << 20);
    EXPECT_TRUE(std::has_single_bit(full));
    EXPECT_LE(full * stripe, std::max<uint64_t>(stripe, 16 << 20));
    const std::vector<uint32_t> sizes(100'000, 4'300);
    const PackLayout layout = LayOutPack(sizes, code, full);
    EXPECT_LE(layout.bytes(), full * stripe);
    EXPECT_GT(layout.bytes() + 8'700, full * stripe) << k;
    if (4'300 > stripe / 16) continue;
    for (uint32_t offset : layout.offsets) {
      EXPECT_EQ(offset / stripe, (offset + 4'299) / stripe) << k;
    }
  }
}

TEST(PackLayout, TheRestOfABatchFillsPowersOfTwo) {
  const erasure::Code code{10, 4};
  const uint64_t stripe = PackStripeBytes(code);
  for (size_t count : {1, 10, 80, 500, 1'000, 2'400, 5'000}) {
    std::vector<uint32_t> sizes(count, 4'300);
    uint64_t cells = 0;
    uint64_t bytes = 0;
    int packs = 0;
    while (!sizes.empty()) {
      const PackLayout layout = LayOutLastPack(sizes, code, 32);
      ASSERT_FALSE(layout.offsets.empty());
      cells += std::bit_ceil((layout.bytes() + stripe - 1) / stripe);
      bytes += layout.bytes();
      sizes.erase(sizes.begin(), sizes.begin() + static_cast<ptrdiff_t>(layout.offsets.size()));
      ASSERT_LE(++packs, 20);
    }
    // All but the last stripe, an eighth at most is empty.
    EXPECT_LE((cells - 1) * stripe, bytes * 8 / 7) << count;
  }
}

TEST(PackLayout, ARecordLargerThanThePackGoesAlone) {
  const PackLayout layout = LayOutPack(std::vector<uint32_t>{70'000, 10}, {1, 1}, 1);
  EXPECT_EQ(layout.offsets.size(), 1u);
}

}  // namespace
}  // namespace shadw::vault
