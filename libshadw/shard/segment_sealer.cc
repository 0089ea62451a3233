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
// What the hasher does at once.
constexpr size_t kLeavesAtOnce = 16;

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

// From one shard to the next: short ones lie close together, so that memory is not
// touched all over.
size_t ShardPitch(const Geometry& geometry, uint32_t cells) {
  return RoundUp64(geometry.ShardBytes(cells)) + kStaggerBytes;
}

// The stripes whose data cells a lane keeps, so that cells can wait until they fill the
// hasher's lanes. A stripe that fills them by itself does not wait: it would leave the cache.
uint32_t KeptStripes(const Geometry& geometry) {
  const uint32_t k = geometry.code.data_shards;
  if (k >= kLeavesAtOnce) return 1;
  return std::min<uint32_t>(geometry.max_stripes,
                            1 + base::CeilDivide<uint32_t>(kLeavesAtOnce - 1, k));
}

size_t LaneBytes(const Geometry& geometry) {
  const size_t cells = size_t{KeptStripes(geometry)} * geometry.code.data_shards;
  return (geometry.cell_bytes + kStaggerBytes) * (cells + geometry.code.parity_shards);
}

using Leaf = crypto::LeafHasher::Leaf;

void HashLeaves(crypto::LeafHasher& hasher, std::vector<Leaf>& leaves) {
  hasher.Hash(leaves);
  leaves.clear();
}

void AddLeaf(crypto::LeafHasher& hasher, const Leaf& leaf, std::vector<Leaf>& leaves) {
  leaves.push_back(leaf);
  if (leaves.size() == kLeavesAtOnce) HashLeaves(hasher, leaves);
}

}  // namespace

SegmentSealer::SegmentSealer(const Geometry& geometry, erasure::ReedSolomon coder,
                             base::WorkPool* pool)
    : geometry_(geometry),
      coder_(std::move(coder)),
      pool_(pool),
      kept_(KeptStripes(geometry)),
      zeros_(geometry.cell_bytes),
      shards_(ShardPitch(geometry, geometry.max_stripes) * geometry.code.total_shards()),
      writers_(geometry.code.total_shards()),
      turns_(geometry.code.total_shards()),
      public_roots_(geometry.code.total_shards()) {
  std::ranges::fill(zeros_.span(), uint8_t{0});
  const size_t lanes = base::LanesFor(pool, geometry.max_stripes);
  for (size_t i = 0; i < lanes; ++i) lanes_.push_back(MakeLane());
}

SegmentSealer::Lane SegmentSealer::MakeLane() const {
  const erasure::Code& code = geometry_.code;
  const size_t pitch = geometry_.cell_bytes + kStaggerBytes;
  const size_t data_cells = size_t{kept_} * code.data_shards;
  Lane lane{.inner = base::Buffer(LaneBytes(geometry_)),
            .last_chunk = base::Buffer(geometry_.chunk_bytes()),
            .content = crypto::AesGcm(kNoKey)};
  for (size_t i = 0; i < data_cells + code.parity_shards; ++i) {
    const base::MutableByteSpan cell = lane.inner.span().subspan(i * pitch, geometry_.cell_bytes);
    if (i < data_cells) {
      lane.data.push_back(cell);
      lane.encoded_data.push_back(cell);
    } else {
      lane.parity.push_back(cell);
    }
  }
  for (uint16_t j = 0; j < code.total_shards(); ++j) lane.outer.emplace_back(kNoKey);
  lane.leaves.reserve(kLeavesAtOnce);
  lane.chunk_leaves.reserve(kLeavesAtOnce);
  return lane;
}

absl::StatusOr<SegmentSealer> SegmentSealer::Create(const Geometry& geometry,
                                                    base::WorkPool* pool) {
  SHADW_RETURN_IF_ERROR(geometry.Validate());
  SHADW_ASSIGN_OR_RETURN(erasure::ReedSolomon coder,
                         erasure::ReedSolomon::Create({.code = geometry.code}));
  return SegmentSealer(geometry, std::move(coder), pool);
}

uint64_t SegmentSealer::BytesFor(const Geometry& geometry, size_t threads) {
  const size_t lanes = std::clamp<size_t>(threads, 1, geometry.max_stripes);
  return ShardPitch(geometry, geometry.max_stripes) * geometry.code.total_shards() +
         lanes * LaneBytes(geometry);
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
  shard_pitch_ = ShardPitch(geometry_, cells_);
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
  bound_ = (label.flags & kFlagBound) != 0;
  const bool public_audit = (label.flags & kFlagPrivate) == 0;
  chunk_hashes_.resize(bound_ ? chunks_ : 0);
  if (context.observer != nullptr) {
    for (uint32_t chunk = 0; chunk < chunks_; ++chunk) {
      context.observer->OnSeal(content_key_->bytes(), ChunkNonce(chunk, chunk + 1 == chunks_));
    }
  }
  for (uint16_t j = 0; j < geometry_.code.total_shards(); ++j) {
    const ShardAddress address{label.version, label.segment, j, 0, label.nodes[j], label.epoch};
    writers_[j].Begin(keys, address, geometry_.cell_bytes, public_audit, context, MutableShard(j));
    turns_[j] = 0;
  }
  std::atomic<uint32_t> next = 0;
  const auto work = [&](size_t lane) { return SealStripes(lanes_[lane], next, plain); };
  const size_t lanes = base::LanesFor(pool_, cells_);
  if (lanes == 1) return work(0);
  SHADW_RETURN_IF_ERROR(pool_->Run(lanes, work));
  std::atomic<size_t> next_shard = 0;
  return pool_->Run(lanes, [&](size_t) {
    for (size_t j; (j = next_shard++) < writers_.size();) writers_[j].MakeRoot();
    return absl::OkStatus();
  });
}

// Lanes take the stripes in turn. One that failed goes on, lest the others wait for its turn
// at the MACs for ever.
absl::Status SegmentSealer::SealStripes(Lane& lane, std::atomic<uint32_t>& next,
                                        base::ByteSpan plain) {
  lane.content.SetKey(content_key_->bytes());
  for (size_t j = 0; j < writers_.size(); ++j) writers_[j].KeyCipher(lane.outer[j]);
  absl::Status status;
  size_t done = 0;
  for (uint32_t stripe; (stripe = next.fetch_add(1)) < cells_; ++done) {
    lane.place = bound_ ? done % kept_ * geometry_.code.data_shards : 0;
    status.Update(SealStripe(lane, stripe, plain));
    WriteCells(lane, stripe);
  }
  HashLeaves(lane.hasher, lane.chunk_leaves);
  return status;
}

absl::Status SegmentSealer::SealStripe(Lane& lane, uint32_t stripe, base::ByteSpan plain) {
  const uint16_t k = geometry_.code.data_shards;
  if (stripe * k >= chunks_) return absl::OkStatus();
  for (uint16_t column = 0; column < k; ++column) {
    const uint32_t chunk = stripe * k + column;
    const base::MutableByteSpan cell = lane.data[lane.place + column];
    if (chunk < chunks_) {
      SealChunk(lane, chunk, plain, cell);
      if (bound_) AddLeaf(lane.hasher, {cell, &chunk_hashes_[chunk]}, lane.chunk_leaves);
    } else {
      std::ranges::fill(cell, uint8_t{0});
    }
  }
  if (kept_ == 1) HashLeaves(lane.hasher, lane.chunk_leaves);
  return coder_.Encode(std::span(lane.encoded_data).subspan(lane.place, k), lane.parity);
}

void SegmentSealer::SealChunk(Lane& lane, uint32_t chunk, base::ByteSpan plain,
                              base::MutableByteSpan cell) {
  const size_t chunk_bytes = geometry_.chunk_bytes();
  base::ByteSpan bytes = plain.subspan(std::min(plain.size(), chunk * chunk_bytes));
  if (bytes.size() >= chunk_bytes) {
    bytes = bytes.first(chunk_bytes);
  } else {
    const auto rest = std::ranges::copy(bytes, lane.last_chunk.span().begin()).out;
    std::fill(rest, lane.last_chunk.span().end(), uint8_t{0});
    bytes = lane.last_chunk.span();
  }
  lane.content.Seal(ChunkNonce(chunk, chunk + 1 == chunks_), {}, bytes, cell);
}

base::ByteSpan SegmentSealer::InnerCell(const Lane& lane, uint32_t stripe, uint16_t index) const {
  const uint16_t k = geometry_.code.data_shards;
  if (stripe * k >= chunks_) return zeros_.span();  // padding up to a power of two
  return index < k ? lane.data[lane.place + index] : lane.parity[index - k];
}

// Sends one stripe's cells to their shards. A cell's MAC waits until the stripe before has
// got its own, shard by shard, so that lanes follow each other closely.
void SegmentSealer::WriteCells(Lane& lane, uint32_t stripe) {
  for (uint16_t j = 0; j < geometry_.code.total_shards(); ++j) {
    const base::ByteSpan cell = InnerCell(lane, stripe, j);
    std::atomic<uint32_t>& turn = turns_[j];
    for (uint32_t now; (now = turn.load()) != stripe;) turn.wait(now);
    writers_[j].Authenticate(cell);
    turn.store(stripe + 1);
    turn.notify_all();
    writers_[j].Wrap(lane.outer[j], stripe, cell);
    writers_[j].ForEachLeaf(stripe,
                            [&](const auto& leaf) { AddLeaf(lane.hasher, leaf, lane.leaves); });
  }
  HashLeaves(lane.hasher, lane.leaves);
}

}  // namespace shadw::shard
