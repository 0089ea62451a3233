// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/coding.h"

#include <algorithm>

namespace shadw::base {

ByteWriter& ByteWriter::Varint(uint64_t value) {
  while (value >= 0x80) {
    U8(static_cast<uint8_t>(value) | 0x80);
    value >>= 7;
  }
  return U8(static_cast<uint8_t>(value));
}

uint64_t ByteReader::Varint() {
  uint64_t value = 0;
  for (size_t i = 0; i < kMaxVarintBytes; ++i) {
    const uint8_t byte = U8();
    if (!ok_) return 0;
    const uint64_t bits = byte & 0x7f;
    const bool overflows = i == kMaxVarintBytes - 1 && bits > 1;
    const bool overlong = i > 0 && byte == 0;
    if (overflows || overlong) break;
    value |= bits << (7 * i);
    if ((byte & 0x80) == 0) return value;
  }
  Fail();
  return 0;
}

void ByteReader::Raw(MutableByteSpan out) {
  const ByteSpan bytes = View(out.size());
  if (bytes.size() == out.size()) {
    std::ranges::copy(bytes, out.begin());
  } else {
    std::ranges::fill(out, uint8_t{0});
  }
}

ByteSpan ByteReader::View(size_t count) {
  if (count > rest_.size()) {
    Fail();
    return {};
  }
  const ByteSpan bytes = rest_.first(count);
  rest_ = rest_.subspan(count);
  return bytes;
}

}  // namespace shadw::base
