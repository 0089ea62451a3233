// SPDX-License-Identifier: Apache-2.0
//
// Which members of a pack are gone: replaced or removed, and still in the pack until it
// is compacted. The list is an object of its own; whoever recovers the vault without a
// catalogue leaves them out.
//
//   version 1 | pack's object id 32 | count 4, then of each: record id 16, its bytes in the
//   pack 4, name length 2, name
//
//   Limits   kMaxDeadListBytes; any bytes give a list or an error
//   Source   libshadw/shard/FORMAT.md, "Packs"
#ifndef LIBSHADW_VAULT_DEAD_LIST_H_
#define LIBSHADW_VAULT_DEAD_LIST_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/shard/ids.h"

namespace shadw::vault {

inline constexpr size_t kMaxDeadListBytes = 64 << 20;

struct DeadRecord {
  uint32_t bytes = 0;
  std::string name;
  bool operator==(const DeadRecord&) const = default;
};

struct DeadList {
  shard::ObjectId pack{};
  std::map<shard::RecordId, DeadRecord> records;
  bool operator==(const DeadList&) const = default;

  // What the records take of the pack.
  uint64_t bytes() const;
};

base::Bytes EncodeDeadList(const DeadList& list);

//   Errors   kDataLoss       malformed
//            kUnimplemented  a later version's list
absl::StatusOr<DeadList> DecodeDeadList(base::ByteSpan bytes);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_DEAD_LIST_H_
