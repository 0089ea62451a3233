// SPDX-License-Identifier: Apache-2.0
//
// An object in memory as n shards and back: the two calls for examples, notebooks and
// tools. Nothing is sealed, tagged or checked; module `shard` does that.
//
//   SHADW_ASSIGN_OR_RETURN(auto shards, erasure::SplitAndEncode(coder, object));
//   std::vector<std::optional<base::Bytes>> found(shards.begin(), shards.end());
//   found[0].reset();                                     // lost
//   SHADW_ASSIGN_OR_RETURN(auto again, erasure::Join(coder, found, object.size()));
//
// Data shard j is bytes [j * S, (j + 1) * S) of the object, zero-padded at its end.
#ifndef LIBSHADW_ERASURE_WHOLE_OBJECT_H_
#define LIBSHADW_ERASURE_WHOLE_OBJECT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/erasure/reed_solomon.h"

namespace shadw::erasure {

inline constexpr uint64_t kMaxObjectBytes = uint64_t{1} << 36;
inline constexpr uint64_t kShardBytesMultiple = 64;

// S: the bytes of each shard of an object of `object_bytes`, which is ceil(L / k)
// rounded up to kShardBytesMultiple; 0 for an empty object.
//   Errors   kInvalidArgument  the code is invalid, or L > kMaxObjectBytes
absl::StatusOr<uint64_t> ShardBytes(Code code, uint64_t object_bytes);

// Splits `object` into k data shards and adds m parity shards, so that any k of the
// returned n rebuild it.
//   Shapes   object  L bytes, 0 <= L <= kMaxObjectBytes
//            result  n shards of S bytes, in order of index
//   Errors   kInvalidArgument  L is out of range
//   Promise  same input, same shards, on every CPU
//   Secrets  shards reveal the object: seal first
//   Cost     k * m * S multiply-adds, n allocations of S bytes
absl::StatusOr<std::vector<base::Bytes>> SplitAndEncode(const ReedSolomon& coder,
                                                        base::ByteSpan object);

// The object again, from the k lowest shards that are not missing.
//   Shapes   shards        n, missing ones are nullopt, the others S bytes
//            object_bytes  L
//   Errors   kInvalidArgument     not n shards, L out of range, or a shard whose
//                                 length is not S
//            kFailedPrecondition  fewer than k shards
//   Promise  allocates at most twice what the shards given occupy
absl::StatusOr<base::Bytes> Join(const ReedSolomon& coder,
                                 std::span<const std::optional<base::Bytes>> shards,
                                 uint64_t object_bytes);

}  // namespace shadw::erasure

#endif  // LIBSHADW_ERASURE_WHOLE_OBJECT_H_
