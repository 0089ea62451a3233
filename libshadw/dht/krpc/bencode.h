// SPDX-License-Identifier: Apache-2.0
//
// Bencode, read and written in place: nothing here allocates. The reader pulls one value
// after the other out of hostile bytes; strings are views into them.
//
//   BencodeReader in(bytes);
//   if (!in.OpenDict()) return false;
//   while (in.More()) {
//     const base::ByteSpan key = in.String();
//     if (base::AsText(key) == "port") port = in.Integer(); else in.Skip();
//   }
//   if (!in.ok()) return false;
//
// A reader that met malformed bytes stays failed, returns nothing, and More() is false:
// callers check ok() once. Numbers have one form only (no leading zeros, no -0). The
// order of keys is the reader's own business; CheckCanonical insists on it.
//   Source   BEP 3, "bencoding"
#ifndef LIBSHADW_DHT_KRPC_BENCODE_H_
#define LIBSHADW_DHT_KRPC_BENCODE_H_

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "libshadw/base/bytes.h"

namespace shadw::dht::krpc {

// Lists and dicts within one another, in a value that is skipped or checked.
inline constexpr int kMaxDepth = 32;
// What CheckCanonical looks at; longer values are refused.
inline constexpr size_t kMaxCanonicalBytes = 65536;

class BencodeReader {
 public:
  explicit BencodeReader(base::ByteSpan bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool NextIsString() const { return at_ != end_ && IsDigit(*at_); }
  bool NextIsInteger() const { return at_ != end_ && *at_ == 'i'; }

  // Enters a list or dict that stands next; false, and nothing happened, where it is
  // something else.
  bool OpenList() { return Take('l'); }
  bool OpenDict() { return Take('d'); }
  // Whether the open list or dict goes on; at its end, leaves it.
  bool More() {
    if (at_ == end_) {
      Fail();
      return false;
    }
    return !Take('e');
  }

  // The next value, which must be a string.
  base::ByteSpan String() {
    // Nearly all are shorter than 100 bytes.
    if (end_ - at_ > 2 && IsDigit(at_[0])) {
      if (at_[1] == ':') return View(2, at_[0] - size_t{'0'});
      if (at_[2] == ':' && IsDigit(at_[1]) && at_[0] != '0') {
        return View(3, (at_[0] - size_t{'0'}) * 10 + (at_[1] - size_t{'0'}));
      }
    }
    return LongString();
  }
  // The next value, which must be an integer; nothing where it does not fit 64 bits.
  std::optional<int64_t> Integer();
  // Goes past any value, and returns its bytes.
  base::ByteSpan Skip();

  bool ok() const { return ok_; }
  // What was not read yet; nothing after a failure.
  base::ByteSpan rest() const { return {at_, end_}; }

 private:
  friend bool CheckCanonical(base::ByteSpan value);

  static bool IsDigit(uint8_t byte) { return byte >= '0' && byte <= '9'; }
  bool Take(uint8_t byte) {
    const bool is_next = at_ != end_ && *at_ == byte;
    at_ += is_next ? 1 : 0;
    return is_next;
  }
  // `size` bytes behind the next `head`, which are there.
  base::ByteSpan View(size_t head, size_t size) {
    at_ += head;
    if (size > static_cast<size_t>(end_ - at_)) {
      Fail();
      return {};
    }
    const base::ByteSpan view(at_, size);
    at_ += size;
    return view;
  }
  base::ByteSpan LongString();
  template <bool kCanonical>
  void GoPast(int depth);
  void Fail() {
    ok_ = false;
    at_ = end_;
  }
  const uint8_t* at_;
  const uint8_t* end_;
  bool ok_ = true;
};

// Whether `value` is exactly one value in its only form: keys sorted as raw bytes and
// unique, nothing behind the end, at most kMaxDepth deep.
bool CheckCanonical(base::ByteSpan value);

// The most bytes that a string of `size` bytes takes.
constexpr size_t EncodedStringBytes(size_t size) { return size + 21; }

// Writes into a buffer that the caller gave. What does not fit is not written, and the
// writer stays failed. Keys are written as they come: the caller has them sorted.
class BencodeWriter {
 public:
  explicit BencodeWriter(base::MutableByteSpan buffer)
      : begin_(buffer.data()), at_(begin_), end_(begin_ + buffer.size()) {}

  // As it is: "d", "e", keys that are known beforehand.
  BencodeWriter& Raw(std::string_view text) { return Raw(base::AsBytes(text)); }
  BencodeWriter& Raw(base::ByteSpan bytes) {
    if (uint8_t* const to = Room(bytes.size()); to != nullptr && !bytes.empty()) {
      std::memcpy(to, bytes.data(), bytes.size());
    }
    return *this;
  }
  BencodeWriter& String(base::ByteSpan bytes) { return Length(bytes.size()).Raw(bytes); }
  BencodeWriter& Integer(int64_t value);
  // What stands before a string of `size` bytes.
  BencodeWriter& Length(size_t size);
  // The next `size` bytes, to be filled by the caller; null where they do not fit.
  uint8_t* Room(size_t size) {
    if (static_cast<size_t>(end_ - at_) < size) {
      ok_ = false;
      end_ = at_;
      return nullptr;
    }
    uint8_t* const room = at_;
    at_ += size;
    return room;
  }

  bool ok() const { return ok_; }
  base::ByteSpan written() const { return {begin_, at_}; }

 private:
  uint8_t* begin_;
  uint8_t* at_;
  uint8_t* end_;
  bool ok_ = true;
};

}  // namespace shadw::dht::krpc

#endif  // LIBSHADW_DHT_KRPC_BENCODE_H_
