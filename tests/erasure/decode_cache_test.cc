// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/decode_cache.h"

#include <gtest/gtest.h>

namespace shadw::erasure::internal {
namespace {

constexpr size_t kPlenty = 1 << 20;

LossPattern PatternOf(size_t wanted) {
  LossPattern pattern;
  pattern.wanted.set(wanted);
  return pattern;
}

std::shared_ptr<const Kernel> KernelOf(size_t columns) {
  return std::make_shared<const Kernel>(Matrix({.rows = 1, .columns = columns}), kPlainPath);
}

TEST(DecodeCache, FindsWhatWasInsertedAndNothingElse) {
  DecodeCache cache({.entries = 2, .bytes = kPlenty});
  const auto kernel = KernelOf(4);
  cache.Insert(PatternOf(1), kernel);
  EXPECT_EQ(cache.Find(PatternOf(1)), kernel);
  EXPECT_EQ(cache.Find(PatternOf(2)), nullptr);
  LossPattern same_wanted_other_used = PatternOf(1);
  same_wanted_other_used.used.set(200);
  EXPECT_EQ(cache.Find(same_wanted_other_used), nullptr);
}

TEST(DecodeCache, TheLeastRecentlyUsedEntryGoesFirst) {
  DecodeCache cache({.entries = 2, .bytes = kPlenty});
  cache.Insert(PatternOf(1), KernelOf(4));
  cache.Insert(PatternOf(2), KernelOf(4));
  ASSERT_NE(cache.Find(PatternOf(1)), nullptr);
  cache.Insert(PatternOf(3), KernelOf(4));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_NE(cache.Find(PatternOf(1)), nullptr);
  EXPECT_EQ(cache.Find(PatternOf(2)), nullptr);
  EXPECT_NE(cache.Find(PatternOf(3)), nullptr);
}

TEST(DecodeCache, NeverHoldsMoreBytesThanItsLimit) {
  const DecodeCache::Limits limits{.entries = 100, .bytes = 4000};
  DecodeCache cache(limits);
  for (size_t i = 0; i < 100; ++i) {
    cache.Insert(PatternOf(i), KernelOf(10 * i));
    ASSERT_LE(cache.bytes(), limits.bytes);
  }
  EXPECT_GT(cache.size(), 0u);
  const size_t before = cache.size();
  cache.Insert(PatternOf(200), KernelOf(limits.bytes));
  EXPECT_EQ(cache.Find(PatternOf(200)), nullptr);
  EXPECT_EQ(cache.size(), before) << "an entry that cannot fit must not push others out";
}

TEST(DecodeCache, TheFirstOfTwoKernelsForOnePatternStays) {
  DecodeCache cache({.entries = 2, .bytes = kPlenty});
  const auto first = KernelOf(4);
  cache.Insert(PatternOf(1), first);
  cache.Insert(PatternOf(1), KernelOf(4));
  EXPECT_EQ(cache.Find(PatternOf(1)), first);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(DecodeCache, WithoutEntriesRemembersNothing) {
  DecodeCache cache({.entries = 0, .bytes = kPlenty});
  cache.Insert(PatternOf(1), KernelOf(4));
  EXPECT_EQ(cache.Find(PatternOf(1)), nullptr);
  EXPECT_EQ(cache.bytes(), 0u);
}

}  // namespace
}  // namespace shadw::erasure::internal
