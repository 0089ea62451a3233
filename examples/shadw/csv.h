// SPDX-License-Identifier: Apache-2.0
//
// Comma-separated values as strictly as money needs them: no quotes, no spaces around
// numbers. Lines may end as on other systems, and a byte order mark may come first.
#ifndef EXAMPLES_SHADW_CSV_H_
#define EXAMPLES_SHADW_CSV_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
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

// Without the mark that some programs put first.
std::string_view WithoutByteOrderMark(std::string_view text);

// The first of `columns` that the header does not have in its place; nothing where it is
// the header. One column too many is told as the last.
std::optional<std::string> WrongColumn(std::string_view header,
                                       std::span<const char* const> columns);
// "a,b,c"
std::string HeaderOf(std::span<const char* const> columns);

// A whole number below 2^64 of digits alone.
bool ParseWhole(std::string_view text, uint64_t& value);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_CSV_H_
