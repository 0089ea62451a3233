// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/krpc/bencode.h"

#include <charconv>
#include <limits>

namespace shadw::dht::krpc {
namespace {

bool IsDigit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

// One step through bytes that may be anything. Each function goes past what it names and
// returns false where something else stands there.
struct Cursor {
  const uint8_t* at;
  const uint8_t* end;

  bool String(base::ByteSpan& string) {
    if (at == end || !IsDigit(*at)) return false;
    size_t size = *at++ - '0';
    while (at != end && IsDigit(*at)) {
      if (size == 0) return false;
      size = size * 10 + (*at++ - '0');
      if (size > static_cast<size_t>(end - at)) return false;
    }
    if (at == end || *at++ != ':' || size > static_cast<size_t>(end - at)) return false;
    string = {at, size};
    at += size;
    return true;
  }

  bool Integer(std::optional<int64_t>& value) {
    if (at == end || *at++ != 'i' || at == end) return false;
    const bool negative = *at == '-';
    at += negative ? 1 : 0;
    const uint8_t* const first = at;
    uint64_t magnitude = 0;
    bool fits = true;
    for (; at != end && IsDigit(*at); ++at) {
      if (magnitude > std::numeric_limits<uint64_t>::max() / 10 - 1) fits = false;
      if (fits) magnitude = magnitude * 10 + (*at - '0');
    }
    if (at == first || at == end || *at != 'e') return false;
    const bool leading_zero = *first == '0' && (negative || at - first > 1);
    if (leading_zero) return false;
    ++at;
    constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
    if (fits && magnitude <= kLargest + (negative ? 1 : 0)) {
      value = static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
    }
    return true;
  }

  template <bool kCanonical>
  bool Dict(int depth) {
    base::ByteSpan previous;
    for (bool first = true; at != end && *at != 'e'; first = false) {
      base::ByteSpan key;
      if (!String(key)) return false;
      if (kCanonical && !first && base::AsText(previous) >= base::AsText(key)) return false;
      previous = key;
      if (!Value<kCanonical>(depth)) return false;
    }
    return at != end && *at++ == 'e';
  }

  template <bool kCanonical>
  bool Value(int depth) {
    if (at == end) return false;
    base::ByteSpan string;
    std::optional<int64_t> integer;
    if (*at == 'i') return Integer(integer);
    if (*at != 'l' && *at != 'd') return String(string);
    if (depth == kMaxDepth) return false;
    if (*at++ == 'd') return Dict<kCanonical>(depth + 1);
    while (at != end && *at != 'e') {
      if (!Value<kCanonical>(depth + 1)) return false;
    }
    return at != end && *at++ == 'e';
  }
};

}  // namespace

bool BencodeReader::More() {
  if (at_ == end_) {
    Fail();
    return false;
  }
  return !Take('e');
}

base::ByteSpan BencodeReader::String() {
  Cursor cursor{at_, end_};
  base::ByteSpan string;
  if (!cursor.String(string)) {
    Fail();
    return {};
  }
  at_ = cursor.at;
  return string;
}

std::optional<int64_t> BencodeReader::Integer() {
  Cursor cursor{at_, end_};
  std::optional<int64_t> value;
  if (!cursor.Integer(value)) {
    Fail();
    return std::nullopt;
  }
  at_ = cursor.at;
  return value;
}

base::ByteSpan BencodeReader::Skip() {
  Cursor cursor{at_, end_};
  if (!cursor.Value<false>(0)) {
    Fail();
    return {};
  }
  const base::ByteSpan value(at_, cursor.at);
  at_ = cursor.at;
  return value;
}

bool CheckCanonical(base::ByteSpan value) {
  if (value.size() > kMaxCanonicalBytes) return false;
  Cursor cursor{value.data(), value.data() + value.size()};
  return cursor.Value<true>(0) && cursor.at == cursor.end;
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
