// SPDX-License-Identifier: Apache-2.0
//
// A pack: many small objects, its members, in the plaintext of one ordinary object, so
// that 4 KiB cost 4 KiB and not a set of shards.
//
//   pack    record ‖ record … ‖ index
//   record  record id 16 ‖ box length 4 ‖ nonce 24 ‖ key commitment 32 ‖ box
//   index   record id 16 ‖ offset 4 ‖ length 4 of each, by id ‖ count 4
//
// Each member is sealed under a key of its own, which follows from the vault's key and
// the record id: who is handed one key, and with it the right to read the pack, learns of
// the others how many there are and how long, and nothing else.
//
//   base::Bytes record = MemberSealer().Seal(id, vault.MemberKey(id), member, context).value();
//   Member back = OpenMember({vault.MemberKey(id)…}, record).value();
//
//   Limits   a member's content kMaxMemberBytes, a pack kMaxPackBytes; any bytes give a
//            member or an error
//   Source   FORMAT.md, "Packs"
#ifndef LIBSHADW_SHARD_PACK_H_
#define LIBSHADW_SHARD_PACK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/shard/compression.h"
#include "libshadw/shard/header.h"
#include "libshadw/shard/keys.h"
#include "libshadw/shard/metadata.h"

namespace shadw::shard {

inline constexpr size_t kMaxMemberBytes = 64 * 1024;
inline constexpr uint32_t kMaxPackBytes = 64 << 20;
// Of a record, besides the content and the metadata.
inline constexpr size_t kRecordHeadBytes = 16 + 4 + 24 + 32;
inline constexpr size_t kRecordBytes = kRecordHeadBytes + 23 + kTagBytes;
inline constexpr size_t kIndexEntryBytes = 16 + 4 + 4;
inline constexpr size_t kMaxPackRecords = kMaxPackBytes / kRecordBytes;

struct Member {
  Metadata metadata;  // name, kind, mode
  int64_t mtime_ns = 0;
  int64_t put_time_ns = 0;
  base::Bytes content;
};

// Seals members, compressing those that shrink by a tenth.
class MemberSealer {
 public:
  MemberSealer() : room_(kMaxMemberBytes), packer_(room_.span()) {}

  // One record.
  //   Errors   kInvalidArgument  content over kMaxMemberBytes; those of EncodeMetadata
  absl::StatusOr<base::Bytes> Seal(const RecordId& id, const crypto::SecretKey& key,
                                   const Member& member, bool compress, const SealContext& context);

 private:
  base::Buffer room_;
  FramePacker packer_;
};

//   Shapes   record  from its id to the end of its box
//   Errors   kDataLoss  it is another record, cut off, malformed, or under another key
absl::StatusOr<Member> OpenMember(const RecordId& id, const crypto::SecretKey& key,
                                  base::ByteSpan record);

struct RecordExtent {
  RecordId id{};
  uint32_t offset = 0;
  uint32_t bytes = 0;
  bool operator==(const RecordExtent&) const = default;
};

// Bytes of an index of so many records.
inline constexpr uint64_t PackIndexBytes(uint64_t records) {
  return records * kIndexEntryBytes + 4;
}
// Sorts `records` by id.
base::Bytes EncodePackIndex(std::vector<RecordExtent> records);

// How many bytes at a pack's end are its index, from the pack's last four bytes.
//   Errors   kDataLoss  longer than the pack
absl::StatusOr<uint64_t> ReadPackIndexBytes(base::ByteSpan last_four, uint64_t pack_bytes);
// Extents lie inside the pack, before the index, and are no longer together; ids ascend.
//   Errors   kDataLoss  malformed
absl::StatusOr<std::vector<RecordExtent>> DecodePackIndex(base::ByteSpan index,
                                                          uint64_t pack_bytes);

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_PACK_H_
