// SPDX-License-Identifier: Apache-2.0
//
// The shape of an erasure code: k data shards, m parity shards, n = k + m. Any k of
// the n rebuild the rest; so m losses are survived, at a storage cost of n / k.
//
//   SHADW_ASSIGN_OR_RETURN(const erasure::Code code, erasure::ParseCode("10+4"));
//   code.data_shards;            // 10
//   code.total_shards();         // 14
//   erasure::ToString(code);     // "10+4"
//
// Limits: n <= 255, because the field has 256 elements. m = 0 is a plain split.
#ifndef LIBSHADW_ERASURE_CODE_H_
#define LIBSHADW_ERASURE_CODE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace shadw::erasure {

inline constexpr size_t kMaxTotalShards = 255;

struct Code {
  uint16_t data_shards = 0;    // k, at least 1
  uint16_t parity_shards = 0;  // m

  // n = k + m. Meaningful where Validate() holds.
  uint16_t total_shards() const { return static_cast<uint16_t>(data_shards + parity_shards); }

  //   Errors   kInvalidArgument  k = 0, or k + m > kMaxTotalShards
  absl::Status Validate() const;

  bool operator==(const Code&) const = default;
};

// Reads "k+m": two decimal numbers without sign, space or leading zero.
//   Errors   kInvalidArgument  anything else, or a code that Validate() refuses
//   Promise  ParseCode(ToString(code)) is `code`, for every valid one
absl::StatusOr<Code> ParseCode(std::string_view text);

std::string ToString(Code code);

}  // namespace shadw::erasure

#endif  // LIBSHADW_ERASURE_CODE_H_
