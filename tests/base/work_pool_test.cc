// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "libshadw/base/in_order.h"

namespace shadw::base {
namespace {

// The threads that took part, as they say themselves.
class Roll {
 public:
  void Call() {
    const std::lock_guard lock(mutex_);
    ids_.insert(std::this_thread::get_id());
  }
  std::set<std::thread::id> ids() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::thread::id> ids_;
};

TEST(WorkPoolThreads, EveryLaneRunsOnceOnAThreadOfItsOwn) {
  const auto pool = WorkPool::Create(4).value();
  for (int round = 0; round < 200; ++round) {
    std::vector<std::thread::id> ids(4);
    std::atomic<int> runs = 0;
    const absl::Status done = pool->Run(4, [&](size_t lane) {
      ids[lane] = std::this_thread::get_id();
      ++runs;
      return absl::OkStatus();
    });
    ASSERT_TRUE(done.ok()) << done;
    EXPECT_EQ(runs, 4);
    EXPECT_EQ(ids[0], std::this_thread::get_id());
    EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 4u);
  }
}

TEST(WorkPoolThreads, NeverMoreThanItWasMadeWith) {
  for (size_t threads : {1u, 2u, 3u}) {
    const auto pool = WorkPool::Create(threads).value();
    Roll roll;
    for (int round = 0; round < 50; ++round) {
      EXPECT_TRUE(pool->Run(100,
                            [&](size_t lane) {
                              EXPECT_LT(lane, threads);
                              roll.Call();
                              return absl::OkStatus();
                            })
                      .ok());
    }
    EXPECT_EQ(roll.ids().size(), threads);
  }
}

TEST(WorkPoolThreads, FewerLanesThanThreadsLeaveTheOthersAsleep) {
  const auto pool = WorkPool::Create(4).value();
  for (size_t lanes : {2u, 1u, 0u, 3u, 2u}) {
    std::atomic<size_t> runs = 0;
    EXPECT_TRUE(pool->Run(lanes,
                          [&](size_t) {
                            ++runs;
                            return absl::OkStatus();
                          })
                    .ok());
    EXPECT_EQ(runs, std::max<size_t>(lanes, 1));
  }
}

TEST(WorkPoolThreads, TheErrorOfTheLowestLaneIsHandedOn) {
  const auto pool = WorkPool::Create(3).value();
  std::atomic<int> runs = 0;
  const absl::Status done = pool->Run(3, [&](size_t lane) {
    ++runs;
    return lane == 0 ? absl::OkStatus() : absl::DataLossError("lane " + std::to_string(lane));
  });
  EXPECT_EQ(done, absl::DataLossError("lane 1"));
  EXPECT_EQ(runs, 3);
  EXPECT_TRUE(pool->Run(3, [](size_t) { return absl::OkStatus(); }).ok());
}

TEST(WorkPool, RefusesNoThreadsAndTooMany) {
  for (size_t threads : {size_t{0}, kMaxThreads + 1, SIZE_MAX}) {
    EXPECT_EQ(WorkPool::Create(threads).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(WorkPool, NoPoolAndOneItemNeedOneLane) {
  const auto pool = WorkPool::Create(3).value();
  EXPECT_EQ(LanesFor(nullptr, 100), 1u);
  EXPECT_EQ(LanesFor(pool.get(), 0), 1u);
  EXPECT_EQ(LanesFor(pool.get(), 1), 1u);
  EXPECT_EQ(LanesFor(pool.get(), 2), 2u);
  EXPECT_EQ(LanesFor(pool.get(), 100), 3u);
}

// Squares 0 … items - 1 and returns them as they were taken.
std::vector<size_t> Squares(WorkPool* pool, InOrder size) {
  std::vector<size_t> results(size.slots);
  std::vector<size_t> taken;
  const std::thread::id caller = std::this_thread::get_id();
  const absl::Status done = RunInOrder(
      pool, size,
      [&](size_t, size_t item, size_t slot) {
        // Later items are done first, as often as not.
        if (item % 3 == 0) std::this_thread::yield();
        results[slot] = item * item;
      },
      [&](size_t item, size_t slot) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_EQ(results[slot], item * item);
        taken.push_back(results[slot]);
        return absl::OkStatus();
      });
  EXPECT_TRUE(done.ok()) << done;
  return taken;
}

TEST(InOrderThreads, ResultsAreTakenInOrderByTheCaller) {
  for (size_t threads : {1u, 2u, 4u}) {
    const auto pool = WorkPool::Create(threads).value();
    for (size_t items : {0u, 1u, 2u, 3u, 500u}) {
      for (size_t slots : {1u, 2u, 8u}) {
        const std::vector<size_t> squares = Squares(pool.get(), {items, slots});
        ASSERT_EQ(squares.size(), items);
        for (size_t i = 0; i < items; ++i) ASSERT_EQ(squares[i], i * i);
      }
    }
  }
  EXPECT_EQ(Squares(nullptr, {10, 1}).size(), 10u);
}

TEST(InOrderThreads, NoMoreResultsWaitThanThereAreSlots) {
  const auto pool = WorkPool::Create(4).value();
  std::atomic<int> waiting = 0;
  const absl::Status done = RunInOrder(
      pool.get(), {.items = 300, .slots = 3}, [&](size_t, size_t, size_t) { ++waiting; },
      [&](size_t, size_t) {
        EXPECT_LE(waiting--, 3);
        return absl::OkStatus();
      });
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(waiting, 0);
}

TEST(InOrderThreads, AnErrorOfTheTakerEndsEverything) {
  for (size_t threads : {1u, 3u}) {
    const auto pool = WorkPool::Create(threads).value();
    std::atomic<size_t> highest = 0;
    const absl::Status done = RunInOrder(
        pool.get(), {.items = 1000, .slots = 4},
        [&](size_t, size_t item, size_t) {
          size_t seen = highest;
          while (seen < item && !highest.compare_exchange_weak(seen, item)) {
          }
        },
        [&](size_t item, size_t) {
          EXPECT_LE(item, 10u);
          return item == 10 ? absl::CancelledError("enough") : absl::OkStatus();
        });
    EXPECT_EQ(done, absl::CancelledError("enough"));
    EXPECT_LE(highest, 14u);
  }
}

}  // namespace
}  // namespace shadw::base
