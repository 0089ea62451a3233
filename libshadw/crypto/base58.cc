// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/base58.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/hash.h"

namespace shadw::crypto {
namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr size_t kChecksumBytes = 4;
constexpr int8_t kNoDigit = -1;

constexpr std::array<int8_t, 256> kDigitOf = [] {
  std::array<int8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  }
  return digits;
}();

base::ByteArray<32> DoubleSha256(base::ByteSpan payload) {
  base::ByteArray<32> once = Sha256(payload);
  const base::ByteArray<32> twice = Sha256(base::ByteSpan(once));
  Wipe(once);
  return twice;
}

// number = number * base + digit; `number` holds `used` little-endian digits of base
// `radix`. Returns how many it holds then.
size_t MultiplyAdd(base::MutableByteSpan number, size_t used, uint32_t base, uint32_t digit,
                   uint32_t radix) {
  size_t i = 0;
  for (uint32_t carry = digit; i < used || carry != 0; ++i) {
    carry += base * number[i];
    number[i] = static_cast<uint8_t>(carry % radix);
    carry /= radix;
  }
  return i;
}

// Leading zeros stand for themselves; the rest follows, most significant digit first.
Secret Assemble(size_t zeros, base::ByteSpan little_endian) {
  Secret out = Secret::Zeroed(zeros + little_endian.size());
  std::ranges::reverse_copy(little_endian,
                            out.mutable_bytes().begin() + static_cast<ptrdiff_t>(zeros));
  return out;
}

}  // namespace

absl::StatusOr<Secret> Base58CheckEncodeSecret(base::ByteSpan payload) {
  if (payload.size() > kMaxBase58PayloadBytes) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got ", payload.size(),
                                                   " bytes for Base58Check, need at most ",
                                                   kMaxBase58PayloadBytes));
  }
  Secret bytes = Secret::Zeroed(payload.size() + kChecksumBytes);
  const auto checksum_at = std::ranges::copy(payload, bytes.mutable_bytes().begin()).out;
  std::copy_n(DoubleSha256(payload).begin(), kChecksumBytes, checksum_at);

  const auto first_digit = std::ranges::find_if(bytes.bytes(), [](uint8_t b) { return b != 0; });
  const auto zeros = static_cast<size_t>(first_digit - bytes.bytes().begin());
  // log(256) / log(58) < 1.38
  Secret digits = Secret::Zeroed((bytes.size() - zeros) * 138 / 100 + 1);
  size_t used = 0;
  for (const uint8_t byte : bytes.bytes().subspan(zeros)) {
    used = MultiplyAdd(digits.mutable_bytes(), used, 256, byte, 58);
  }
  Secret text = Assemble(zeros, digits.bytes().first(used));
  for (uint8_t& character : text.mutable_bytes()) {
    character = static_cast<uint8_t>(kAlphabet[character]);
  }
  return text;
}

absl::StatusOr<Secret> Base58CheckDecodeSecret(std::string_view text) {
  if (text.size() > kMaxBase58Chars) {
    return absl::InvalidArgumentError(absl::StrCat(
        "crypto: got ", text.size(), " Base58 characters, need at most ", kMaxBase58Chars));
  }
  const size_t zeros = std::min(text.find_first_not_of(kAlphabet.front()), text.size());
  // log(58) / log(256) < 0.733
  Secret number = Secret::Zeroed((text.size() - zeros) * 733 / 1000 + 1);
  size_t used = 0;
  for (size_t at = zeros; at < text.size(); ++at) {
    const int8_t digit = kDigitOf[static_cast<uint8_t>(text[at])];
    if (digit == kNoDigit) {
      return absl::InvalidArgumentError(
          absl::StrCat("crypto: got a character outside the Base58 alphabet at ", at,
                       ", need digits and letters without 0, O, I, l"));
    }
    used = MultiplyAdd(number.mutable_bytes(), used, 58, static_cast<uint32_t>(digit), 256);
  }
  const Secret bytes = Assemble(zeros, number.bytes().first(used));
  if (bytes.size() < kChecksumBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "crypto: got ", bytes.size(), " bytes of Base58Check, need at least ", kChecksumBytes));
  }
  const base::ByteSpan payload = bytes.bytes().first(bytes.size() - kChecksumBytes);
  const base::ByteArray<32> hash = DoubleSha256(payload);
  if (!std::ranges::equal(bytes.bytes().last(kChecksumBytes),
                          base::ByteSpan(hash).first(kChecksumBytes))) {
    return absl::DataLossError("crypto: got a wrong Base58Check checksum, need the payload's own");
  }
  return Secret::CopyOf(payload);
}

absl::StatusOr<std::string> Base58CheckEncode(base::ByteSpan payload) {
  SHADW_ASSIGN_OR_RETURN(const Secret text, Base58CheckEncodeSecret(payload));
  return std::string(base::AsText(text.bytes()));
}

absl::StatusOr<base::Bytes> Base58CheckDecode(std::string_view text) {
  SHADW_ASSIGN_OR_RETURN(const Secret payload, Base58CheckDecodeSecret(text));
  return base::ToBytes(payload.bytes());
}

}  // namespace shadw::crypto
