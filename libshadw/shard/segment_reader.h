// SPDX-License-Identifier: Apache-2.0
//
// Reads the plaintext of one segment, or a part of it, from any k of its shards.
//
//   auto reader = SegmentReader::Create(keys, headers, &source);
//   reader->Read(offset, bytes, [&](base::ByteSpan plain) { return Write(plain); });
//   for (const CellFault& fault : reader->faults()) …      // what was wrong on the way
//
// Every byte that reaches the sink passed two tags. Where all outer tags hold and an
// inner one does not, somebody with a lower right forged a cell: other choices of k
// cells are tried, at most kMaxSubsets a stripe, and the liar is named.
// A bound segment is released only after its content root was checked; where it does
// not hold, at most kMaxSubsets choices of shards are left out, one choice a pass.
//
//   Limits   memory: one window of cells; a bound segment also its plaintext
//   Source   FORMAT.md, "Reading"; properties P1, P4, P10, P11
#ifndef LIBSHADW_SHARD_SEGMENT_READER_H_
#define LIBSHADW_SHARD_SEGMENT_READER_H_

#include <functional>
#include <vector>

#include "libshadw/crypto/hash.h"
#include "libshadw/shard/segment_check.h"
#include "libshadw/shard/stripe_assembler.h"

namespace shadw::shard {

inline constexpr int kMaxSubsets = 64;

// Takes bytes in order; an error stops the reading and is handed on.
using ByteSink = std::function<absl::Status(base::ByteSpan)>;

class SegmentReader {
 public:
  // `shards`: headers opened to kRead, of one segment and one attempt, one per index.
  //   Errors   kPermissionDenied    keys that may not read
  //            kFailedPrecondition  fewer than k shards
  static absl::StatusOr<SegmentReader> Create(const ObjectKeys& keys,
                                              std::span<const Header> shards, CellSource* source);

  uint64_t plain_bytes() const { return plain_bytes_; }

  // Plaintext [offset, offset + bytes) of the segment, metadata included.
  //   Errors   kInvalidArgument     beyond plain_bytes()
  //            kFailedPrecondition  fewer than k cells of a stripe hold
  //            kDataLoss            forged, and no choice of cells is right
  //   Promise  fetches only the cells that cover the range, each once, and more only of
  //            stripes where one is missing or damaged
  absl::Status Read(uint64_t offset, uint64_t bytes, const ByteSink& sink);

  const std::vector<CellFault>& faults() const { return assembler_.faults(); }

 private:
  SegmentReader(StripeAssembler assembler, const ObjectKeys& keys, std::span<const Header> shards,
                CellSource* source);
  SegmentReader(StripeAssembler assembler, const Header& header);
  absl::Status ReadStripes(uint64_t offset, uint64_t bytes, std::vector<Hash>* cell_hashes,
                           const ByteSink& sink);
  absl::Status LoadWindow(uint32_t first, uint32_t count, uint32_t first_chunk,
                          uint32_t last_chunk);
  absl::Status OpenStripe(uint32_t stripe, uint32_t first_chunk, uint32_t last_chunk,
                          std::vector<Hash>* cell_hashes, base::MutableByteSpan plain);
  bool OpenChunk(uint32_t chunk, base::ByteSpan cell, base::MutableByteSpan plain);
  absl::Status OpenForged(uint32_t stripe, uint16_t column, base::MutableByteSpan plain);
  bool NameForgers(uint32_t stripe, std::span<const uint16_t> from);
  std::vector<uint16_t> ForgersByMac();
  absl::Status ReadBound(uint64_t offset, uint64_t bytes, const ByteSink& sink);
  absl::Status ReadAroundForgers(base::Buffer& plain);
  std::vector<std::vector<uint16_t>> Exclusions() const;
  void NameBoundForgers(uint32_t stripe, std::span<const uint16_t> left_out);
  absl::StatusOr<bool> ReadAndCheckRoot(base::Buffer& plain);

  std::function<absl::StatusOr<SegmentReport>()> check_;
  StripeAssembler assembler_;
  crypto::AesGcm content_;
  crypto::LeafHasher hasher_;
  base::Buffer stripe_plain_;
  uint64_t plain_bytes_;
  uint32_t chunks_;
  bool bound_;
  Hash content_root_;
  std::vector<uint32_t> forged_stripes_;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_SEGMENT_READER_H_
