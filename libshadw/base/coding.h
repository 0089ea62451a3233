// SPDX-License-Identifier: Apache-2.0
//
// Little-endian integers and varints, written without bounds to forget and read
// with bounds that cannot be skipped.
//
//   base::ByteWriter out;
//   out.U32(7).Varint(300).Raw(id);
//   base::ByteReader in(out.bytes());
//   uint32_t count = in.U32();
//   uint64_t size = in.Varint();
//   in.Raw(std::span(id));
//   if (!in.Finished()) return absl::DataLossError("…");   // short, long or malformed
//
// A reader that ran past its end, or met a malformed varint, stays failed and
// returns zeros; callers check `ok()` or `Finished()` once, before they act.
//   Source   varint: LEB128, at most 10 bytes; only the shortest form is accepted
#ifndef LIBSHADW_BASE_CODING_H_
#define LIBSHADW_BASE_CODING_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

#include "libshadw/base/bytes.h"

namespace shadw::base {

static_assert(std::endian::native == std::endian::little,
              "libshadw: big-endian machines are not supported");

inline constexpr size_t kMaxVarintBytes = 10;

template <typename Integer>
inline Integer LoadLittleEndian(const uint8_t* from) {
  Integer value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename Integer>
inline void StoreLittleEndian(uint8_t* to, Integer value) {
  std::memcpy(to, &value, sizeof value);
}

class ByteWriter {
 public:
  ByteWriter& U8(uint8_t value) { return Integer(value); }
  ByteWriter& U16(uint16_t value) { return Integer(value); }
  ByteWriter& U32(uint32_t value) { return Integer(value); }
  ByteWriter& U64(uint64_t value) { return Integer(value); }
  ByteWriter& Varint(uint64_t value);
  ByteWriter& Raw(ByteSpan bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  ByteWriter& Zeros(size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }

  ByteSpan bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  Bytes Take() && { return std::move(bytes_); }

 private:
  template <typename T>
  ByteWriter& Integer(T value) {
    const size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    StoreLittleEndian(bytes_.data() + at, value);
    return *this;
  }
  Bytes bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : rest_(bytes) {}

  uint8_t U8() { return Integer<uint8_t>(); }
  uint16_t U16() { return Integer<uint16_t>(); }
  uint32_t U32() { return Integer<uint32_t>(); }
  uint64_t U64() { return Integer<uint64_t>(); }
  uint64_t Varint();
  // Copies exactly `out.size()` bytes, or zeros where the reader has failed.
  void Raw(MutableByteSpan out);
  // The next `count` bytes without a copy; empty where the reader has failed.
  ByteSpan View(size_t count);
  void Skip(size_t count) { View(count); }

  size_t remaining() const { return rest_.size(); }
  bool ok() const { return ok_; }
  // True when nothing failed and nothing is left.
  bool Finished() const { return ok_ && rest_.empty(); }

 private:
  template <typename T>
  T Integer() {
    const ByteSpan bytes = View(sizeof(T));
    return bytes.size() == sizeof(T) ? LoadLittleEndian<T>(bytes.data()) : T{0};
  }
  void Fail() {
    ok_ = false;
    rest_ = {};
  }
  ByteSpan rest_;
  bool ok_ = true;
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_CODING_H_
