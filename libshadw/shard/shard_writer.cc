// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/shard_writer.h"

#include <algorithm>

#include "libshadw/crypto/merkle.h"

namespace shadw::shard {
namespace {

constexpr base::ByteArray<32> kNoKey{};
constexpr base::ByteArray<12> kMacNonce{};
constexpr uint8_t kPublicRootPrefix = 2;
constexpr uint32_t kLeavesAtOnce = 16;

}  // namespace

Hash PublicRoot(const Hash& header_hash, uint32_t leaf_count, const Hash& body_root) {
  base::ByteWriter out;
  out.U8(kPublicRootPrefix).Raw(header_hash).U32(leaf_count).Raw(body_root);
  return crypto::Sha256(out.bytes());
}

ShardWriter::ShardWriter() : outer_(kNoKey), mac_(kNoKey, kMacNonce) {}

void ShardWriter::Begin(const ObjectKeys& keys, const ShardAddress& address, uint32_t cell_bytes,
                        bool public_audit, const SealContext& context, base::MutableByteSpan out) {
  keys_ = &keys;
  context_ = context;
  address_ = address;
  out_ = out;
  cell_bytes_ = cell_bytes;
  cells_ = 0;
  added_cells_ = 0;
  hashed_cells_ = 0;
  public_audit_ = public_audit;
  binding_.emplace(keys.id(), address);
  root_.reset();
  context.random->Fill(nonce_);

  outer_key_ = keys.OuterKey(address, nonce_);
  outer_.SetKey(outer_key_.bytes());
  const crypto::SecretKey mac_key = keys.BodyMacKey(nonce_);
  if (context.observer != nullptr) context.observer->OnSeal(mac_key.bytes(), kMacNonce);
  mac_.Reset(mac_key.bytes(), kMacNonce);
  const size_t body_bytes = out.size() - kHeaderBytes;
  if (context.observer != nullptr) {
    for (size_t cell = 0; cell < body_bytes / (cell_bytes + kTagBytes); ++cell) {
      context.observer->OnSeal(outer_key_.bytes(), WrapNonce(cell));
    }
  }
  const size_t leaf_bytes = (cell_bytes + kTagBytes) / LeavesPerCell(cell_bytes);
  leaves_.resize(public_audit ? body_bytes / leaf_bytes : 0);
}

base::MutableByteSpan ShardWriter::StoredCell(uint32_t cell) const {
  const size_t stored_bytes = cell_bytes_ + kTagBytes;
  return out_.subspan(kHeaderBytes + cell * stored_bytes, stored_bytes);
}

void ShardWriter::AddCell(base::ByteSpan inner_cell) {
  Authenticate(inner_cell);
  Wrap(outer_, added_cells_++, inner_cell);
  if ((added_cells_ - hashed_cells_) * LeavesPerCell(cell_bytes_) >= kLeavesAtOnce) HashLeaves();
}

void ShardWriter::Authenticate(base::ByteSpan inner_cell) {
  mac_.Update(inner_cell);
  ++cells_;
}

void ShardWriter::Wrap(crypto::AesGcm& cipher, uint32_t cell, base::ByteSpan inner_cell) const {
  WrapBinding binding = *binding_;
  cipher.Seal(WrapNonce(cell), binding.ForCell(cell), inner_cell, StoredCell(cell));
}

void ShardWriter::HashLeaves() {
  const size_t stored_bytes = cell_bytes_ + kTagBytes;
  const uint32_t per_cell = LeavesPerCell(cell_bytes_);
  if (public_audit_) {
    hasher_.Hash(out_.subspan(kHeaderBytes + hashed_cells_ * stored_bytes,
                              (added_cells_ - hashed_cells_) * stored_bytes),
                 stored_bytes / per_cell, leaves_.data() + hashed_cells_ * per_cell);
  }
  hashed_cells_ = added_cells_;
}

void ShardWriter::MakeRoot() {
  HashLeaves();
  root_ = public_audit_ ? crypto::MerkleRoot(leaves_) : Hash{};
}

Hash ShardWriter::Finish(AuditBox audit, VerifyBox verify, const SealedReadBox& sealed_read) {
  if (!root_) MakeRoot();
  audit.index = address_.index;
  audit.copy = address_.copy;
  audit.node = address_.node;
  audit.epoch = address_.epoch;
  audit.cells = cells_;
  audit.body_root = *root_;
  verify.body_mac = mac_.Final();
  const auto header = SealHeader(*keys_, nonce_, audit, verify, sealed_read, context_);
  std::ranges::copy(header, out_.begin());
  if (!public_audit_) return Hash{};
  return PublicRoot(crypto::Sha256(header), static_cast<uint32_t>(leaves_.size()), audit.body_root);
}

}  // namespace shadw::shard
