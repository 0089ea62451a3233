// SPDX-License-Identifier: Apache-2.0
//
// Brings the inner cells of a few stripes together: fetches, unwraps, and rebuilds
// what is missing from any k that hold. Reading, checking and repairing a segment
// all stand on it.
//
//   assembler.Begin(first_stripe, stripes);
//   assembler.Load(j);                          // one shard's cells of the window
//   assembler.Complete(stripe, wanted);         // loads more and decodes as needed
//   assembler.Cell(stripe, j);
//
// A cell whose outer tag fails is an erasure of that cell only, and is noted.
// Cells are fetched by the window, so that a store is asked seldom, and may be unwrapped
// stripe by stripe, so that they are used while they are in cache.
//   Limits   a window holds about kWindowBytes, or one stripe where that is more, and what
//            a source fetched for it as much again
#ifndef LIBSHADW_SHARD_STRIPE_ASSEMBLER_H_
#define LIBSHADW_SHARD_STRIPE_ASSEMBLER_H_

#include <optional>
#include <utility>
#include <vector>

#include "libshadw/crypto/aes_gcm.h"
#include "libshadw/erasure/reed_solomon.h"
#include "libshadw/shard/cell.h"
#include "libshadw/shard/cell_source.h"
#include "libshadw/shard/geometry.h"
#include "libshadw/shard/header.h"

namespace shadw::shard {

inline constexpr size_t kWindowBytes = 2 << 20;
inline constexpr uint32_t kMaxWindowStripes = 8;

class StripeAssembler {
 public:
  // `shards` are the headers of the shards that exist.
  //   Errors   kFailedPrecondition  none
  //            kInvalidArgument     two of one index, or of different segments; of different
  //                                 attempts where they were opened to box V
  static absl::StatusOr<StripeAssembler> Create(const ObjectKeys& keys,
                                                std::span<const Header> shards, CellSource* source);

  const Geometry& geometry() const { return geometry_; }
  uint32_t cells() const { return cells_; }
  uint32_t max_window() const { return max_window_; }
  bool has_shard(uint16_t index) const { return slots_[index].has_value(); }
  // Treats a shard as absent from the next Begin on.
  void Exclude(uint16_t index, bool excluded) { excluded_[index] = excluded; }

  // Data cells from this chunk on are known to be zero, and not fetched.
  void SetZeroFrom(uint32_t chunk) { zero_from_ = chunk; }
  // Moves the window; what it held is forgotten. Cells up to stripe `fetch_end`, which is
  // of the same max_window(), may be fetched along with those of the window. With `keep`
  // the bytes of earlier cells stay where they are until max_window() further stripes came.
  void Begin(uint32_t first_stripe, uint32_t stripes, uint32_t fetch_end = 0, bool keep = false);
  // Fetches and unwraps shard `index` in stripes [first, first + count) of the window.
  void Load(uint16_t index, uint32_t first, uint32_t count);
  void Load(uint16_t index) { Load(index, first_, stripes_); }
  // Unwraps one cell, and fetches those behind it too if it has to fetch.
  void LoadAhead(uint16_t index, uint32_t stripe);
  bool Good(uint32_t stripe, uint16_t index) const;
  // Good, and decoded from others rather than fetched.
  bool Rebuilt(uint32_t stripe, uint16_t index) const;
  // Makes the `wanted` cells of every stripe of the window good, loading no more than it takes.
  //   Errors   kFailedPrecondition  fewer than k cells of a stripe hold
  absl::Status Complete(std::span<const uint16_t> wanted);
  // The same for one stripe.
  absl::Status CompleteStripe(uint32_t stripe, std::span<const uint16_t> wanted);
  // Decodes the wanted cells of one stripe from exactly the k cells `from`, into `out`.
  absl::Status Decode(uint32_t stripe, std::span<const uint16_t> from, uint16_t wanted,
                      base::MutableByteSpan out) const;
  // Replaces a cell, after a better value was found.
  void Replace(uint32_t stripe, uint16_t index, base::ByteSpan cell);

  base::ByteSpan Cell(uint32_t stripe, uint16_t index) const;
  // The stored bytes of the cells that the last Load fetched; see segment_check.cc.
  base::ByteSpan last_fetched() const { return last_fetched_; }

  void AddFault(const CellFault& fault);
  const std::vector<CellFault>& faults() const { return faults_; }
  std::vector<CellFault> TakeFaults() { return std::exchange(faults_, {}); }

 private:
  enum class State : uint8_t { kUnknown, kGood, kBad, kRebuilt };
  struct Slot {
    crypto::AesGcm outer;
    WrapBinding binding;
  };

  // What the source gave last of one shard.
  struct Fetched {
    uint32_t first = 0;
    uint32_t count = 0;
    base::ByteSpan bytes;

    bool Covers(uint32_t stripe, uint32_t stripes) const {
      return first <= stripe && stripe + stripes <= first + count;
    }
  };

  StripeAssembler(const Geometry& geometry, uint32_t cells, erasure::ReedSolomon coder);
  State& state(uint32_t stripe, uint16_t index);
  State state(uint32_t stripe, uint16_t index) const;
  base::MutableByteSpan MutableCell(uint32_t stripe, uint16_t index);
  size_t PlaceOf(uint32_t stripe, uint16_t index) const;
  bool IsZero(uint32_t stripe, uint16_t index) const;
  const Fetched& Fetch(uint16_t index, uint32_t first, uint32_t count);
  void Unwrap(uint16_t index, uint32_t stripe, const Fetched& fetched);
  // True where no cell of the shard is to be had in the window, nor behind it.
  bool Absent(uint16_t index) const;
  uint16_t CountGood(uint32_t stripe) const;
  absl::Status Rebuild(uint32_t stripe, std::span<const uint16_t> wanted);

  Geometry geometry_;
  uint32_t cells_;
  uint32_t max_window_;
  erasure::ReedSolomon coder_;
  CellSource* source_ = nullptr;
  std::vector<std::optional<Slot>> slots_;
  std::vector<bool> excluded_;
  base::Buffer inner_;
  base::Buffer scratch_;  // for each shard a window of stored cells
  std::vector<Fetched> fetched_;
  base::ByteSpan last_fetched_;
  std::vector<State> states_;
  std::vector<CellFault> faults_;
  uint32_t first_ = 0;
  uint32_t first_place_ = 0;  // of max_window_, in inner_
  uint32_t stripes_ = 0;
  uint32_t fetch_end_ = 0;
  uint32_t zero_from_ = UINT32_MAX;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_STRIPE_ASSEMBLER_H_
