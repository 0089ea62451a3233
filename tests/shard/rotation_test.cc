// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libshadw/shard/rewrap.h"
#include "libshadw/shard/segment_check.h"
#include "libshadw/shard/shard_writer.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

class Rotation : public testing::Test {
 protected:
  void Seal(const SealOptions& options) {
    options_ = options;
    shards_ = SealSegment(keys_, plain_, options);
    headers_ = OpenAll(keys_, shards_);
  }

  absl::StatusOr<std::vector<RewrappedShard>> Rotate(const ObjectKeys& keys, uint16_t index,
                                                     const NodeId& node, uint32_t epoch) {
    MemoryCells source(shards_, options_.cell_bytes);
    const Header old = OpenHeader(shards_[index], keys, OpenTo::kVerify).value();
    const RewrapTarget target{.index = index, .node = node, .epoch = epoch, .replaces = &old};
    auto result = RewrapShards(keys, {&old, 1}, &source, {&target, 1}, {&random_});
    for (const auto& [cell, times] : source.fetched()) EXPECT_EQ(cell.first, index);
    return result;
  }

  crypto::SeededRandom random_{99};
  ObjectKeys keys_ = TestKeys();
  ObjectKeys repairer_ = ObjectKeys::ForRepairer(keys_.id(), *keys_.verify_key(),
                                                 *keys_.delete_key(), *keys_.match_key());
  base::Bytes plain_ = RandomBytes(40'000, 8);
  SealOptions options_;
  Shards shards_;
  std::vector<Header> headers_;
};

TEST_F(Rotation, KeepsInnerCellsAndChangesEveryStoredByteWindow) {
  Seal({.code = {4, 2}});
  auto rotated = Rotate(repairer_, 3, TestNode(3), 8);
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  base::Bytes fresh = base::ToBytes(rotated->front().bytes.span());
  EXPECT_EQ(fresh.size(), shards_[3].size());
  EXPECT_EQ(CommonWindows(fresh, shards_[3]), 0u);
  const Header header = OpenHeader(fresh, keys_, OpenTo::kRead).value();
  EXPECT_EQ(header.audit.address(), rotated->front().address);
  EXPECT_EQ(header.audit.epoch, 8u);
  for (uint32_t cell = 0; cell < header.audit.cells; ++cell) {
    EXPECT_EQ(UnwrapCell(keys_, header, fresh, cell),
              UnwrapCell(keys_, headers_[3], shards_[3], cell));
  }
}

TEST_F(Rotation, TwoNodesAndTwoShardsOfOneObjectShareNoWindow) {
  Seal({.code = {4, 2}});
  const base::Bytes here =
      base::ToBytes(Rotate(repairer_, 2, TestNode(50), 7).value().front().bytes.span());
  const base::Bytes there =
      base::ToBytes(Rotate(repairer_, 2, TestNode(51), 7).value().front().bytes.span());
  EXPECT_EQ(CommonWindows(here, there), 0u);
  for (const base::Bytes& old : shards_) {
    EXPECT_EQ(CommonWindows(old, here), 0u);
    EXPECT_EQ(CommonWindows(old, there), 0u);
  }
}

TEST_F(Rotation, TheSameNodeAndEpochAgainStillGiveOtherBytes) {
  Seal({.code = {4, 2}});
  const base::Bytes again =
      base::ToBytes(Rotate(repairer_, 1, TestNode(1), 7).value().front().bytes.span());
  EXPECT_EQ(CommonWindows(again, shards_[1]), 0u);
}

TEST_F(Rotation, EveryShardRotatedByARepairAgentStillReads) {
  for (const uint8_t flags : {uint8_t{0}, uint8_t{kFlagBound}, uint8_t{kFlagPrivate}}) {
    Seal({.code = {4, 2}, .flags = flags});
    Shards rotated;
    for (uint16_t j = 0; j < 6; ++j) {
      auto shard = Rotate(repairer_, j, TestNode(100 + j), 20);
      ASSERT_TRUE(shard.ok()) << shard.status();
      rotated.push_back(base::ToBytes(shard->front().bytes.span()));
    }
    const ReadResult result = ReadSegment(keys_, rotated);
    ASSERT_TRUE(result.status.ok()) << result.status;
    EXPECT_EQ(result.bytes, plain_);
    rotated[0].clear();
    rotated[4].clear();
    EXPECT_EQ(ReadSegment(keys_, rotated).bytes, plain_);
  }
}

TEST_F(Rotation, GivesANewStorageIdAndTokenAndPublicRoot) {
  Seal({.code = {4, 2}});
  const RewrappedShard rotated = std::move(Rotate(repairer_, 3, TestNode(3), 8).value().front());
  const ShardAddress old = headers_[3].audit.address();
  EXPECT_NE(keys_.ShardStorageId(rotated.address), keys_.ShardStorageId(old));
  EXPECT_NE(keys_.TokenFor(rotated.address.node, keys_.ShardStorageId(rotated.address)),
            keys_.TokenFor(old.node, keys_.ShardStorageId(old)));
  const Header header = OpenHeader(rotated.bytes.span(), keys_, OpenTo::kAudit).value();
  EXPECT_EQ(rotated.public_root,
            PublicRoot(crypto::Sha256(rotated.bytes.span().first(1024)),
                       header.audit.cells * LeavesPerCell(4096), header.audit.body_root));
}

TEST_F(Rotation, NeedsTheRightToRepair) {
  Seal({.code = {4, 2}});
  const ObjectKeys reader = ObjectKeys::ForReader(keys_.id(), *keys_.read_key());
  EXPECT_EQ(Rotate(reader, 0, TestNode(0), 8).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(Rotation, RefusesADamagedCellRatherThanSealingIt) {
  Seal({.code = {4, 2}});
  StoredCell(shards_[3], 4096, 1)[100] ^= 1;
  EXPECT_EQ(Rotate(repairer_, 3, TestNode(3), 8).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(Rotation, RefusesACellThatAnAuditorForged) {
  Seal({.code = {4, 2}});
  WrapCell(keys_, headers_[3], shards_[3], 1, RandomBytes(4096, 1));
  EXPECT_EQ(Rotate(repairer_, 3, TestNode(3), 8).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Rotation, RefusesATargetThatTheSegmentDoesNotHave) {
  Seal({.code = {4, 2}});
  MemoryCells source(shards_, 4096);
  for (uint16_t index : {6, 255, 65535}) {
    const RewrapTarget target{.index = index};
    EXPECT_EQ(RewrapShards(keys_, headers_, &source, {&target, 1}, {&random_}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace shadw::shard
