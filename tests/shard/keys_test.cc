// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

base::Bytes Of(const crypto::SecretKey& key) { return base::ToBytes(key.bytes()); }

// Every key of an object that its writer holds.
std::set<base::Bytes> KeysOf(const ObjectKeys& keys) {
  return {Of(*keys.write_key()), Of(*keys.read_key()),   Of(*keys.verify_key()),
          Of(keys.audit_key()),  Of(*keys.delete_key()), Of(keys.locate_key())};
}

TEST(Keys, AllKeysOfAnObjectDiffer) { EXPECT_EQ(KeysOf(TestKeys()).size(), 6u); }

TEST(Keys, TheSameSeedAndNameGiveTheSameKeysAndIds) {
  EXPECT_EQ(KeysOf(TestKeys("a")), KeysOf(TestKeys("a")));
  EXPECT_EQ(TestKeys("a").id(), TestKeys("a").id());
}

TEST(Keys, NamesSeedsAndPathsShareNoKey) {
  const base::Bytes seed = RandomBytes(32, 4);
  std::set<base::Bytes> all;
  size_t count = 0;
  for (const VaultPath& path :
       {VaultPath{}, VaultPath{.network = 1}, VaultPath{.vault = 1}, VaultPath{.purpose = 1}}) {
    for (const char* name : {"", "a", "b"}) {
      for (const base::Bytes& key : KeysOf(VaultKeys::FromSeed(seed, path)->ForName(name, 0))) {
        all.insert(key);
        ++count;
      }
    }
  }
  EXPECT_EQ(all.size(), count);
}

TEST(Keys, AGenerationChangesEveryKeyButTheWriters) {
  const ObjectKeys before = TestKeys("a", 0);
  const ObjectKeys after = TestKeys("a", 1);
  EXPECT_EQ(before.id(), after.id());
  EXPECT_EQ(Of(*before.write_key()), Of(*after.write_key()));
  EXPECT_NE(Of(*before.read_key()), Of(*after.read_key()));
  EXPECT_NE(Of(*before.verify_key()), Of(*after.verify_key()));
  EXPECT_NE(Of(before.audit_key()), Of(after.audit_key()));
  EXPECT_NE(Of(*before.delete_key()), Of(*after.delete_key()));
}

TEST(Keys, EachRightDerivesTheOnesBelowIt) {
  const ObjectKeys writer = TestKeys();
  const ObjectKeys reader = ObjectKeys::ForReader(writer.id(), *writer.read_key());
  const ObjectKeys repairer = ObjectKeys::ForRepairer(writer.id(), *writer.verify_key(),
                                                      *writer.delete_key(), *writer.match_key());
  const ObjectKeys auditor = ObjectKeys::ForAuditor(writer.id(), writer.audit_key());
  for (const ObjectKeys& keys : {reader, repairer, auditor}) {
    EXPECT_EQ(Of(keys.audit_key()), Of(writer.audit_key()));
    EXPECT_EQ(Of(keys.locate_key()), Of(writer.locate_key()));
    EXPECT_FALSE(keys.may_write());
    EXPECT_EQ(keys.write_key(), nullptr);
  }
  EXPECT_EQ(Of(*reader.verify_key()), Of(*writer.verify_key()));
  EXPECT_TRUE(reader.may_read());
  EXPECT_FALSE(reader.may_repair());
  EXPECT_EQ(reader.delete_key(), nullptr);
  EXPECT_EQ(reader.match_key(), nullptr);
  EXPECT_TRUE(repairer.may_repair());
  EXPECT_FALSE(repairer.may_read());
  EXPECT_EQ(repairer.read_key(), nullptr);
  EXPECT_FALSE(auditor.may_verify());
  EXPECT_EQ(auditor.verify_key(), nullptr);
  EXPECT_EQ(auditor.delete_key(), nullptr);
}

TEST(Keys, AddressesThatDifferAnywhereHaveOtherIdsAndOuterKeys) {
  const ObjectKeys keys = TestKeys();
  std::vector<ShardAddress> addresses(7, {.version = TestVersion(1), .node = TestNode(1)});
  addresses[1].version = TestVersion(2);
  addresses[2].segment = 1;
  addresses[3].index = 1;
  addresses[4].copy = 1;
  addresses[5].node = TestNode(2);
  addresses[6].epoch = 1;
  const HeaderNonce nonce{};
  std::set<base::Bytes> seen;
  for (const ShardAddress& address : addresses) {
    seen.insert(base::ToBytes(keys.ShardStorageId(address)));
    seen.insert(Of(keys.OuterKey(address, nonce)));
    seen.insert(base::ToBytes(TestKeys("other").ShardStorageId(address)));
  }
  seen.insert(Of(keys.OuterKey(addresses[0], crypto::SeededRandom(1).Array<24>())));
  EXPECT_EQ(seen.size(), 3 * addresses.size() + 1);
}

TEST(Keys, AuditorsDoNotLearnWhereHeadsLie) {
  // Two objects with one audit chain would share heads if heads hung on K_audit.
  const ObjectKeys keys = TestKeys();
  const StorageId head = keys.HeadStorageId(1, TestNode(1));
  EXPECT_NE(head, keys.HeadStorageId(2, TestNode(1)));
  EXPECT_NE(head, keys.HeadStorageId(1, TestNode(2)));
  EXPECT_EQ(head, ObjectKeys::ForReader(keys.id(), *keys.read_key()).HeadStorageId(1, TestNode(1)));
}

TEST(Keys, SeedsOfOtherLengthsAndLargePathNumbersAreRefused) {
  for (size_t size : {0, 16, 31, 33, 64}) {
    EXPECT_EQ(VaultKeys::FromSeed(base::Bytes(size)).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  const base::Bytes seed(32);
  for (const VaultPath& path : {VaultPath{.network = 1u << 31}, VaultPath{.vault = UINT32_MAX},
                                VaultPath{.purpose = 1u << 31}}) {
    EXPECT_EQ(VaultKeys::FromSeed(seed, path).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(Keys, SaltsOfNamesPagesAndIntentsDiffer) {
  const VaultKeys vault = TestVault();
  const base::Bytes zero{0};
  const std::set<ObjectSalt> salts = {
      vault.NameSalt(""),    vault.NameSalt("page"),   vault.PageSalt(0, {}),
      vault.PageSalt(1, {}), vault.PageSalt(1, zero),  vault.PageSalt(0, zero),
      vault.IntentSalt(),    vault.NameSalt("intent"), TestVault(2).NameSalt("")};
  EXPECT_EQ(salts.size(), 9u);
  EXPECT_NE(vault.NameBucket("a"), vault.PathTag("a"));
  EXPECT_NE(vault.NameBucket("a"), vault.NameBucket("b"));
}

}  // namespace
}  // namespace shadw::shard
