// SPDX-License-Identifier: Apache-2.0
#include "ledger_file.h"

#include <array>
#include <optional>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "csv.h"
#include "libshadw/base/status_macros.h"
#include "outcome.h"

namespace shadw::app {
namespace {

constexpr std::array<const char*, 2> kColumns = {"id", "reputation"};
constexpr size_t kMaxIdBytes = 256;

absl::Status RefuseCell(size_t row, std::string_view column, std::string_view got,
                        std::string_view need) {
  const std::string shown(got.substr(0, 64));
  return absl::InvalidArgumentError(absl::StrCat("rewards: got '", Printable(shown), "' in row ",
                                                 row, ", column ", std::string(column), ", need ",
                                                 std::string(need)));
}

}  // namespace

absl::StatusOr<Participants> ParseLedger(std::string_view text) {
  text = WithoutByteOrderMark(text);
  const std::string_view header = TakeLine(text);
  if (const std::optional<std::string> wrong = WrongColumn(header, kColumns)) {
    return RefuseCell(1, *wrong, header, "the header " + HeaderOf(kColumns));
  }
  Participants participants;
  std::unordered_set<std::string_view> seen;
  for (size_t row = 2; !text.empty(); ++row) {
    const std::string_view line = TakeLine(text);
    const size_t comma = line.find(',');
    const std::string_view id = line.substr(0, comma);
    if (id.empty() || id.size() > kMaxIdBytes || id.find('"') != std::string_view::npos) {
      return RefuseCell(row, "id", id, "1 to 256 bytes without quotes");
    }
    if (!seen.insert(id).second) return RefuseCell(row, "id", id, "one that no row above has");
    const std::string_view reputation =
        comma == std::string_view::npos ? std::string_view() : line.substr(comma + 1);
    uint64_t value = 0;
    if (!ParseWhole(reputation, value)) {
      return RefuseCell(row, "reputation", reputation, "a whole number below 2^64");
    }
    participants.ids.emplace_back(id);
    participants.reputations.push_back(value);
  }
  if (participants.ids.empty()) {
    return absl::InvalidArgumentError("rewards: got no row below the header, need one");
  }
  return participants;
}

absl::StatusOr<Participants> ReadLedger(const std::string& path) {
  SHADW_ASSIGN_OR_RETURN(const std::string text, ReadTable(path, "rewards"));
  return ParseLedger(text);
}

}  // namespace shadw::app
