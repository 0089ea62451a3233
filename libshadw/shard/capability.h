// SPDX-License-Identifier: Apache-2.0
//
// A right to one object as a string that a user can hand over.
//
//   shadw-read-1-…     K_read: may read; can neither delete nor, where the writer chose
//                      `bound`, forge
//   shadw-verify-1-…   K_verify, K_delete, K_match: may check, repair and rotate; cannot
//                      read. Recognises the vault's other shards by K_match.
//   shadw-audit-1-…    K_audit: may audit
//   shadw-member-1-…   the right to read a pack, and the key of one of its members: may
//                      read that one
//
//   std::string text = EncodeCapability(keys, Right::kRead).value();
//   ObjectKeys shared = DecodeCapability(text).value();
//
// Whoever reads the string has the right. A right cannot be taken back for versions
// that exist: raising the generation shuts readers out of later ones only. A read
// capability of an object that is not bound lets its holder forge, together with k
// stores, what other holders read.
//   Source   FORMAT.md, "Capabilities"; property P7
#ifndef LIBSHADW_SHARD_CAPABILITY_H_
#define LIBSHADW_SHARD_CAPABILITY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/shard/keys.h"

namespace shadw::shard {

inline constexpr size_t kMaxCapabilityCharacters = 256;

std::string_view ToString(Right right);

//   Errors   kPermissionDenied  the keys do not reach that right
//            kInvalidArgument   kWrite: a writer's key is the vault's and is not shared
//   Secrets  the result is a secret
absl::StatusOr<std::string> EncodeCapability(const ObjectKeys& keys, Right right);

//   Errors   kInvalidArgument  not a capability, or mistyped: the checksum fails
//            kUnimplemented    another version
absl::StatusOr<ObjectKeys> DecodeCapability(std::string_view text);

// The right to read one member of a pack.
struct MemberKeys {
  ObjectKeys pack;  // down from kRead
  RecordId record{};
  crypto::SecretKey key;
};

bool IsMemberCapability(std::string_view text);
// As above, for a member.
absl::StatusOr<std::string> EncodeMemberCapability(const MemberKeys& member);
absl::StatusOr<MemberKeys> DecodeMemberCapability(std::string_view text);

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_CAPABILITY_H_
