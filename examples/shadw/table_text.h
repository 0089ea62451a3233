// SPDX-License-Identifier: Apache-2.0
//
// Tables of comma-separated values as text: reading one within bounds, a row after the
// other, and whole numbers.
#ifndef EXAMPLES_SHADW_TABLE_TEXT_H_
#define EXAMPLES_SHADW_TABLE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace shadw::app {

inline constexpr size_t kMaxTableBytes = size_t{1} << 30;
inline constexpr size_t kMaxRowBytes = size_t{1} << 16;

// A whole file, or standard input where the path is "-". `verb` begins the errors.
//   Errors   kResourceExhausted  a row or the table over its maximum
absl::StatusOr<std::string> ReadTable(const std::string& path, std::string_view verb);

// Up to the next line feed, without it and a carriage return before it.
std::string_view TakeLine(std::string_view& text);

// A whole number below 2^64 of decimal digits alone: no sign, no space.
bool ParseWhole(std::string_view text, uint64_t& value);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_TABLE_TEXT_H_
