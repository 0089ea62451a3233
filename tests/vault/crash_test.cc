// SPDX-License-Identifier: Apache-2.0
//
// Writers that are killed: at any change of any store, and at any time. Properties P8
// (no nonce twice) and P12 (a put is visible whole or not at all).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/store/directory_store.h"
#include "tests/store/temporary_directory.h"
#include "tests/vault/hooked_store.h"
#include "tests/vault/live_blobs.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

// Few stores: the time goes into asking directories for what they do not have.
constexpr erasure::Code kCode{2, 1};
// Three segments where the budget is the smallest and cells are small.
constexpr size_t kObjectBytes = 2'500'000;
constexpr uint64_t kLargestShardBytes = 1024 + 128 * 4112;

// Appends 32 bytes for every key and nonce, in a way that survives SIGKILL.
class NonceLog : public shard::NonceObserver {
 public:
  explicit NonceLog(const std::filesystem::path& file)
      : descriptor_(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  ~NonceLog() override { close(descriptor_); }
  void OnSeal(base::ByteSpan key, base::ByteSpan nonce) override {
    const shard::Hash pair = crypto::Blake2b256({}, {key, nonce});
    ASSERT_EQ(write(descriptor_, pair.data(), pair.size()), static_cast<ssize_t>(pair.size()));
  }

 private:
  int descriptor_;
};

// The vault in a directory, as each process opens it anew.
class DirectoryVault {
 public:
  DirectoryVault(const std::filesystem::path& root, const std::filesystem::path& nonce_log,
                 uint64_t seed, base::Time now)
      : random(seed), clock(now), nonces(nonce_log) {
    for (int i = 0; i < kCode.total_shards(); ++i) {
      auto store = store::DirectoryStore::Open(
          {.directory = root / std::to_string(i), .sync = false, .random = &random});
      stores.push_back(*std::move(store));
      hooked.push_back(std::make_shared<HookedStore>(stores.back(), hooks));
    }
  }
  Options MakeOptions() {
    return {.stores = hooked,
            .clock = &clock,
            .random = &random,
            .code = kCode,
            .memory_budget_bytes = kMinMemoryBudgetBytes,
            .nonce_observer = &nonces};
  }
  static shard::VaultKeys Keys() { return shard::VaultKeys::FromSeed(base::Bytes(32, 7)).value(); }
  Vault Open() { return Vault::Open(MakeOptions(), Keys()).value(); }

  crypto::SeededRandom random;
  base::ManualClock clock;
  NonceLog nonces;
  std::shared_ptr<StoreHooks> hooks = std::make_shared<StoreHooks>();
  std::vector<std::shared_ptr<store::Store>> stores;
  std::vector<std::shared_ptr<store::Store>> hooked;
};

PutOptions SmallCells() { return {.compress = false, .cell_bytes = shard::kSmallCellBytes}; }

absl::StatusOr<base::Bytes> Read(Vault& vault, std::string_view name) {
  base::Bytes bytes;
  const auto got = vault.Get(name, AppendTo(bytes));
  if (!got.ok()) return got.status();
  return bytes;
}

base::Bytes Content(uint64_t seed, size_t size = kObjectBytes) {
  base::Bytes bytes(size);
  crypto::SeededRandom(seed).Fill(bytes);
  return bytes;
}

class KilledPut : public testing::Test {
 protected:
  base::Time Now() const { return base::FromUnixSeconds(1'800'000'000 + 3600 * hour_); }
  DirectoryVault Reopen() { return DirectoryVault(*root_, nonce_log_, ++seed_, Now()); }

  // Stores keep their folders when blobs go: after some puts listing them takes long.
  void StartAnew() {
    if (root_) std::filesystem::remove_all(*root_);
    root_ = directory_.path() / ("stores " + std::to_string(++seed_));
    std::filesystem::create_directory(*root_);
    DirectoryVault test = Reopen();
    Vault vault = test.Open();
    ASSERT_TRUE(vault.Put("a", SourceOf(content_), SmallCells()).ok());
  }

  // In a process of its own: `act` with stores that kill it at the given call.
  void RunAndDie(uint64_t dies_at, bool after, const std::function<void(Vault&)>& act) {
    ++seed_;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      DirectoryVault mine(*root_, nonce_log_, seed_, Now());
      Vault vault = mine.Open();
      uint64_t calls = 0;
      const auto die = [&](const StoreCall&) {
        if (calls++ == dies_at) raise(SIGKILL);
        return absl::OkStatus();
      };
      (after ? mine.hooks->after : mine.hooks->before) = die;
      act(vault);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
  }

  // The same, killed from outside after a while.
  void RunAndKill(uint64_t microseconds, const std::function<void(Vault&)>& act) {
    ++seed_;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      DirectoryVault mine(*root_, nonce_log_, seed_, Now());
      Vault vault = mine.Open();
      act(vault);
      _exit(0);
    }
    usleep(microseconds);
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
  }

  // After the lease and an opening, stores hold what they should and nothing else.
  void ExpectNothingLeftBehind(const std::vector<std::string>& names) {
    ++hour_;
    DirectoryVault test = Reopen();
    Vault vault = test.Open();
    EXPECT_THAT(DeadBlobs(test.stores, test.MakeOptions(), test.Keys(), names), testing::IsEmpty());
    if (const auto read = Read(vault, "a"); read.ok()) {
      EXPECT_TRUE(*read == content_);
    }
  }

  void ExpectNoPairTwice() {
    std::ifstream file(nonce_log_, std::ios::binary);
    const std::vector<char> log(std::istreambuf_iterator<char>(file), {});
    std::vector<std::string_view> pairs;
    for (size_t at = 0; at + 32 <= log.size(); at += 32) pairs.emplace_back(&log[at], 32);
    EXPECT_GT(pairs.size(), 10'000u);
    std::ranges::sort(pairs);
    EXPECT_EQ(std::ranges::adjacent_find(pairs), pairs.end());
  }

  // Of the put that was killed: how many segments are whole, if it can be resumed at all.
  static std::optional<uint32_t> WholeSegments(DirectoryVault& test, std::string_view name) {
    const Environment env(test.MakeOptions());
    const shard::VaultKeys vault = test.Keys();
    const shard::ObjectKeys keys = vault.ForName(name, 0);
    for (const FoundIntent& intent : IntentBook(env, vault).All()) {
      if (intent.record.object != keys.id()) continue;
      if (LookAtHead(env, keys, intent.record.sequence).head) continue;
      SegmentId id{intent.record.version, intent.record.sequence, 0, intent.code,
                   intent.record.epoch};
      while (LocateSegment(env, keys, id, Search::kAllNodes).shards.size() ==
             kCode.total_shards()) {
        ++id.segment;
      }
      return id.segment;
    }
    return std::nullopt;
  }

  // Counts the calls of one put, to know among how many to choose.
  uint64_t CallsOfOnePut() {
    DirectoryVault test = Reopen();
    Vault vault = test.Open();
    uint64_t calls = 0;
    test.hooks->before = [&](const StoreCall&) {
      ++calls;
      return absl::OkStatus();
    };
    EXPECT_TRUE(vault.Put("a", SourceOf(content_), SmallCells()).ok());
    return calls;
  }

  // The version before or the new one, whole; remembers which.
  void ExpectOneOf(const base::Bytes& fresh) {
    DirectoryVault test = Reopen();
    Vault vault = test.Open();
    const auto read = Read(vault, "a");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(*read == content_ || *read == fresh);
    content_ = *read;
    EXPECT_EQ(vault.List()->size(), 1u);
  }

  void ResumeWithSameInput(const base::Bytes& fresh) {
    DirectoryVault test = Reopen();
    const std::optional<uint32_t> whole = WholeSegments(test, "a");
    Vault vault = test.Open();
    uint64_t shard_bytes_put = 0;
    test.hooks->before = [&](const StoreCall& call) {
      if (call.changes() && call.bytes > 50'000) shard_bytes_put += call.bytes;
      return absl::OkStatus();
    };
    PutOptions options = SmallCells();
    options.resume = true;
    const auto receipt = vault.Put("a", SourceOf(fresh), options);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    // What was stored whole is not sent again.
    EXPECT_EQ(receipt->resumed_segments, whole.value_or(0));
    EXPECT_LE(shard_bytes_put, (receipt->segments - whole.value_or(0)) * 3 * kLargestShardBytes);
    content_ = fresh;
    EXPECT_EQ(Read(vault, "a").value(), fresh);
  }

  void ResumeWithOtherInput(const base::Bytes& fresh) {
    DirectoryVault test = Reopen();
    const std::optional<uint32_t> whole = WholeSegments(test, "a");
    Vault vault = test.Open();
    const Blobs before = StoredBlobs(test.stores);
    base::Bytes other = fresh;
    other[10] ^= 1;
    PutOptions options = SmallCells();
    options.resume = true;
    const auto receipt = vault.Put("a", SourceOf(other), options);
    if (whole.value_or(0) == 0) {
      // Nothing to compare with.
      ASSERT_TRUE(receipt.ok()) << receipt.status();
      content_ = other;
      return;
    }
    EXPECT_EQ(receipt.status().code(), absl::StatusCode::kFailedPrecondition);
    // All shards are where they were; the intent lies in another slot.
    Blobs missing;
    const Blobs after = StoredBlobs(test.stores);
    std::ranges::set_difference(before, after, std::inserter(missing, missing.end()));
    EXPECT_LE(missing.size(), size_t{kCode.parity_shards} + 1);
    EXPECT_EQ(WholeSegments(test, "a"), whole);
    ResumeWithSameInput(fresh);
  }

  void PutAgain(const base::Bytes& fresh) {
    DirectoryVault test = Reopen();
    Vault vault = test.Open();
    const auto receipt = vault.Put("a", SourceOf(fresh), SmallCells());
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    content_ = fresh;
    EXPECT_EQ(Read(vault, "a").value(), fresh);
  }

  void GoOnInSomeWay(int run, const base::Bytes& fresh) {
    switch (run % 4) {
      case 0:
        return ResumeWithSameInput(fresh);
      case 1:
        return PutAgain(fresh);
      case 2:
        return ResumeWithOtherInput(fresh);
      default:
        return;
    }
  }

  store::TemporaryDirectory directory_{store::TemporaryDirectory::On::kMemory};
  std::filesystem::path nonce_log_ = directory_.path() / "nonces";
  std::optional<std::filesystem::path> root_;
  base::Bytes content_ = Content(1000);
  uint64_t seed_ = 0;
  int64_t hour_ = 0;
};

TEST_F(KilledPut, LeavesTheOldVersionOrTheNewOneAtAHundredInstants) {
  StartAnew();
  const uint64_t calls = CallsOfOnePut();
  crypto::SeededRandom choice(5);
  for (int run = 0; run < 100 && !HasFatalFailure(); ++run) {
    SCOPED_TRACE(run);
    if (run % 10 == 9) StartAnew();
    const base::Bytes fresh = Content(run);
    const auto put = [&](Vault& vault) {
      vault.Put("a", SourceOf(fresh), SmallCells()).IgnoreError();
    };
    uint64_t draw = 0;
    choice.Fill({reinterpret_cast<uint8_t*>(&draw), sizeof(draw)});
    if (run % 5 == 4) {
      RunAndKill(draw % 60'000, put);
    } else {
      RunAndDie(draw % calls, draw >> 63 != 0, put);
    }
    ExpectOneOf(fresh);
    GoOnInSomeWay(run, fresh);
    ExpectNothingLeftBehind({"a"});
  }
  ExpectNoPairTwice();
}

TEST_F(KilledPut, OfAnObjectThatWasNotThereLeavesItWholeOrNothing) {
  StartAnew();
  std::vector<std::string> names = {"a"};
  for (int run = 0; run < 12 && !HasFatalFailure(); ++run) {
    SCOPED_TRACE(run);
    const std::string name = "new " + std::to_string(run);
    RunAndDie(20 + run * 12, run % 2 == 0, [&](Vault& vault) {
      vault.Put(name, SourceOf(content_), SmallCells()).IgnoreError();
    });
    DirectoryVault test = Reopen();
    Vault vault = test.Open();
    const auto read = Read(vault, name);
    if (read.ok()) {
      EXPECT_EQ(*read, content_);
      names.push_back(name);
    } else {
      EXPECT_EQ(read.status().code(), absl::StatusCode::kNotFound) << read.status();
    }
  }
  EXPECT_GT(names.size(), 1u);
  EXPECT_LT(names.size(), 13u);
  ExpectNothingLeftBehind(names);
  DirectoryVault test = Reopen();
  Vault vault = test.Open();
  EXPECT_EQ(vault.List()->size(), names.size());
}

TEST_F(KilledPut, OfARemovalLeavesTheObjectOrCompletesItsRemoval) {
  for (int run = 0; run < 12 && !HasFatalFailure(); ++run) {
    SCOPED_TRACE(run);
    if (run % 6 == 0) StartAnew();
    RunAndDie(20 + run * 11, run % 2 == 0, [&](Vault& vault) { vault.Remove("a").IgnoreError(); });
    ExpectNothingLeftBehind({"a"});
    DirectoryVault test = Reopen();
    Vault vault = test.Open();
    const auto read = Read(vault, "a");
    EXPECT_EQ(vault.List()->size(), read.ok() ? 1u : 0u);
    if (read.ok()) continue;
    EXPECT_EQ(read.status().code(), absl::StatusCode::kNotFound) << read.status();
    ASSERT_TRUE(vault.Put("a", SourceOf(content_), SmallCells()).ok());
  }
}

}  // namespace
}  // namespace shadw::vault
