// SPDX-License-Identifier: Apache-2.0
#include "tests/shard/forging.h"

#include <algorithm>

#include "libshadw/crypto/merkle.h"
#include "libshadw/shard/shard_writer.h"

namespace shadw::shard {

void SealBodyAgain(const ObjectKeys& keys, base::Bytes& shard) {
  Header header = OpenHeader(shard, keys, OpenTo::kVerify).value();
  const uint32_t leaves_per_cell = LeavesPerCell(header.audit.cell_bytes);
  const size_t stored_bytes = header.audit.cell_bytes + kTagBytes;
  crypto::Gmac mac(keys.BodyMacKey(header.nonce).bytes(), CellNonce{});
  std::vector<Hash> leaves(size_t{header.audit.cells} * leaves_per_cell);
  crypto::LeafHasher hasher;
  for (uint32_t cell = 0; cell < header.audit.cells; ++cell) {
    mac.Update(UnwrapCell(keys, header, shard, cell));
    hasher.Hash(StoredCell(shard, header.audit.cell_bytes, cell), stored_bytes / leaves_per_cell,
                &leaves[size_t{cell} * leaves_per_cell]);
  }
  header.verify->body_mac = mac.Final();
  if (!header.audit.has(kFlagPrivate)) header.audit.body_root = crypto::MerkleRoot(leaves);
  const auto bytes =
      SealHeader(keys, header.nonce, header.audit, *header.verify, header.sealed_read, {});
  std::ranges::copy(bytes, shard.begin());
}

void ForgeInnerCell(const ObjectKeys& keys, base::Bytes& shard, uint32_t cell,
                    base::ByteSpan inner) {
  WrapCell(keys, OpenHeader(shard, keys, OpenTo::kVerify).value(), shard, cell, inner);
  SealBodyAgain(keys, shard);
}

void ForgeChunk(const ObjectKeys& keys, base::Bytes& shard, uint32_t cell, base::ByteSpan plain) {
  const Header header = OpenHeader(shard, keys, OpenTo::kRead).value();
  const uint32_t chunk = cell * header.audit.data_shards + header.audit.index;
  const auto chunks = static_cast<uint32_t>(header.verify->sealed_bytes / header.audit.cell_bytes);
  crypto::AesGcm content(header.read->content_key->bytes());
  base::Bytes inner(header.audit.cell_bytes);
  content.Seal(ChunkNonce(chunk, chunk + 1 == chunks), {}, plain, inner);
  ForgeInnerCell(keys, shard, cell, inner);
}

}  // namespace shadw::shard
