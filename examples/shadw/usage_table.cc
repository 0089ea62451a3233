// SPDX-License-Identifier: Apache-2.0
#include "usage_table.h"

#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "csv.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/meter.h"
#include "outcome.h"

namespace shadw::app {
namespace {

constexpr std::array<const char*, 4> kColumns = {"line", "units", "price", "per_units"};

absl::Status BadRow(uint64_t row, const std::string& column, const std::string& reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("price: row ", row, ", column ", column, ": ", reason));
}

// As much of a cell as fits into an error.
std::string Shown(std::string_view cell) { return Printable(std::string(cell.substr(0, 64))); }

// Meters by name, in the order of their first rows.
struct Meters {
  std::map<std::string, size_t> places;
  std::vector<std::pair<std::string, econ::Meter>> meters;
  std::vector<uint64_t> per_units;
};

absl::Status AddRow(std::string_view text, uint64_t row, Meters& all) {
  const std::vector<std::string> fields = absl::StrSplit(std::string(text), ',');
  if (fields.size() != kColumns.size()) {
    return BadRow(row, kColumns[std::min(fields.size(), kColumns.size() - 1)],
                  absl::StrCat("got ", fields.size(), " columns, need ", kColumns.size()));
  }
  if (fields[0].empty()) return BadRow(row, kColumns[0], "got no name");
  if (fields[0].find('"') != std::string::npos) {
    return BadRow(row, kColumns[0], absl::StrCat("got '", Shown(fields[0]), "', need no quotes"));
  }
  std::array<uint64_t, 4> numbers = {};
  for (size_t i = 1; i < fields.size(); ++i) {
    if (!ParseWhole(fields[i], numbers[i])) {
      return BadRow(row, kColumns[i],
                    absl::StrCat("got '", Shown(fields[i]), "', need a whole number below 2^64"));
    }
  }
  const auto [units, price, per_units] = std::array{numbers[1], numbers[2], numbers[3]};
  const auto [place, is_new] = all.places.try_emplace(fields[0], all.meters.size());
  if (is_new) {
    const std::array<econ::Tariff, 1> tariff = {{{.price = price, .per_units = per_units}}};
    auto meter = econ::Meter::Create(tariff);
    if (!meter.ok()) return BadRow(row, "per_units", std::string(meter.status().message()));
    all.meters.emplace_back(fields[0], *std::move(meter));
    all.per_units.push_back(per_units);
  } else if (per_units != all.per_units[place->second]) {
    return BadRow(
        row, "per_units",
        absl::StrCat("got ", per_units, ", need ", all.per_units[place->second], " as before"));
  }
  econ::Meter& meter = all.meters[place->second].second;
  SHADW_RETURN_IF_ERROR(meter.SetPrice({.line = 0, .price = price}));
  const absl::Status added = meter.Add({.line = 0, .units = units});
  return added.ok() ? added : BadRow(row, "units", std::string(added.message()));
}

}  // namespace

absl::StatusOr<std::vector<InvoicedLine>> InvoiceOfFile(const std::string& path) {
  SHADW_ASSIGN_OR_RETURN(const std::string table, ReadTable(path, "price"));
  std::string_view text = WithoutByteOrderMark(table);
  const std::string_view header = TakeLine(text);
  if (const std::optional<std::string> wrong = WrongColumn(header, kColumns)) {
    return BadRow(1, *wrong,
                  absl::StrCat("got '", Shown(header), "', need the header ", HeaderOf(kColumns)));
  }
  Meters all;
  for (uint64_t row = 2; !text.empty(); ++row) {
    SHADW_RETURN_IF_ERROR(AddRow(TakeLine(text), row, all));
  }
  std::vector<InvoicedLine> lines;
  for (auto& [name, meter] : all.meters) {
    const econ::Invoice invoice = meter.Close();
    lines.push_back({name, invoice.lines[0].units, invoice.total});
  }
  return lines;
}

}  // namespace shadw::app
