// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/keys.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/bip32.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/kdf.h"

namespace shadw::shard {
namespace {

using crypto::Kdf;
using crypto::SecretKey;

// Coin type of BIP-43 trees that belong to this format.
constexpr uint32_t kBip32Purpose = 5459031;
constexpr uint32_t kHardened = 0x8000'0000;

base::ByteArray<4> Le32(uint32_t value) {
  base::ByteArray<4> bytes;
  base::StoreLittleEndian(bytes.data(), value);
  return bytes;
}

}  // namespace

base::ByteArray<60> EncodeAddress(const ShardAddress& address) {
  base::ByteArray<60> bytes;
  uint8_t* to = bytes.data();
  to = std::ranges::copy(address.version, to).out;
  base::StoreLittleEndian(to, address.segment);
  base::StoreLittleEndian(to + 4, address.index);
  base::StoreLittleEndian(to + 6, address.copy);
  to = std::ranges::copy(address.node, to + 8).out;
  base::StoreLittleEndian(to, address.epoch);
  return bytes;
}

ObjectKeys ObjectKeys::FromParts(Right right, const ObjectId& id, std::optional<SecretKey> write,
                                 std::optional<SecretKey> read, std::optional<SecretKey> verify,
                                 SecretKey audit, std::optional<SecretKey> delete_key,
                                 std::optional<SecretKey> match) {
  std::optional<SecretKey> head_locate;
  if (verify) head_locate = Kdf(*verify, "head");
  SecretKey locate = Kdf(audit, "locate");
  return ObjectKeys(std::make_shared<const Keys>(
      Keys{right, id, std::move(write), std::move(read), std::move(verify), std::move(delete_key),
           std::move(match), std::move(head_locate), std::move(audit), std::move(locate)}));
}

ObjectKeys ObjectKeys::ForWriter(const SecretKey& write_key, const ObjectSalt& salt,
                                 uint32_t generation, const SecretKey& match_key) {
  const crypto::Ed25519Signer signer(Kdf(write_key, "sign").bytes());
  const auto anchor = crypto::Blake2b128({}, {signer.public_key()});
  ObjectId id;
  std::ranges::copy(anchor, std::ranges::copy(salt, id.begin()).out);

  SecretKey read = Kdf(write_key, "read", {Le32(generation)});
  SecretKey verify = Kdf(read, "verify");
  SecretKey audit = Kdf(verify, "audit");
  return FromParts(Right::kWrite, id, write_key.Clone(), std::move(read), std::move(verify),
                   std::move(audit), Kdf(write_key, "delete", {Le32(generation)}),
                   match_key.Clone());
}

ObjectKeys ObjectKeys::ForReader(const ObjectId& id, const SecretKey& read_key) {
  SecretKey verify = Kdf(read_key, "verify");
  SecretKey audit = Kdf(verify, "audit");
  return FromParts(Right::kRead, id, std::nullopt, read_key.Clone(), std::move(verify),
                   std::move(audit), std::nullopt, std::nullopt);
}

ObjectKeys ObjectKeys::ForRepairer(const ObjectId& id, const SecretKey& verify_key,
                                   const SecretKey& delete_key, const SecretKey& match_key) {
  return FromParts(Right::kVerify, id, std::nullopt, std::nullopt, verify_key.Clone(),
                   Kdf(verify_key, "audit"), delete_key.Clone(), match_key.Clone());
}

ObjectKeys ObjectKeys::ForAuditor(const ObjectId& id, const SecretKey& audit_key) {
  return FromParts(Right::kAudit, id, std::nullopt, std::nullopt, std::nullopt, audit_key.Clone(),
                   std::nullopt, std::nullopt);
}

StorageId ObjectKeys::ShardStorageId(const ShardAddress& address) const {
  return crypto::Blake2b256(keys_->locate.bytes(), {keys_->id, EncodeAddress(address)});
}

StorageId ObjectKeys::HeadStorageId(uint64_t sequence, const NodeId& node) const {
  base::ByteArray<8> sequence_bytes;
  base::StoreLittleEndian(sequence_bytes.data(), sequence);
  return crypto::Blake2b256(keys_->head_locate->bytes(), {keys_->id, sequence_bytes, node});
}

DeleteToken ObjectKeys::TokenFor(const NodeId& node, const StorageId& id) const {
  return crypto::Blake2b256(keys_->delete_key->bytes(), {node, id});
}

SecretKey ObjectKeys::OuterKey(const ShardAddress& address, const HeaderNonce& nonce) const {
  return Kdf(keys_->audit, "outer", {EncodeAddress(address), nonce});
}

SecretKey ObjectKeys::BodyMacKey(const HeaderNonce& nonce) const {
  return Kdf(*keys_->verify, "body", {nonce});
}

VaultKeys VaultKeys::FromVaultKey(const SecretKey& vault_key) {
  return VaultKeys(std::make_shared<const Keys>(
      Keys{vault_key.Clone(), Kdf(vault_key, "match"), Kdf(vault_key, "catalogue")}));
}

absl::StatusOr<VaultKeys> VaultKeys::FromSeed(base::ByteSpan seed, const VaultPath& path) {
  if (seed.size() != SecretKey::kBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("shard: got a seed of ", seed.size(), " bytes, need 32"));
  }
  SHADW_ASSIGN_OR_RETURN(crypto::ExtendedPrivateKey key,
                         crypto::ExtendedPrivateKey::FromSeed(seed));
  for (uint32_t step : {kBip32Purpose, path.network, path.vault, path.purpose}) {
    if (step >= kHardened) {
      return absl::InvalidArgumentError(
          absl::StrCat("shard: got path number ", step, ", need less than 2^31"));
    }
    SHADW_ASSIGN_OR_RETURN(key, key.Derive(step | kHardened));
  }
  return FromVaultKey(SecretKey::CopyOf(key.private_key()));
}

ObjectKeys VaultKeys::ForSalt(const ObjectSalt& salt, uint32_t generation) const {
  return ObjectKeys::ForWriter(Kdf(keys_->vault, "write", {salt}), salt, generation, keys_->match);
}

ObjectKeys VaultKeys::ForName(std::string_view name, uint32_t generation) const {
  return ForSalt(NameSalt(name), generation);
}

ObjectSalt VaultKeys::NameSalt(std::string_view name) const {
  return crypto::Blake2b128(keys_->catalogue.bytes(), {base::AsBytes("name"), base::AsBytes(name)});
}

ObjectSalt VaultKeys::PageSalt(uint8_t depth, base::ByteSpan prefix) const {
  const base::ByteArray<1> depth_byte{depth};
  return crypto::Blake2b128(keys_->catalogue.bytes(), {base::AsBytes("page"), depth_byte, prefix});
}

ObjectSalt VaultKeys::IntentSalt() const {
  return crypto::Blake2b128(keys_->catalogue.bytes(), {base::AsBytes("intent")});
}

ObjectSalt VaultKeys::DeadListSalt(const ObjectSalt& pack) const {
  return crypto::Blake2b128(keys_->catalogue.bytes(), {base::AsBytes("dead"), pack});
}

SecretKey VaultKeys::MemberKey(const RecordId& record) const {
  return Kdf(keys_->vault, "member", {record});
}

Hash VaultKeys::NameBucket(std::string_view name) const {
  return crypto::Blake2b256(keys_->catalogue.bytes(),
                            {base::AsBytes("bucket"), base::AsBytes(name)});
}

Hash VaultKeys::PathTag(std::string_view name) const {
  return crypto::Blake2b256(keys_->catalogue.bytes(), {base::AsBytes("path"), base::AsBytes(name)});
}

}  // namespace shadw::shard
