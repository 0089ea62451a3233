// SPDX-License-Identifier: Apache-2.0
//
// What an object says of itself: name, mode, time, as a list of typed values (TLVs)
// inside box R. A reader skips odd types that it does not know and refuses even
// ones, so a later writer can add both kinds.
//
//   Metadata meta{.name = "notes.txt", .mode = 0644};
//   base::Bytes tlvs = EncodeMetadata(meta);
//
//   Limits   kMaxMetadataBytes in all; a name of at most kMaxNameBytes
//   Source   FORMAT.md, "Metadata"
#ifndef LIBSHADW_SHARD_METADATA_H_
#define LIBSHADW_SHARD_METADATA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/shard/ids.h"

namespace shadw::shard {

inline constexpr size_t kMaxNameBytes = 4096;
inline constexpr size_t kMaxMetadataBytes = 8192;

enum class ObjectKind : uint8_t {
  kFile = 0,
  kDirectory = 1,
  kPage = 2,
  kPack = 3,
  kSymlink = 4,   // its content is where it points
  kDeadList = 5,  // of a pack: members that are gone
};

// Whether an object of this kind is a user's, and not part of how the vault works.
inline bool IsUsers(ObjectKind kind) {
  return kind == ObjectKind::kFile || kind == ObjectKind::kDirectory ||
         kind == ObjectKind::kSymlink;
}

// Where a segment's plaintext stands in the object.
struct SegmentExtent {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  bool operator==(const SegmentExtent&) const = default;
};

// Tells a few hundred nodes apart well enough.
using NodePrefix = base::ByteArray<3>;
inline constexpr size_t kMaxRosterPrefixes = 64;

// What an intent announces.
struct IntentRecord {
  ObjectId object{};
  uint32_t generation = 0;
  uint64_t sequence = 0;
  VersionId version{};
  int64_t lease_end_ns = 0;
  uint32_t epoch = 0;
  bool operator==(const IntentRecord&) const = default;
};

struct Metadata {
  std::string name;
  std::optional<uint32_t> mode;  // POSIX permission bits
  ObjectKind kind = ObjectKind::kFile;
  std::optional<SegmentExtent> extent;
  std::optional<IntentRecord> intent;
  // Beside an intent: the first bytes of the ids of all nodes its writer may use.
  std::vector<NodePrefix> roster;

  bool operator==(const Metadata&) const = default;
};

//   Errors   kInvalidArgument  a name over kMaxNameBytes or with a zero byte, or a roster of
//                              more than kMaxRosterPrefixes
absl::StatusOr<base::Bytes> EncodeMetadata(const Metadata& metadata);

//   Errors   kDataLoss         malformed: truncated, repeated or out of order
//            kUnimplemented    an even type that this version does not know
absl::StatusOr<Metadata> DecodeMetadata(base::ByteSpan tlvs);

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_METADATA_H_
