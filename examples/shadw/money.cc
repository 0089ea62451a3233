// SPDX-License-Identifier: Apache-2.0
#include "money.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "outcome.h"

namespace shadw::app {
namespace {

constexpr size_t kDecimals = 9;

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<base::Amount> ParseTokens(std::string_view text, std::string_view option) {
  const size_t point = text.find('.');
  const std::string whole(text.substr(0, point));
  std::string rest(point == std::string_view::npos ? "0" : text.substr(point + 1));
  uint64_t tokens = 0;
  uint64_t units = 0;
  base::Amount amount = 0;
  const bool is_number = IsDigits(whole) && IsDigits(rest) && rest.size() <= kDecimals;
  if (is_number) rest.resize(kDecimals, '0');
  if (!is_number || !absl::SimpleAtoi(whole, &tokens) || !absl::SimpleAtoi(rest, &units) ||
      __builtin_mul_overflow(tokens, base::kBaseUnitsPerToken, &amount) ||
      __builtin_add_overflow(amount, units, &amount)) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(option), " '", Printable(std::string(text)),
                     "', need tokens such as 12.5, with nine decimals at most"));
  }
  return amount;
}

std::string FormatTokens(base::Amount amount) {
  std::string text = absl::StrFormat("%d.%09d", amount / base::kBaseUnitsPerToken,
                                     amount % base::kBaseUnitsPerToken);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace shadw::app
