// SPDX-License-Identifier: Apache-2.0
//
// The file in which a directory store keeps who it is. 80 bytes, little-endian:
//
//   0   "shadw-store\0"   12
//   12  version = 1        4
//   16  node id           32
//   48  BLAKE2b-256 of bytes 0–47
//
// The checksum tells a damaged id from a good one: a store that came back with another
// id would be a stranger to every reader, since storage ids are derived from it.
#ifndef LIBSHADW_STORE_NODE_FILE_H_
#define LIBSHADW_STORE_NODE_FILE_H_

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/store/store.h"

namespace shadw::store {

inline constexpr size_t kNodeFileBytes = 80;

base::ByteArray<kNodeFileBytes> EncodeNodeFile(const NodeId& id);

//   Errors   kDataLoss       wrong length, magic or checksum
//            kUnimplemented  a version this library does not know
absl::StatusOr<NodeId> DecodeNodeFile(base::ByteSpan bytes);

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_NODE_FILE_H_
