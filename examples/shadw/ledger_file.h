// SPDX-License-Identifier: Apache-2.0
//
// A ledger of participants as a file of comma-separated values: the header
// `id,reputation`, then a row for each. A bad row is refused by its number, its column and
// the reason; rows count from 1, the header being the first.
#ifndef EXAMPLES_SHADW_LEDGER_FILE_H_
#define EXAMPLES_SHADW_LEDGER_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace shadw::app {

struct Participants {
  std::vector<std::string> ids;
  std::vector<uint64_t> reputations;
};

absl::StatusOr<Participants> ParseLedger(std::string_view text);
// ParseLedger of a file, or of standard input where the path is "-".
absl::StatusOr<Participants> ReadLedger(const std::string& path);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_LEDGER_FILE_H_
