// SPDX-License-Identifier: Apache-2.0
//
// A vault over memory stores, with a clock that stands still and seeded randomness.
#ifndef TESTS_VAULT_TEST_VAULT_H_
#define TESTS_VAULT_TEST_VAULT_H_

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libshadw/base/time.h"
#include "libshadw/crypto/random.h"
#include "libshadw/store/memory_store.h"
#include "libshadw/vault/own_object.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {

inline ByteSource SourceOf(base::ByteSpan bytes) { return SourceOver(bytes); }

using Objects = std::map<std::string, base::Bytes>;

// Hands out what is in the map, in order of the names.
inline ItemSource ItemsOf(const Objects& contents) {
  return [at = contents.begin(),
          end = contents.end()]() mutable -> absl::StatusOr<std::optional<PutItem>> {
    if (at == end) return std::nullopt;
    PutItem item{.name = at->first, .source = SourceOf(at->second), .mode = 0640, .mtime_ns = 77};
    ++at;
    return item;
  };
}

inline ByteSink AppendTo(base::Bytes& bytes) {
  return [&bytes](base::ByteSpan more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return absl::OkStatus();
  };
}

class TestVault {
 public:
  explicit TestVault(size_t store_count, uint64_t seed = 1) : random(seed) {
    for (size_t i = 0; i < store_count; ++i) AddStore();
  }

  store::MemoryStore& AddStore(uint64_t capacity_bytes = UINT64_MAX) {
    auto store = std::make_shared<store::MemoryStore>(store::MemoryStore::Options{
        .node_id = random.Array<32>(), .capacity_bytes = capacity_bytes});
    stores.push_back(store);
    return *store;
  }

  Options MakeOptions() {
    Options options{.clock = &clock, .random = &random, .code = code};
    options.stores.assign(stores.begin(), stores.end());
    options.memory_budget_bytes = memory_budget_bytes;
    return options;
  }

  shard::VaultKeys Keys() const { return shard::VaultKeys::FromSeed(base::Bytes(32, 7)).value(); }
  Vault Open() { return Vault::Open(MakeOptions(), Keys()).value(); }

  base::Bytes RandomBytes(size_t size) {
    base::Bytes bytes(size);
    random.Fill(bytes);
    return bytes;
  }

  // Everything stored, over all stores.
  size_t BlobCount() const {
    size_t count = 0;
    for (const auto& store : stores) count += store->List(std::nullopt, 10'000)->size();
    return count;
  }

  crypto::SeededRandom random;
  base::ManualClock clock{base::FromUnixSeconds(1'800'000'000)};
  erasure::Code code{4, 2};
  uint64_t memory_budget_bytes = kDefaultMemoryBudgetBytes;
  std::vector<std::shared_ptr<store::MemoryStore>> stores;
};

}  // namespace shadw::vault

#endif  // TESTS_VAULT_TEST_VAULT_H_
