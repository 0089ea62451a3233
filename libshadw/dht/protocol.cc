// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/protocol.h"

#include "absl/strings/str_cat.h"

namespace shadw::dht {

absl::StatusOr<Record> SignRecord(const Protocol& protocol, const crypto::Ed25519Signer& signer,
                                  base::ByteSpan value, base::ByteSpan salt, int64_t seq) {
  const ProtocolTraits& traits = protocol.traits();
  if (protocol.CheckValue(value) != Refusal::kNone) {
    return absl::InvalidArgumentError(absl::StrCat("dht: got a value of ", value.size(),
                                                   " bytes, need a ", traits.name,
                                                   " value of at most ", traits.max_value_bytes));
  }
  if (salt.size() > traits.max_salt_bytes) {
    return absl::InvalidArgumentError(absl::StrCat("dht: got a salt of ", salt.size(),
                                                   " bytes, need at most ", traits.max_salt_bytes));
  }
  if (seq < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got sequence number ", seq, ", need 0 or more"));
  }
  return Record{.value = base::ToBytes(value),
                .key = signer.public_key(),
                .salt = base::ToBytes(salt),
                .seq = seq,
                .signature = signer.Sign(protocol.Signable(value, salt, seq))};
}

bool VerifyRecord(const Protocol& protocol, const NodeId& target, const Record& record) {
  if (protocol.CheckValue(record.value) != Refusal::kNone) return false;
  if (!record.is_mutable()) return protocol.ImmutableTarget(record.value) == target;
  return record.salt.size() <= protocol.traits().max_salt_bytes && record.seq >= 0 &&
         protocol.MutableTarget(*record.key, record.salt) == target &&
         crypto::Ed25519Verify(*record.key,
                               protocol.Signable(record.value, record.salt, record.seq),
                               record.signature);
}

}  // namespace shadw::dht
