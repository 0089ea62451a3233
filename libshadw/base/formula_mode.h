// SPDX-License-Identifier: Apache-2.0
//
// Which form of a formula is meant, where a paper's own one is wrong, circular or
// ambiguous. Every function that takes a mode says in its header what each form does.
//
//   bezier_price(t, points, FormulaMode::kPaperLiteral)
#ifndef LIBSHADW_BASE_FORMULA_MODE_H_
#define LIBSHADW_BASE_FORMULA_MODE_H_

#include <cstdint>

namespace shadw::base {

enum class FormulaMode : uint8_t {
  kCorrected,     // the paper's intent with its defect resolved
  kPaperLiteral,  // exactly as printed, to compare with
  kReference,     // what the authors' own program does
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_FORMULA_MODE_H_
