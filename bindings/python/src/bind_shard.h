// SPDX-License-Identifier: Apache-2.0
//
// What the parts of shadw.shard share: fields that are byte arrays, rights by name, and
// the shards of one segment as Python hands them in.
#ifndef BINDINGS_PYTHON_SRC_BIND_SHARD_H_
#define BINDINGS_PYTHON_SRC_BIND_SHARD_H_

#include <optional>
#include <string>
#include <vector>

#include "bindings/python/src/casters.h"
#include "bindings/python/src/random.h"
#include "libshadw/shard/capability.h"
#include "libshadw/shard/header.h"
#include "libshadw/shard/memory_cell_source.h"
#include "libshadw/shard/metadata.h"

namespace shadw::python {

// A property that shows a byte array as bytes.
template <typename T, size_t kSize>
auto BytesOf(base::ByteArray<kSize> T::*field) {
  return [field](const T& self) { return ToPython(self.*field); };
}

// "audit", "verify", "read", "write".
shard::Right RightNamed(const std::string& name);
shard::OpenTo OpenToNamed(const std::string& name);

// "file", "directory", "symlink" and the vault's own.
const char* NameOf(shard::ObjectKind kind);
shard::ObjectKind ObjectKindNamed(const std::string& name);

inline shard::MemberKeys CopyOf(const shard::MemberKeys& keys) {
  return {keys.pack, keys.record, keys.key.Clone()};
}

// A node, an id or a hash that the caller gave.
inline base::ByteArray<32> Id32(const Bytes& bytes, const char* what) {
  return ToArray<32>(bytes, what);
}

inline shard::SealContext SealWith(const Random& random) { return {.random = Source(random)}; }

// Shards of one segment, borrowed: their headers, opened, and their cells.
struct Gathered {
  std::vector<shard::Header> headers;
  // Positions in the caller's sequence whose header does not open.
  std::vector<size_t> unopened;
  std::optional<shard::MemoryCellSource> source;
};

// Opens the headers of `shards`; runs without the interpreter's lock.
//   Errors   kInvalidArgument  shards of different versions, segments or attempts
absl::StatusOr<Gathered> Gather(const shard::ObjectKeys& keys, const Rows& shards,
                                shard::OpenTo depth);

void BindShardKeys(py::module_& shard);
void BindShardHeaders(py::module_& shard);

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_BIND_SHARD_H_
