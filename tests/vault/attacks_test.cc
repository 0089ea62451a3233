// SPDX-License-Identifier: Apache-2.0
//
// Holders of a right who try to do more, with every key they have. Property P7.
#include <gmock/gmock.h>

#include "libshadw/crypto/aes_gcm.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/shard/cell.h"
#include "tests/vault/shared_fixture.h"

namespace shadw::vault {
namespace {

using Attack = Sharing;

// Every key that a repair agent holds or can derive, tried on what he can get at.
TEST_F(Attack, ByARepairAgentOnChunksAndTheReadersBoxFails) {
  const Environment env(test_.MakeOptions());
  const shard::ObjectKeys keys = KeysFor(shard::Right::kVerify);
  EXPECT_EQ(keys.read_key(), nullptr);
  EXPECT_EQ(keys.write_key(), nullptr);
  const LocatedSegment located =
      LocateSegment(env, keys, SegmentId::Of(Head(env, keys), 0), Search::kAllNodes);
  ASSERT_EQ(located.shards.size(), 6u);
  std::vector<crypto::SecretKey> derived;
  for (const crypto::SecretKey* key : {keys.verify_key(), &keys.audit_key(), keys.delete_key(),
                                       keys.match_key(), &keys.locate_key()}) {
    ASSERT_NE(key, nullptr);
    derived.push_back(key->Clone());
    for (const char* label : {"write", "read", "verify", "audit", "delete", "match", "locate",
                              "outer", "mac", "commit", "head", "sign"}) {
      derived.push_back(crypto::Kdf(*key, label));
    }
  }
  for (const LocatedShard& shard : located.shards) {
    derived.push_back(keys.OuterKey(shard.header.audit.address(), shard.header.nonce));
    derived.push_back(keys.BodyMacKey(shard.header.nonce));
  }
  for (const LocatedShard& shard : located.shards) {
    const shard::Header& header = shard.header;
    EXPECT_FALSE(header.read);
    StoreCellSource source(env, located);
    base::Bytes stored(header.audit.cell_bytes + shard::kTagBytes);
    ASSERT_TRUE(source.Fetch(header.audit.index, 0, 1, stored).ok());
    crypto::AesGcm outer(keys.OuterKey(header.audit.address(), header.nonce).bytes());
    shard::WrapBinding binding(keys.id(), header.audit.address());
    base::Bytes cell(header.audit.cell_bytes);
    ASSERT_TRUE(outer.Open(shard::WrapNonce(0), binding.ForCell(0), stored, cell));
    // He unwraps the cell; what is inside is sealed to him.
    EXPECT_THAT(std::string(base::AsText(cell)), testing::Not(testing::HasSubstr("secret ")));
    base::Bytes chunk(cell.size() - shard::kTagBytes);
    for (const crypto::SecretKey& key : derived) {
      crypto::AesGcm content(key.bytes());
      for (const bool last : {false, true}) {
        for (uint64_t number = 0; number < 8; ++number) {
          EXPECT_FALSE(content.Open(shard::ChunkNonce(number, last), {}, cell, chunk));
        }
      }
      const shard::ObjectKeys reader = shard::ObjectKeys::ForReader(keys.id(), key);
      base::ByteArray<shard::kHeaderBytes> bytes{};
      ASSERT_TRUE(env.roster.store(shard.node).Get(shard.id, 0, bytes).ok());
      EXPECT_FALSE(shard::OpenHeader(bytes, reader, shard::OpenTo::kRead).ok());
    }
  }
}

TEST_F(Attack, ByAReaderOnWhatIsStoredFails) {
  SharedObject reader = Holder(shard::Right::kRead);
  base::Bytes bytes;
  ASSERT_TRUE(reader.Get(AppendTo(bytes)).ok());
  EXPECT_EQ(bytes, plain_);
  EXPECT_EQ(reader.Info()->name, "a");
  EXPECT_TRUE(reader.Verify()->whole());
  const Contents before = Everything(test_);
  EXPECT_EQ(reader.Repair().status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(reader.Rotate().status().code(), absl::StatusCode::kPermissionDenied);
  // He knows where everything is, and tries every token that he can think of.
  const shard::ObjectKeys keys = KeysFor(shard::Right::kRead);
  EXPECT_FALSE(keys.may_repair());
  EXPECT_EQ(keys.delete_key(), nullptr);
  for (const crypto::SecretKey* key : {keys.read_key(), keys.verify_key(), &keys.audit_key()}) {
    const shard::ObjectKeys pretender = shard::ObjectKeys::ForRepairer(
        keys.id(), *keys.verify_key(), crypto::Kdf(*key, "delete"), *key);
    for (const auto& store : test_.stores) {
      const std::vector<store::StorageId> ids = store->List(std::nullopt, 10'000).value();
      for (const store::StorageId& id : ids) {
        EXPECT_EQ(store->Delete(id, pretender.TokenFor(store->node_id(), id)).code(),
                  absl::StatusCode::kPermissionDenied);
      }
    }
  }
  EXPECT_EQ(Everything(test_), before);
}

// A reader who also runs stores knows the content key: he can seal other bytes into the
// cells and wrap them as the node would. Of a `bound` object nobody believes them.
class ForgingReader : public Sharing {
 protected:
  // Replaces chunk 0, column 0, on its node.
  void ForgeFirstCell() {
    const Environment env(test_.MakeOptions());
    const shard::ObjectKeys keys = KeysFor(shard::Right::kRead);
    const LocatedSegment located =
        LocateSegment(env, keys, SegmentId::Of(Head(env, keys), 0), Search::kAllNodes);
    const LocatedShard& shard = *located.Find(0);
    const shard::Header& header = shard.header;
    base::Bytes blob(*SizeOf(shard));
    ASSERT_TRUE(env.roster.store(shard.node).Get(shard.id, 0, blob).ok());
    base::Bytes cell(header.audit.cell_bytes);
    base::Bytes chunk(cell.size() - shard::kTagBytes, 'x');
    crypto::AesGcm content(header.read->content_key->bytes());
    content.Seal(shard::ChunkNonce(0, false), {}, chunk, cell);
    crypto::AesGcm outer(keys.OuterKey(header.audit.address(), header.nonce).bytes());
    shard::WrapBinding binding(keys.id(), header.audit.address());
    outer.Seal(
        shard::WrapNonce(0), binding.ForCell(0), cell,
        base::MutableByteSpan(blob).subspan(shard::kHeaderBytes, cell.size() + shard::kTagBytes));
    // The node is his: it exchanges the bytes whatever tokens say.
    auto forged = std::make_shared<store::MemoryStore>(
        store::MemoryStore::Options{.node_id = env.roster.node_id(shard.node)});
    const Contents contents = Everything(test_);
    for (const auto& [place, bytes] : contents) {
      if (place.first != forged->node_id()) continue;
      const auto token = test_.stores[shard.node]->StatMany({&place.second, 1});
      ASSERT_TRUE(forged
                      ->Put(place.second, place.second == shard.id ? blob : bytes,
                            token->front()->token_hash)
                      .ok());
    }
    test_.stores[shard.node] = forged;
  }
  std::optional<uint64_t> SizeOf(const LocatedShard& shard) {
    return test_.stores[shard.node]->StatMany({&shard.id, 1})->front()->bytes;
  }
};

TEST_F(ForgingReader, CannotForgeABoundObject) {
  ForgeFirstCell();
  EXPECT_TRUE(Reads());
  Vault vault = test_.Open();
  base::Bytes bytes;
  const auto report = vault.Get("a", AppendTo(bytes));
  ASSERT_TRUE(report.ok());
  ASSERT_FALSE(report->faults.empty());
  EXPECT_EQ(report->faults.front().cell.kind, shard::CellFault::Kind::kForged);
  EXPECT_EQ(report->faults.front().cell.index, 0);
  // A holder of the verify capability sees it too, and mends it.
  SharedObject agent = Holder(shard::Right::kVerify);
  EXPECT_FALSE(agent.Verify()->whole());
  EXPECT_TRUE(agent.Repair().ok());
  EXPECT_TRUE(agent.Verify()->whole());
  EXPECT_TRUE(Reads());
}

TEST_F(ForgingReader, ForgesAnUnboundObjectUntilSomebodyVerifiesIt) {
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.Put("a", SourceOf(plain_), {.compress = false}).ok());
  ForgeFirstCell();
  EXPECT_FALSE(Reads());
  SharedObject agent = Holder(shard::Right::kVerify);
  EXPECT_FALSE(agent.Verify()->whole());
  ASSERT_TRUE(agent.Repair().ok());
  EXPECT_TRUE(Reads());
}

}  // namespace
}  // namespace shadw::vault
