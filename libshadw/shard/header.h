// SPDX-License-Identifier: Apache-2.0
//
// The 1024 bytes in front of every shard: three boxes, one inside the other, all of
// it noise to whoever holds no key.
//
//   outside  nonce, match tag, masked object id, commitment to K_audit
//   box A    opens with K_audit: which shard of which segment, where, when
//   box V    opens with K_verify: the writer's signature, what the plaintext hashes to
//   box R    opens with K_read: the content key, sizes, the object's metadata
//
// Boxes open as far as the keys reach. Every field is checked against every other
// before a caller sees it; what it was *asked for* the caller compares himself: that
// `audit.address()` and `audit.sequence` are those he looked for.
//
//   auto header = OpenHeader(bytes, keys, OpenTo::kRead);
//   if (!header.ok()) …                      // one text for every authentication failure
//   header->audit.k, header->verify->signature, header->read->object_bytes
//
//   Limits   any 1024 bytes give a header or an error; work is constant
//   Source   FORMAT.md, "Header"; catalogue S45
#ifndef LIBSHADW_SHARD_HEADER_H_
#define LIBSHADW_SHARD_HEADER_H_

#include <memory>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/random.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/shard/ids.h"
#include "libshadw/shard/keys.h"
#include "libshadw/shard/metadata.h"
#include "libshadw/shard/nonce_observer.h"

namespace shadw::shard {

inline constexpr size_t kReadBoxBytes = 524;
inline constexpr size_t kInlineMetadataBytes = 369;
using SealedReadBox = base::ByteArray<kReadBoxBytes>;

// Box A: what an auditor sees.
struct AuditBox {
  uint8_t flags = 0;
  uint32_t generation = 0;
  uint64_t sequence = 0;
  VersionId version{};
  uint32_t segment = 0;
  uint32_t segment_count = 0;  // 0 where it was not known yet
  uint16_t data_shards = 0;    // k
  uint16_t total_shards = 0;   // n
  uint16_t index = 0;          // j
  uint16_t copy = 0;
  uint32_t cell_bytes = 0;
  uint32_t cells = 0;  // per shard, padding included
  uint32_t epoch = 0;
  int64_t time_ns = 0;
  NodeId node{};
  Hash body_root{};  // zero with kFlagPrivate; in heads the previous head's hash

  bool has(Flag flag) const { return (flags & flag) != 0; }
  ShardAddress address() const { return {version, segment, index, copy, node, epoch}; }
  bool operator==(const AuditBox&) const = default;
};

// Box V: what a repair agent sees besides.
struct VerifyBox {
  uint64_t sealed_bytes = 0;  // chunks * cell_bytes; in heads the sum over all segments
  base::ByteArray<32> public_key{};
  base::ByteArray<64> signature{};
  Hash cek_commitment{};
  Hash content_root{};
  Hash read_box_hash{};
  base::ByteArray<16> body_mac{};
  uint32_t attempt = 0;
};

// Box R: what a reader sees besides.
struct ReadBox {
  // Shared, so that headers can be copied; null in heads, which seal nothing.
  std::shared_ptr<const crypto::SecretKey> content_key;
  uint64_t object_bytes = 0;  // 0 where it was not known yet
  uint64_t plain_bytes = 0;   // of this segment, before padding, metadata included
  int64_t mtime_ns = 0;
  Hash path_tag{};
  uint64_t previous_sequence = 0;
  base::ByteArray<16> catalogue_hint{};
  uint8_t codec = 0;            // 0 plain, 1 zstd frames
  uint16_t metadata_bytes = 0;  // with kFlagMeta: of the metadata that leads segment 0
  base::Bytes metadata;         // the encoded TLVs, empty with kFlagMeta
};

struct Header {
  HeaderNonce nonce{};
  AuditBox audit;
  std::optional<VerifyBox> verify;
  SealedReadBox sealed_read{};
  std::optional<ReadBox> read;
  Hash header_hash{};  // SHA-256 of the 1024 bytes
};

// Where encryption takes its randomness from, and who is told of every key and nonce.
struct SealContext {
  base::RandomSource* random = nullptr;
  NonceObserver* observer = nullptr;
};

// Box R, sealed once per segment and copied by agents that cannot open it.
//   Errors   kInvalidArgument  more than kInlineMetadataBytes of metadata
absl::StatusOr<SealedReadBox> SealReadBox(const ObjectKeys& keys, const VersionId& version,
                                          uint32_t segment, const ReadBox& box,
                                          const SealContext& context);

// The commitment in box V to the content key of (object, version, segment).
Hash CommitToContentKey(const ReadBox& box, const ObjectId& object, const VersionId& version,
                        uint32_t segment);

// The bytes that the writer signs: all that V and R promise and that is the same for
// every shard of a segment; of a head, the whole version.
base::Bytes SignedMessage(const ObjectId& object, const AuditBox& audit, const VerifyBox& verify);

// Writes the 1024 bytes under a nonce that the caller drew: the outer key depends on
// it. Needs keys that may repair.
base::ByteArray<kHeaderBytes> SealHeader(const ObjectKeys& keys, const HeaderNonce& nonce,
                                         const AuditBox& audit, const VerifyBox& verify,
                                         const SealedReadBox& sealed_read,
                                         const SealContext& context);

enum class OpenTo { kAudit, kVerify, kRead };

// Remembers the last signature that held and the last box R, which the n shards of a
// segment have in common. Not thread-safe.
class HeaderMemo {
 public:
  bool Knows(base::ByteSpan message, const VerifyBox& box) const;
  void Remember(base::ByteSpan message, const VerifyBox& box);
  // Null where the last box was another one, or under other keys.
  const ReadBox* FindReadBox(const ObjectKeys& keys, const Header& header) const;
  void RememberReadBox(const ObjectKeys& keys, const Header& header, const ReadBox& box);

 private:
  Hash known_{};
  Hash known_read_{};
  ReadBox read_;
};

// Opens as far as `depth` and the keys allow.
//   Errors   kDataLoss       authentication failed anywhere: one text for all
//            kUnimplemented  format, suite or erasure code is not known
//   Promise  on success: 1 <= k <= n <= 255, j < n, the cell size and count are legal,
//            the public key is the one in the object id, signature and commitments hold
absl::StatusOr<Header> OpenHeader(base::ByteSpan bytes, const ObjectKeys& keys, OpenTo depth,
                                  HeaderMemo* memo = nullptr);

// The object id in a header of the vault that owns `match_key`, nothing for others.
std::optional<ObjectId> RecogniseHeader(base::ByteSpan bytes, const crypto::SecretKey& match_key);

// Whether the header commits to these keys: an auditor's way to find his shards.
bool CommitsTo(base::ByteSpan bytes, const crypto::SecretKey& audit_key);

// kDataLoss with the one text of every authentication failure.
absl::Status AuthenticationError();

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_HEADER_H_
