// SPDX-License-Identifier: Apache-2.0
//
// Amounts as people write them: tokens with up to nine decimals, never through a double.
#ifndef EXAMPLES_SHADW_MONEY_H_
#define EXAMPLES_SHADW_MONEY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"

namespace shadw::app {

// "1.5" is 1 500 000 000 base units. kInvalidArgument for signs, exponents, more than
// nine decimals and what is 2^64 or more; `option` is who is told, such as "price: got
// --points".
absl::StatusOr<base::Amount> ParseTokens(std::string_view text, std::string_view option);

// "1.5", "1000"
std::string FormatTokens(base::Amount amount);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_MONEY_H_
