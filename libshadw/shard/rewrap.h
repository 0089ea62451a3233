// SPDX-License-Identifier: Apache-2.0
//
// New stored shards from old ones, with no plaintext and no reader key: rotation
// (same shard, new epoch or node) and repair (a lost shard, from any k others).
//
//   // rotate shard 3: the only source is the shard itself
//   RewrapShards(keys, {&header, 1}, source, {{.index = 3, .node = n, .epoch = e + 1,
//                                              .replaces = &header}}, context);
//   // repair shards 2 and 11 from what is left
//   RewrapShards(keys, headers, source, {{2, 0, n2, e}, {11, 0, n11, e}}, context);
//
// Rotation gives unlinkable, distinct replicas and limits what a leaked epoch key
// opens. It cannot take back ciphertext that somebody copied.
//   Source   FORMAT.md, "Rotation and repair"; properties P5, P6; catalogue S47, S53
#ifndef LIBSHADW_SHARD_REWRAP_H_
#define LIBSHADW_SHARD_REWRAP_H_

#include <vector>

#include "libshadw/shard/cell_source.h"
#include "libshadw/shard/header.h"

namespace shadw::shard {

struct RewrapTarget {
  uint16_t index = 0;
  uint16_t copy = 0;
  NodeId node{};
  uint32_t epoch = 0;
  // The header of the shard that this one replaces, if it could be opened: its body
  // MAC must hold over the new cells too.
  const Header* replaces = nullptr;
};

struct RewrappedShard {
  base::Buffer bytes;
  ShardAddress address;
  Hash public_root{};
};

//   Shapes   sources  headers opened to kVerify, of one segment and attempt, one per index
//   Errors   kPermissionDenied    keys that may not repair
//            kFailedPrecondition  fewer than k cells of a stripe hold
//            kDataLoss            a source contradicts its body MAC and too few are left
//                                 without it, or the result contradicts the MAC of what it
//                                 replaces
//            kInvalidArgument     headers of different segments or attempts, a target n or more
//   Promise  what was decoded from a shard is used only if its body MAC holds: a shard
//            with forged cells is left out
//   Cost     one shard of memory a target; reads k shards in full, more where cells are
//            damaged
absl::StatusOr<std::vector<RewrappedShard>> RewrapShards(const ObjectKeys& keys,
                                                         std::span<const Header> sources,
                                                         CellSource* source,
                                                         std::span<const RewrapTarget> targets,
                                                         const SealContext& context);

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_REWRAP_H_
