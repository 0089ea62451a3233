// SPDX-License-Identifier: Apache-2.0
//
// One bound object on eight stores, and holders of each right to it.
#ifndef TESTS_VAULT_SHARED_FIXTURE_H_
#define TESTS_VAULT_SHARED_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libshadw/vault/segments.h"
#include "tests/vault/live_blobs.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {

// Everything on all stores, with the bytes.
using Contents = std::map<std::pair<store::NodeId, store::StorageId>, base::Bytes>;

inline Contents Everything(const TestVault& test) {
  Contents contents;
  for (const auto& store : test.stores) {
    const std::vector<store::StorageId> ids = store->List(std::nullopt, 10'000).value();
    for (const store::StorageId& id : ids) {
      base::Bytes bytes(store->StatMany({&id, 1})->front()->bytes);
      EXPECT_TRUE(store->Get(id, 0, bytes).ok());
      contents[{store->node_id(), id}] = std::move(bytes);
    }
  }
  return contents;
}

class Sharing : public testing::Test {
 protected:
  Sharing() : test_(8) {
    plain_.resize(200'000);
    for (size_t i = 0; i < plain_.size(); ++i) plain_[i] = static_cast<uint8_t>("secret "[i % 7]);
    Vault vault = test_.Open();
    EXPECT_TRUE(vault.Put("a", SourceOf(plain_), {.compress = false, .bound = true}).ok());
  }

  shard::ObjectKeys KeysFor(shard::Right right) {
    Vault vault = test_.Open();
    return shard::DecodeCapability(vault.Share("a", right).value()).value();
  }
  SharedObject Holder(shard::Right right) {
    return SharedObject::Open(test_.MakeOptions(), KeysFor(right)).value();
  }
  FoundHead Head(const Environment& env, const shard::ObjectKeys& keys) {
    return *FindNewestHead(env, keys).value();
  }
  std::vector<std::string> Dead() {
    const Options options = test_.MakeOptions();
    return DeadBlobs(options.stores, options, test_.Keys(), {"a"});
  }
  bool Reads() {
    Vault vault = test_.Open();
    base::Bytes bytes;
    return vault.Get("a", AppendTo(bytes)).ok() && bytes == plain_;
  }

  TestVault test_;
  base::Bytes plain_;
};

}  // namespace shadw::vault

#endif  // TESTS_VAULT_SHARED_FIXTURE_H_
