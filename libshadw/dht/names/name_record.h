// SPDX-License-Identifier: Apache-2.0
//
// Names for endpoints and services that nobody hands out: a name is its owner's public key
// and a label. What the name stands for is told by a record that the owner signs.
//
//   crypto::Ed25519Signer owner(seed);
//   NameRecord first = *MakeRecord(owner, "printer", {.kind = NameKind::kService,
//       .addresses = {endpoint}, .capabilities = {"ipp"}, .created = now, .expires = then});
//   NameRecord next = *UpdateRecord(owner, first, {…});      // sequence number 2
//   NameRecord end = *RevokeRecord(owner, next, now);        // a tombstone
//   absl::Status genuine = VerifyRecord(*DecodeRecord(bytes));
//
// NamespaceId = BLAKE2b-256("shadw/ns/v1" ‖ owner 32 ‖ u32 length ‖ label).
//
// Encoding; integers little-endian, times in nanoseconds since 1970. The signature is the
// owner's Ed25519 over everything above it, which begins with the tag of its domain.
//   13 "shadw/name/v1"   1 kind: 0 endpoint, 1 service   1 revoked: 0, 1
//   32 owner   4 n   n label   8 sequence number   8 created   8 expires
//   4 count, of addresses      each   1 family: 4, 6   4 or 16 address   2 port
//   4 count, of capabilities   each   4 n   n text, in ascending order, none twice
//   64 signature
//
// Limits: labels of 1 to 64 bytes, any; kMaxNameAddresses; kMaxCapabilities of 1 to 32
// printable ASCII characters; kMaxNameBytes in all. A record is public.
//   Source   catalogue S20, rule G7; differs: the record has owner and label in the place of
//            the NamespaceId, which follows from them
#ifndef LIBSHADW_DHT_NAMES_NAME_RECORD_H_
#define LIBSHADW_DHT_NAMES_NAME_RECORD_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/time.h"
#include "libshadw/crypto/ed25519.h"

namespace shadw::dht::names {

inline constexpr size_t kMaxLabelBytes = 64;
inline constexpr size_t kMaxNameAddresses = 16;
inline constexpr size_t kMaxCapabilities = 16;
inline constexpr size_t kMaxCapabilityBytes = 32;
// What is left of a mainline value of 1000 bytes for a byte string.
inline constexpr size_t kMaxNameBytes = 996;
// The highest number that every protocol can carry.
inline constexpr uint64_t kMaxNameSeq = (uint64_t{1} << 53) - 1;

using NamespaceId = base::ByteArray<32>;

//   Promise  of any label; names of legal labels are those with a record
NamespaceId NamespaceIdOf(std::span<const uint8_t, 32> owner, std::string_view label);

// The topic under which those who hold the log of a key meet on hyperdht: BLAKE2b-256,
// keyed by the public key, of "hypercore".
//   Source   hypercore-crypto, discoveryKey
base::ByteArray<32> DiscoveryKey(std::span<const uint8_t, 32> public_key);

enum class NameKind : uint8_t { kEndpoint = 0, kService = 1 };

struct Name {
  base::ByteArray<32> owner{};
  std::string label;

  NamespaceId id() const { return NamespaceIdOf(owner, label); }
  friend bool operator==(const Name&, const Name&) = default;
};

// What the owner says.
struct NameFacts {
  NameKind kind = NameKind::kEndpoint;
  std::vector<base::Endpoint> addresses;  // the preferred one first
  std::vector<std::string> capabilities;
  base::Time created{};  // valid from here
  base::Time expires{};  // up to, but not at, this

  friend bool operator==(const NameFacts&, const NameFacts&) = default;
};

struct NameRecord {
  Name name;
  NameFacts facts;
  uint64_t seq = 0;
  bool revoked = false;  // a tombstone: no addresses, no capabilities
  base::ByteArray<64> signature{};

  friend bool operator==(const NameRecord&, const NameRecord&) = default;
};

// The first record of a name. Capabilities are put in order, doubles left out.
//   Errors   kInvalidArgument  label or facts are over a limit or not legal, they expire
//                              before they begin, or seq is 0 or above kMaxNameSeq
absl::StatusOr<NameRecord> MakeRecord(const crypto::Ed25519Signer& owner, std::string_view label,
                                      NameFacts facts, uint64_t seq = 1);
// The record that takes the place of `known`, its sequence number one higher.
//   Errors   as MakeRecord
//            kPermissionDenied    `known` has another owner
//            kFailedPrecondition  `known` revokes the name until after facts.created
//            kResourceExhausted   its sequence number is the last
absl::StatusOr<NameRecord> UpdateRecord(const crypto::Ed25519Signer& owner, const NameRecord& known,
                                        NameFacts facts);
// The tombstone that ends `known`. While it is in force it outranks every record of the
// name; it ends with `known`, or at `until` if that is later. Let it outlast every record
// of the name that may still be about.
//   Errors   as UpdateRecord; kFailedPrecondition where `known` is a tombstone already
absl::StatusOr<NameRecord> RevokeRecord(const crypto::Ed25519Signer& owner, const NameRecord& known,
                                        base::Time now, base::Time until = {});

// Whether the record is legal and its signature the owner's. Time is Accept's affair.
//   Errors   kInvalidArgument   a field is over a limit or not legal
//            kPermissionDenied  forged
absl::Status VerifyRecord(const NameRecord& record);

// The bytes of a legal record.
base::Bytes EncodeRecord(const NameRecord& record);
// Reads what a stranger sent. The signature is not checked.
//   Errors   kDataLoss       cut short, too long, or not the one spelling of a legal record
//            kUnimplemented  a record of another version
absl::StatusOr<NameRecord> DecodeRecord(base::ByteSpan bytes);

}  // namespace shadw::dht::names

#endif  // LIBSHADW_DHT_NAMES_NAME_RECORD_H_
