// SPDX-License-Identifier: Apache-2.0
//
// Compact encoding, in which hyperdht writes everything: integers of 1, 3, 5 or 9 bytes,
// buffers and arrays that begin with such a count, and IPv4 addresses of six bytes.
//
//   CompactWriter(out).Uint(300).Buffer(value).Address(peer);
//   CompactReader in(bytes);
//   uint64_t seq = in.Uint();
//   base::ByteSpan value = in.Buffer();
//   if (!in.ok()) return false;                  // short or malformed
//
// Traps: the port is little-endian, as on no other wire here. The other implementations
// count in doubles and refuse what is over 2^53 - 1: so does the reader. It also accepts
// the shortest form only: what is signed or hashed has one spelling.
#ifndef LIBSHADW_DHT_HYPER_COMPACT_H_
#define LIBSHADW_DHT_HYPER_COMPACT_H_

#include <cstdint>

#include "libshadw/base/bytes.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/endpoint.h"

namespace shadw::dht::hyper {

inline constexpr uint64_t kMaxUint = (uint64_t{1} << 53) - 1;
inline constexpr size_t kAddressBytes = 6;

// Appends to `out`.
class CompactWriter {
 public:
  explicit CompactWriter(base::Bytes& out) : out_(out) {}

  CompactWriter& U8(uint8_t value) { return Integer(value); }
  CompactWriter& U16(uint16_t value) { return Integer(value); }
  CompactWriter& U32(uint32_t value) { return Integer(value); }
  //   Shapes   value  at most kMaxUint, or nobody can read it
  CompactWriter& Uint(uint64_t value);
  CompactWriter& Raw(base::ByteSpan bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  CompactWriter& Buffer(base::ByteSpan bytes) { return Uint(bytes.size()).Raw(bytes); }
  //   Shapes   endpoint  of IPv4
  CompactWriter& Address(const base::Endpoint& endpoint) {
    return Raw(endpoint.ip().first(4)).U16(endpoint.port);
  }

 private:
  template <typename T>
  CompactWriter& Integer(T value) {
    const size_t at = out_.size();
    out_.resize(at + sizeof value);
    base::StoreLittleEndian(out_.data() + at, value);
    return *this;
  }
  base::Bytes& out_;
};

// Like base::ByteReader: once failed it stays so, and returns zeros.
class CompactReader {
 public:
  explicit CompactReader(base::ByteSpan bytes) : in_(bytes) {}

  uint8_t U8() { return in_.U8(); }
  uint16_t U16() { return in_.U16(); }
  uint32_t U32() { return in_.U32(); }
  uint64_t Uint();
  base::ByteSpan View(size_t count) { return in_.View(count); }
  base::ByteSpan Rest() { return in_.View(in_.remaining()); }
  base::ByteSpan Buffer();
  base::Endpoint Address();
  // The count of an array of items of at least `item_bytes` each: no more than there is
  // room for.
  size_t Count(size_t item_bytes);

  size_t remaining() const { return in_.remaining(); }
  bool ok() const { return in_.ok(); }
  void Fail() { in_.Skip(in_.remaining() + 1); }

 private:
  base::ByteReader in_;
};

}  // namespace shadw::dht::hyper

#endif  // LIBSHADW_DHT_HYPER_COMPACT_H_
