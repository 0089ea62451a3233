// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/code.h"

#include "absl/strings/str_cat.h"

namespace shadw::erasure {
namespace {

// Enough for kMaxTotalShards.
constexpr size_t kMaxDigits = 3;

bool ParseCount(std::string_view text, uint16_t* count) {
  if (text.empty() || text.size() > kMaxDigits || (text.size() > 1 && text[0] == '0')) {
    return false;
  }
  uint16_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = static_cast<uint16_t>(value * 10 + (c - '0'));
  }
  *count = value;
  return true;
}

}  // namespace

absl::Status Code::Validate() const {
  if (data_shards == 0) return absl::InvalidArgumentError("erasure: got k=0, need 1 or more");
  if (size_t{data_shards} + parity_shards > kMaxTotalShards) {
    return absl::InvalidArgumentError(absl::StrCat(
        "erasure: got k+m=", data_shards, "+", parity_shards, ", need at most ", kMaxTotalShards));
  }
  return absl::OkStatus();
}

absl::StatusOr<Code> ParseCode(std::string_view text) {
  const size_t plus = text.find('+');
  Code code;
  if (plus == std::string_view::npos || !ParseCount(text.substr(0, plus), &code.data_shards) ||
      !ParseCount(text.substr(plus + 1), &code.parity_shards)) {
    return absl::InvalidArgumentError(
        absl::StrCat("erasure: got a code of ", text.size(),
                     " characters that is not \"k+m\", need two numbers as in \"10+4\""));
  }
  if (absl::Status status = code.Validate(); !status.ok()) return status;
  return code;
}

std::string ToString(Code code) { return absl::StrCat(code.data_shards, "+", code.parity_shards); }

}  // namespace shadw::erasure
