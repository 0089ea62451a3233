// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/head.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <set>

#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

TEST(KeptSequences, OnlyWhatWasKeptBeforeIsKeptNow) {
  std::vector<uint64_t> before = KeptSequences(1);
  EXPECT_EQ(before, std::vector<uint64_t>{1});
  for (uint64_t newest = 2; newest <= 5000; ++newest) {
    const std::vector<uint64_t> now = KeptSequences(newest);
    ASSERT_TRUE(std::ranges::is_sorted(now));
    ASSERT_EQ(now.back(), newest);
    for (uint64_t sequence : now) {
      ASSERT_TRUE(sequence == newest || std::ranges::binary_search(before, sequence))
          << sequence << " was dropped before " << newest;
    }
    ASSERT_LE(now.size(), 3u * 13);
    before = now;
  }
}

// What a reader does: up the powers of two from the newest sequence it knows, then bit
// by bit, asking only for places that are kept.
uint64_t Gallop(uint64_t known, const std::set<uint64_t>& present, int& asked) {
  const auto exists = [&](uint64_t sequence) {
    ++asked;
    return present.contains(sequence);
  };
  uint64_t newest = std::bit_floor(known);
  for (uint64_t power = newest == 0 ? 1 : 2 * newest; exists(power); power <<= 1) newest = power;
  for (uint64_t bit = newest >> 1; bit != 0; bit >>= 1) {
    if (exists(newest | bit)) newest |= bit;
  }
  return newest;
}

TEST(KeptSequences, AGallopFromAnyKnownSequenceFindsTheNewest) {
  for (uint64_t newest = 1; newest <= 5000; ++newest) {
    const std::vector<uint64_t> kept = KeptSequences(newest);
    const std::set<uint64_t> present(kept.begin(), kept.end());
    for (uint64_t known : {uint64_t{0}, uint64_t{1}, newest / 3, newest / 2, newest - 1, newest}) {
      int asked = 0;
      ASSERT_EQ(Gallop(known, present, asked), newest) << "from " << known;
      ASSERT_LE(asked, 2 * 14);
    }
  }
}

TEST(KeptSequences, TheEndOfTheRangeDoesNotOverflow) {
  const std::vector<uint64_t> kept = KeptSequences(UINT64_MAX);
  EXPECT_EQ(kept.back(), UINT64_MAX);
  EXPECT_TRUE(KeptSequences(0).empty());
}

HeadLabel TestLabel(uint64_t sequence) {
  return {.sequence = sequence,
          .version = TestVersion(sequence),
          .segment_count = 3,
          .code = {4, 2},
          .epoch = 7,
          .sealed_bytes = 12 * kCellBytes};
}

Header Opened(const ObjectKeys& keys, const HeadLabel& label, OpenTo depth = OpenTo::kRead) {
  crypto::SeededRandom random(label.sequence);
  const auto head =
      HeadSealer::Create(keys, label, {.object_bytes = 12345, .mtime_ns = 9}, {&random}).value();
  return OpenHeader(head.ForNode(TestNode(1), 0), keys, depth).value();
}

TEST(Head, TellsWhatTheWriterSaid) {
  const ObjectKeys keys = TestKeys();
  HeadLabel label = TestLabel(5);
  label.previous_hash = TestNode(77);
  const Header header = Opened(keys, label);
  EXPECT_TRUE(header.audit.has(kFlagHead));
  EXPECT_EQ(header.audit.segment, kHeadSegment);
  EXPECT_EQ(header.audit.sequence, 5u);
  EXPECT_EQ(header.audit.segment_count, 3u);
  EXPECT_EQ(header.audit.body_root, label.previous_hash);
  EXPECT_EQ(header.audit.node, TestNode(1));
  EXPECT_EQ(header.verify->sealed_bytes, label.sealed_bytes);
  EXPECT_EQ(header.read->object_bytes, 12345u);
  EXPECT_EQ(header.read->mtime_ns, 9);
}

TEST(Head, CopiesAreUnlinkableAndHaveOneHash) {
  const ObjectKeys keys = TestKeys();
  crypto::SeededRandom random(1);
  const auto sealer = HeadSealer::Create(keys, TestLabel(5), {}, {&random}).value();
  const auto a = sealer.ForNode(TestNode(1), 0);
  const auto b = sealer.ForNode(TestNode(2), 1);
  EXPECT_EQ(CommonWindows(a, b), 0u);
  const Header opened = OpenHeader(a, keys, OpenTo::kRead).value();
  const ObjectKeys agent =
      ObjectKeys::ForRepairer(keys.id(), *keys.verify_key(), *keys.delete_key(), *keys.match_key());
  const auto c =
      CopyHead(agent, OpenHeader(a, agent, OpenTo::kVerify).value(), TestNode(3), 2, {&random});
  EXPECT_EQ(CommonWindows(a, c), 0u);
  const Header copied = OpenHeader(c, keys, OpenTo::kRead).value();
  EXPECT_EQ(copied.audit.node, TestNode(3));
  EXPECT_EQ(HeadHash(keys.id(), copied), HeadHash(keys.id(), opened));
}

TEST(Head, ItsHashCoversEverythingOfTheVersion) {
  const ObjectKeys keys = TestKeys();
  std::set<Hash> hashes;
  std::vector<HeadLabel> labels(8, TestLabel(5));
  labels[1].sequence = 6;
  labels[2].version = TestVersion(9);
  labels[3].segment_count = 4;
  labels[4].sealed_bytes += kCellBytes;
  labels[5].previous_hash = TestNode(1);
  labels[6].flags |= kFlagTombstone;
  labels[7].generation = 1;
  for (const HeadLabel& label : labels) hashes.insert(HeadHash(keys.id(), Opened(keys, label)));
  EXPECT_EQ(hashes.size(), labels.size());
}

TEST(Head, OnlyTheWriterMakesOne) {
  const ObjectKeys keys = TestKeys();
  crypto::SeededRandom random(1);
  const ObjectKeys agent =
      ObjectKeys::ForRepairer(keys.id(), *keys.verify_key(), *keys.delete_key(), *keys.match_key());
  EXPECT_EQ(HeadSealer::Create(agent, TestLabel(1), {}, {&random}).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(Head, WhatNobodyCouldOpenIsNotSealed) {
  const ObjectKeys keys = TestKeys();
  crypto::SeededRandom random(1);
  std::vector<HeadLabel> labels(4, TestLabel(1));
  labels[0].code = {0, 0};
  labels[1].cell_bytes = 5;
  labels[2].flags = 0;
  labels[3].flags = kFlagHead | kFlagIntent;
  for (const HeadLabel& label : labels) {
    EXPECT_EQ(HeadSealer::Create(keys, label, {}, {&random}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(Head, AnIntentIsABareHeaderOfItsOwnKind) {
  const ObjectKeys keys = TestVault().ForSalt(TestVault().IntentSalt(), 0);
  const IntentRecord record{.object = TestNode(3), .sequence = 4, .lease_end_ns = 1};
  HeadLabel label = TestLabel(1);
  label.flags = kFlagIntent;
  crypto::SeededRandom random(1);
  const auto sealer =
      HeadSealer::Create(keys, label, {.metadata = EncodeMetadata({.intent = record}).value()},
                         {&random})
          .value();
  const Header header = OpenHeader(sealer.ForNode(TestNode(1), 0), keys, OpenTo::kRead).value();
  EXPECT_TRUE(header.audit.has(kFlagIntent));
  EXPECT_FALSE(header.audit.has(kFlagHead));
  EXPECT_EQ(DecodeMetadata(header.read->metadata).value().intent, record);
}

}  // namespace
}  // namespace shadw::shard
