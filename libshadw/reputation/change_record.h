// SPDX-License-Identifier: Apache-2.0
//
// A batch of reputation changes as the bytes that a ledger stores and hashes: one
// spelling for each batch, the one that decent-cloud's ledger uses.
//
//   Bytes bytes = *EncodeChanges({{.id = Bytes{1, 2, 3}, .units = 10}});
//   std::vector<NamedChange> changes = *DecodeChanges(bytes);
//
// Layout (Borsh), integers little-endian:
//   1  0            the only version
//   4  changes
//   each change   4  id bytes   n  id   8  units, signed
//
// Limits: kMaxChangesPerRecord, kMaxPartyIdBytes. A ledger that keeps a record under its
// hash keeps one of two equal records: put a block's number into what is hashed.
//   Source   catalogue G7, S85, B.1 "Ledger key of a change"
#ifndef LIBSHADW_REPUTATION_CHANGE_RECORD_H_
#define LIBSHADW_REPUTATION_CHANGE_RECORD_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::reputation {

inline constexpr size_t kMaxChangesPerRecord = 1 << 20;
inline constexpr size_t kMaxPartyIdBytes = 64;

struct NamedChange {
  base::Bytes id;
  int64_t units = 0;

  friend bool operator==(const NamedChange&, const NamedChange&) = default;
};

//   Errors   kInvalidArgument  more than the limits allow, or an empty id
absl::StatusOr<base::Bytes> EncodeChanges(std::span<const NamedChange> changes);

//   Shapes   bytes  any
//   Errors   kDataLoss       cut short, too long, over a limit, or an empty id
//            kUnimplemented  another version
//   Promise  what is read is written the same again
absl::StatusOr<std::vector<NamedChange>> DecodeChanges(base::ByteSpan bytes);

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_CHANGE_RECORD_H_
