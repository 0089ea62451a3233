// SPDX-License-Identifier: Apache-2.0
//
// Writes one stored shard, cell by cell: wraps, authenticates, hashes. Sealing,
// rotation and repair all end here.
//
//   writer.Begin(keys, address, shape, context, out);
//   for (…) writer.AddCell(inner_cell);
//   Hash root = writer.Finish(audit, verify, sealed_read, context);   // `out` is complete
//
//   Cost     one pass over each cell while it is in cache, no allocation after the
//            first shard of a size
#ifndef LIBSHADW_SHARD_SHARD_WRITER_H_
#define LIBSHADW_SHARD_SHARD_WRITER_H_

#include <vector>

#include "libshadw/crypto/aes_gcm.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/shard/cell.h"
#include "libshadw/shard/header.h"

namespace shadw::shard {

// Leaves of the body's Merkle tree per cell: 8 for 32 KiB cells, 1 for small ones.
constexpr uint32_t LeavesPerCell(uint32_t cell_bytes) { return cell_bytes == kCellBytes ? 8 : 1; }

// SHA-256(0x02 | SHA-256(header) | LE32 leaf count | body root): what anyone may
// hold a node to.
Hash PublicRoot(const Hash& header_hash, uint32_t leaf_count, const Hash& body_root);

class ShardWriter {
 public:
  ShardWriter();

  // `out` is the whole shard, header first; it must outlive Finish. With
  // `public_audit` the body is hashed.
  void Begin(const ObjectKeys& keys, const ShardAddress& address, uint32_t cell_bytes,
             bool public_audit, const SealContext& context, base::MutableByteSpan out);
  void AddCell(base::ByteSpan inner_cell);
  // Fills in what only the end knows (index, node, epoch, body root, body mac),
  // writes the header and returns the public root; zero without `public_audit`.
  Hash Finish(AuditBox audit, VerifyBox verify, const SealedReadBox& sealed_read);

 private:
  // Of the cells not hashed yet: several at once fill the hasher's lanes.
  void HashLeaves();

  crypto::AesGcm outer_;
  crypto::Gmac mac_;
  crypto::LeafHasher hasher_;
  std::vector<Hash> leaves_;

  const ObjectKeys* keys_ = nullptr;
  SealContext context_;
  crypto::SecretKey outer_key_ = crypto::SecretKey::Zeroed();
  ShardAddress address_;
  HeaderNonce nonce_{};
  std::optional<WrapBinding> binding_;
  base::MutableByteSpan out_;
  uint32_t cell_bytes_ = 0;
  uint32_t cells_ = 0;
  uint32_t hashed_cells_ = 0;
  bool public_audit_ = false;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_SHARD_WRITER_H_
