// SPDX-License-Identifier: Apache-2.0
//
// What each right allows, and that it allows no more.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/xchacha20_poly1305.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

using Blobs = std::map<std::pair<size_t, store::StorageId>, base::Bytes>;

Blobs Everything(const TestVault& test) {
  Blobs blobs;
  for (size_t node = 0; node < test.stores.size(); ++node) {
    const auto ids = test.stores[node]->List(std::nullopt, 10'000).value();
    for (const store::StorageId& id : ids) {
      base::Bytes bytes(test.stores[node]->StatMany({&id, 1}).value()[0]->bytes);
      EXPECT_EQ(test.stores[node]->Get(id, 0, bytes).value(), bytes.size());
      blobs[{node, id}] = std::move(bytes);
    }
  }
  return blobs;
}

class RightsTest : public testing::Test {
 protected:
  RightsTest() : vault_(test_.Open()), plain_(test_.RandomBytes(100'000)) {
    EXPECT_TRUE(vault_.Put("a", SourceOf(plain_), {.bound = true}).ok());
  }
  shard::ObjectKeys Shared(shard::Right right) {
    return shard::DecodeCapability(vault_.Share("a", right).value()).value();
  }
  SharedObject OpenShared(shard::Right right) {
    return SharedObject::Open(test_.MakeOptions(), Shared(right)).value();
  }

  TestVault test_{8};
  Vault vault_;
  base::Bytes plain_;
};

TEST_F(RightsTest, AReaderReadsAndCanNeitherRepairNorRotate) {
  SharedObject reader = OpenShared(shard::Right::kRead);
  base::Bytes got;
  ASSERT_TRUE(reader.Get(AppendTo(got)).ok());
  EXPECT_EQ(got, plain_);
  EXPECT_TRUE(reader.Verify()->whole());
  EXPECT_EQ(reader.Repair().status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(reader.Rotate().status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_FALSE(Shared(shard::Right::kRead).may_repair());
}

TEST_F(RightsTest, ARepairAgentRepairsAndRotatesAndReadsNothing) {
  test_.stores.erase(test_.stores.begin() + 2);
  test_.AddStore();
  SharedObject agent = OpenShared(shard::Right::kVerify);
  ASSERT_TRUE(agent.Repair().ok());
  EXPECT_TRUE(agent.Verify()->whole());
  const auto rotated = agent.Rotate();
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->shards_rotated, 6u);
  EXPECT_TRUE(agent.Verify()->whole());
  base::Bytes got;
  EXPECT_EQ(agent.Get(AppendTo(got)).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(got.empty());
  const auto info = agent.Info();
  ASSERT_TRUE(info.ok());
  EXPECT_TRUE(info->name.empty());
  EXPECT_EQ(info->object_bytes, 0u);
  ASSERT_TRUE(vault_.Get("a", AppendTo(got)).ok());
}

// Tries every key that the agent has, and everything one step below each, on box R.
TEST_F(RightsTest, NoKeyOfARepairAgentOpensTheReadersBox) {
  const shard::ObjectKeys agent = Shared(shard::Right::kVerify);
  EXPECT_EQ(agent.read_key(), nullptr);
  EXPECT_EQ(agent.write_key(), nullptr);
  std::vector<crypto::SecretKey> keys;
  for (const crypto::SecretKey* key : {agent.verify_key(), agent.delete_key(), agent.match_key(),
                                       &agent.audit_key(), &agent.locate_key()}) {
    keys.push_back(key->Clone());
    for (const char* label : {"read", "verify", "audit", "write", "sign", "delete", "commit"}) {
      keys.push_back(crypto::Kdf(*key, label));
    }
  }
  size_t tried = 0;
  for (const auto& [place, bytes] : Everything(test_)) {
    const auto header = shard::OpenHeader(bytes, agent, shard::OpenTo::kRead);
    if (!header.ok()) continue;
    EXPECT_FALSE(header->read.has_value());
    base::ByteWriter associated_data;
    associated_data.Raw(agent.id()).Raw(header->audit.version).U32(header->audit.segment);
    base::Bytes opened(shard::kReadBoxBytes - 24 - 16);
    for (const crypto::SecretKey& key : keys) {
      const base::ByteSpan box = header->sealed_read;
      EXPECT_FALSE(crypto::XChaCha20Poly1305Open(key.bytes(), box.first<24>(),
                                                 associated_data.bytes(), box.subspan(24), opened));
      ++tried;
    }
  }
  EXPECT_GT(tried, 100u);
}

TEST_F(RightsTest, AnAuditorAuditsAndDoesNothingElse) {
  SharedObject auditor = OpenShared(shard::Right::kAudit);
  EXPECT_TRUE(auditor.Verify()->whole());
  base::Bytes got;
  EXPECT_EQ(auditor.Get(AppendTo(got)).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(auditor.Repair().status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(auditor.Rotate().status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(auditor.Info().status().code(), absl::StatusCode::kPermissionDenied);
  test_.stores.erase(test_.stores.begin());
  test_.stores.erase(test_.stores.begin());
  test_.stores.erase(test_.stores.begin());
  EXPECT_FALSE(OpenShared(shard::Right::kAudit).Verify()->whole());
}

TEST_F(RightsTest, RotatingOneShardRemovesOneBlobAddsOneAndTouchesNoOther) {
  const Blobs before = Everything(test_);
  ASSERT_TRUE(OpenShared(shard::Right::kVerify).Rotate(3).ok());
  const Blobs after = Everything(test_);
  ASSERT_EQ(after.size(), before.size());
  size_t kept = 0;
  for (const auto& [place, bytes] : before) {
    const auto at = after.find(place);
    if (at == after.end()) continue;
    EXPECT_EQ(at->second, bytes);
    ++kept;
  }
  EXPECT_EQ(kept, before.size() - 1);
  base::Bytes got;
  ASSERT_TRUE(vault_.Get("a", AppendTo(got)).ok());
  EXPECT_EQ(got, plain_);
}

TEST_F(RightsTest, TheRightToWriteIsNotShared) {
  EXPECT_EQ(vault_.Share("a", shard::Right::kWrite).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SharedObject::Open(test_.MakeOptions(), test_.Keys().ForName("a", 0)).status().code(),
            absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace shadw::vault
