// SPDX-License-Identifier: Apache-2.0
//
// The heap is visited when a sealer or a reader is made and at a segment's ends, not once
// per stripe.
#include <gtest/gtest.h>

#include "../erasure/allocation_counter.h"
#include "libshadw/shard/memory_cell_source.h"
#include "test_segment.h"

namespace shadw::shard {
namespace {

using erasure::AllocationsOfThisThread;

struct Counts {
  size_t sealing = 0;
  size_t reading = 0;
};

// Of a segment of so many full stripes, by a sealer and on a thread that have sealed and
// read one before.
Counts CountAllocations(uint32_t stripes, int flags) {
  const Geometry geometry{.code = {4, 2}, .cell_bytes = kSmallCellBytes, .max_stripes = stripes};
  const base::Bytes plain = RandomBytes(geometry.capacity_bytes(), 1);
  const ObjectKeys keys = TestKeys();
  crypto::SeededRandom random(1);
  SegmentSealer sealer = SegmentSealer::Create(geometry).value();
  SegmentLabel label{.flags = static_cast<uint8_t>(kFlagLast | flags)};
  for (uint16_t j = 0; j < geometry.code.total_shards(); ++j) label.nodes.push_back(TestNode(j));
  Counts counts;
  for (int turn = 0; turn < 2; ++turn) {
    const size_t before = AllocationsOfThisThread();
    const bool sealed = sealer.Seal(keys, label, {}, plain, {&random, nullptr}).ok();
    counts.sealing = AllocationsOfThisThread() - before;
    EXPECT_TRUE(sealed);
    std::vector<Header> headers;
    MemoryCellSource source(kSmallCellBytes);
    // One is lost, so that every stripe is rebuilt.
    for (uint16_t j = 1; j < geometry.code.total_shards(); ++j) {
      headers.push_back(OpenHeader(sealer.shard(j), keys, OpenTo::kRead).value());
      source.Add(j, sealer.shard(j));
    }
    SegmentReader reader = SegmentReader::Create(keys, headers, &source).value();
    size_t bytes = 0;
    const ByteSink sink = [&](base::ByteSpan more) {
      bytes += more.size();
      return absl::OkStatus();
    };
    const size_t before_reading = AllocationsOfThisThread();
    const bool read = reader.Read(0, plain.size(), sink).ok();
    counts.reading = AllocationsOfThisThread() - before_reading;
    EXPECT_TRUE(read);
    EXPECT_EQ(bytes, plain.size());
  }
  return counts;
}

TEST(Allocation, FourTimesTheStripesAllocateNoMoreThanHigherTreesDo) {
  for (const int flags : {int{kFlagPrivate}, int{kFlagBound}}) {
    SCOPED_TRACE(flags);
    const Counts few = CountAllocations(32, flags);
    const Counts many = CountAllocations(128, flags);
    EXPECT_GT(few.sealing, 0u) << "the counter does not count";
    EXPECT_GT(few.reading, 0u) << "the counter does not count";
    // Two more levels of each of six shards' trees and of the content's; and the windows of
    // a segment stand in one more list that grows.
    EXPECT_LE(many.sealing, few.sealing + 2 * 7);
    EXPECT_LE(many.reading, few.reading + 4);
  }
}

}  // namespace
}  // namespace shadw::shard
