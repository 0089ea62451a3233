// SPDX-License-Identifier: Apache-2.0
//
// Reads the vector files of tests/vectors and Wycheproof's way of writing cases.
#ifndef TESTS_CRYPTO_VECTORS_H_
#define TESTS_CRYPTO_VECTORS_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

nlohmann::json ReadVectors(std::string_view path);

// The bytes that a hexadecimal text spells; a test's own texts are well-formed.
base::Bytes Hex(std::string_view text);
base::Bytes HexField(const nlohmann::json& object, const char* field);

template <size_t kSize>
base::ByteArray<kSize> HexArray(std::string_view text) {
  const base::Bytes bytes = Hex(text);
  base::ByteArray<kSize> array{};
  if (bytes.size() == kSize) std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

// Calls `run(group, test)` for each case and compares what it returns with the verdict
// of the file: true for `valid`, false for `invalid`. A case with another verdict fails
// the test until it is decided. Returns how many cases ran.
using WycheproofRun = std::function<bool(const nlohmann::json& group, const nlohmann::json& test)>;
size_t RunWycheproof(std::string_view file, const WycheproofRun& run);

template <size_t kSize>
std::span<const uint8_t, kSize> Fixed(base::ByteSpan bytes) {
  return std::span<const uint8_t, kSize>(bytes.data(), kSize);
}

}  // namespace shadw::crypto

#endif  // TESTS_CRYPTO_VECTORS_H_
