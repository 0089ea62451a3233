// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/memory_store.h"

#include <gtest/gtest.h>

namespace shadw::store {
namespace {

TEST(MemoryStore, IsFullAtItsCapacityAndHasRoomAgainAfterADelete) {
  MemoryStore store({.node_id = {}, .capacity_bytes = 1000});
  const base::Bytes bytes(468);  // with 32 bytes of overhead, half
  ASSERT_TRUE(store.Put({1}, bytes, HashToken({1})).ok());
  ASSERT_TRUE(store.Put({2}, bytes, HashToken({2})).ok());
  EXPECT_EQ(store.used_bytes(), 1000u);
  EXPECT_EQ(store.Put({3}, {}, HashToken({3})).code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(store.Delete({1}, {1}).ok());
  EXPECT_TRUE(store.Put({3}, {}, HashToken({3})).ok());
  EXPECT_EQ(store.used_bytes(), 532u);
}

TEST(MemoryStore, CountsWhatWasAskedOfIt) {
  MemoryStore store({});
  base::Bytes out(60);
  ASSERT_TRUE(store.Put({1}, base::Bytes(100), {}).ok());
  EXPECT_FALSE(store.Put({1}, base::Bytes(100), {}).ok());
  EXPECT_EQ(store.Get({1}, 0, out).value(), 60u);
  EXPECT_EQ(store.Get({1}, 60, out).value(), 40u);
  EXPECT_FALSE(store.Get({2}, 0, out).ok());
  const std::vector<StorageId> ids(3);
  ASSERT_TRUE(store.StatMany(ids).ok());
  ASSERT_TRUE(store.List(std::nullopt, 1).ok());
  ASSERT_TRUE(store.Flush().ok());
  EXPECT_FALSE(store.Delete({1}, {1}).ok());
  const MemoryStore::Counters counters = store.counters();
  EXPECT_EQ(counters.puts, 2u);
  EXPECT_EQ(counters.bytes_written, 100u);
  EXPECT_EQ(counters.gets, 3u);
  EXPECT_EQ(counters.bytes_read, 100u);
  EXPECT_EQ(counters.stats, 1u);
  EXPECT_EQ(counters.stat_ids, 3u);
  EXPECT_EQ(counters.lists, 1u);
  EXPECT_EQ(counters.flushes, 1u);
  EXPECT_EQ(counters.deletes, 1u);
  store.ResetCounters();
  EXPECT_EQ(store.counters().gets, 0u);
}

}  // namespace
}  // namespace shadw::store
