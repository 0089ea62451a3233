// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/node_id.h"

#include <algorithm>

namespace shadw::dht {

NodeId NodeId::FromBytes(base::ByteSpan bytes) {
  NodeId id{};
  for (size_t i = 0; i < std::min(bytes.size(), kMaxIdBytes); ++i) {
    id.words[i / 8] |= uint64_t{bytes[i]} << (56 - 8 * (i % 8));
  }
  return id;
}

void NodeId::ToBytes(base::MutableByteSpan out) const {
  for (size_t i = 0; i < std::min(out.size(), kMaxIdBytes); ++i) {
    out[i] = static_cast<uint8_t>(words[i / 8] >> (56 - 8 * (i % 8)));
  }
}

std::string NodeId::ToHex(size_t id_bytes) const {
  base::ByteArray<kMaxIdBytes> bytes;
  ToBytes(bytes);
  return base::ToHex(base::ByteSpan(bytes).first(std::min(id_bytes, kMaxIdBytes)));
}

}  // namespace shadw::dht
