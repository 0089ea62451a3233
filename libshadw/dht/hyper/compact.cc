// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/hyper/compact.h"

namespace shadw::dht::hyper {
namespace {

// The first byte says how many follow; smaller numbers are that byte.
constexpr uint8_t kTwoBytes = 0xfd, kFourBytes = 0xfe, kEightBytes = 0xff;

}  // namespace

CompactWriter& CompactWriter::Uint(uint64_t value) {
  if (value < kTwoBytes) return U8(static_cast<uint8_t>(value));
  if (value <= 0xffff) return U8(kTwoBytes).U16(static_cast<uint16_t>(value));
  if (value <= 0xffffffff) return U8(kFourBytes).U32(static_cast<uint32_t>(value));
  return U8(kEightBytes).Integer(value);
}

uint64_t CompactReader::Uint() {
  const uint8_t first = in_.U8();
  if (first < kTwoBytes) return first;
  uint64_t value = 0;
  uint64_t least = 0;
  if (first == kTwoBytes) {
    value = in_.U16();
    least = kTwoBytes;
  } else if (first == kFourBytes) {
    value = in_.U32();
    least = 0x10000;
  } else {
    value = in_.U64();
    least = uint64_t{1} << 32;
  }
  if (value >= least && value <= kMaxUint) return value;
  Fail();
  return 0;
}

base::ByteSpan CompactReader::Buffer() {
  const uint64_t size = Uint();
  if (size <= remaining()) return View(size);
  Fail();
  return {};
}

base::Endpoint CompactReader::Address() {
  const base::ByteSpan ip = View(4);
  const uint16_t port = U16();
  if (!ok()) return base::Endpoint::V4(0, 0);
  return base::Endpoint::V4(ip[0], ip[1], ip[2], ip[3], port);
}

size_t CompactReader::Count(size_t item_bytes) {
  const uint64_t count = Uint();
  if (count <= remaining() / item_bytes) return count;
  Fail();
  return 0;
}

}  // namespace shadw::dht::hyper
