// SPDX-License-Identifier: Apache-2.0
//
// Bytes as the library passes them around: spans for what is borrowed, a vector
// for what is owned, and `Buffer` for bulk data that must be aligned and that
// nobody wants zeroed first.
//
//   base::Buffer cell(32 * base::kKiB);            // 64-byte aligned, uninitialised
//   std::ranges::fill(cell.span(), 0);
//   std::string text = base::ToHex(cell.span().first(4));   // "00000000"
#ifndef LIBSHADW_BASE_BYTES_H_
#define LIBSHADW_BASE_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace shadw::base {

using ByteSpan = std::span<const uint8_t>;
using MutableByteSpan = std::span<uint8_t>;
using Bytes = std::vector<uint8_t>;
template <size_t kSize>
using ByteArray = std::array<uint8_t, kSize>;

// The characters of `text` as bytes, no copy.
inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// The bytes as characters, no copy.
inline std::string_view AsText(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes ToBytes(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

// Lower-case hexadecimal, two characters a byte.
std::string ToHex(ByteSpan bytes);

// The bytes that `text` spells in hexadecimal, either case.
//   Errors   kInvalidArgument  odd length, or a character that is no hex digit
absl::StatusOr<Bytes> FromHex(std::string_view text);

// Fixed-size heap memory for bulk data: aligned to 64 bytes, not initialised,
// move-only, of huge pages from 8 MiB on. An allocation of 0 bytes holds nothing.
class Buffer {
 public:
  static constexpr size_t kAlignment = 64;

  Buffer() = default;
  // Ends the program where there is no memory: for sizes that are bounded and small.
  explicit Buffer(size_t size);
  // For sizes that a caller chose.
  //   Errors   kResourceExhausted  no memory of that size
  static absl::StatusOr<Buffer> Create(size_t size);

  uint8_t* data() { return memory_.get(); }
  const uint8_t* data() const { return memory_.get(); }
  size_t size() const { return size_; }
  MutableByteSpan span() { return {memory_.get(), size_}; }
  ByteSpan span() const { return {memory_.get(), size_}; }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint8_t, Free> memory_;
  size_t size_ = 0;
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_BYTES_H_
