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

std::string Prefix(Right right) {
  return absl::StrCat("shadw-", std::string(ToString(right)), "-1-");
}

size_t KeyCount(Right right) { return right == Right::kVerify ? 3 : 1; }

absl::Status NotACapability(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("shard: got text that is no capability: ", std::string(why)));
}

absl::StatusOr<Right> RightOfPrefix(std::string_view text) {
  for (Right right : {Right::kRead, Right::kVerify, Right::kAudit}) {
    if (text.starts_with(Prefix(right))) return right;
    if (text.starts_with(absl::StrCat("shadw-", std::string(ToString(right)), "-"))) {
      return absl::UnimplementedError("shard: got a capability of another version, know 1");
    }
  }
  return NotACapability("it starts with none of shadw-read-, shadw-verify-, shadw-audit-");
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

absl::StatusOr<ObjectKeys> KeysOfPayload(Right right, std::string_view encoded,
                                         base::ByteSpan bytes) {
  if (bytes.size() != kFixedBytes + KeyCount(right) * crypto::SecretKey::kBytes) {
    return NotACapability("it is too long or too short");
  }
  const base::ByteSpan body = bytes.first(bytes.size() - kChecksumBytes);
  if (!std::ranges::equal(Checksum(body), bytes.last(kChecksumBytes)) ||
      !IsSpelledAs(bytes, encoded)) {
    return NotACapability("the checksum does not hold: mistyped?");
  }
  base::ByteReader in(body);
  const uint8_t version = in.U8();
  const uint8_t said = in.U8();
  if (version != kCapabilityVersion || said != static_cast<uint8_t>(right)) {
    return NotACapability("its prefix and its content differ");
  }
  ObjectId id;
  in.Raw(id);
  const auto key = [&in] {
    return crypto::SecretKey::CopyOf(in.View(crypto::SecretKey::kBytes).first<32>());
  };
  const crypto::SecretKey first = key();
  if (right == Right::kRead) return ObjectKeys::ForReader(id, first);
  if (right == Right::kAudit) return ObjectKeys::ForAuditor(id, first);
  const crypto::SecretKey delete_key = key();
  return ObjectKeys::ForRepairer(id, first, delete_key, key());
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
  out.Raw(Checksum(out.bytes()));
  base::Bytes payload = std::move(out).Take();
  std::string encoded;
  const std::string_view characters = base::AsText(payload);
  absl::WebSafeBase64Escape({characters.data(), characters.size()}, &encoded);
  crypto::Wipe(payload);
  return Prefix(right) + encoded;
}

absl::StatusOr<ObjectKeys> DecodeCapability(std::string_view text) {
  if (text.size() > kMaxCapabilityCharacters) return NotACapability("it is too long");
  SHADW_ASSIGN_OR_RETURN(const Right right, RightOfPrefix(text));
  const std::string_view encoded = text.substr(Prefix(right).size());
  std::string payload;
  const bool decodes = absl::WebSafeBase64Unescape({encoded.data(), encoded.size()}, &payload);
  const base::MutableByteSpan bytes(reinterpret_cast<uint8_t*>(payload.data()), payload.size());
  absl::StatusOr<ObjectKeys> keys = decodes
                                        ? KeysOfPayload(right, encoded, bytes)
                                        : NotACapability("it has characters that do not belong");
  crypto::Wipe(bytes);
  return keys;
}

}  // namespace shadw::shard
