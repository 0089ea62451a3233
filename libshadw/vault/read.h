// SPDX-License-Identifier: Apache-2.0
//
// Reads an object, or a range of it, through a head that was found.
#ifndef LIBSHADW_VAULT_READ_H_
#define LIBSHADW_VAULT_READ_H_

#include <string>
#include <vector>

#include "libshadw/shard/cell_source.h"
#include "libshadw/vault/heads.h"
#include "libshadw/vault/object_info.h"

namespace shadw::vault {

// Something on the way that was not as it should be, and was overcome.
struct ReadFault {
  uint32_t segment = 0;
  shard::CellFault cell;
  store::NodeId node{};
};

struct ReadReport {
  uint64_t bytes = 0;
  std::vector<ReadFault> faults;
};

// What the head says, and where its metadata moved into segment 0 that.
//   Errors   kPermissionDenied    keys below read: nothing but the shape is readable
absl::StatusOr<ObjectInfo> DescribeObject(const Environment& env, const shard::ObjectKeys& keys,
                                          const FoundHead& head);

// Object bytes [offset, offset + bytes) in order; `bytes` may reach past the end.
//   Errors   kNotFound            the head is a tombstone
//            kInvalidArgument     offset beyond the end
//            kFailedPrecondition  too few shards or cells: says how many and where
//            kDataLoss            segments that contradict the head or each other
absl::StatusOr<ReadReport> ReadObject(const Environment& env, const shard::ObjectKeys& keys,
                                      const FoundHead& head, uint64_t offset, uint64_t bytes,
                                      const ByteSink& sink);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_READ_H_
