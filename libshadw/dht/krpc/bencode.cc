// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/krpc/bencode.h"

#include <charconv>
#include <limits>

namespace shadw::dht::krpc {

base::ByteSpan BencodeReader::LongString() {
  const uint8_t* at = at_;
  size_t size = 0;
  for (; at != end_ && IsDigit(*at); ++at) {
    if (at != at_ && size == 0) break;  // a leading zero
    size = size * 10 + (*at - size_t{'0'});
    if (size > static_cast<size_t>(end_ - at)) break;
  }
  if (at == at_ || at == end_ || *at != ':') {
    Fail();
    return {};
  }
  return View(static_cast<size_t>(at - at_) + 1, size);
}

std::optional<int64_t> BencodeReader::Integer() {
  if (!Take('i')) {
    Fail();
    return std::nullopt;
  }
  const bool negative = Take('-');
  const uint8_t* const first = at_;
  uint64_t magnitude = 0;
  bool fits = true;
  for (; at_ != end_ && IsDigit(*at_); ++at_) {
    fits = fits && magnitude < std::numeric_limits<uint64_t>::max() / 10;
    if (fits) magnitude = magnitude * 10 + (*at_ - uint64_t{'0'});
  }
  const auto digits = at_ - first;
  const bool leading_zero = digits > 0 && *first == '0' && (negative || digits > 1);
  if (digits == 0 || leading_zero || !Take('e')) {
    Fail();
    return std::nullopt;
  }
  constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
  if (!fits || magnitude > kLargest + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

// Recursion ends at kMaxDepth.
template <bool kCanonical>
void BencodeReader::GoPast(int depth) {
  if (NextIsInteger()) {
    Integer();
    return;
  }
  const bool is_dict = OpenDict();
  if (!is_dict && !OpenList()) {
    String();
    return;
  }
  if (depth == kMaxDepth) return Fail();
  std::optional<std::string_view> previous;
  while (More()) {
    if (is_dict) {
      const std::string_view key = base::AsText(String());
      if (kCanonical && previous && *previous >= key) return Fail();
      previous = key;
    }
    GoPast<kCanonical>(depth + 1);
  }
}

base::ByteSpan BencodeReader::Skip() {
  const uint8_t* const begin = at_;
  if (NextIsString()) {
    String();
  } else {
    GoPast<false>(0);
  }
  return ok_ ? base::ByteSpan(begin, at_) : base::ByteSpan();
}

bool CheckCanonical(base::ByteSpan value) {
  if (value.size() > kMaxCanonicalBytes) return false;
  BencodeReader in(value);
  in.GoPast<true>(0);
  return in.ok() && in.rest().empty();
}

BencodeWriter& BencodeWriter::Integer(int64_t value) {
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return Raw("i").Raw(std::string_view(digits, static_cast<size_t>(end - digits))).Raw("e");
}

BencodeWriter& BencodeWriter::Length(size_t size) {
  char digits[21];
  char* const end = std::to_chars(digits, digits + 20, size).ptr;
  *end = ':';
  return Raw(std::string_view(digits, static_cast<size_t>(end + 1 - digits)));
}

}  // namespace shadw::dht::krpc
