// SPDX-License-Identifier: Apache-2.0
#include "csv.h"

#include <charconv>

namespace shadw::app {

std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

std::string_view WithoutCarriageReturn(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::string> WrongColumn(std::string_view header,
                                       std::span<const char* const> columns) {
  for (const char* const column : columns) {
    const bool last = column == columns.back();
    const size_t end = last ? std::string_view::npos : header.find(',');
    if (header.substr(0, end) != column) return column;
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
  }
  return std::nullopt;
}

std::string HeaderOf(std::span<const char* const> columns) {
  std::string header;
  for (const char* const column : columns) {
    if (!header.empty()) header += ',';
    header += column;
  }
  return header;
}

bool ParseWhole(std::string_view text, uint64_t& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

}  // namespace shadw::app
