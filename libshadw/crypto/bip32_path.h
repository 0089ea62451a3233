// SPDX-License-Identifier: Apache-2.0
//
// Paths in a tree of keys, as people write them and as the tree takes them: "m/44'/0'/1"
// is {44 + 2^31, 0 + 2^31, 1}. An apostrophe, h or H after a number marks a hardened
// step, which only the private key can take.
//
//   absl::StatusOr<std::vector<uint32_t>> path = crypto::ParseKeyPath("m/5459031'/0'");
//   std::string text = crypto::FormatKeyPath(*path);             // "m/5459031'/0'"
//   Source   BIP-32
#ifndef LIBSHADW_CRYPTO_BIP32_PATH_H_
#define LIBSHADW_CRYPTO_BIP32_PATH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace shadw::crypto {

// Added to a number to make the step hardened.
inline constexpr uint32_t kHardened = uint32_t{1} << 31;
inline constexpr size_t kMaxKeyPathSteps = 255;

// The steps of a path that starts with "m" (or "M", as some write public paths).
//   Errors   kInvalidArgument  another start, an empty step, a sign, a number from 2^31
//                              on, or more than kMaxKeyPathSteps steps
absl::StatusOr<std::vector<uint32_t>> ParseKeyPath(std::string_view text);

std::string FormatKeyPath(std::span<const uint32_t> path);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_BIP32_PATH_H_
