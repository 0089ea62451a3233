// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/names/name_record.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/dht/names/name_codec.h"

namespace shadw::dht::names {
namespace {

absl::Status CheckOwner(const crypto::Ed25519Signer& owner, const NameRecord& known) {
  if (owner.public_key() == known.name.owner) return absl::OkStatus();
  return absl::PermissionDeniedError("dht: got the key of another owner, need the name's own");
}

absl::Status CheckNextSeq(const NameRecord& known) {
  if (known.seq < kMaxNameSeq) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("dht: got a name at sequence number ", known.seq,
                                                   ", need one below the last, ", kMaxNameSeq));
}

absl::StatusOr<NameRecord> Sign(const crypto::Ed25519Signer& owner, NameRecord record) {
  SHADW_RETURN_IF_ERROR(CheckFields(record));
  record.signature = owner.Sign(EncodeBody(record));
  return record;
}

}  // namespace

NamespaceId NamespaceIdOf(std::span<const uint8_t, 32> owner, std::string_view label) {
  base::ByteArray<4> length;
  base::StoreLittleEndian(length.data(), static_cast<uint32_t>(label.size()));
  return crypto::Blake2b256({},
                            {base::AsBytes("shadw/ns/v1"), owner, length, base::AsBytes(label)});
}

base::ByteArray<32> DiscoveryKey(std::span<const uint8_t, 32> public_key) {
  return crypto::Blake2b256(public_key, {base::AsBytes("hypercore")});
}

absl::StatusOr<NameRecord> MakeRecord(const crypto::Ed25519Signer& owner, std::string_view label,
                                      NameFacts facts, uint64_t seq) {
  std::vector<std::string>& capabilities = facts.capabilities;
  std::ranges::sort(capabilities);
  capabilities.erase(std::unique(capabilities.begin(), capabilities.end()), capabilities.end());
  return Sign(owner, {.name = {.owner = owner.public_key(), .label = std::string(label)},
                      .facts = std::move(facts),
                      .seq = seq});
}

absl::StatusOr<NameRecord> UpdateRecord(const crypto::Ed25519Signer& owner, const NameRecord& known,
                                        NameFacts facts) {
  SHADW_RETURN_IF_ERROR(CheckOwner(owner, known));
  SHADW_RETURN_IF_ERROR(CheckNextSeq(known));
  if (known.revoked && facts.created < known.facts.expires) {
    return absl::FailedPreconditionError(
        "dht: got an update of a revoked name, need one created after its tombstone expired");
  }
  return MakeRecord(owner, known.name.label, std::move(facts), known.seq + 1);
}

absl::StatusOr<NameRecord> RevokeRecord(const crypto::Ed25519Signer& owner, const NameRecord& known,
                                        base::Time now, base::Time until) {
  SHADW_RETURN_IF_ERROR(CheckOwner(owner, known));
  SHADW_RETURN_IF_ERROR(CheckNextSeq(known));
  if (known.revoked) {
    return absl::FailedPreconditionError(
        "dht: got a name that is revoked already, need one that is not");
  }
  return Sign(owner, {.name = known.name,
                      .facts = {.kind = known.facts.kind,
                                .created = now,
                                .expires = std::max(known.facts.expires, until)},
                      .seq = known.seq + 1,
                      .revoked = true});
}

absl::Status VerifyRecord(const NameRecord& record) {
  SHADW_RETURN_IF_ERROR(CheckFields(record));
  if (crypto::Ed25519Verify(record.name.owner, EncodeBody(record), record.signature)) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      "dht: got a name record that is forged, need its owner's signature");
}

}  // namespace shadw::dht::names
