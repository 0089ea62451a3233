// SPDX-License-Identifier: Apache-2.0
//
// What threads may not change: the bytes, the faults, the errors, and how many threads
// there are.
#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "libshadw/base/work_pool.h"
#include "libshadw/shard/memory_cell_source.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

std::unique_ptr<base::WorkPool> Pool(size_t threads) {
  return base::WorkPool::Create(threads).value();
}

size_t ThreadsOfThisProcess() {
  const auto tasks = std::filesystem::directory_iterator("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

struct Sealed {
  Shards shards;
  std::vector<Hash> roots;
  bool operator==(const Sealed&) const = default;
};

// Counts the threads of the process whenever it is asked for randomness.
class CountingRandom : public base::RandomSource {
 public:
  explicit CountingRandom(uint64_t seed) : random_(seed) {}
  void Fill(base::MutableByteSpan out) override {
    most_threads_ = std::max(most_threads_, ThreadsOfThisProcess());
    random_.Fill(out);
  }
  size_t most_threads() const { return most_threads_; }

 private:
  crypto::SeededRandom random_;
  size_t most_threads_ = 0;
};

SegmentLabel LabelOf(const SealOptions& options) {
  SegmentLabel label{.flags = options.flags, .version = TestVersion(1)};
  for (uint16_t j = 0; j < options.code.total_shards(); ++j) label.nodes.push_back(TestNode(j));
  return label;
}

Sealed Seal(const SealOptions& options, base::ByteSpan plain, base::WorkPool* pool) {
  auto sealer = SegmentSealer::Create(GeometryOf(options), pool).value();
  Sealed sealed;
  // Twice, so that buffers are used again; the second has another seed.
  for (uint64_t seed : {1u, 2u}) {
    crypto::SeededRandom random(seed);
    const absl::Status status = sealer.Seal(
        TestKeys(), LabelOf(options), {.object_bytes = plain.size()}, plain, {&random, nullptr});
    EXPECT_TRUE(status.ok()) << status;
    for (uint16_t j = 0; j < options.code.total_shards(); ++j) {
      sealed.shards.push_back(base::ToBytes(sealer.shard(j)));
      sealed.roots.push_back(sealer.public_root(j));
    }
  }
  sealed.shards.erase(sealed.shards.begin(), sealed.shards.begin() + options.code.total_shards());
  return sealed;
}

struct Shape {
  erasure::Code code;
  uint32_t cell_bytes;
  uint32_t max_stripes;
  size_t plain_bytes;
};

std::vector<Shape> Shapes() {
  return {{{4, 2}, kSmallCellBytes, 64, 64 * 4 * 4080}, {{4, 2}, kSmallCellBytes, 64, 300'000},
          {{1, 0}, kSmallCellBytes, 32, 100'001},       {{10, 4}, kCellBytes, 16, 4'000'000},
          {{29, 51}, kSmallCellBytes, 8, 700'000},      {{10, 4}, kCellBytes, 16, 0}};
}

TEST(ShardThreads, AnyNumberOfThemSealsTheSameBytes) {
  for (const Shape& shape : Shapes()) {
    const base::Bytes plain = RandomBytes(shape.plain_bytes, 5);
    for (int flags : {0, int{kFlagPrivate}, int{kFlagBound}, kFlagBound | kFlagPrivate}) {
      const SealOptions options{.code = shape.code,
                                .cell_bytes = shape.cell_bytes,
                                .max_stripes = shape.max_stripes,
                                .flags = static_cast<uint8_t>(flags)};
      const Sealed alone = Seal(options, plain, nullptr);
      for (size_t threads : {1u, 2u, 3u, 8u}) {
        ASSERT_EQ(Seal(options, plain, Pool(threads).get()), alone)
            << threads << " threads, " << flags << ", " << shape.plain_bytes << " bytes";
      }
    }
  }
}

TEST(ShardThreads, SealingStartsNoMoreThanAsked) {
  const SealOptions options{.code = {4, 2}, .max_stripes = 32};
  const base::Bytes plain = RandomBytes(32 * 4 * 4080, 1);
  // A sanitizer adds a thread of its own when the first one starts.
  std::thread([] {}).join();
  for (size_t threads : {1u, 2u, 5u}) {
    const size_t before = ThreadsOfThisProcess();
    const auto pool = Pool(threads);
    CountingRandom random(1);
    auto sealer = SegmentSealer::Create(GeometryOf(options), pool.get()).value();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(
          sealer.Seal(TestKeys(), LabelOf(options), ReadBox{}, plain, {&random, nullptr}).ok());
    }
    // One that has ended may be listed a moment longer, so `before` may be too high.
    EXPECT_LE(random.most_threads(), before + threads - 1);
    EXPECT_GE(random.most_threads(), threads);
  }
}

// Says which threads asked, and how many at most at one time.
class WatchedCells : public CellSource {
 public:
  WatchedCells(const Shards& shards, uint32_t cell_bytes) : cells_(cell_bytes) {
    for (size_t j = 0; j < shards.size(); ++j) {
      if (!shards[j].empty()) cells_.Add(static_cast<uint16_t>(j), shards[j]);
    }
  }
  absl::StatusOr<base::ByteSpan> Fetch(uint16_t index, uint32_t first, uint32_t count,
                                       base::MutableByteSpan scratch) override {
    {
      const std::lock_guard lock(mutex_);
      ids_.insert(std::this_thread::get_id());
    }
    return cells_.Fetch(index, first, count, scratch);
  }
  std::set<std::thread::id> ids() const { return ids_; }

 private:
  MemoryCellSource cells_;
  std::mutex mutex_;
  std::set<std::thread::id> ids_;
};

struct Read {
  absl::Status status;
  base::Bytes bytes;
  std::vector<CellFault> faults;
  std::set<std::thread::id> ids;
};

Read ReadWith(base::WorkPool* pool, const Shards& shards, uint64_t offset, uint64_t bytes) {
  const std::vector<Header> headers = OpenAll(TestKeys(), shards);
  WatchedCells source(shards, headers.front().audit.cell_bytes);
  auto reader = SegmentReader::Create(TestKeys(), headers, &source, pool).value();
  Read read;
  const std::thread::id caller = std::this_thread::get_id();
  read.status = reader.Read(offset, bytes, [&](base::ByteSpan plain) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    read.bytes.insert(read.bytes.end(), plain.begin(), plain.end());
    return absl::OkStatus();
  });
  read.faults = reader.faults();
  read.ids = source.ids();
  return read;
}

// `damage` spoils the shards of a segment of 64 stripes; whatever comes of it, comes of
// it with any number of threads.
void ExpectTheSameWithThreads(int flags, const std::function<void(Shards&)>& damage) {
  const SealOptions options{
      .code = {4, 2}, .max_stripes = 64, .flags = static_cast<uint8_t>(flags)};
  const base::Bytes plain = RandomBytes(64 * 4 * 4080 - 1000, 3);
  Shards shards = SealSegment(TestKeys(), plain, options);
  damage(shards);
  for (const auto& [offset, bytes] : std::vector<std::pair<uint64_t, uint64_t>>{
           {0, plain.size()}, {5'000, 300'000}, {4080 * 4 * 9 + 4080, 100}, {17, 0}}) {
    const Read alone = ReadWith(nullptr, shards, offset, bytes);
    for (size_t threads : {1u, 2u, 4u}) {
      const Read together = ReadWith(Pool(threads).get(), shards, offset, bytes);
      EXPECT_EQ(together.status, alone.status) << threads;
      EXPECT_EQ(together.faults, alone.faults) << threads;
      EXPECT_LE(together.ids.size(), threads);
      if (!alone.status.ok()) continue;
      EXPECT_EQ(together.bytes, alone.bytes) << threads;
      const auto expected = base::ByteSpan(plain).subspan(offset, bytes);
      EXPECT_TRUE(std::ranges::equal(alone.bytes, expected));
    }
  }
}

TEST(ShardThreads, ReadWhatOneReads) {
  for (int flags : {0, int{kFlagBound}}) {
    ExpectTheSameWithThreads(flags, [](Shards&) {});
  }
}

TEST(ShardThreads, RebuildWhatOneRebuilds) {
  for (int flags : {0, int{kFlagBound}}) {
    ExpectTheSameWithThreads(flags, [](Shards& shards) { shards[0].clear(), shards[2].clear(); });
    ExpectTheSameWithThreads(flags, [](Shards& shards) {
      shards[1].clear();
      for (uint32_t cell : {0u, 7u, 8u, 40u, 63u}) {
        StoredCell(shards[cell % 4 == 1 ? 2 : cell % 4], kSmallCellBytes, cell)[100] ^= 1;
      }
    });
  }
}

TEST(ShardThreads, FailWhereOneFails) {
  ExpectTheSameWithThreads(0, [](Shards& shards) {
    shards[1].clear(), shards[4].clear();
    StoredCell(shards[2], kSmallCellBytes, 30)[9] ^= 1;
  });
}

TEST(ShardThreads, NameTheForgersThatOneNames) {
  for (int flags : {0, int{kFlagBound}}) {
    ExpectTheSameWithThreads(flags, [](Shards& shards) {
      const std::vector<Header> headers = OpenAll(TestKeys(), shards);
      for (uint32_t cell : {3u, 33u}) {
        base::Bytes inner = UnwrapCell(TestKeys(), headers[1], shards[1], cell);
        inner[50] ^= 1;
        WrapCell(TestKeys(), headers[1], shards[1], cell, inner);
      }
    });
  }
}

TEST(ShardThreads, AnErrorOfTheSinkStopsThem) {
  const SealOptions options{.code = {4, 2}, .max_stripes = 64};
  const base::Bytes plain = RandomBytes(64 * 4 * 4080, 3);
  const Shards shards = SealSegment(TestKeys(), plain, options);
  const std::vector<Header> headers = OpenAll(TestKeys(), shards);
  WatchedCells source(shards, kSmallCellBytes);
  const auto pool = Pool(3);
  auto reader = SegmentReader::Create(TestKeys(), headers, &source, pool.get()).value();
  int calls = 0;
  const auto full = [&](base::ByteSpan) {
    ++calls;
    return absl::ResourceExhaustedError("test: the disk is full");
  };
  EXPECT_EQ(reader.Read(0, plain.size(), full).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace shadw::shard
