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
// With a pool, windows of stripes are read on several threads at once; the sink is still
// called on the reader's own, in order.
//
//   Limits   memory: one window of cells; with a pool one more for every thread, and the
//            plaintext of two; a bound segment also its plaintext
//   Source   FORMAT.md, "Reading"; properties P1, P4, P10, P11
#ifndef LIBSHADW_SHARD_SEGMENT_READER_H_
#define LIBSHADW_SHARD_SEGMENT_READER_H_

#include <functional>
#include <utility>
#include <vector>

#include "libshadw/base/work_pool.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/shard/segment_check.h"
#include "libshadw/shard/window_reader.h"

namespace shadw::shard {

inline constexpr int kMaxSubsets = 64;

// Takes bytes in order; an error stops the reading and is handed on.
using ByteSink = std::function<absl::Status(base::ByteSpan)>;

class SegmentReader {
 public:
  // `shards`: headers opened to kRead, of one segment and one attempt, one per index.
  // `pool`, which must outlive the last Read, says how many threads it may use: one without.
  //   Errors   kPermissionDenied    keys that may not read
  //            kFailedPrecondition  fewer than k shards
  // `room` is memory that another reader left, see TakeRoom.
  static absl::StatusOr<SegmentReader> Create(const ObjectKeys& keys,
                                              std::span<const Header> shards, CellSource* source,
                                              base::WorkPool* pool = nullptr,
                                              base::Buffer room = {});

  uint64_t plain_bytes() const { return plain_bytes_; }

  // Plaintext [offset, offset + bytes) of the segment, metadata included.
  //   Errors   kInvalidArgument     beyond plain_bytes()
  //            kFailedPrecondition  fewer than k cells of a stripe hold
  //            kDataLoss            forged, and no choice of cells is right
  //   Promise  fetches only the cells that cover the range, each once, and more only of
  //            stripes where one is missing or damaged; of a bound segment all cells, once
  //            for all reads
  absl::Status Read(uint64_t offset, uint64_t bytes, const ByteSink& sink);

  const std::vector<CellFault>& faults() const { return faults_; }

  // Where a bound segment's plaintext lay until its root was known to hold, for the next
  // segment's reader: fresh memory would cost the system a page at a time.
  base::Buffer TakeRoom() {
    root_holds_ = false;
    return std::move(bound_plain_);
  }

 private:
  // Where that goes which is read: to a sink, or of a bound segment all of it in here.
  struct Target {
    const ByteSink* sink = nullptr;
    base::MutableByteSpan plain;  // of every chunk
    std::vector<Hash>* hashes = nullptr;
  };
  // What a window became on another thread, until its turn comes.
  struct Slot {
    base::Buffer plain;
    absl::Status status;
    std::vector<CellFault> faults;
  };

  SegmentReader(WindowReader main, const ObjectKeys& keys, std::span<const Header> shards,
                CellSource* source, base::WorkPool* pool);
  StripeAssembler& assembler() { return main_.assembler(); }
  const StripeAssembler& assembler() const { return main_.assembler(); }
  // Plaintext `window` covers, without what the range leaves out at its ends.
  base::ByteSpan Wanted(const Window& window, base::ByteSpan plain) const;
  absl::Status ReadStripes(uint64_t offset, uint64_t bytes, const Target& target);
  absl::Status ReadWindow(const Window& window, const Target& target);
  absl::Status OpenWindow(const Window& window, const Target& target);
  absl::Status ReadOnThreads(std::span<const Window> windows, const Target& target);
  WindowReader* LaneOf(size_t lane);
  void ReadAside(size_t lane_number, const Window& window, const Target& target, Slot& slot);
  void AddFaults(std::span<const CellFault> faults);
  absl::Status OpenForged(uint32_t stripe, uint16_t column, base::MutableByteSpan plain);
  bool NameForgers(uint32_t stripe, std::span<const uint16_t> from);
  std::vector<uint16_t> ForgersByMac();
  absl::Status ReadBound(uint64_t offset, uint64_t bytes, const ByteSink& sink);
  absl::Status ReadWhole();
  absl::Status ReadAroundForgers();
  std::vector<std::vector<uint16_t>> Exclusions() const;
  void NameBoundForgers(uint32_t stripe, std::span<const uint16_t> left_out);
  absl::StatusOr<bool> ReadAndCheckRoot();

  ObjectKeys keys_;
  std::vector<Header> headers_;
  CellSource* source_;
  base::WorkPool* pool_;
  WindowReader main_;
  std::vector<std::optional<WindowReader>> lanes_;  // of the pool; lane 0 is main_
  std::vector<Slot> slots_;
  std::vector<CellFault> faults_;
  crypto::LeafHasher hasher_;
  base::Buffer chunks_plain_;
  uint64_t range_begin_ = 0;  // of what is being read
  uint64_t range_end_ = 0;
  bool left_out_ = false;  // some shards, by main_ alone
  uint64_t plain_bytes_;
  uint32_t chunks_;
  bool bound_;
  Hash content_root_;
  base::Buffer bound_plain_;
  std::vector<Hash> bound_hashes_;
  bool root_holds_ = false;  // of what is in bound_plain_
  std::vector<uint32_t> forged_stripes_;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_SEGMENT_READER_H_
