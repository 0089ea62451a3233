// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/bytes.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace shadw::base {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string ToHex(ByteSpan bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

absl::StatusOr<Bytes> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("base: got ", text.size(), " hex characters, need an even number"));
  }
  Bytes bytes(text.size() / 2);
  for (size_t i = 0; i < bytes.size(); ++i) {
    const int high = HexDigit(text[2 * i]);
    const int low = HexDigit(text[2 * i + 1]);
    if (high < 0 || low < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("base: character at or after position ", 2 * i, " is no hex digit"));
    }
    bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return bytes;
}

namespace {

// A buffer that is filled costs the system a fault a page. In large ones that is dear: a
// fifth of what it takes to seal into them.
constexpr size_t kHugePageBytes = 2 << 20;
constexpr size_t kHugeBytes = 4 * kHugePageBytes;

}  // namespace

absl::StatusOr<Buffer> Buffer::Create(size_t size) {
  Buffer buffer;
  if (size == 0) return buffer;
  const size_t alignment = size < kHugeBytes ? kAlignment : kHugePageBytes;
  const size_t rounded = (size / alignment + (size % alignment != 0 ? 1 : 0)) * alignment;
  if (size <= PTRDIFF_MAX) {
    buffer.memory_.reset(static_cast<uint8_t*>(std::aligned_alloc(alignment, rounded)));
  }
  if (buffer.memory_ == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("base: got no memory of ", size, " bytes, need it"));
  }
  buffer.size_ = size;
#ifdef MADV_HUGEPAGE
  // Where the system has none to give, small pages do.
  if (alignment == kHugePageBytes) madvise(buffer.memory_.get(), rounded, MADV_HUGEPAGE);
#endif
  return buffer;
}

Buffer::Buffer(size_t size) {
  absl::StatusOr<Buffer> buffer = Create(size);
  if (!buffer.ok()) {
    // A null pointer would only move the crash somewhere less telling.
    std::fputs("libshadw: out of memory\n", stderr);
    std::abort();
  }
  *this = *std::move(buffer);
}

}  // namespace shadw::base
