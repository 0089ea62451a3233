// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/bip32_path.h"

#include <charconv>
#include <optional>

#include "absl/strings/str_cat.h"

namespace shadw::crypto {
namespace {

std::optional<uint32_t> ParseStep(std::string_view text) {
  uint32_t mark = 0;
  if (!text.empty() && std::string_view("'hH").find(text.back()) != std::string_view::npos) {
    mark = kHardened;
    text.remove_suffix(1);
  }
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  // For an unsigned type from_chars takes digits only: no sign, no blank, no prefix.
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stopped != end || number >= kHardened) {
    return std::nullopt;
  }
  return number | mark;
}

}  // namespace

absl::StatusOr<std::vector<uint32_t>> ParseKeyPath(std::string_view text) {
  if (text.empty() || (text.front() != 'm' && text.front() != 'M')) {
    return absl::InvalidArgumentError(
        "crypto: got a key path with another start, need \"m\", as in m/44'/0'/1");
  }
  std::vector<uint32_t> path;
  for (std::string_view rest = text.substr(1); !rest.empty();) {
    const size_t end = rest.find('/', 1);
    const std::optional<uint32_t> step =
        rest.front() == '/' ? ParseStep(rest.substr(1, end == rest.npos ? end : end - 1))
                            : std::nullopt;
    if (!step.has_value() || path.size() == kMaxKeyPathSteps) {
      return absl::InvalidArgumentError(absl::StrCat(
          "crypto: got a key path that is malformed at step ", path.size() + 1, ", need at most ",
          kMaxKeyPathSteps, " numbers below 2^31, hardened ones marked by an apostrophe"));
    }
    path.push_back(*step);
    rest = end == rest.npos ? std::string_view() : rest.substr(end);
  }
  return path;
}

std::string FormatKeyPath(std::span<const uint32_t> path) {
  std::string text = "m";
  for (const uint32_t step : path) {
    absl::StrAppend(&text, "/", step & ~kHardened, (step & kHardened) != 0 ? "'" : "");
  }
  return text;
}

}  // namespace shadw::crypto
