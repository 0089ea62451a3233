// SPDX-License-Identifier: Apache-2.0
//
// Where stored cells come from: a store, a file, memory. And what was found wrong
// with them.
#ifndef LIBSHADW_SHARD_CELL_SOURCE_H_
#define LIBSHADW_SHARD_CELL_SOURCE_H_

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::shard {

class CellSource {
 public:
  virtual ~CellSource() = default;
  // The stored cells [first, first + count) of shard `index`: either a view of memory
  // that stays as it is while anybody reads from the source, or the filled front of
  // `scratch`, which has room for them. Fewer bytes than asked for means that the shard
  // ends early. A reader with threads calls it from several at once.
  virtual absl::StatusOr<base::ByteSpan> Fetch(uint16_t index, uint32_t first, uint32_t count,
                                               base::MutableByteSpan scratch) = 0;
};

// One cell of one shard that did not hold what it should.
struct CellFault {
  enum class Kind : uint8_t {
    kMissing,  // could not be fetched
    kCorrupt,  // the outer tag does not hold: the node changed it
    kForged,   // the outer tag holds, what is inside does not: a lower key was used
  };
  uint16_t index = 0;
  uint32_t cell = 0;
  Kind kind = Kind::kCorrupt;
  bool operator==(const CellFault&) const = default;
};

inline constexpr size_t kMaxFaults = 65536;

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_CELL_SOURCE_H_
