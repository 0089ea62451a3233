// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

class RangeRead : public testing::Test {
 protected:
  void Seal(const SealOptions& options, size_t plain_bytes) {
    options_ = options;
    plain_ = RandomBytes(plain_bytes, 5);
    shards_ = SealSegment(keys_, plain_, options);
    headers_ = OpenAll(keys_, shards_);
  }

  // The cells that hold the range, and nothing more.
  std::set<std::pair<uint16_t, uint32_t>> Covering(uint64_t offset, uint64_t bytes) const {
    const uint32_t chunk_bytes = options_.cell_bytes - 16;
    const uint16_t k = options_.code.data_shards;
    std::set<std::pair<uint16_t, uint32_t>> cells;
    for (uint64_t at = offset / chunk_bytes; bytes > 0 && at <= (offset + bytes - 1) / chunk_bytes;
         ++at) {
      cells.emplace(static_cast<uint16_t>(at % k), static_cast<uint32_t>(at / k));
    }
    return cells;
  }

  void ExpectRange(uint64_t offset, uint64_t bytes) {
    SCOPED_TRACE(testing::Message() << "[" << offset << ", +" << bytes << ")");
    MemoryCells source(shards_, options_.cell_bytes);
    const ReadResult result = ReadRange(keys_, headers_, source, offset, bytes);
    ASSERT_TRUE(result.status.ok()) << result.status;
    ASSERT_TRUE(std::ranges::equal(result.bytes, base::ByteSpan(plain_).subspan(offset, bytes)));
    std::set<std::pair<uint16_t, uint32_t>> fetched;
    for (const auto& [cell, times] : source.fetched()) {
      fetched.insert(cell);
      EXPECT_EQ(times, 1) << "shard " << cell.first << " cell " << cell.second;
    }
    EXPECT_EQ(fetched, Covering(offset, bytes));
  }

  ObjectKeys keys_ = TestKeys();
  SealOptions options_;
  base::Bytes plain_;
  Shards shards_;
  std::vector<Header> headers_;
};

TEST_F(RangeRead, FetchesExactlyTheCoveringCells) {
  Seal({.code = {4, 2}, .max_stripes = 32}, 4080 * 4 * 20 + 4080 * 2 + 100);
  const uint64_t all = plain_.size();
  for (const auto& [offset, bytes] : std::vector<std::pair<uint64_t, uint64_t>>{
           {0, 1},
           {0, 4080},
           {4079, 2},
           {4080 * 4 - 1, 2},          // over a stripe's border
           {4080 * 4 * 3 - 10, 4096},  // the same, a few stripes in
           {4080 * 5 + 17, 4080 * 9},
           {4080 * 6, 4080 * 4 * 10},
           {all - 1, 1},
           {all - 4096, 4096},
           {0, all},
           {1, all - 2},
           {all, 0},
           {0, 0}}) {
    ExpectRange(offset, bytes);
  }
}

TEST_F(RangeRead, RandomRangesFetchExactlyTheCoveringCells) {
  Seal({.code = {10, 4}, .max_stripes = 32}, 4080 * 10 * 25 + 3);
  crypto::SeededRandom random(3);
  for (int i = 0; i < 300; ++i) {
    const auto draw = random.Array<8>();
    const uint64_t offset = base::LoadLittleEndian<uint32_t>(draw.data()) % plain_.size();
    const uint64_t longest = plain_.size() - offset;
    const uint64_t bytes = base::LoadLittleEndian<uint32_t>(draw.data() + 4) %
                           (i % 3 == 0 ? longest : std::min<uint64_t>(longest, 9000));
    ExpectRange(offset, bytes);
  }
}

TEST_F(RangeRead, ALostCellCostsKCellsOfItsStripeAndNoMore) {
  Seal({.code = {4, 2}, .max_stripes = 32}, 4080 * 4 * 20);
  shards_[1].clear();
  headers_.erase(headers_.begin() + 1);
  MemoryCells source(shards_, options_.cell_bytes);
  const ReadResult result = ReadRange(keys_, headers_, source, 4080 * 4 * 9 + 4080, 100);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(source.fetched().size(), 4u);
  for (const auto& [cell, times] : source.fetched()) EXPECT_EQ(cell.second, 9u);
}

TEST_F(RangeRead, ABoundSegmentIsReadWholeAndGivesTheRange) {
  Seal({.code = {4, 2}, .max_stripes = 8, .flags = kFlagBound}, 100'000);
  MemoryCells source(shards_, options_.cell_bytes);
  const ReadResult result = ReadRange(keys_, headers_, source, 50'000, 1'000);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_TRUE(std::ranges::equal(result.bytes, base::ByteSpan(plain_).subspan(50'000, 1'000)));
  EXPECT_EQ(source.fetched().size(), (100'000u + 4079) / 4080);
}

TEST_F(RangeRead, BeyondTheEndIsRefused) {
  Seal({.code = {4, 2}}, 1000);
  MemoryCells source(shards_, options_.cell_bytes);
  for (const auto& [offset, bytes] : std::vector<std::pair<uint64_t, uint64_t>>{
           {0, 1001}, {1000, 1}, {1001, 0}, {UINT64_MAX, 2}, {2, UINT64_MAX}}) {
    EXPECT_EQ(ReadRange(keys_, headers_, source, offset, bytes).status.code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(RangeRead, AnErrorOfTheSinkStopsTheReading) {
  Seal({.code = {2, 1}, .max_stripes = 8}, 60'000);
  MemoryCells source(shards_, options_.cell_bytes);
  auto reader = SegmentReader::Create(keys_, headers_, &source).value();
  int calls = 0;
  const absl::Status status = reader.Read(0, 60'000, [&](base::ByteSpan) {
    ++calls;
    return absl::ResourceExhaustedError("test: the disk is full");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace shadw::shard
