// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/meter.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

absl::Status CheckTariff(const Tariff& tariff) {
  if (tariff.per_units > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("econ: got a price per 0 units, need 1 or more");
}

absl::Status NoLine(size_t line, size_t lines) {
  return absl::OutOfRangeError(absl::StrCat("econ: got line ", line, ", need one of ", lines));
}

}  // namespace

absl::StatusOr<Amount> Charge(uint64_t units, const Tariff& tariff) {
  SHADW_RETURN_IF_ERROR(CheckTariff(tariff));
  if (auto amount = base::MultiplyDivideCeil(units, tariff.price, tariff.per_units)) return *amount;
  return absl::OutOfRangeError(absl::StrCat("econ: got ", units, " units at ", tariff.price,
                                            ", need a charge under 2^64 base units"));
}

absl::StatusOr<Meter> Meter::Create(std::span<const Tariff> tariffs) {
  if (tariffs.empty() || tariffs.size() > kMaxMeterLines) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", tariffs.size(), " lines, need 1 to ", kMaxMeterLines));
  }
  std::vector<Line> lines;
  for (const Tariff& tariff : tariffs) {
    SHADW_RETURN_IF_ERROR(CheckTariff(tariff));
    lines.push_back({.tariff = tariff});
  }
  return Meter(std::move(lines));
}

absl::Status Meter::Add(const Usage& usage) {
  if (usage.line >= lines_.size()) return NoLine(usage.line, lines_.size());
  Line& line = lines_[usage.line];
  uint64_t units = 0;
  unsigned __int128 owed = 0;
  const unsigned __int128 more = static_cast<unsigned __int128>(usage.units) * line.tariff.price;
  bool wraps = __builtin_add_overflow(line.units, usage.units, &units);
  wraps |= __builtin_add_overflow(line.owed, more, &owed);
  // The credit is less than one base unit, and what is owed is more or nothing is due.
  const unsigned __int128 due = owed > line.credit ? owed - line.credit : 0;
  const uint64_t per_units = line.tariff.per_units;
  const unsigned __int128 amount = due / per_units + (due % per_units != 0 ? 1 : 0);
  const unsigned __int128 total = amount + (total_ - line.amount);
  if (wraps || total > UINT64_MAX) {
    return absl::OutOfRangeError(
        absl::StrCat("econ: got ", usage.units, " units at ", line.tariff.price, " on line ",
                     usage.line, " of an invoice of ", total_,
                     ", need units and a total below 2^64: close the invoice before"));
  }
  line.units = units;
  line.owed = owed;
  line.amount = static_cast<Amount>(amount);
  total_ = static_cast<Amount>(total);
  return absl::OkStatus();
}

absl::Status Meter::SetPrice(const LinePrice& price) {
  if (price.line >= lines_.size()) return NoLine(price.line, lines_.size());
  lines_[price.line].tariff.price = price.price;
  return absl::OkStatus();
}

Invoice Meter::Accrued() const {
  Invoice invoice = {.total = total_};
  for (const Line& line : lines_) {
    invoice.lines.push_back({.units = line.units, .amount = line.amount});
  }
  return invoice;
}

Invoice Meter::Close() {
  Invoice invoice = Accrued();
  for (Line& line : lines_) {
    const unsigned __int128 paid =
        static_cast<unsigned __int128>(line.amount) * line.tariff.per_units;
    line.credit = static_cast<uint64_t>(line.credit + paid - line.owed);
    line.owed = 0;
    line.units = 0;
    line.amount = 0;
  }
  total_ = 0;
  return invoice;
}

}  // namespace shadw::econ
