// SPDX-License-Identifier: Apache-2.0
//
// What every store promises, asked of each of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <thread>

#include "libshadw/crypto/random.h"
#include "libshadw/store/directory_store.h"
#include "libshadw/store/memory_store.h"
#include "tests/store/temporary_directory.h"

namespace shadw::store {
namespace {

using absl::StatusCode;

struct MakeMemory {
  std::unique_ptr<Store> operator()() { return MemoryStore::Create({}); }
};

struct MakeDirectory {
  std::unique_ptr<Store> operator()() {
    return DirectoryStore::Open({.directory = directory.path() / "store", .sync = false}).value();
  }
  TemporaryDirectory directory{TemporaryDirectory::On::kMemory};
};

template <typename Make>
class EveryStore : public testing::Test {
 protected:
  StorageId RandomId() { return random_.Array<32>(); }
  base::Bytes RandomBytes(size_t count) {
    base::Bytes bytes(count);
    random_.Fill(bytes);
    return bytes;
  }
  std::vector<StorageId> ListAll(size_t page) {
    std::vector<StorageId> all;
    std::optional<StorageId> after;
    while (true) {
      const std::vector<StorageId> ids = store_->List(after, page).value();
      EXPECT_LE(ids.size(), page);
      if (ids.empty()) return all;
      all.insert(all.end(), ids.begin(), ids.end());
      after = ids.back();
    }
  }

  Make make_;
  std::unique_ptr<Store> store_ = make_();
  crypto::SeededRandom random_{1};
  const DeleteToken token_ = random_.Array<32>();
  const TokenHash hash_ = HashToken(token_);
};

using Makers = testing::Types<MakeMemory, MakeDirectory>;
TYPED_TEST_SUITE(EveryStore, Makers);

TYPED_TEST(EveryStore, GivesBackWhatWasPut) {
  for (const size_t size : {0, 1, 31, 32, 33, 1024, 5000, 1 << 20}) {
    const StorageId id = this->RandomId();
    const base::Bytes bytes = this->RandomBytes(size);
    ASSERT_TRUE(this->store_->Put(id, bytes, this->hash_).ok());
    base::Bytes out(size + 10);
    ASSERT_EQ(this->store_->Get(id, 0, out).value(), size);
    out.resize(size);
    EXPECT_EQ(out, bytes);
  }
}

TYPED_TEST(EveryStore, GivesBackWhatWasStagedOnceItIsPut) {
  std::vector<StorageId> ids;
  std::vector<std::unique_ptr<StagedBlob>> staged;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(this->RandomId());
    staged.push_back(this->store_->Stage(ids.back(), base::Bytes(100 + i, 7), this->hash_).value());
  }
  ASSERT_TRUE(this->store_->Flush().ok());
  for (const auto& blob : staged) ASSERT_TRUE(blob->Put().ok());
  for (size_t i = 0; i < ids.size(); ++i) {
    base::Bytes out(200);
    EXPECT_EQ(this->store_->Get(ids[i], 0, out).value(), 100 + i);
    EXPECT_EQ(this->store_->Stage(ids[i], out, this->hash_).status().code(),
              StatusCode::kAlreadyExists);
    EXPECT_TRUE(this->store_->Delete(ids[i], this->token_).ok());
  }
}

TYPED_TEST(EveryStore, NeverOverwritesWithWhatWasStagedBefore) {
  const StorageId id = this->RandomId();
  auto first = this->store_->Stage(id, base::Bytes(10, 1), this->hash_);
  auto second = this->store_->Stage(id, base::Bytes(20, 2), this->hash_);
  int put = 0;
  for (auto* staged : {&second, &first}) {
    const absl::Status status = staged->ok() ? (**staged)->Put() : staged->status();
    EXPECT_TRUE(status.ok() || absl::IsAlreadyExists(status)) << status;
    put += status.ok() ? 1 : 0;
  }
  EXPECT_EQ(put, 1);
  EXPECT_EQ(this->ListAll(10), std::vector{id});
}

TYPED_TEST(EveryStore, ReadsExactlyTheRangeAskedFor) {
  const StorageId id = this->RandomId();
  const base::Bytes bytes = this->RandomBytes(100);
  ASSERT_TRUE(this->store_->Put(id, bytes, this->hash_).ok());
  for (const uint64_t offset : {0, 1, 50, 99, 100, 101, 131, 132, 133, 1000}) {
    for (const size_t count : {0, 1, 50, 100, 200}) {
      base::Bytes out(count, 0xee);
      const size_t expected = offset >= 100 ? 0 : std::min<size_t>(count, 100 - offset);
      ASSERT_EQ(this->store_->Get(id, offset, out).value(), expected);
      for (size_t i = 0; i < count; ++i) {
        ASSERT_EQ(out[i], i < expected ? bytes[offset + i] : 0xee) << offset << " " << count;
      }
    }
  }
}

TYPED_TEST(EveryStore, AnswersAnOffsetBeyondEveryFileWithNothing) {
  const StorageId id = this->RandomId();
  ASSERT_TRUE(this->store_->Put(id, this->RandomBytes(10), this->hash_).ok());
  base::Bytes out(10);
  for (const uint64_t offset : {uint64_t{1} << 62, uint64_t{1} << 63, UINT64_MAX - 5, UINT64_MAX}) {
    EXPECT_EQ(this->store_->Get(id, offset, out).value(), 0u);
  }
}

TYPED_TEST(EveryStore, NeverOverwrites) {
  const StorageId id = this->RandomId();
  ASSERT_TRUE(this->store_->Put(id, this->RandomBytes(10), this->hash_).ok());
  base::Bytes before(10), after(10);
  ASSERT_TRUE(this->store_->Get(id, 0, before).ok());
  EXPECT_EQ(this->store_->Put(id, this->RandomBytes(10), HashToken({})).code(),
            StatusCode::kAlreadyExists);
  EXPECT_EQ(this->store_->Put(id, {}, this->hash_).code(), StatusCode::kAlreadyExists);
  ASSERT_TRUE(this->store_->Get(id, 0, after).ok());
  EXPECT_EQ(before, after);
  EXPECT_TRUE(this->store_->Delete(id, this->token_).ok());
}

TYPED_TEST(EveryStore, RefusesMoreBytesThanABlobMayHave) {
  const base::Bytes bytes(kMaxBlobBytes + 1);
  EXPECT_EQ(this->store_->Put(this->RandomId(), bytes, this->hash_).code(),
            StatusCode::kInvalidArgument);
}

TYPED_TEST(EveryStore, KnowsNothingOfAnIdThatWasNeverPut) {
  const StorageId id = this->RandomId();
  base::Bytes out(1);
  EXPECT_EQ(this->store_->Get(id, 0, out).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(this->store_->Delete(id, this->token_).code(), StatusCode::kNotFound);
  EXPECT_EQ(this->store_->StatMany(std::span(&id, 1)).value()[0], std::nullopt);
}

TYPED_TEST(EveryStore, DeletesForTheRightTokenOnly) {
  const StorageId id = this->RandomId();
  ASSERT_TRUE(this->store_->Put(id, this->RandomBytes(10), this->hash_).ok());
  for (size_t bit = 0; bit < 256; ++bit) {
    DeleteToken wrong = this->token_;
    wrong[bit / 8] ^= 1 << bit % 8;
    ASSERT_EQ(this->store_->Delete(id, wrong).code(), StatusCode::kPermissionDenied);
  }
  // The hash is public; it must not do.
  EXPECT_EQ(this->store_->Delete(id, this->hash_).code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(this->store_->Delete(id, this->token_).ok());
  EXPECT_EQ(this->store_->Delete(id, this->token_).code(), StatusCode::kNotFound);
}

TYPED_TEST(EveryStore, AnIdThatWasDeletedIsFreeAgain) {
  const StorageId id = this->RandomId();
  ASSERT_TRUE(this->store_->Put(id, this->RandomBytes(10), this->hash_).ok());
  ASSERT_TRUE(this->store_->Delete(id, this->token_).ok());
  const base::Bytes bytes = this->RandomBytes(20);
  ASSERT_TRUE(this->store_->Put(id, bytes, this->hash_).ok());
  base::Bytes out(20);
  EXPECT_EQ(this->store_->Get(id, 0, out).value(), 20u);
  EXPECT_EQ(out, bytes);
}

TYPED_TEST(EveryStore, StatsManyInTheOrderAsked) {
  std::vector<StorageId> ids;
  for (size_t i = 0; i < 20; ++i) {
    ids.push_back(this->RandomId());
    DeleteToken token = {};
    token[0] = i;
    if (i % 3 == 0) continue;
    ASSERT_TRUE(this->store_->Put(ids[i], this->RandomBytes(i), HashToken(token)).ok());
  }
  const auto stats = this->store_->StatMany(ids).value();
  ASSERT_EQ(stats.size(), 20u);
  for (size_t i = 0; i < 20; ++i) {
    DeleteToken token = {};
    token[0] = i;
    EXPECT_EQ(stats[i].has_value(), i % 3 != 0);
    if (i % 3 != 0) {
      EXPECT_EQ(stats[i], (BlobStat{i, HashToken(token)}));
    }
  }
  EXPECT_TRUE(this->store_->StatMany({}).value().empty());
}

TYPED_TEST(EveryStore, RefusesToStatTooManyAtOnce) {
  std::vector<StorageId> ids(kMaxStatIds);
  EXPECT_TRUE(this->store_->StatMany(ids).ok());
  ids.emplace_back();
  EXPECT_EQ(this->store_->StatMany(ids).status().code(), StatusCode::kInvalidArgument);
}

TYPED_TEST(EveryStore, ListsEveryIdOnceInAscendingOrderWhateverThePage) {
  std::vector<StorageId> ids;
  for (size_t i = 0; i < 600; ++i) {
    StorageId id = this->RandomId();
    if (i % 2 == 0) id[0] = 7;     // a crowded branch
    if (i % 4 == 0) id[1] = 0xff;  // and a crowded leaf
    ids.push_back(id);
    ASSERT_TRUE(this->store_->Put(id, {}, this->hash_).ok());
  }
  std::ranges::sort(ids);
  for (const size_t page : {1, 2, 7, 100, 599, 600, 601}) EXPECT_EQ(this->ListAll(page), ids);
}

TYPED_TEST(EveryStore, ListsTheFirstAndTheLastIdThereCanBe) {
  StorageId first = {}, last;
  last.fill(0xff);
  ASSERT_TRUE(this->store_->Put(first, {}, this->hash_).ok());
  ASSERT_TRUE(this->store_->Put(last, {}, this->hash_).ok());
  EXPECT_EQ(this->ListAll(1), (std::vector{first, last}));
  EXPECT_TRUE(this->store_->List(last, 10).value().empty());
}

TYPED_TEST(EveryStore, ListsNothingWhereThereIsNothing) {
  EXPECT_TRUE(this->store_->List(std::nullopt, 10).value().empty());
  EXPECT_TRUE(this->store_->List(this->RandomId(), SIZE_MAX).value().empty());
  EXPECT_EQ(this->store_->List(std::nullopt, 0).status().code(), StatusCode::kInvalidArgument);
}

TYPED_TEST(EveryStore, ListsNoMoreThanTheMaximumHoweverManyAreAsked) {
  for (size_t i = 0; i < kMaxListEntries + 50; ++i) {
    ASSERT_TRUE(this->store_->Put(this->RandomId(), {}, this->hash_).ok());
  }
  EXPECT_EQ(this->store_->List(std::nullopt, SIZE_MAX).value().size(), kMaxListEntries);
  const std::vector<StorageId> all = this->ListAll(kMaxListEntries);
  EXPECT_EQ(all.size(), kMaxListEntries + 50);
  EXPECT_TRUE(std::ranges::is_sorted(all));
}

TYPED_TEST(EveryStore, LetsExactlyOneOfManyThreadsPutAnId) {
  for (int round = 0; round < 20; ++round) {
    const StorageId id = this->RandomId();
    std::atomic<int> winners = 0, losers = 0;
    std::atomic<uint8_t> winner = 0;
    std::vector<std::thread> threads;
    for (uint8_t t = 1; t <= 8; ++t) {
      threads.emplace_back([&, t] {
        const base::Bytes bytes(4096, t);
        const absl::Status status = this->store_->Put(id, bytes, this->hash_);
        if (status.ok()) ++winners, winner = t;
        if (absl::IsAlreadyExists(status)) ++losers;
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(winners, 1);
    ASSERT_EQ(losers, 7);
    base::Bytes out(4096);
    ASSERT_EQ(this->store_->Get(id, 0, out).value(), 4096u);
    ASSERT_EQ(out, base::Bytes(4096, winner.load()));
  }
}

TYPED_TEST(EveryStore, LetsExactlyOneOfManyThreadsDeleteWhatOthersPutAgain) {
  // Deleters race with a putter of the same id: as many deletions succeed as puts.
  const StorageId id = this->RandomId();
  std::atomic<int> puts = 0, deletes = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        if (t % 2 == 0) puts += this->store_->Put(id, base::AsBytes("x"), this->hash_).ok();
        if (t % 2 == 1) deletes += this->store_->Delete(id, this->token_).ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  deletes += this->store_->Delete(id, this->token_).ok();
  EXPECT_GT(puts, 0);
  EXPECT_EQ(puts, deletes);
}

TYPED_TEST(EveryStore, KeepsItsPromisesUnderThreadsThatDoEverythingAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<bool> good = true;
  for (uint8_t t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      crypto::SeededRandom random(t);
      for (int i = 0; i < 60; ++i) {
        const StorageId id = random.Array<32>();
        const base::Bytes bytes(2000, t);
        base::Bytes out(2000);
        good = good & this->store_->Put(id, bytes, this->hash_).ok();
        good = good & this->store_->List(id, 5).ok();
        good = good & this->store_->StatMany(std::span(&id, 1)).value()[0].has_value();
        good = good & this->store_->Flush().ok();
        good = good & (this->store_->Get(id, 0, out).value() == 2000 && out == bytes);
        if (i % 2 == 0) good = good & this->store_->Delete(id, this->token_).ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(good);
  EXPECT_EQ(this->ListAll(50).size(), 6u * 30);
}

}  // namespace
}  // namespace shadw::store
