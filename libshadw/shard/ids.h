// SPDX-License-Identifier: Apache-2.0
//
// The names of things in format v1, and its numbers. FORMAT.md says what each is for.
#ifndef LIBSHADW_SHARD_IDS_H_
#define LIBSHADW_SHARD_IDS_H_

#include <algorithm>
#include <cstdint>

#include "libshadw/base/bytes.h"
#include "libshadw/base/units.h"

namespace shadw::shard {

using Hash = base::ByteArray<32>;
using NodeId = base::ByteArray<32>;
using StorageId = base::ByteArray<32>;
using DeleteToken = base::ByteArray<32>;
// Salt and anchor: the second half is BLAKE2b-128 of the writer's public key.
using ObjectId = base::ByteArray<32>;
using ObjectSalt = base::ByteArray<16>;
using VersionId = base::ByteArray<16>;
// Of one small object in a pack; random.
using RecordId = base::ByteArray<16>;
using HeaderNonce = base::ByteArray<24>;

inline ObjectSalt SaltOf(const ObjectId& id) {
  ObjectSalt salt;
  std::copy_n(id.begin(), salt.size(), salt.begin());
  return salt;
}

inline constexpr uint8_t kFormat = 1;
// AES-256-GCM for bodies, XChaCha20-Poly1305 for boxes, BLAKE2b, SHA-256, Ed25519.
inline constexpr uint8_t kSuite = 1;
// Systematic Cauchy Reed-Solomon over GF(2^8)/0x11d (libshadw/erasure).
inline constexpr uint8_t kErasureCauchy = 1;

inline constexpr size_t kHeaderBytes = 1024;
inline constexpr size_t kTagBytes = 16;
inline constexpr uint32_t kCellBytes = 32 * 1024;
inline constexpr uint32_t kSmallCellBytes = 4 * 1024;
inline constexpr uint32_t kMaxCells = 128;
inline constexpr uint32_t kMaxSegments = 0xffff'fffe;
// The segment number that heads and intents carry.
inline constexpr uint32_t kHeadSegment = 0xffff'ffff;

// Bits of the header's flags. A reader refuses none of them by value; a bit it does
// not know cannot occur, since the signature covers the byte and all eight are taken.
enum Flag : uint8_t {
  kFlagLast = 1,        // the object's last segment
  kFlagMeta = 2,        // the metadata leads segment 0, it was too long for the header
  kFlagBound = 4,       // the content root is signed: readers cannot forge
  kFlagHead = 8,        // a version's bare header
  kFlagTombstone = 16,  // a head that says: removed
  kFlagPrivate = 32,    // no public root
  kFlagIntent = 64,     // a bare header that announces a put
  kFlagPack = 128,      // the plaintext is a pack of small objects
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_IDS_H_
