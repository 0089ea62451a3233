// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/krpc/bep42.h"

#include "libshadw/dht/krpc/compact.h"

namespace shadw::dht::krpc {
namespace {

// The bits of the first word of an id that the address decides.
constexpr uint64_t kDecided = ~uint64_t{0} << (64 - 21);
constexpr base::ByteArray<4> kMaskV4{0x03, 0x0f, 0x3f, 0xff};
constexpr base::ByteArray<8> kMaskV6{0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff};

// CRC-32C (Castagnoli), reflected, byte by byte: the input has 4 or 8 bytes.
constexpr std::array<uint32_t, 256> kCrcTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
    table[byte] = crc;
  }
  return table;
}();

// The decided bits, in place.
uint64_t Prefix(const base::Endpoint& address, uint8_t last_byte) {
  const base::ByteSpan mask = address.v6 ? base::ByteSpan(kMaskV6) : base::ByteSpan(kMaskV4);
  uint32_t crc = ~uint32_t{0};
  for (size_t i = 0; i < mask.size(); ++i) {
    uint8_t byte = address.address[i] & mask[i];
    if (i == 0) byte |= static_cast<uint8_t>((last_byte & 7) << 5);
    crc = crc >> 8 ^ kCrcTable[(crc ^ byte) & 0xff];
  }
  return uint64_t{~crc} << 32 & kDecided;
}

uint8_t LastByte(const NodeId& id) { return static_cast<uint8_t>(id.words[2] >> 32); }

}  // namespace

NodeId IdForAddress(const base::Endpoint& address, base::RandomSource& random) {
  NodeId id = LoadId(random.Array<kIdBytes>().data());
  id.words[0] = (id.words[0] & ~kDecided) | Prefix(address, LastByte(id));
  return id;
}

bool IdFitsAddress(const NodeId& id, const base::Endpoint& address) {
  return address.IsLocal() || (id.words[0] & kDecided) == Prefix(address, LastByte(id));
}

}  // namespace shadw::dht::krpc
