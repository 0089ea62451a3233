// SPDX-License-Identifier: Apache-2.0
//
// A CSV file of usage, as an invoice: a line for each name, rounded up once. A bad row is
// named by its number, column and what is wrong with it, and then there is no invoice.
#ifndef EXAMPLES_SHADW_USAGE_TABLE_H_
#define EXAMPLES_SHADW_USAGE_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"

namespace shadw::app {

struct InvoicedLine {
  std::string name;
  uint64_t units = 0;
  base::Amount amount = 0;
};

// The first row is `line,units,price,per_units`; `per_units` of a line never changes, its
// price may with every row.
absl::StatusOr<std::vector<InvoicedLine>> InvoiceOfFile(const std::string& path);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_USAGE_TABLE_H_
