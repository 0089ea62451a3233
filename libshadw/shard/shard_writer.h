// SPDX-License-Identifier: Apache-2.0
//
// Writes one stored shard, cell by cell: wraps, authenticates, hashes. Sealing,
// rotation and repair all end here.
//
//   writer.Begin(keys, address, shape, context, out);
//   for (…) writer.AddCell(inner_cell);             // or Authenticate, Wrap and hash
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
  // `public_audit` the body is hashed. The observer is told of all nonces here.
  void Begin(const ObjectKeys& keys, const ShardAddress& address, uint32_t cell_bytes,
             bool public_audit, const SealContext& context, base::MutableByteSpan out);
  void AddCell(base::ByteSpan inner_cell);

  // The steps of AddCell by themselves, for several threads. Cells are authenticated in
  // order, by one thread at a time; each is wrapped and hashed by any, under a cipher
  // that the thread has got from KeyCipher.
  void KeyCipher(crypto::AesGcm& cipher) const { cipher.SetKey(outer_key_.bytes()); }
  void Authenticate(base::ByteSpan inner_cell);
  void Wrap(crypto::AesGcm& cipher, uint32_t cell, base::ByteSpan inner_cell) const;
  // Calls `add(leaf)` for what is to be hashed of a wrapped cell: nothing without
  // `public_audit`.
  template <typename Add>
  void ForEachLeaf(uint32_t cell, Add add) {
    if (!public_audit_) return;
    const uint32_t per_cell = LeavesPerCell(cell_bytes_);
    const base::ByteSpan stored = StoredCell(cell);
    const size_t leaf_bytes = stored.size() / per_cell;
    for (uint32_t i = 0; i < per_cell; ++i) {
      add(crypto::LeafHasher::Leaf{stored.subspan(i * leaf_bytes, leaf_bytes),
                                   &leaves_[cell * per_cell + i]});
    }
  }

  // The root of what was hashed; Finish does it where nobody did.
  void MakeRoot();

  // Fills in what only the end knows (index, node, epoch, body root, body mac),
  // writes the header and returns the public root; zero without `public_audit`.
  Hash Finish(AuditBox audit, VerifyBox verify, const SealedReadBox& sealed_read);

 private:
  base::MutableByteSpan StoredCell(uint32_t cell) const;
  // Of the cells not hashed yet: several at once fill the hasher's lanes.
  void HashLeaves();

  crypto::AesGcm outer_;
  crypto::Gmac mac_;
  crypto::LeafHasher hasher_;
  std::vector<Hash> leaves_;
  std::optional<Hash> root_;

  const ObjectKeys* keys_ = nullptr;
  SealContext context_;
  crypto::SecretKey outer_key_ = crypto::SecretKey::Zeroed();
  ShardAddress address_;
  HeaderNonce nonce_{};
  std::optional<WrapBinding> binding_;
  base::MutableByteSpan out_;
  uint32_t cell_bytes_ = 0;
  uint32_t cells_ = 0;
  uint32_t added_cells_ = 0;  // by AddCell
  uint32_t hashed_cells_ = 0;
  bool public_audit_ = false;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_SHARD_WRITER_H_
