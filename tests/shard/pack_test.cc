// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/pack.h"

#include <gtest/gtest.h>

#include "libshadw/crypto/random.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

constexpr RecordId kId{1, 2, 3};

class PackTest : public testing::Test {
 protected:
  Member MemberOf(base::Bytes content) const {
    return {.metadata = {.name = "folder/file", .mode = 0600, .kind = ObjectKind::kFile},
            .mtime_ns = -5,
            .put_time_ns = 6,
            .content = std::move(content)};
  }
  base::Bytes Seal(const Member& member, bool compress = true) {
    return MemberSealer().Seal(kId, key_, member, compress, {&random_}).value();
  }

  crypto::SeededRandom random_{4};
  crypto::SecretKey key_ = TestVault().MemberKey(kId);
};

TEST_F(PackTest, AMemberComesBack) {
  for (size_t bytes : {size_t{0}, size_t{1}, size_t{4096}, kMaxMemberBytes}) {
    for (const base::Bytes& content : {RandomBytes(bytes, 3), base::Bytes(bytes, 'x')}) {
      for (bool compress : {false, true}) {
        const base::Bytes record = Seal(MemberOf(content), compress);
        const auto member = OpenMember(kId, key_, record);
        ASSERT_TRUE(member.ok()) << member.status();
        EXPECT_EQ(member->content, content);
        EXPECT_EQ(member->metadata, MemberOf({}).metadata);
        EXPECT_EQ(member->mtime_ns, -5);
        EXPECT_EQ(member->put_time_ns, 6);
      }
    }
  }
  EXPECT_EQ(MemberSealer()
                .Seal(kId, key_, MemberOf(base::Bytes(kMaxMemberBytes + 1)), true, {&random_})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PackTest, WhatShrinksIsCompressedAndOverheadIsAsStated) {
  const base::Bytes noise = RandomBytes(4000, 3);
  const size_t metadata = EncodeMetadata(MemberOf({}).metadata)->size();
  EXPECT_EQ(Seal(MemberOf(noise)).size(), kRecordBytes + metadata + noise.size());
  EXPECT_LT(Seal(MemberOf(base::Bytes(4000, 'x'))).size(), 300u);
}

TEST_F(PackTest, EveryFlippedBitAndEveryOtherLengthIsRefused) {
  const base::Bytes record = Seal(MemberOf(RandomBytes(50, 3)));
  for (size_t bit = 0; bit < record.size() * 8; ++bit) {
    base::Bytes flipped = record;
    flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_EQ(OpenMember(kId, key_, flipped).status().code(), absl::StatusCode::kDataLoss) << bit;
  }
  for (size_t bytes = 0; bytes < record.size(); ++bytes) {
    EXPECT_FALSE(OpenMember(kId, key_, base::ByteSpan(record).first(bytes)).ok());
  }
  base::Bytes longer = record;
  longer.push_back(0);
  EXPECT_FALSE(OpenMember(kId, key_, longer).ok());
}

TEST_F(PackTest, AnotherMembersKeyOpensNothing) {
  const base::Bytes record = Seal(MemberOf(RandomBytes(50, 3)));
  const RecordId other{9};
  EXPECT_EQ(OpenMember(kId, TestVault().MemberKey(other), record).status(), AuthenticationError());
  EXPECT_FALSE(OpenMember(other, key_, record).ok());
}

TEST_F(PackTest, AnIndexComesBackInOrder) {
  const std::vector<RecordExtent> records = {{{3}, 0, 10}, {{1}, 10, 20}, {{2}, 40, 5}};
  const base::Bytes index = EncodePackIndex(records);
  ASSERT_EQ(index.size(), PackIndexBytes(3));
  const uint64_t pack_bytes = 45 + index.size();
  EXPECT_EQ(ReadPackIndexBytes(base::ByteSpan(index).last(4), pack_bytes).value(), index.size());
  const auto read = DecodePackIndex(index, pack_bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, (std::vector<RecordExtent>{{{1}, 10, 20}, {{2}, 40, 5}, {{3}, 0, 10}}));
  EXPECT_TRUE(DecodePackIndex(EncodePackIndex({}), 4)->empty());
}

TEST_F(PackTest, IndicesThatLieAreRefused) {
  const auto decode = [](const std::vector<RecordExtent>& records, uint64_t before) {
    const base::Bytes index = EncodePackIndex(records);
    return DecodePackIndex(index, before + index.size()).status().code();
  };
  EXPECT_EQ(decode({{{1}, 0, 11}}, 10), absl::StatusCode::kDataLoss);
  EXPECT_EQ(decode({{{1}, 0xffff'ffff, 0xffff'ffff}}, 10), absl::StatusCode::kDataLoss);
  EXPECT_EQ(decode({{{1}, 0, 1}, {{1}, 1, 1}}, 10), absl::StatusCode::kDataLoss);
  EXPECT_EQ(decode({{{1}, 0, 10}, {{2}, 0, 1}}, 10), absl::StatusCode::kDataLoss);
  EXPECT_EQ(decode({{{1}, 0, 10}}, uint64_t{kMaxPackBytes}), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(ReadPackIndexBytes({}, 100).ok());
  EXPECT_FALSE(ReadPackIndexBytes(base::Bytes{255, 255, 255, 255}, 100).ok());
}

}  // namespace
}  // namespace shadw::shard
