// SPDX-License-Identifier: Apache-2.0
//
// The head of a version, as it was found on the stores.
#ifndef LIBSHADW_VAULT_FOUND_HEAD_H_
#define LIBSHADW_VAULT_FOUND_HEAD_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libshadw/erasure/code.h"
#include "libshadw/shard/header.h"

namespace shadw::vault {

struct FoundHead {
  shard::Header header;
  std::vector<size_t> nodes;  // that hold a copy of it

  uint64_t sequence() const { return header.audit.sequence; }
  const shard::VersionId& version() const { return header.audit.version; }
  erasure::Code code() const {
    return {header.audit.data_shards,
            static_cast<uint16_t>(header.audit.total_shards - header.audit.data_shards)};
  }
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_FOUND_HEAD_H_
