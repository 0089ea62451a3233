// SPDX-License-Identifier: Apache-2.0
//
// What a vault tells about an object.
#ifndef LIBSHADW_VAULT_OBJECT_INFO_H_
#define LIBSHADW_VAULT_OBJECT_INFO_H_

#include <cstdint>
#include <optional>
#include <string>

#include "libshadw/erasure/code.h"
#include "libshadw/shard/ids.h"
#include "libshadw/shard/metadata.h"

namespace shadw::vault {

struct ObjectInfo {
  shard::ObjectId id{};
  std::string name;
  uint64_t object_bytes = 0;
  int64_t mtime_ns = 0;
  std::optional<uint32_t> mode;
  shard::ObjectKind kind = shard::ObjectKind::kFile;
  // One of many in a pack. What follows is the pack's then, except for the sequence.
  bool packed = false;

  uint32_t generation = 0;
  uint64_t sequence = 0;
  shard::VersionId version{};
  int64_t put_time_ns = 0;
  erasure::Code code;
  uint32_t cell_bytes = 0;
  uint32_t segments = 0;
  uint64_t sealed_bytes = 0;  // before erasure coding
  bool bound = false;
  bool public_audit = true;
  size_t head_copies = 0;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_OBJECT_INFO_H_
