// SPDX-License-Identifier: Apache-2.0
//
// Attacks by nodes that hold no key and hand out one thing for another.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "libshadw/shard/capability.h"
#include "libshadw/shard/head.h"
#include "libshadw/shard/rewrap.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

constexpr erasure::Code kCode{4, 2};

base::Bytes Plain() { return RandomBytes(4080 * 4 * 2, 1); }

// The header of one shard in front of the body of another.
base::Bytes Graft(base::ByteSpan header_of, base::ByteSpan body_of) {
  base::Bytes shard = base::ToBytes(header_of.first(kHeaderBytes));
  const base::ByteSpan body = body_of.subspan(kHeaderBytes);
  shard.insert(shard.end(), body.begin(), body.end());
  return shard;
}

// Puts `fake` in the place of shard `index`, under its header, and expects every cell
// of it to be refused and the bytes to be right nevertheless.
void ExpectBodyIsRefused(const ObjectKeys& keys, Shards shards, uint16_t index,
                         base::ByteSpan fake) {
  shards[index] = Graft(shards[index], fake);
  const ReadResult result = ReadSegment(keys, shards);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.bytes, Plain());
  const std::vector<CellFault> expected = {{index, 0, CellFault::Kind::kCorrupt},
                                           {index, 1, CellFault::Kind::kCorrupt}};
  EXPECT_EQ(result.faults, expected);
}

// The same shard wrapped for another address.
base::Bytes Rewrapped(const ObjectKeys& keys, const Shards& shards, const RewrapTarget& target) {
  MemoryCells source(shards, kSmallCellBytes);
  crypto::SeededRandom random(7);
  const auto headers = OpenAll(keys, shards, OpenTo::kVerify);
  return base::ToBytes(
      RewrapShards(keys, headers, &source, {&target, 1}, {&random}).value().front().bytes.span());
}

TEST(Attack, SwappedShards) {
  const ObjectKeys keys = TestKeys();
  const Shards shards = SealSegment(keys, Plain(), {.code = kCode});
  ExpectBodyIsRefused(keys, shards, 1, shards[2]);
  // Whole: the header tells that it is not what was asked for.
  const ShardAddress asked = OpenHeader(shards[1], keys, OpenTo::kAudit)->audit.address();
  EXPECT_NE(OpenHeader(shards[2], keys, OpenTo::kAudit)->audit.address(), asked);
  // Twice the same index is refused rather than decoded.
  const Header twice[] = {OpenHeader(shards[2], keys, OpenTo::kRead).value(),
                          OpenHeader(shards[2], keys, OpenTo::kRead).value(),
                          OpenHeader(shards[3], keys, OpenTo::kRead).value(),
                          OpenHeader(shards[4], keys, OpenTo::kRead).value()};
  EXPECT_EQ(ReadSegment(keys, shards, twice).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST(Attack, SwappedSegments) {
  const ObjectKeys keys = TestKeys();
  const Shards shards = SealSegment(keys, Plain(), {.code = kCode});
  const Shards next =
      SealSegment(keys, RandomBytes(4080 * 8, 2), {.code = kCode, .segment = 1, .seed = 2});
  ExpectBodyIsRefused(keys, shards, 1, next[1]);
  std::vector<Header> mixed = OpenAll(keys, shards);
  mixed[1] = OpenHeader(next[1], keys, OpenTo::kRead).value();
  EXPECT_EQ(mixed[1].audit.segment, 1u);
  EXPECT_EQ(ReadSegment(keys, shards, mixed).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST(Attack, SwappedObjects) {
  const ObjectKeys keys = TestKeys("a");
  const ObjectKeys other_keys = TestKeys("b");
  const Shards shards = SealSegment(keys, Plain(), {.code = kCode});
  const Shards other = SealSegment(other_keys, Plain(), {.code = kCode});
  ExpectBodyIsRefused(keys, shards, 0, other[0]);
  for (const base::Bytes& shard : other) {
    EXPECT_EQ(OpenHeader(shard, keys, OpenTo::kRead).status(), AuthenticationError());
  }
}

TEST(Attack, SwappedVersions) {
  const ObjectKeys keys = TestKeys();
  const Shards shards = SealSegment(keys, Plain(), {.code = kCode});
  const Shards old = SealSegment(keys, Plain(), {.code = kCode, .version = 2, .seed = 2});
  ExpectBodyIsRefused(keys, shards, 3, old[3]);
  std::vector<Header> mixed = OpenAll(keys, shards);
  mixed[3] = OpenHeader(old[3], keys, OpenTo::kRead).value();
  EXPECT_EQ(ReadSegment(keys, shards, mixed).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST(Attack, SwappedEpochs) {
  const ObjectKeys keys = TestKeys();
  Shards shards = SealSegment(keys, Plain(), {.code = kCode});
  const base::Bytes old = shards[2];
  shards[2] = Rewrapped(keys, shards, {.index = 2, .node = TestNode(2), .epoch = 8});
  ExpectBodyIsRefused(keys, shards, 2, old);
  EXPECT_EQ(OpenHeader(old, keys, OpenTo::kAudit)->audit.epoch, 7u);
  EXPECT_EQ(OpenHeader(shards[2], keys, OpenTo::kAudit)->audit.epoch, 8u);
}

TEST(Attack, SwappedNodes) {
  const ObjectKeys keys = TestKeys();
  const Shards shards = SealSegment(keys, Plain(), {.code = kCode});
  const base::Bytes there = Rewrapped(keys, shards, {.index = 2, .node = TestNode(90), .epoch = 7});
  ExpectBodyIsRefused(keys, shards, 2, there);
  // A node that passes on what another node stores is found out by the header.
  EXPECT_EQ(OpenHeader(there, keys, OpenTo::kAudit)->audit.node, TestNode(90));
}

TEST(Attack, SwappedCopies) {
  const ObjectKeys keys = TestKeys();
  const Shards shards = SealSegment(keys, Plain(), {.code = kCode});
  const base::Bytes copy =
      Rewrapped(keys, shards, {.index = 2, .copy = 1, .node = TestNode(2), .epoch = 7});
  ExpectBodyIsRefused(keys, shards, 2, copy);
  EXPECT_EQ(OpenHeader(copy, keys, OpenTo::kAudit)->audit.copy, 1);
  EXPECT_NE(keys.ShardStorageId(OpenHeader(copy, keys, OpenTo::kAudit)->audit.address()),
            keys.ShardStorageId(OpenHeader(shards[2], keys, OpenTo::kAudit)->audit.address()));
}

TEST(Attack, SwappedCellsOfOneShard) {
  const ObjectKeys keys = TestKeys();
  const Shards shards = SealSegment(keys, Plain(), {.code = kCode});
  base::Bytes swapped = shards[1];
  std::ranges::swap_ranges(StoredCell(swapped, kSmallCellBytes, 0),
                           StoredCell(swapped, kSmallCellBytes, 1));
  ExpectBodyIsRefused(keys, shards, 1, swapped);
}

base::ByteArray<kHeaderBytes> Head(const ObjectKeys& keys, uint64_t sequence, uint64_t version,
                                   uint64_t node) {
  crypto::SeededRandom random(1000 * sequence + version);
  const HeadLabel label{
      .sequence = sequence, .version = TestVersion(version), .segment_count = 1, .code = kCode};
  return HeadSealer::Create(keys, label, {}, {&random}).value().ForNode(TestNode(node), 0);
}

TEST(Attack, RollbackToAnOldVersion) {
  const ObjectKeys keys = TestKeys();
  // Served where the head of sequence 2 belongs, the old head says what it is.
  const Header old = OpenHeader(Head(keys, 1, 1, 0), keys, OpenTo::kRead).value();
  EXPECT_EQ(old.audit.sequence, 1u);
  EXPECT_NE(keys.HeadStorageId(1, TestNode(0)), keys.HeadStorageId(2, TestNode(0)));
  // An agent who may repair cannot date it forward: the writer signed the sequence.
  crypto::SeededRandom random(3);
  AuditBox newer = old.audit;
  newer.sequence = 2;
  const auto forged =
      SealHeader(keys, random.Array<24>(), newer, *old.verify, old.sealed_read, {&random});
  EXPECT_EQ(OpenHeader(forged, keys, OpenTo::kRead).status(), AuthenticationError());
  // Nor can he say that it was removed.
  AuditBox removed = old.audit;
  removed.flags |= kFlagTombstone;
  const auto tombstone =
      SealHeader(keys, random.Array<24>(), removed, *old.verify, old.sealed_read, {&random});
  EXPECT_EQ(OpenHeader(tombstone, keys, OpenTo::kRead).status(), AuthenticationError());
}

TEST(Attack, CompetingHeads) {
  const ObjectKeys keys = TestKeys();
  // Two writers took the same sequence: copies of one head agree in their hash, the
  // two heads do not, so copies can be counted.
  std::multiset<Hash> hashes;
  for (uint64_t node : {0, 1, 2}) {
    const Header head = OpenHeader(Head(keys, 5, 1, node), keys, OpenTo::kRead).value();
    hashes.insert(HeadHash(keys.id(), head));
  }
  const Header rival = OpenHeader(Head(keys, 5, 2, 3), keys, OpenTo::kRead).value();
  EXPECT_EQ(hashes.count(*hashes.begin()), 3u);
  EXPECT_FALSE(hashes.contains(HeadHash(keys.id(), rival)));
}

// Packs are built later. What they stand on: a capability for one object opens nothing
// of another, though both are of one vault.
TEST(Attack, PackMemberOpeningItsNeighbour) {
  const Shards own = SealSegment(TestKeys("a"), Plain(), {.code = kCode, .flags = kFlagPack});
  const Shards neighbour = SealSegment(TestKeys("b"), Plain(), {.code = kCode});
  for (const Right right : {Right::kRead, Right::kVerify, Right::kAudit}) {
    const ObjectKeys keys =
        DecodeCapability(EncodeCapability(TestKeys("a"), right).value()).value();
    EXPECT_TRUE(OpenHeader(own[0], keys, OpenTo::kRead).ok());
    for (const base::Bytes& shard : neighbour) {
      for (const OpenTo depth : {OpenTo::kAudit, OpenTo::kVerify, OpenTo::kRead}) {
        EXPECT_EQ(OpenHeader(shard, keys, depth).status(), AuthenticationError());
      }
    }
  }
  // An older generation's reader opens nothing of a newer one.
  const ObjectKeys before = ObjectKeys::ForReader(TestKeys("a").id(), *TestKeys("a", 0).read_key());
  const Shards after = SealSegment(TestKeys("a", 1), Plain(), {.code = kCode});
  EXPECT_EQ(OpenHeader(after[0], before, OpenTo::kAudit).status(), AuthenticationError());
}

TEST(Attack, OneErrorTextForEveryAuthenticationFailure) {
  const ObjectKeys keys = TestKeys();
  const base::Bytes good = SealSegment(keys, Plain(), {.code = kCode})[0];
  std::set<std::string> texts;
  const auto note = [&](base::ByteSpan bytes, const ObjectKeys& with) {
    const absl::Status status = OpenHeader(bytes, with, OpenTo::kRead).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    texts.insert(status.ToString());
  };
  for (size_t at : {0, 30, 50, 80, 104, 240, 500, 700, 1000, 1023}) {
    base::Bytes flipped = good;
    flipped[at] ^= 1;
    note(flipped, keys);
  }
  note({}, keys);
  note(base::ByteSpan(good).first(1023), keys);
  note(RandomBytes(1024, 1), keys);
  note(good, TestKeys("other"));
  note(good, TestKeys("object", 1));
  note(good, ObjectKeys::ForAuditor(TestKeys("other").id(), keys.audit_key()));
  EXPECT_EQ(texts.size(), 1u) << testing::PrintToString(texts);
}

}  // namespace
}  // namespace shadw::shard
