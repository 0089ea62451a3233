// SPDX-License-Identifier: Apache-2.0
//
// Finds the shards of a segment on the stores, and removes them.
//
// A shard's storage id follows from its address, so finding is asking: first where
// placement expects it, then, if the caller wants more, every node.
#ifndef LIBSHADW_VAULT_SEGMENTS_H_
#define LIBSHADW_VAULT_SEGMENTS_H_

#include <vector>

#include "libshadw/shard/cell_source.h"
#include "libshadw/vault/environment.h"
#include "libshadw/vault/found_head.h"

namespace shadw::vault {

// Which segment of which version, and what its shards must say.
struct SegmentId {
  shard::VersionId version{};
  uint64_t sequence = 0;
  uint32_t segment = 0;
  erasure::Code code;
  uint32_t first_epoch = 0;  // of the put; rotation only moves upwards

  static SegmentId Of(const FoundHead& head, uint32_t segment);
};

struct LocatedShard {
  size_t node = 0;
  store::StorageId id{};
  shard::Header header;
  // False where the store would not accept the token that deletes this shard, or the
  // shard is not as long as its header says: damage outside the shard's own bytes.
  bool record_holds = true;
};

// Something lies where a shard belongs and is not one.
struct DamagedShard {
  size_t node = 0;
  store::StorageId id{};
  uint16_t index = 0;
  bool unreadable = false;  // for its store's failure; it may be a shard after all
};

struct LocatedSegment {
  std::vector<LocatedShard> shards;   // one an index at most, of one attempt, by index
  std::vector<LocatedShard> surplus;  // further copies, and other attempts
  std::vector<DamagedShard> damaged;

  const LocatedShard* Find(uint16_t index) const;
  std::vector<shard::Header> Headers() const;
};

enum class Search { kExpectedNodes, kAllNodes };

// Opens headers as far as the keys reach.
LocatedSegment LocateSegment(const Environment& env, const shard::ObjectKeys& keys,
                             const SegmentId& id, Search search);

// Whether anything lies where a shard of the segment usually belongs: one that was rotated
// several times within its epoch is not looked for.
bool HasTraces(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id);

// Removes everything of one segment that the token opens.
Removal RemoveSegment(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id);

// Removes a version's segments from `id.segment` on, the last one first, so that an
// interrupted removal can find what is left. `segment_count` 0: as many as there are.
Removal RemoveVersion(const Environment& env, const shard::ObjectKeys& keys, SegmentId id,
                      uint32_t segment_count);

// Serves the stored cells of located shards.
class StoreCellSource : public shard::CellSource {
 public:
  StoreCellSource(const Environment& env, const LocatedSegment& segment)
      : env_(env), segment_(segment) {}
  absl::StatusOr<base::ByteSpan> Fetch(uint16_t index, uint32_t first, uint32_t count,
                                       base::MutableByteSpan scratch) override;

 private:
  const Environment& env_;
  const LocatedSegment& segment_;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_SEGMENTS_H_
