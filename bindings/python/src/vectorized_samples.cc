// SPDX-License-Identifier: Apache-2.0
//
// Functions of no module, by which tests/python/test_vectorized.py sees what vectorized.h
// promises of every function that is made with it.
#include <tuple>

#include "absl/strings/str_cat.h"
#include "bindings/python/src/vectorized.h"

namespace shadw::python {
namespace {

absl::StatusOr<uint64_t> Divide(uint64_t a, uint32_t b) {
  if (b == 0) return absl::InvalidArgumentError("shadw: got 0 as b, need 1 or more");
  return a / b;
}

absl::StatusOr<double> Mean(double a, double b) {
  if (a < 0) return absl::InvalidArgumentError(absl::StrCat("shadw: got ", a, ", need 0 or more"));
  return (a + b) / 2;
}

absl::Status Means(std::span<const double> a, std::span<const double> b, std::span<double> out) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] < 0) return absl::InvalidArgumentError("shadw: a batch refuses");
    out[i] = (a[i] + b[i]) / 2;
  }
  return absl::OkStatus();
}

std::tuple<int64_t, bool> SignOf(int64_t a) { return {(a > 0) - (a < 0), a < 0}; }

}  // namespace

void BindVectorizedSamples(py::module_& root) {
  root.def(
      "_divide",
      [](const Column<uint64_t>& a, const Column<uint32_t>& b, const Out& out) {
        return Vectorized(out, Divide, a, b);
      },
      py::arg("a"), py::arg("b"), py::arg("out") = py::none());
  root.def(
      "_mean",
      [](const Column<double>& a, const Column<double>& b, const Out& out) {
        return VectorizedBatch(out, Mean, Means, a, b);
      },
      py::arg("a"), py::arg("b"), py::arg("out") = py::none());
  root.def(
      "_sign", [](const Column<int64_t>& a) { return Vectorized({}, SignOf, a); }, py::arg("a"));
}

}  // namespace shadw::python
