// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/capability.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/blake2b.h"

namespace shadw::shard {
namespace {

constexpr uint8_t kCapabilityVersion = 1;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kFixedBytes = 1 + 1 + 32 + kChecksumBytes;

base::ByteArray<kChecksumBytes> Checksum(base::ByteSpan payload) {
  const Hash hash = crypto::Blake2b256({}, {base::AsBytes("shadw-capability"), payload});
  base::ByteArray<kChecksumBytes> checksum;
  std::copy_n(hash.begin(), checksum.size(), checksum.begin());
  return checksum;
}

// What a capability's second byte says: a right by its number, or a member.
constexpr uint8_t kMember = 5;

std::string Prefix(std::string_view kind) {
  return absl::StrCat("shadw-", std::string(kind), "-1-");
}

size_t KeyBytes(Right right) { return (right == Right::kVerify ? 3 : 1) * size_t{32}; }
constexpr size_t kMemberBytes = 32 + sizeof(RecordId) + 32;

absl::Status NotACapability(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("shard: got text that is no capability: ", std::string(why)));
}

absl::StatusOr<Right> RightOfPrefix(std::string_view text) {
  for (Right right : {Right::kRead, Right::kVerify, Right::kAudit}) {
    if (text.starts_with(Prefix(ToString(right)))) return right;
    if (text.starts_with(absl::StrCat("shadw-", std::string(ToString(right)), "-"))) {
      return absl::UnimplementedError("shard: got a capability of another version, know 1");
    }
  }
  return NotACapability(
      "it starts with none of shadw-read-, shadw-verify-, shadw-audit-, shadw-member-");
}

// The decoder takes spaces, padding and stray bits at the end; a capability has one
// spelling.
bool IsSpelledAs(base::ByteSpan payload, std::string_view encoded) {
  std::string canonical;
  const std::string_view characters = base::AsText(payload);
  absl::WebSafeBase64Escape({characters.data(), characters.size()}, &canonical);
  const bool same = canonical == encoded;
  crypto::Wipe({reinterpret_cast<uint8_t*>(canonical.data()), canonical.size()});
  return same;
}

// What is between the kind and the checksum, once both hold.
absl::StatusOr<base::ByteReader> CheckPayload(uint8_t kind, std::string_view encoded,
                                              base::ByteSpan bytes, size_t key_bytes) {
  if (bytes.size() != kFixedBytes + key_bytes) return NotACapability("it is too long or too short");
  const base::ByteSpan body = bytes.first(bytes.size() - kChecksumBytes);
  if (!std::ranges::equal(Checksum(body), bytes.last(kChecksumBytes)) ||
      !IsSpelledAs(bytes, encoded)) {
    return NotACapability("the checksum does not hold: mistyped?");
  }
  base::ByteReader in(body);
  if (in.U8() != kCapabilityVersion || in.U8() != kind) {
    return NotACapability("its prefix and its content differ");
  }
  return in;
}

crypto::SecretKey NextKey(base::ByteReader& in) {
  return crypto::SecretKey::CopyOf(in.View(crypto::SecretKey::kBytes).first<32>());
}

absl::StatusOr<ObjectKeys> KeysOfPayload(Right right, std::string_view encoded,
                                         base::ByteSpan bytes) {
  SHADW_ASSIGN_OR_RETURN(base::ByteReader in, CheckPayload(static_cast<uint8_t>(right), encoded,
                                                           bytes, KeyBytes(right)));
  ObjectId id;
  in.Raw(id);
  const crypto::SecretKey first = NextKey(in);
  if (right == Right::kRead) return ObjectKeys::ForReader(id, first);
  if (right == Right::kAudit) return ObjectKeys::ForAuditor(id, first);
  const crypto::SecretKey delete_key = NextKey(in);
  return ObjectKeys::ForRepairer(id, first, delete_key, NextKey(in));
}

absl::StatusOr<MemberKeys> MemberOfPayload(std::string_view encoded, base::ByteSpan bytes) {
  SHADW_ASSIGN_OR_RETURN(base::ByteReader in, CheckPayload(kMember, encoded, bytes, kMemberBytes));
  ObjectId id;
  in.Raw(id);
  const crypto::SecretKey read = NextKey(in);
  RecordId record;
  in.Raw(record);
  return MemberKeys{ObjectKeys::ForReader(id, read), record, NextKey(in)};
}

// `parse` gets the characters behind the prefix and the bytes that they stand for.
template <typename Parse>
auto Decode(std::string_view text, std::string_view kind, const Parse& parse)
    -> decltype(parse(text, base::ByteSpan())) {
  const std::string_view encoded = text.substr(Prefix(kind).size());
  std::string payload;
  const bool decodes = absl::WebSafeBase64Unescape({encoded.data(), encoded.size()}, &payload);
  const base::MutableByteSpan bytes(reinterpret_cast<uint8_t*>(payload.data()), payload.size());
  auto parsed =
      decodes ? parse(encoded, bytes) : NotACapability("it has characters that do not belong");
  crypto::Wipe(bytes);
  return parsed;
}

std::string Encode(std::string_view kind, base::ByteWriter out) {
  out.Raw(Checksum(out.bytes()));
  base::Bytes payload = std::move(out).Take();
  std::string encoded;
  const std::string_view characters = base::AsText(payload);
  absl::WebSafeBase64Escape({characters.data(), characters.size()}, &encoded);
  crypto::Wipe(payload);
  return Prefix(kind) + encoded;
}

}  // namespace

std::string_view ToString(Right right) {
  switch (right) {
    case Right::kAudit:
      return "audit";
    case Right::kVerify:
      return "verify";
    case Right::kRead:
      return "read";
    case Right::kWrite:
      return "write";
  }
  return "unknown";
}

absl::StatusOr<std::string> EncodeCapability(const ObjectKeys& keys, Right right) {
  if (right == Right::kWrite) {
    return absl::InvalidArgumentError("shard: the right to write is not shared, need a lower one");
  }
  const bool reaches =
      right == Right::kVerify ? keys.may_verify() && keys.may_repair() : keys.right() >= right;
  if (!reaches) {
    return absl::PermissionDeniedError(
        absl::StrCat("shard: got keys with the right to ", std::string(ToString(keys.right())),
                     ", which cannot share the right to ", std::string(ToString(right))));
  }
  base::ByteWriter out;
  out.U8(kCapabilityVersion).U8(static_cast<uint8_t>(right)).Raw(keys.id());
  if (right == Right::kRead) out.Raw(keys.read_key()->bytes());
  if (right == Right::kAudit) out.Raw(keys.audit_key().bytes());
  if (right == Right::kVerify) {
    out.Raw(keys.verify_key()->bytes()).Raw(keys.delete_key()->bytes());
    out.Raw(keys.match_key()->bytes());
  }
  return Encode(ToString(right), std::move(out));
}

absl::StatusOr<ObjectKeys> DecodeCapability(std::string_view text) {
  if (text.size() > kMaxCapabilityCharacters) return NotACapability("it is too long");
  if (IsMemberCapability(text)) {
    return absl::InvalidArgumentError(
        "shard: got the capability of one member of a pack, need that of an object");
  }
  SHADW_ASSIGN_OR_RETURN(const Right right, RightOfPrefix(text));
  return Decode(text, ToString(right), [right](std::string_view encoded, base::ByteSpan bytes) {
    return KeysOfPayload(right, encoded, bytes);
  });
}

bool IsMemberCapability(std::string_view text) { return text.starts_with("shadw-member-"); }

absl::StatusOr<std::string> EncodeMemberCapability(const MemberKeys& member) {
  if (!member.pack.may_read()) {
    return absl::PermissionDeniedError(
        "shard: got keys that cannot read the pack, which cannot share its members");
  }
  base::ByteWriter out;
  out.U8(kCapabilityVersion).U8(kMember).Raw(member.pack.id()).Raw(member.pack.read_key()->bytes());
  out.Raw(member.record).Raw(member.key.bytes());
  return Encode("member", std::move(out));
}

absl::StatusOr<MemberKeys> DecodeMemberCapability(std::string_view text) {
  if (text.size() > kMaxCapabilityCharacters) return NotACapability("it is too long");
  if (!IsMemberCapability(text)) return NotACapability("it does not start with shadw-member-");
  if (!text.starts_with(Prefix("member"))) {
    return absl::UnimplementedError("shard: got a capability of another version, know 1");
  }
  return Decode(text, "member", MemberOfPayload);
}

}  // namespace shadw::shard
