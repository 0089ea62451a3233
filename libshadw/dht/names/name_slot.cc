// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/names/name_slot.h"

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/ed25519_blinded.h"

namespace shadw::dht::names {
namespace {

bool HasSalt(const Protocol& protocol) {
  return protocol.traits().max_salt_bytes >= kMaxLabelBytes;
}

base::Bytes BlindingContext(const Name& name) {
  base::Bytes context = base::ToBytes(base::AsBytes("shadw/ns/v1"));
  const NamespaceId id = name.id();
  context.insert(context.end(), id.begin(), id.end());
  return context;
}

}  // namespace

absl::StatusOr<NameSlot> SlotOf(const Protocol& protocol, const Name& name) {
  if (name.label.empty() || name.label.size() > kMaxLabelBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got a label of ", name.label.size(), " bytes, need 1 to 64"));
  }
  if (HasSalt(protocol)) {
    return NameSlot{.key = name.owner, .salt = base::ToBytes(base::AsBytes(name.label))};
  }
  const auto key = crypto::BlindEd25519Key(name.owner, BlindingContext(name));
  if (!key) return absl::InvalidArgumentError("dht: got an owner that is no Ed25519 key, need one");
  return NameSlot{.key = *key, .salt = {}};
}

absl::StatusOr<Record> ToDhtRecord(const Protocol& protocol, std::span<const uint8_t, 32> seed,
                                   const NameRecord& record) {
  SHADW_RETURN_IF_ERROR(VerifyRecord(record));
  const crypto::Ed25519Signer owner(seed);
  if (owner.public_key() != record.name.owner) {
    return absl::PermissionDeniedError("dht: got the seed of another owner, need the name's own");
  }
  const base::Bytes value = protocol.WrapBytes(EncodeRecord(record));
  const auto seq = static_cast<int64_t>(record.seq);
  if (HasSalt(protocol)) {
    return SignRecord(protocol, owner, value, base::AsBytes(record.name.label), seq);
  }
  const crypto::BlindedEd25519Signer blinded(seed, BlindingContext(record.name));
  return Record{.value = value,
                .key = blinded.public_key(),
                .salt = {},
                .seq = seq,
                .signature = blinded.Sign(protocol.Signable(value, {}, seq))};
}

absl::StatusOr<NameRecord> FromDhtRecord(const Protocol& protocol, const Name& asked,
                                         const Record& record) {
  SHADW_ASSIGN_OR_RETURN(const NameSlot slot, SlotOf(protocol, asked));
  if (record.key != slot.key || record.salt != slot.salt) {
    return absl::PermissionDeniedError(
        "dht: got a record out of another slot, need one of the name asked for");
  }
  const std::optional<base::Bytes> bytes = protocol.UnwrapBytes(record.value);
  if (!bytes) {
    return absl::DataLossError(
        "dht: got a value that is no byte string, need an encoded name record");
  }
  SHADW_ASSIGN_OR_RETURN(NameRecord decoded, DecodeRecord(*bytes));
  if (record.seq < 0 || decoded.seq != static_cast<uint64_t>(record.seq)) {
    return absl::DataLossError(absl::StrCat("dht: got name record ", decoded.seq,
                                            " in a carrier numbered ", record.seq,
                                            ", need one number"));
  }
  return decoded;
}

}  // namespace shadw::dht::names
