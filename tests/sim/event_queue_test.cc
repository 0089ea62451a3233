// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/event_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <queue>
#include <tuple>

#include "libshadw/sim/random.h"

namespace shadw::sim {
namespace {

using base::FromUnixNanos;

TEST(EventQueue, PopsInTheOrderOfTimeAndOfOneInstantInTheOrderOfInsertion) {
  EventQueue<int> queue;
  queue.Push(FromUnixNanos(30), 0);
  queue.Push(FromUnixNanos(10), 1);
  queue.Push(FromUnixNanos(30), 2);
  queue.Push(FromUnixNanos(10), 3);
  for (const int expected : {1, 3, 0, 2}) {
    EXPECT_EQ(queue.PopUntil(FromUnixNanos(30))->payload, expected);
  }
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, KeepsWhatIsDueAfterTheLimitAndTakesEarlierOnesAfterwards) {
  EventQueue<int> queue;
  for (int i = 0; i < 10; ++i) queue.Push(FromUnixNanos(1'000'000 + i), i);
  EXPECT_FALSE(queue.PopUntil(FromUnixNanos(999'999)));
  queue.Push(FromUnixNanos(500), 10);
  EXPECT_EQ(queue.PopUntil(FromUnixNanos(999'999))->payload, 10);
  EXPECT_FALSE(queue.PopUntil(FromUnixNanos(999'999)));
  EXPECT_EQ(queue.PopUntil(FromUnixNanos(1'000'000))->payload, 0);
  EXPECT_EQ(queue.size(), 9u);
}

TEST(EventQueue, MakesThePastDueAtOnce) {
  EventQueue<int> queue;
  queue.Push(FromUnixNanos(100), 1);
  queue.PopUntil(FromUnixNanos(100));
  queue.Push(FromUnixNanos(-5), 2);
  const auto due = queue.PopUntil(FromUnixNanos(100));
  EXPECT_EQ(due->payload, 2);
  EXPECT_EQ(base::ToUnixNanos(due->time), 100);
}

TEST(EventQueue, TakesTheLastInstantThatThereIs) {
  EventQueue<int> queue;
  queue.Push(base::Time::max(), 1);
  queue.Push(FromUnixNanos(1), 2);
  EXPECT_EQ(queue.PopUntil(base::Time::max())->payload, 2);
  EXPECT_EQ(queue.PopUntil(base::Time::max())->time, base::Time::max());
}

// The reference: time, then sequence number.
class Reference {
 public:
  using Item = std::tuple<int64_t, uint64_t>;
  void Push(int64_t time, uint64_t sequence) { heap_.emplace(time, sequence); }
  std::optional<Item> PopUntil(int64_t limit) {
    if (heap_.empty() || std::get<0>(heap_.top()) > limit) return std::nullopt;
    const Item item = heap_.top();
    heap_.pop();
    return item;
  }

 private:
  std::priority_queue<Item, std::vector<Item>, std::greater<>> heap_;
};

// Pushes and pops at random; `spread_bits` says how far ahead of now.
void CompareWithReference(int spread_bits, uint64_t seed) {
  EventQueue<uint64_t> queue;
  Reference reference;
  Random random({.seed = seed});
  int64_t now = 1'700'000'000'000'000'000;
  for (uint64_t sequence = 0; sequence < 50'000; ++sequence) {
    const uint64_t ahead = random.Next() >> (64 - 1 - random.Uniform(spread_bits));
    const int64_t time = now + static_cast<int64_t>(ahead);
    queue.Push(FromUnixNanos(time), sequence);
    reference.Push(time, sequence);
    if (random.Uniform(2) != 0) continue;
    const int64_t limit = now + static_cast<int64_t>(random.Uniform(1 + ahead));
    for (uint64_t pops = random.Uniform(5); pops > 0; --pops) {
      const auto expected = reference.PopUntil(limit);
      const auto got = queue.PopUntil(FromUnixNanos(limit));
      ASSERT_EQ(got.has_value(), expected.has_value());
      if (!got) break;
      ASSERT_EQ(base::ToUnixNanos(got->time), std::get<0>(*expected));
      ASSERT_EQ(got->payload, std::get<1>(*expected));
      now = base::ToUnixNanos(got->time);
    }
  }
  while (const auto expected = reference.PopUntil(INT64_MAX)) {
    ASSERT_EQ(queue.PopUntil(base::Time::max())->payload, std::get<1>(*expected));
  }
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, AgreesWithAHeapWhateverIsPushedAndPopped) {
  for (const int spread_bits : {2, 7, 20, 40, 55}) {
    for (uint64_t seed = 0; seed < 4; ++seed) CompareWithReference(spread_bits, seed);
  }
}

TEST(EventQueue, HoldsWhatCanOnlyBeMoved) {
  EventQueue<std::unique_ptr<int>> queue;
  for (int i = 0; i < 3; ++i) queue.Push(FromUnixNanos(1000 * i), std::make_unique<int>(i));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*queue.PopUntil(base::Time::max())->payload, i);
}

}  // namespace
}  // namespace shadw::sim
