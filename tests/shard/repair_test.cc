// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>

#include "libshadw/shard/rewrap.h"
#include "libshadw/shard/segment_check.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

class Repair : public testing::Test {
 protected:
  void Seal(const SealOptions& options, size_t plain_bytes = 40'000) {
    options_ = options;
    plain_ = RandomBytes(plain_bytes, 8);
    shards_ = SealSegment(keys_, plain_, options);
    whole_ = shards_;
  }

  // Rebuilds what is missing onto fresh nodes.
  absl::Status RepairMissing() {
    std::vector<RewrapTarget> targets;
    for (uint16_t j = 0; j < shards_.size(); ++j) {
      if (shards_[j].empty()) targets.push_back({j, 0, TestNode(500 + j), 9});
    }
    MemoryCells source(shards_, options_.cell_bytes);
    const std::vector<Header> headers = OpenAll(repairer_, shards_, OpenTo::kVerify);
    auto fresh = RewrapShards(repairer_, headers, &source, targets, {&random_});
    if (!fresh.ok()) return fresh.status();
    for (size_t i = 0; i < targets.size(); ++i) {
      shards_[targets[i].index] = base::ToBytes((*fresh)[i].bytes.span());
    }
    return absl::OkStatus();
  }

  crypto::SeededRandom random_{99};
  ObjectKeys keys_ = TestKeys();
  ObjectKeys repairer_ = ObjectKeys::ForRepairer(keys_.id(), *keys_.verify_key(),
                                                 *keys_.delete_key(), *keys_.match_key());
  base::Bytes plain_;
  SealOptions options_;
  Shards shards_;
  Shards whole_;
};

TEST_F(Repair, AnyKShardsRebuildTheOthersInnerCellByInnerCell) {
  Seal({.code = {3, 3}});
  const std::vector<Header> old = OpenAll(keys_, whole_);
  for (uint32_t pattern = 0; pattern < 64; ++pattern) {
    if (std::popcount(pattern) < 3) continue;
    shards_ = whole_;
    for (uint16_t j = 0; j < 6; ++j) {
      if ((pattern >> j & 1) == 0) shards_[j].clear();
    }
    ASSERT_TRUE(RepairMissing().ok()) << pattern;
    for (uint16_t j = 0; j < 6; ++j) {
      const Header header = OpenHeader(shards_[j], keys_, OpenTo::kRead).value();
      ASSERT_EQ(header.audit.index, j);
      for (uint32_t cell = 0; cell < header.audit.cells; ++cell) {
        ASSERT_EQ(UnwrapCell(keys_, header, shards_[j], cell),
                  UnwrapCell(keys_, old[j], whole_[j], cell));
      }
    }
  }
}

TEST_F(Repair, RepairedSegmentsCheckWholeAndSurviveTheNextLoss) {
  for (const uint8_t flags : {uint8_t{0}, uint8_t{kFlagBound}, uint8_t{kFlagPrivate}}) {
    Seal({.code = {4, 2}, .flags = flags});
    shards_[0].clear();
    shards_[5].clear();
    ASSERT_TRUE(RepairMissing().ok());
    const std::vector<Header> headers = OpenAll(repairer_, shards_, OpenTo::kVerify);
    MemoryCells source(shards_, 4096);
    const SegmentReport report = CheckSegment(repairer_, headers, &source).value();
    for (const ShardReport& shard : report.shards) {
      EXPECT_TRUE(shard.whole());
      EXPECT_EQ(shard.body_mac_holds, true);
      EXPECT_EQ(shard.body_root_holds.has_value(), flags != kFlagPrivate);
    }
    shards_[1].clear();
    shards_[2].clear();
    EXPECT_EQ(ReadSegment(keys_, shards_).bytes, plain_);
  }
}

TEST_F(Repair, FewerThanKShardsAreRefused) {
  Seal({.code = {4, 2}});
  for (uint16_t j : {0, 2, 4}) shards_[j].clear();
  EXPECT_EQ(RepairMissing().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Repair, DamagedCellsInEveryShardAreRebuiltFromTheOthers) {
  Seal({.code = {4, 2}, .max_stripes = 8}, 4080 * 4 * 8);
  shards_[1].clear();
  for (uint32_t j : {0u, 2u, 3u, 4u, 5u}) StoredCell(shards_[j], 4096, j)[j * 7] ^= 0x40;
  ASSERT_TRUE(RepairMissing().ok());
  shards_[0].clear();
  EXPECT_EQ(ReadSegment(keys_, shards_).bytes, plain_);
}

TEST_F(Repair, TwoCopiesOfOneShardCanBeMadeAtOnce) {
  Seal({.code = {2, 1}}, 10'000);
  const std::vector<Header> headers = OpenAll(repairer_, shards_, OpenTo::kVerify);
  MemoryCells source(shards_, 4096);
  const RewrapTarget targets[] = {{2, 1, TestNode(70), 9}, {2, 2, TestNode(71), 9}};
  auto copies = RewrapShards(repairer_, headers, &source, targets, {&random_}).value();
  ASSERT_EQ(copies.size(), 2u);
  EXPECT_EQ(CommonWindows(copies[0].bytes.span(), copies[1].bytes.span()), 0u);
  for (const RewrappedShard& copy : copies) {
    shards_[2] = base::ToBytes(copy.bytes.span());
    Shards two = shards_;
    two[0].clear();
    EXPECT_EQ(ReadSegment(keys_, two).bytes, plain_);
  }
}

TEST_F(Repair, TheAgentCannotReadOneByte) {
  Seal({.code = {2, 1}}, 10'000);
  EXPECT_EQ(repairer_.read_key(), nullptr);
  const std::vector<Header> headers = OpenAll(repairer_, shards_, OpenTo::kRead);
  for (const Header& header : headers) EXPECT_FALSE(header.read.has_value());
  MemoryCells source(shards_, 4096);
  EXPECT_EQ(SegmentReader::Create(repairer_, headers, &source).status().code(),
            absl::StatusCode::kPermissionDenied);
  // Every key that the agent holds, tried as content key on what it can unwrap.
  base::Bytes inner = UnwrapCell(repairer_, headers[0], shards_[0], 0);
  for (const crypto::SecretKey* key :
       {repairer_.verify_key(), repairer_.delete_key(), repairer_.match_key(),
        &repairer_.audit_key(), &repairer_.locate_key()}) {
    crypto::AesGcm content(key->bytes());
    base::Bytes out(4080);
    EXPECT_FALSE(content.Open(ChunkNonce(0, false), {}, inner, out));
  }
}

// An auditor and a node forge a cell whose outer tag holds; decoding the lost shard
// from it would seal the forgery under a fresh body MAC.
TEST_F(Repair, AForgedSourceIsLeftOutAndTheLostShardIsRight) {
  Seal({.code = {4, 2}});
  const std::vector<Header> old = OpenAll(keys_, whole_);
  for (uint16_t liar = 0; liar < 5; ++liar) {
    shards_ = whole_;
    shards_[5].clear();
    WrapCell(keys_, old[liar], shards_[liar], 1, RandomBytes(4096, liar));
    ASSERT_TRUE(RepairMissing().ok()) << liar;
    const Header fresh = OpenHeader(shards_[5], keys_, OpenTo::kRead).value();
    for (uint32_t cell = 0; cell < fresh.audit.cells; ++cell) {
      ASSERT_EQ(UnwrapCell(keys_, fresh, shards_[5], cell),
                UnwrapCell(keys_, old[5], whole_[5], cell));
    }
  }
}

TEST_F(Repair, AForgedSourceThatCannotBeLeftOutIsRefused) {
  Seal({.code = {4, 2}});
  const std::vector<Header> old = OpenAll(keys_, whole_);
  shards_[4].clear();
  shards_[5].clear();
  WrapCell(keys_, old[2], shards_[2], 0, RandomBytes(4096, 1));
  EXPECT_EQ(RepairMissing().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Repair, HeadersOfTwoAttemptsAreNotMixed) {
  Seal({.code = {2, 1}}, 10'000);
  const Shards second = SealSegment(keys_, plain_, {.code = {2, 1}, .attempt = 1, .seed = 2});
  shards_[1] = second[1];
  shards_[2].clear();
  EXPECT_EQ(RepairMissing().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace shadw::shard
