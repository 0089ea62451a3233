// SPDX-License-Identifier: Apache-2.0
//
// What the files bind_reputation*.cc share: modes by name, and columns as one span where a
// function needs all rows at once.
#ifndef BINDINGS_PYTHON_SRC_BIND_REPUTATION_H_
#define BINDINGS_PYTHON_SRC_BIND_REPUTATION_H_

#include <string>
#include <vector>

#include "bindings/python/src/vectorized.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::python {

inline base::FormulaMode ToMode(const std::string& name) {
  if (name == "corrected") return base::FormulaMode::kCorrected;
  if (name == "paper_literal") return base::FormulaMode::kPaperLiteral;
  if (name == "reference") return base::FormulaMode::kReference;
  Refuse("reputation: got mode '" + name + "', need corrected, paper_literal or reference");
}

// All rows of a column, where they lie if they lie so, and copied otherwise. The column
// outlives it.
template <typename T>
class Whole {
 public:
  // May be made without the interpreter's lock.
  Whole(const Column<T>& column, const vectorized::Shape& shape) : reader_(column, shape) {
    const absl::Status status = reader_.Load(0, shape.rows);
    if (!status.ok()) Check(vectorized::AtIndex(status, shape, reader_.bad_row()));
  }
  std::span<const T> span() const { return reader_.span(); }

 private:
  vectorized::Reader<T> reader_;
};

// The rows of one column by itself.
template <typename T>
Whole<T> All(const Column<T>& column) {
  return Whole<T>(column, vectorized::Broadcast({&column}));
}

void BindReputationBook(py::module_& m);
void BindReputationGraphs(py::module_& m);
void BindReputationMeasurements(py::module_& m);
void BindReputationAttacks(py::module_& m);

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_BIND_REPUTATION_H_
