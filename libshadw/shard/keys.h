// SPDX-License-Identifier: Apache-2.0
//
// Who may do what, as keys. One vault key gives every object a one-way chain
//
//   K_write -> K_read -> K_verify -> K_audit
//
// so that whoever holds one key holds those to its right and none to its left:
// write > read > verify (repair) > audit. Two keys stand beside the chain: K_delete,
// which only writers and repair agents hold (a reader cannot destroy), and the
// vault's K_match, which recognises the vault's shards in any pile.
//
//   VaultKeys vault = VaultKeys::FromVaultKey(key);
//   ObjectKeys object = vault.ForName("notes.txt", /*generation=*/0);
//   StorageId where = object.ShardStorageId({.version = v, .segment = 0, .index = 3, …});
//
//   Secrets  every key lives in locked memory and is wiped; ids and tokens are public
//   Source   FORMAT.md, "Keys"; catalogue S47, S70
#ifndef LIBSHADW_SHARD_KEYS_H_
#define LIBSHADW_SHARD_KEYS_H_

#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/shard/ids.h"

namespace shadw::shard {

enum class Right : uint8_t { kAudit = 1, kVerify = 2, kRead = 3, kWrite = 4 };

// Where one stored shard lies: what its storage id and its outer key are made from.
struct ShardAddress {
  VersionId version{};
  uint32_t segment = 0;
  uint16_t index = 0;  // j, 0 <= j < n
  uint16_t copy = 0;
  NodeId node{};
  uint32_t epoch = 0;

  bool operator==(const ShardAddress&) const = default;
};

// The address as hashes and associated data take it: widths of box A, in its order.
base::ByteArray<60> EncodeAddress(const ShardAddress& address);

// The keys of one object in one generation, from the highest right held downwards.
// Copies share the key memory.
class ObjectKeys {
 public:
  static ObjectKeys ForWriter(const crypto::SecretKey& write_key, const ObjectSalt& salt,
                              uint32_t generation, const crypto::SecretKey& match_key);
  static ObjectKeys ForReader(const ObjectId& id, const crypto::SecretKey& read_key);
  static ObjectKeys ForRepairer(const ObjectId& id, const crypto::SecretKey& verify_key,
                                const crypto::SecretKey& delete_key,
                                const crypto::SecretKey& match_key);
  static ObjectKeys ForAuditor(const ObjectId& id, const crypto::SecretKey& audit_key);

  Right right() const { return keys_->right; }
  bool may_write() const { return right() == Right::kWrite; }
  bool may_read() const { return right() >= Right::kRead; }
  bool may_verify() const { return right() >= Right::kVerify; }
  // Writers and repair agents; not readers.
  bool may_repair() const { return keys_->delete_key.has_value(); }

  const ObjectId& id() const { return keys_->id; }
  // Null where the right does not reach.
  const crypto::SecretKey* write_key() const { return Pointer(keys_->write); }
  const crypto::SecretKey* read_key() const { return Pointer(keys_->read); }
  const crypto::SecretKey* verify_key() const { return Pointer(keys_->verify); }
  const crypto::SecretKey& audit_key() const { return keys_->audit; }
  const crypto::SecretKey* delete_key() const { return Pointer(keys_->delete_key); }
  const crypto::SecretKey* match_key() const { return Pointer(keys_->match); }
  // Seeds rendezvous hashing: where the object's shards are expected.
  const crypto::SecretKey& locate_key() const { return keys_->locate; }

  StorageId ShardStorageId(const ShardAddress& address) const;
  // Of a head with this sequence, or of an intent in this slot. Needs kVerify.
  StorageId HeadStorageId(uint64_t sequence, const NodeId& node) const;
  // Needs may_repair().
  DeleteToken TokenFor(const NodeId& node, const StorageId& id) const;
  // The key that wraps the cells of one stored shard.
  crypto::SecretKey OuterKey(const ShardAddress& address, const HeaderNonce& nonce) const;
  // The key of `body_mac`. Needs kVerify.
  crypto::SecretKey BodyMacKey(const HeaderNonce& nonce) const;

 private:
  struct Keys {
    Right right;
    ObjectId id;
    std::optional<crypto::SecretKey> write, read, verify, delete_key, match, head_locate;
    crypto::SecretKey audit, locate;
  };
  static const crypto::SecretKey* Pointer(const std::optional<crypto::SecretKey>& key) {
    return key ? &*key : nullptr;
  }
  static ObjectKeys FromParts(Right right, const ObjectId& id,
                              std::optional<crypto::SecretKey> write,
                              std::optional<crypto::SecretKey> read,
                              std::optional<crypto::SecretKey> verify, crypto::SecretKey audit,
                              std::optional<crypto::SecretKey> delete_key,
                              std::optional<crypto::SecretKey> match);
  explicit ObjectKeys(std::shared_ptr<const Keys> keys) : keys_(std::move(keys)) {}
  std::shared_ptr<const Keys> keys_;
};

// m/5459031'/network'/vault'/purpose', every step hardened.
struct VaultPath {
  uint32_t network = 0;
  uint32_t vault = 0;
  uint32_t purpose = 0;
};

// The keys of one vault: everything an owner can do. Copies share the key memory.
class VaultKeys {
 public:
  static VaultKeys FromVaultKey(const crypto::SecretKey& vault_key);
  // The root: a 32-byte seed, through BIP-32.
  //   Errors   kInvalidArgument  seed is not 32 bytes, or a path number is 2^31 or more
  static absl::StatusOr<VaultKeys> FromSeed(base::ByteSpan seed, const VaultPath& path = {});

  // The object that a name stands for: the salt is derived from the name, so a name
  // is found with no record at all.
  ObjectKeys ForName(std::string_view name, uint32_t generation) const;
  ObjectKeys ForSalt(const ObjectSalt& salt, uint32_t generation) const;
  ObjectSalt NameSalt(std::string_view name) const;
  // Salts of the vault's own objects: a page of the catalogue's trie, the intents.
  ObjectSalt PageSalt(uint8_t depth, base::ByteSpan prefix) const;
  ObjectSalt IntentSalt() const;
  // Of the list of a pack's members that are gone.
  ObjectSalt DeadListSalt(const ObjectSalt& pack) const;
  // Seals one member of a pack.
  crypto::SecretKey MemberKey(const RecordId& record) const;
  // Spreads names over the catalogue's pages.
  Hash NameBucket(std::string_view name) const;
  // Marks every segment of a name, for whoever can open box R.
  Hash PathTag(std::string_view name) const;

  const crypto::SecretKey& match_key() const { return keys_->match; }

 private:
  struct Keys {
    crypto::SecretKey vault, match, catalogue;
  };
  explicit VaultKeys(std::shared_ptr<const Keys> keys) : keys_(std::move(keys)) {}
  std::shared_ptr<const Keys> keys_;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_KEYS_H_
