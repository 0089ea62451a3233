// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/head.h"

#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/shard/geometry.h"

namespace shadw::shard {
namespace {

// What no reader would open is not sealed.
absl::Status CheckLabel(const HeadLabel& label) {
  const Geometry geometry{.code = label.code, .cell_bytes = label.cell_bytes};
  SHADW_RETURN_IF_ERROR(geometry.Validate());
  if (((label.flags & kFlagHead) != 0) == ((label.flags & kFlagIntent) != 0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shard: got flags ", label.flags, " for a bare header, need either head or intent"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HeadSealer> HeadSealer::Create(const ObjectKeys& keys, const HeadLabel& label,
                                              const ReadBox& read, const SealContext& context) {
  if (!keys.may_write()) {
    return absl::PermissionDeniedError("shard: got keys that may not write, need the write key");
  }
  SHADW_RETURN_IF_ERROR(CheckLabel(label));
  HeadSealer head(keys, context);
  head.audit_ = AuditBox{.flags = label.flags,
                         .generation = label.generation,
                         .sequence = label.sequence,
                         .version = label.version,
                         .segment = kHeadSegment,
                         .segment_count = label.segment_count,
                         .data_shards = label.code.data_shards,
                         .total_shards = label.code.total_shards(),
                         .cell_bytes = label.cell_bytes,
                         .epoch = label.epoch,
                         .time_ns = label.time_ns,
                         .body_root = label.previous_hash};
  SHADW_ASSIGN_OR_RETURN(head.sealed_read_,
                         SealReadBox(keys, label.version, kHeadSegment, read, context));
  const crypto::Ed25519Signer signer(crypto::Kdf(*keys.write_key(), "sign").bytes());
  head.verify_ =
      VerifyBox{.sealed_bytes = label.sealed_bytes,
                .public_key = signer.public_key(),
                .cek_commitment = CommitToContentKey(read, keys.id(), label.version, kHeadSegment),
                .read_box_hash = crypto::Blake2b256({}, {head.sealed_read_})};
  head.verify_.signature = signer.Sign(SignedMessage(keys.id(), head.audit_, head.verify_));
  return head;
}

base::ByteArray<kHeaderBytes> HeadSealer::ForNode(const NodeId& node, uint16_t copy) const {
  AuditBox audit = audit_;
  audit.node = node;
  audit.copy = copy;
  return SealHeader(keys_, context_.random->Array<24>(), audit, verify_, sealed_read_, context_);
}

base::ByteArray<kHeaderBytes> CopyHead(const ObjectKeys& keys, const Header& head,
                                       const NodeId& node, uint16_t copy,
                                       const SealContext& context) {
  AuditBox audit = head.audit;
  audit.node = node;
  audit.copy = copy;
  return SealHeader(keys, context.random->Array<24>(), audit, *head.verify, head.sealed_read,
                    context);
}

Hash HeadHash(const ObjectId& object, const Header& head) {
  return crypto::Blake2b256({}, {SignedMessage(object, head.audit, *head.verify)});
}

std::vector<uint64_t> KeptSequences(uint64_t newest) {
  std::set<uint64_t> kept;
  if (newest > 1) kept.insert(newest - 1);
  for (uint64_t power = 1; power != 0 && power <= newest; power <<= 1) kept.insert(power);
  for (uint64_t rest = newest; rest != 0; rest &= rest - 1) kept.insert(rest);
  return {kept.begin(), kept.end()};
}

}  // namespace shadw::shard
