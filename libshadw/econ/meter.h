// SPDX-License-Identifier: Apache-2.0
//
// Pay as you go: a meter sums usage at the price of the moment, exactly, and rounds once,
// when an invoice is closed. Splitting a record into many changes nothing, and neither
// does closing often: what an invoice was rounded up by is taken off the next one, so all
// invoices together are the sum of usage * price, rounded up once.
//
//   auto meter = Meter::Create({{{.price = 2'000'000, .per_units = kGiB},      // a GiB sent
//                               {.price = 50'000, .per_units = 3'600}}});     // a core-second
//   meter->Add({.line = 0, .units = bytes_sent});
//   meter->SetPrice({.line = 0, .price = 3'000'000});     // from here on
//   const Invoice invoice = meter->Close();
//
// Storage is metered as everything else: a line of byte-hours, or whichever product of
// size and time a price is quoted for.
#ifndef LIBSHADW_ECON_METER_H_
#define LIBSHADW_ECON_METER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"

namespace shadw::econ {

using base::Amount;

inline constexpr size_t kMaxMeterLines = 1024;

// `price` for every `per_units` of what a line counts.
struct Tariff {
  Amount price = 0;
  uint64_t per_units = 1;
};

// What so many units cost by themselves, rounded up.
//   Range    any
//   Monotone in  units, price; falls in per_units
//   Units    base units
//   Errors   kInvalidArgument  per_units is 0; kOutOfRange  the charge is 2^64 or more
//   Source   catalogue S10, G2; B.2: price for a unit of a commodity
absl::StatusOr<Amount> Charge(uint64_t units, const Tariff& tariff);

struct Usage {
  size_t line = 0;
  uint64_t units = 0;
};

struct LinePrice {
  size_t line = 0;
  Amount price = 0;
};

struct InvoiceLine {
  uint64_t units = 0;
  Amount amount = 0;
  friend bool operator==(const InvoiceLine&, const InvoiceLine&) = default;
};

struct Invoice {
  std::vector<InvoiceLine> lines;
  Amount total = 0;
};

class Meter {
 public:
  //   Errors   kInvalidArgument  no lines, more than kMaxMeterLines, or per_units is 0
  static absl::StatusOr<Meter> Create(std::span<const Tariff> tariffs);

  // Counts `usage` at the price of now. Where it is refused, nothing is counted.
  //   Errors   kOutOfRange  no such line; the units of a line or the total would be 2^64
  //                         or more: close the invoice before
  //   Promise  what is counted can be invoiced
  absl::Status Add(const Usage& usage);

  // The price of what is counted from now on.
  //   Errors   kOutOfRange  no such line
  absl::Status SetPrice(const LinePrice& price);

  // What an invoice would say now.
  //   Promise  the sum of all totals of a line = ceil(sum of units * price / per_units)
  //   Source   catalogue S10, R2
  Invoice Accrued() const;

  // Accrued, and begins the next invoice.
  Invoice Close();

 private:
  struct Line {
    Tariff tariff;
    uint64_t units = 0;  // since the last invoice
    // Owed since then, in base units / per_units; of it `credit` was paid in advance, by
    // rounding up.
    unsigned __int128 owed = 0;
    uint64_t credit = 0;
    Amount amount = 0;  // of the open invoice: what is owed without the credit, rounded up
  };
  explicit Meter(std::vector<Line> lines) : lines_(std::move(lines)) {}

  std::vector<Line> lines_;
  Amount total_ = 0;  // of the lines' amounts
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_METER_H_
