// SPDX-License-Identifier: Apache-2.0
//
// What the files bind_reputation*.cc share: modes by name.
#ifndef BINDINGS_PYTHON_SRC_BIND_REPUTATION_H_
#define BINDINGS_PYTHON_SRC_BIND_REPUTATION_H_

#include <string>

#include "bindings/python/src/series.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::python {

inline base::FormulaMode ToMode(const std::string& name) {
  if (name == "corrected") return base::FormulaMode::kCorrected;
  if (name == "paper_literal") return base::FormulaMode::kPaperLiteral;
  if (name == "reference") return base::FormulaMode::kReference;
  Refuse("reputation: got mode '" + name + "', need corrected, paper_literal or reference");
}

void BindReputationBook(py::module_& m);
void BindReputationGraphs(py::module_& m);
void BindReputationMeasurements(py::module_& m);
void BindReputationAttacks(py::module_& m);

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_BIND_REPUTATION_H_
