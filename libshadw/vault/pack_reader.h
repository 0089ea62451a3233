// SPDX-License-Identifier: Apache-2.0
//
// Reads members of a pack: for the owner, who knows from the catalogue where one lies, and
// for the holder of a member's capability, who asks the pack's index.
#ifndef LIBSHADW_VAULT_PACK_READER_H_
#define LIBSHADW_VAULT_PACK_READER_H_

#include <functional>
#include <optional>
#include <vector>

#include "libshadw/shard/pack.h"
#include "libshadw/vault/newest.h"
#include "libshadw/vault/page.h"

namespace shadw::vault {

// Reads and opens one member.
//   Shapes   place   where it may lie: believed only if what is there opens
//            faults  gets what was overcome on the way
//   Errors   kNotFound  it is not in this version of the pack; those of ReadObject
absl::StatusOr<shard::Member> ReadMember(const Environment& env, const LocatedObject& pack,
                                         const shard::RecordId& record,
                                         const crypto::SecretKey& key,
                                         const std::optional<PackedPlace>& place,
                                         ReadReport& faults);

// Where every record lies, by id.
absl::StatusOr<std::vector<shard::RecordExtent>> ReadPackIndex(const Environment& env,
                                                               const LocatedObject& pack);

// The same, of a pack that is at hand.
//   Errors   kDataLoss  malformed
absl::StatusOr<std::vector<shard::RecordExtent>> IndexOfPack(base::ByteSpan pack);

// Hands the range of a member's content to `sink` and notes how many bytes it is.
//   Errors   kInvalidArgument  offset beyond the end; those of `sink`
absl::Status SendRange(base::ByteSpan content, uint64_t offset, uint64_t bytes,
                       const ByteSink& sink, ReadReport& report);

// Turns what is said of a pack into what is said of one of its members.
void DescribeMember(const CatalogueEntry& entry, ObjectInfo& info);
// What the catalogue says of a member of this pack.
CatalogueEntry EntryOfMember(const shard::ObjectId& pack, const shard::Member& member,
                             const PackedPlace& place);

// One record of a pack, still sealed.
struct PackRecord {
  shard::RecordExtent extent;
  base::Bytes bytes;
};
// Every record, whatever became of its object, in the order in which they lie.
absl::StatusOr<std::vector<PackRecord>> ReadAllRecords(const Environment& env,
                                                       const LocatedObject& pack);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_PACK_READER_H_
