// SPDX-License-Identifier: Apache-2.0
//
// A range out of 1 GiB costs the cells that cover it, counted at the stores.
#include <gtest/gtest.h>

#include "libshadw/base/coding.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

constexpr uint64_t kObjectBytes = base::kGiB;
constexpr uint64_t kRangeBytes = 4 * base::kKiB;
constexpr uint64_t kStoredCell = shard::kCellBytes + shard::kTagBytes;
constexpr uint64_t kChunk = shard::kCellBytes - shard::kTagBytes;

// Counts what is read behind the headers: cells.
class CountingStore : public store::Store {
 public:
  CountingStore(std::shared_ptr<store::Store> inner, uint64_t* body_bytes)
      : inner_(std::move(inner)), body_bytes_(body_bytes) {}

  const store::NodeId& node_id() const override { return inner_->node_id(); }
  absl::Status Put(const store::StorageId& id, base::ByteSpan bytes,
                   const store::TokenHash& hash) override {
    return inner_->Put(id, bytes, hash);
  }
  absl::StatusOr<size_t> Get(const store::StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override {
    const auto got = inner_->Get(id, offset, out);
    if (got.ok() && offset >= shard::kHeaderBytes) *body_bytes_ += *got;
    return got;
  }
  absl::Status Delete(const store::StorageId& id, const store::DeleteToken& token) override {
    return inner_->Delete(id, token);
  }
  absl::StatusOr<std::vector<store::StorageId>> List(std::optional<store::StorageId> after,
                                                     size_t limit) const override {
    return inner_->List(after, limit);
  }
  absl::StatusOr<std::vector<std::optional<store::BlobStat>>> StatMany(
      std::span<const store::StorageId> ids) const override {
    return inner_->StatMany(ids);
  }
  absl::Status Flush() override { return inner_->Flush(); }

 private:
  std::shared_ptr<store::Store> inner_;
  uint64_t* body_bytes_;
};

// Word i of the object; any place can be checked without the rest.
uint64_t WordAt(uint64_t i) {
  uint64_t x = i * 0x9e3779b97f4a7c15 + 1;
  x ^= x >> 29;
  return x * 0xbf58476d1ce4e5b9;
}

base::Bytes ExpectedBytes(uint64_t offset, uint64_t bytes) {
  base::Bytes expected(bytes);
  for (uint64_t i = 0; i < bytes; ++i) {
    expected[i] = static_cast<uint8_t>(WordAt((offset + i) / 8) >> (8 * ((offset + i) % 8)));
  }
  return expected;
}

ByteSource WordSource() {
  return [at = uint64_t{0}](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    const size_t bytes = std::min<uint64_t>(out.size(), kObjectBytes - at);
    for (size_t i = 0; i < bytes;) {
      if (at % 8 == 0 && bytes - i >= 8) {
        base::StoreLittleEndian(out.data() + i, WordAt(at / 8));
        i += 8;
        at += 8;
      } else {
        out[i++] = static_cast<uint8_t>(WordAt(at / 8) >> (8 * (at % 8)));
        ++at;
      }
    }
    return bytes;
  };
}

TEST(LargeRange, FourKibOutOfOneGibReadsOnlyTheCellsThatCoverIt) {
  TestVault test(14);
  test.code = {10, 4};
  uint64_t body_bytes = 0;
  Options options = test.MakeOptions();
  for (auto& store : options.stores) store = std::make_shared<CountingStore>(store, &body_bytes);
  Vault vault = Vault::Open(options, test.Keys()).value();
  const auto receipt = vault.Put("large", WordSource(), {.compress = false});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  ASSERT_EQ(receipt->object_bytes, kObjectBytes);

  for (uint64_t offset : {uint64_t{0}, kChunk - 1, 10 * kChunk - 100, uint64_t{123'456'789},
                          uint64_t{41'922'560} - 2048, kObjectBytes - kRangeBytes}) {
    body_bytes = 0;
    base::Bytes part;
    ASSERT_TRUE(vault.Get("large", AppendTo(part), offset, kRangeBytes).ok()) << offset;
    EXPECT_EQ(part, ExpectedBytes(offset, kRangeBytes)) << offset;
    // Chunks count from the start of their segment; a range of less than one chunk
    // covers two at most.
    EXPECT_LE(body_bytes, 2 * kStoredCell) << offset;
    EXPECT_EQ(body_bytes % kStoredCell, 0u) << offset;
  }
  body_bytes = 0;
  base::Bytes part;
  ASSERT_TRUE(vault.Get("large", AppendTo(part), 0, kRangeBytes).ok());
  EXPECT_EQ(body_bytes, kStoredCell);
}

}  // namespace
}  // namespace shadw::vault
