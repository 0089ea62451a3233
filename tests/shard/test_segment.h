// SPDX-License-Identifier: Apache-2.0
//
// Sealed segments in memory for the tests of the shard module: made from seeds, so
// that a failure comes back on the next run.
#ifndef TESTS_SHARD_TEST_SEGMENT_H_
#define TESTS_SHARD_TEST_SEGMENT_H_

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "libshadw/crypto/random.h"
#include "libshadw/shard/cell_source.h"
#include "libshadw/shard/segment_reader.h"
#include "libshadw/shard/segment_sealer.h"

namespace shadw::shard {

// Shards by index; an empty one is lost.
using Shards = std::vector<base::Bytes>;

VaultKeys TestVault(uint64_t seed = 1);
// The writer's keys of one object of TestVault().
ObjectKeys TestKeys(std::string_view name = "object", uint32_t generation = 0);

base::Bytes RandomBytes(size_t count, uint64_t seed);
NodeId TestNode(uint64_t number);

struct SealOptions {
  erasure::Code code{4, 2};
  uint32_t cell_bytes = kSmallCellBytes;
  uint32_t max_stripes = 8;
  uint8_t flags = 0;
  uint64_t sequence = 1;
  uint64_t version = 1;  // the version id is made from it
  uint32_t segment = 0;
  uint32_t epoch = 7;
  uint32_t attempt = 0;
  uint64_t seed = 1;       // of keys and nonces
  uint64_t node_base = 0;  // shard j lies on TestNode(node_base + j)
  base::Bytes metadata{};
};

Geometry GeometryOf(const SealOptions& options);
VersionId TestVersion(uint64_t number);
Shards SealSegment(const ObjectKeys& keys, base::ByteSpan plain, const SealOptions& options,
                   NonceObserver* observer = nullptr);

// Serves the cells of shards in memory and counts which ones it was asked for.
class MemoryCells : public CellSource {
 public:
  explicit MemoryCells(const Shards& shards, uint32_t cell_bytes)
      : shards_(shards), stored_bytes_(cell_bytes + kTagBytes) {}

  absl::StatusOr<base::ByteSpan> Fetch(uint16_t index, uint32_t first, uint32_t count,
                                       base::MutableByteSpan scratch) override;

  // (index, cell) -> how often.
  const std::map<std::pair<uint16_t, uint32_t>, int>& fetched() const { return fetched_; }
  void Forget() { fetched_.clear(); }

 private:
  const Shards& shards_;
  size_t stored_bytes_;
  std::map<std::pair<uint16_t, uint32_t>, int> fetched_;
};

// The headers of the shards that are there. A header that does not open fails the test.
std::vector<Header> OpenAll(const ObjectKeys& keys, const Shards& shards,
                            OpenTo depth = OpenTo::kRead);
// The headers of the shards that open; the others count as lost.
std::vector<Header> OpenWhatOpens(const ObjectKeys& keys, const Shards& shards,
                                  OpenTo depth = OpenTo::kRead);

struct ReadResult {
  absl::Status status;
  base::Bytes bytes;
  std::vector<CellFault> faults;
};

// Reads everything, or a part, from the given headers.
ReadResult ReadSegment(const ObjectKeys& keys, const Shards& shards,
                       std::span<const Header> headers);
ReadResult ReadSegment(const ObjectKeys& keys, const Shards& shards);
ReadResult ReadRange(const ObjectKeys& keys, std::span<const Header> headers, CellSource& source,
                     uint64_t offset, uint64_t bytes);

// The stored cell as bytes of the shard.
base::MutableByteSpan StoredCell(base::Bytes& shard, uint32_t cell_bytes, uint32_t cell);

// What whoever holds the audit key can do to a stored cell: open the outer layer, and
// close it again around other content so that its tag holds.
base::Bytes UnwrapCell(const ObjectKeys& keys, const Header& header, base::Bytes& shard,
                       uint32_t cell);
void WrapCell(const ObjectKeys& keys, const Header& header, base::Bytes& shard, uint32_t cell,
              base::ByteSpan inner);

// Number of 16-byte windows that occur in both, at any offsets.
size_t CommonWindows(base::ByteSpan a, base::ByteSpan b);

}  // namespace shadw::shard

#endif  // TESTS_SHARD_TEST_SEGMENT_H_
