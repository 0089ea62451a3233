// SPDX-License-Identifier: Apache-2.0
#include "csv.h"

#include <array>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "files.h"
#include "libshadw/base/status_macros.h"

namespace shadw::app {

std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

absl::StatusOr<std::string> ReadTable(const std::string& path, std::string_view verb) {
  SHADW_ASSIGN_OR_RETURN(Input input, Input::Open(path));
  const auto refuse = [&](const char* what, size_t max) {
    return absl::ResourceExhaustedError(
        absl::StrCat(std::string(verb), ": got ", what, " of over ", max, " bytes, need less"));
  };
  std::string text;
  std::array<uint8_t, size_t{1} << 16> block;
  size_t row_bytes = 0;  // of the last row, as far as it is there
  while (true) {
    SHADW_ASSIGN_OR_RETURN(const size_t count, input.Read(block));
    if (count == 0) return text;
    const std::string_view part = base::AsText(base::ByteSpan(block).first(count));
    const size_t end = part.rfind('\n');
    row_bytes = end == std::string_view::npos ? row_bytes + count : count - end - 1;
    if (row_bytes > kMaxRowBytes) return refuse("a row", kMaxRowBytes);
    if (text.size() + count > kMaxTableBytes) return refuse("a table", kMaxTableBytes);
    text.append(part.data(), part.size());
  }
}

std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
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
