// SPDX-License-Identifier: Apache-2.0
//
// Reed–Solomon: m parity shards computed from k data shards, so that any k of the
// n = k + m rebuild all the others, byte for byte.
//
// The code is systematic: the data shards are the data itself. Parity shard i
// (k <= i < n) is the sum over j < k of data shard j times 1 / (i XOR j), byte by
// byte, in GF(2^8) with the polynomial 0x11d. This Cauchy matrix is erasure id 1 of
// the shard format, and what ISA-L's `gf_gen_cauchy1_matrix` and klauspost's Cauchy
// option make. The other families of the wild make other parity from the same data
// (README.md, "Matrix"). In particular the Vandermonde matrix of ISA-L's
// `gf_gen_rs_matrix` is never used: at 8+6 it loses data in 20 of 3003 choices of shards.
//
//   SHADW_ASSIGN_OR_RETURN(auto coder, erasure::ReedSolomon::Create({.data_shards = 10,
//                                                                    .parity_shards = 4}));
//   SHADW_RETURN_IF_ERROR(coder.Encode(data, parity));       // 10 spans in, 4 spans out
//   …                                                        // shard 3 and 12 are lost
//   const ReedSolomon::Wanted wanted[] = {{3, lost_data}, {12, lost_parity}};
//   SHADW_RETURN_IF_ERROR(coder.Reconstruct(present, wanted));
//
// Reed–Solomon trusts what it is fed: one wrong byte in makes wrong bytes out, and no
// error. Feed it shards whose tags or hashes were checked; Verify tells only whether
// a complete set agrees.
//
// Limits: n <= 255; wider codes would need GF(2^16), which this module does not have.
// Shards may have any length and alignment. An input may be read twice, never written.
// Outputs must not overlap inputs or each other: where they do, the result is undefined
// (but no byte outside the outputs is touched).
// Speed: work in cells of some tens of KiB that stay in the second-level cache, and
// avoid shard buffers a power of two apart (add 320 bytes): they share cache sets.
// Source: Bloemer et al. 1995, "An XOR-based erasure-resilient coding scheme" (Cauchy).
#ifndef LIBSHADW_ERASURE_REED_SOLOMON_H_
#define LIBSHADW_ERASURE_REED_SOLOMON_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/erasure/code.h"

namespace shadw::erasure {

inline constexpr size_t kMaxInverseCacheEntries = 65'536;
// The cache holds less than its entries allow where they would exceed this.
inline constexpr size_t kMaxInverseCacheBytes = 64 << 20;

// Every backend makes the same bytes. (kernels/README.md has how, and how fast.)
enum class Backend {
  // The fastest that this machine can run, unless the environment variable
  // SHADW_ERASURE_BACKEND names one: gfni-avx512, gfni-avx2, avx2, isal or plain.
  kFastest,
  kIsal,         // Intel ISA-L
  kPlainTables,  // portable table look-ups; the reference
  kGfniAvx512,   // our own kernels, from here on
  kGfniAvx2,
  kAvx2,
};

struct Options {
  Code code;
  Backend backend = Backend::kFastest;
  // How many patterns of loss are remembered with their inverted matrices; 0 = none.
  size_t inverse_cache_entries = 128;

  //   Errors   kInvalidArgument  the code is invalid, an unknown backend or name in
  //                              SHADW_ERASURE_BACKEND, or more than
  //                              kMaxInverseCacheEntries
  //            kUnimplemented    a backend that this processor or system cannot run
  absl::Status Validate() const;
};

// A value: copies share the tables and the cache. Const methods are thread-safe (the
// cache locks itself). One that was moved from may only be assigned or destroyed.
class ReedSolomon {
 public:
  // A shard that is at hand, and one to rebuild.
  struct Present {
    uint16_t index;
    base::ByteSpan bytes;
  };
  struct Wanted {
    uint16_t index;
    base::MutableByteSpan bytes;
  };

  //   Errors   as Validate()
  //   Cost     at most k * m * 33 bytes of tables
  static absl::StatusOr<ReedSolomon> Create(const Options& options);
  static absl::StatusOr<ReedSolomon> Create(Code code);

  Code code() const;

  // Fills the parity shards.
  //   Shapes   data    k spans of L bytes, L >= 0
  //            parity  m spans of L bytes
  //   Errors   kInvalidArgument  another number of spans, or unequal lengths; nothing
  //                              was written
  //   Promise  same data, same parity, on every CPU and backend
  //   Cost     k * m * L multiply-adds, no allocation
  absl::Status Encode(std::span<const base::ByteSpan> data,
                      std::span<const base::MutableByteSpan> parity) const;

  // Rebuilds exactly the shards listed in `wanted`, data or parity, from the first k
  // listed in `present`; the others are only checked. Both lists in any order.
  //   Shapes   present  at least k shards of L bytes, L >= 0
  //            wanted   any number of shards of L bytes
  //   Errors   kInvalidArgument     an index >= n, listed twice, or listed as both
  //                                 present and wanted; unequal lengths
  //            kFailedPrecondition  fewer than k present
  //            (nothing was written, in either case)
  //   Promise  where all present bytes are those of one encoded set, so are the wanted
  //   Cost     k * |wanted| * L multiply-adds. A pattern in the cache: no allocation.
  //            Another: a matrix of the e <= min(k, m) lost data shards among the first
  //            k is inverted, about e^2 * (k + e) multiply-adds.
  absl::Status Reconstruct(std::span<const Present> present, std::span<const Wanted> wanted) const;

  // True where the parity shards are those of the data shards.
  //   Shapes   shards  n spans of L bytes, in order of index
  //   Errors   kInvalidArgument  another number of spans, or unequal lengths
  //   Cost     as Encode, and one allocation of at most 64 KiB
  absl::StatusOr<bool> Verify(std::span<const base::ByteSpan> shards) const;

  // How many patterns the cache holds now; at most `inverse_cache_entries`.
  size_t cached_inverses() const;

 private:
  struct State;
  explicit ReedSolomon(std::shared_ptr<const State> state);

  std::shared_ptr<const State> state_;
};

}  // namespace shadw::erasure

#endif  // LIBSHADW_ERASURE_REED_SOLOMON_H_
