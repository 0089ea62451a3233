// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/segment_sealer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/merkle.h"

namespace shadw::shard {
namespace {

constexpr base::ByteArray<32> kNoKey{};
// Columns a power of two apart would fall into the same cache sets.
constexpr size_t kStaggerBytes = 320;

// What no reader would open is not sealed.
absl::Status CheckLabel(const SegmentLabel& label, uint16_t total_shards) {
  if ((label.flags & (kFlagHead | kFlagIntent | kFlagTombstone)) != 0 ||
      label.segment == kHeadSegment) {
    return absl::InvalidArgumentError("shard: got the label of a bare header for a segment");
  }
  if (label.segment_count != 0 && label.segment >= label.segment_count) {
    return absl::InvalidArgumentError(absl::StrCat("shard: got segment ", label.segment,
                                                   ", need less than ", label.segment_count));
  }
  if (label.nodes.size() != total_shards) {
    return absl::InvalidArgumentError(
        absl::StrCat("shard: got ", label.nodes.size(), " nodes, need ", total_shards));
  }
  return absl::OkStatus();
}

constexpr size_t RoundUp64(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

SegmentSealer::SegmentSealer(const Geometry& geometry, erasure::ReedSolomon coder)
    : geometry_(geometry),
      coder_(std::move(coder)),
      inner_pitch_(geometry.cell_bytes + kStaggerBytes),
      shard_pitch_(RoundUp64(geometry.ShardBytes(geometry.max_stripes)) + kStaggerBytes),
      inner_(inner_pitch_ * geometry.code.total_shards()),
      last_chunk_(geometry.chunk_bytes()),
      shards_(shard_pitch_ * geometry.code.total_shards()),
      writers_(geometry.code.total_shards()),
      public_roots_(geometry.code.total_shards()),
      content_(kNoKey) {
  for (uint16_t j = 0; j < geometry.code.total_shards(); ++j) {
    if (j < geometry.code.data_shards) {
      data_.push_back(InnerCell(j));
    } else {
      parity_.push_back(InnerCell(j));
    }
  }
}

absl::StatusOr<SegmentSealer> SegmentSealer::Create(const Geometry& geometry) {
  SHADW_RETURN_IF_ERROR(geometry.Validate());
  SHADW_ASSIGN_OR_RETURN(erasure::ReedSolomon coder,
                         erasure::ReedSolomon::Create({.code = geometry.code}));
  return SegmentSealer(geometry, std::move(coder));
}

base::MutableByteSpan SegmentSealer::InnerCell(uint16_t index) {
  return inner_.span().subspan(index * inner_pitch_, geometry_.cell_bytes);
}

base::MutableByteSpan SegmentSealer::MutableShard(uint16_t index) {
  return shards_.span().subspan(index * shard_pitch_, geometry_.ShardBytes(cells_));
}

base::ByteSpan SegmentSealer::shard(uint16_t index) const {
  return shards_.span().subspan(index * shard_pitch_, geometry_.ShardBytes(cells_));
}

absl::Status SegmentSealer::Seal(const ObjectKeys& keys, const SegmentLabel& label, ReadBox read,
                                 base::ByteSpan plain, const SealContext& context) {
  const uint16_t total = geometry_.code.total_shards();
  if (!keys.may_write()) {
    return absl::PermissionDeniedError("shard: got keys that may not write, need the write key");
  }
  if (plain.size() > geometry_.capacity_bytes()) {
    return absl::InvalidArgumentError(absl::StrCat("shard: got ", plain.size(),
                                                   " bytes for a segment, need at most ",
                                                   geometry_.capacity_bytes()));
  }
  SHADW_RETURN_IF_ERROR(CheckLabel(label, total));
  crypto::SecretKey content_key = crypto::SecretKey::Zeroed();
  context.random->Fill(content_key.mutable_bytes());
  content_key_ = std::make_shared<const crypto::SecretKey>(std::move(content_key));
  chunks_ = geometry_.ChunksFor(plain.size());
  cells_ = geometry_.CellsFor(chunks_);
  SHADW_RETURN_IF_ERROR(SealBody(keys, label, plain, context));

  read.content_key = content_key_;
  read.plain_bytes = plain.size();
  SHADW_ASSIGN_OR_RETURN(const SealedReadBox sealed_read,
                         SealReadBox(keys, label.version, label.segment, read, context));
  const AuditBox audit{.flags = label.flags,
                       .generation = label.generation,
                       .sequence = label.sequence,
                       .version = label.version,
                       .segment = label.segment,
                       .segment_count = label.segment_count,
                       .data_shards = geometry_.code.data_shards,
                       .total_shards = total,
                       .cell_bytes = geometry_.cell_bytes,
                       .cells = cells_,
                       .time_ns = label.time_ns};
  const crypto::Ed25519Signer signer(crypto::Kdf(*keys.write_key(), "sign").bytes());
  verify_ =
      VerifyBox{.sealed_bytes = uint64_t{chunks_} * geometry_.cell_bytes,
                .public_key = signer.public_key(),
                .cek_commitment = CommitToContentKey(read, keys.id(), label.version, label.segment),
                .content_root = bound_ ? crypto::MerkleRootPadded(chunk_hashes_) : Hash{},
                .read_box_hash = crypto::Blake2b256({}, {sealed_read}),
                .attempt = label.attempt};
  verify_.signature = signer.Sign(SignedMessage(keys.id(), audit, verify_));
  for (uint16_t j = 0; j < total; ++j) {
    public_roots_[j] = writers_[j].Finish(audit, verify_, sealed_read);
  }
  return absl::OkStatus();
}

absl::Status SegmentSealer::SealBody(const ObjectKeys& keys, const SegmentLabel& label,
                                     base::ByteSpan plain, const SealContext& context) {
  content_.SetKey(content_key_->bytes());
  bound_ = (label.flags & kFlagBound) != 0;
  const bool public_audit = (label.flags & kFlagPrivate) == 0;
  chunk_hashes_.resize(bound_ ? chunks_ : 0);
  const uint16_t total = geometry_.code.total_shards();
  for (uint16_t j = 0; j < total; ++j) {
    const ShardAddress address{label.version, label.segment, j, 0, label.nodes[j], label.epoch};
    writers_[j].Begin(keys, address, geometry_.cell_bytes, public_audit, context, MutableShard(j));
  }
  const uint32_t stripes = base::CeilDivide<uint32_t>(chunks_, geometry_.code.data_shards);
  for (uint32_t stripe = 0; stripe < cells_; ++stripe) {
    if (stripe < stripes) {
      SealStripe(stripe, plain, context);
      SHADW_RETURN_IF_ERROR(coder_.Encode(data_, parity_));
    } else if (stripe == stripes) {
      std::ranges::fill(inner_.span(), uint8_t{0});
    }
    for (uint16_t j = 0; j < total; ++j) writers_[j].AddCell(InnerCell(j));
  }
  return absl::OkStatus();
}

void SegmentSealer::SealStripe(uint32_t stripe, base::ByteSpan plain, const SealContext& context) {
  for (uint16_t column = 0; column < geometry_.code.data_shards; ++column) {
    const uint32_t chunk = stripe * geometry_.code.data_shards + column;
    const base::MutableByteSpan cell = InnerCell(column);
    if (chunk >= chunks_) {
      std::ranges::fill(cell, uint8_t{0});
      continue;
    }
    SealChunk(chunk, plain, cell, context);
    if (bound_) hasher_.Hash(cell, cell.size(), &chunk_hashes_[chunk]);
  }
}

void SegmentSealer::SealChunk(uint32_t chunk, base::ByteSpan plain, base::MutableByteSpan cell,
                              const SealContext& context) {
  const size_t chunk_bytes = geometry_.chunk_bytes();
  base::ByteSpan bytes = plain.subspan(std::min(plain.size(), chunk * chunk_bytes));
  if (bytes.size() >= chunk_bytes) {
    bytes = bytes.first(chunk_bytes);
  } else {
    const auto rest = std::ranges::copy(bytes, last_chunk_.span().begin()).out;
    std::fill(rest, last_chunk_.span().end(), uint8_t{0});
    bytes = last_chunk_.span();
  }
  const CellNonce nonce = ChunkNonce(chunk, chunk + 1 == chunks_);
  if (context.observer != nullptr) context.observer->OnSeal(content_key_->bytes(), nonce);
  content_.Seal(nonce, {}, bytes, cell);
}

}  // namespace shadw::shard
