// SPDX-License-Identifier: Apache-2.0
//
// Turns the plaintext of one segment into n stored shards: seal, encode, wrap, hash,
// one stripe at a time while it is in cache.
//
//   auto sealer = SegmentSealer::Create({.code = {10, 4}});
//   sealer->Seal(keys, label, ReadBox{…}, plaintext, context);
//   for (uint16_t j = 0; j < 14; ++j) store[j]->Put(id, sealer->shard(j), …);
//
// With a pool, stripes are sealed on several threads at once. The result does not depend
// on how many: all randomness is drawn before the first stripe, and the body MACs see
// the cells in order.
//
//   Limits   at most Geometry::capacity_bytes() of plaintext a segment
//   Source   FORMAT.md, "Pipeline"; catalogue S44, S46
#ifndef LIBSHADW_SHARD_SEGMENT_SEALER_H_
#define LIBSHADW_SHARD_SEGMENT_SEALER_H_

#include <array>
#include <atomic>
#include <vector>

#include "libshadw/base/work_pool.h"
#include "libshadw/erasure/reed_solomon.h"
#include "libshadw/shard/geometry.h"
#include "libshadw/shard/header.h"
#include "libshadw/shard/shard_writer.h"

namespace shadw::shard {

// What the n shards of a segment have in common, and the n nodes they are for.
struct SegmentLabel {
  uint8_t flags = 0;  // kFlagLast, kFlagMeta, kFlagBound, kFlagPrivate, kFlagPack
  uint32_t generation = 0;
  uint64_t sequence = 1;
  VersionId version{};
  uint32_t segment = 0;
  uint32_t segment_count = 0;
  uint32_t epoch = 0;
  int64_t time_ns = 0;
  uint32_t attempt = 0;
  std::vector<NodeId> nodes;  // of shard 0 … n - 1
};

class SegmentSealer {
 public:
  // Allocates every buffer that sealing will use. `pool`, which must outlive the last
  // Seal, says how many threads it may use: one without.
  //   Cost     BytesFor()
  static absl::StatusOr<SegmentSealer> Create(const Geometry& geometry,
                                              base::WorkPool* pool = nullptr);

  // What a sealer holds: the shards, and a stripe of cells or two for every thread.
  static uint64_t BytesFor(const Geometry& geometry, size_t threads);

  // Seals `plain` under a content key that it draws. `read` gives sizes, times and
  // metadata; its content key and plain length are filled in here. What was sealed
  // before is overwritten.
  //   Shapes   plain  0 to Geometry::capacity_bytes() bytes
  //   Errors   kInvalidArgument     too much plaintext, not n nodes, or a head's label
  //            kPermissionDenied    keys that may not write
  //   Promise  content key, box R nonce and header nonces are fresh in every call
  absl::Status Seal(const ObjectKeys& keys, const SegmentLabel& label, ReadBox read,
                    base::ByteSpan plain, const SealContext& context);

  const Geometry& geometry() const { return geometry_; }
  // Of the last Seal.
  base::ByteSpan shard(uint16_t index) const;
  // Zero where the label said kFlagPrivate.
  const Hash& public_root(uint16_t index) const { return public_roots_[index]; }
  uint64_t sealed_bytes() const { return verify_.sealed_bytes; }
  uint32_t cells() const { return cells_; }

 private:
  // What one thread works with.
  struct Lane {
    base::Buffer inner;       // data cells of `kept_` stripes, parity cells of one
    base::Buffer last_chunk;  // the zero-padded end
    std::vector<base::MutableByteSpan> data;
    std::vector<base::ByteSpan> encoded_data;
    std::vector<base::MutableByteSpan> parity;
    crypto::AesGcm content;
    std::vector<crypto::AesGcm> outer;  // of every shard
    crypto::LeafHasher hasher;
    // To be hashed together: of stored cells, and whole inner cells with `bound`.
    std::vector<crypto::LeafHasher::Leaf> leaves;
    std::vector<crypto::LeafHasher::Leaf> chunk_leaves;
    size_t place = 0;  // in `data`, of the stripe at hand
  };

  SegmentSealer(const Geometry& geometry, erasure::ReedSolomon coder, base::WorkPool* pool);
  Lane MakeLane() const;
  absl::Status SealBody(const ObjectKeys& keys, const SegmentLabel& label, base::ByteSpan plain,
                        const SealContext& context);
  absl::Status SealStripes(Lane& lane, std::atomic<uint32_t>& next, base::ByteSpan plain);
  absl::Status SealStripe(Lane& lane, uint32_t stripe, base::ByteSpan plain);
  void SealChunk(Lane& lane, uint32_t chunk, base::ByteSpan plain, base::MutableByteSpan cell);
  void WriteCells(Lane& lane, uint32_t stripe);
  base::ByteSpan InnerCell(const Lane& lane, uint32_t stripe, uint16_t index) const;
  base::MutableByteSpan MutableShard(uint16_t index);

  Geometry geometry_;
  erasure::ReedSolomon coder_;
  base::WorkPool* pool_;
  size_t shard_pitch_ = 0;
  uint32_t kept_;  // stripes whose data cells a lane keeps, to hash them together
  base::Buffer zeros_;
  base::Buffer shards_;
  std::vector<Lane> lanes_;
  std::vector<ShardWriter> writers_;
  std::vector<std::atomic<uint32_t>> turns_;  // the stripe that a shard's MAC waits for
  std::vector<Hash> public_roots_;
  std::vector<Hash> chunk_hashes_;

  std::shared_ptr<const crypto::SecretKey> content_key_;
  VerifyBox verify_;
  uint32_t chunks_ = 0;
  uint32_t cells_ = 0;
  bool bound_ = false;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_SEGMENT_SEALER_H_
