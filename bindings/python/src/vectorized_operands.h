// SPDX-License-Identifier: Apache-2.0
//
// The arguments and results of vectorized.h: what an array holds, how it is stretched to
// the shape of the result, and its rows as spans of one type.
#ifndef BINDINGS_PYTHON_SRC_VECTORIZED_OPERANDS_H_
#define BINDINGS_PYTHON_SRC_VECTORIZED_OPERANDS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bindings/python/src/casters.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::python {

// "corrected", "paper_literal" or "reference".
base::FormulaMode ModeNamed(const std::string& name);

// Where the result goes; see vectorized.h.
struct Out {
  py::object array = py::none();

  // Where the result goes, where it is an array.
  const void* data() const;
};

namespace vectorized {

// How many rows are worked on at a time: their spans stay in the nearest caches.
inline constexpr size_t kRowsPerBlock = 2048;

enum class Element : uint8_t {
  kFloat64,
  kFloat32,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
};

struct Shape {
  std::vector<py::ssize_t> lengths;  // outermost first
  size_t rows = 1;
};

// One argument: a number, or an array whose elements are read where they lie.
class Operand {
 public:
  Element element() const { return element_; }
  bool is_number() const { return is_number_; }
  const std::vector<py::ssize_t>& lengths() const { return lengths_; }
  const std::vector<py::ssize_t>& strides() const { return strides_; }
  const std::byte* data() const { return is_number_ ? number_.data() : data_; }
  const py::object& array() const { return array_; }

 protected:
  static Operand FromDouble(double value);
  static Operand FromInteger(uint64_t bits, Element element);
  // An array or what NumPy makes one of; `floats` says whether they may be its elements.
  static Operand FromArray(py::handle source, bool floats);

  py::object array_;
  const std::byte* data_ = nullptr;
  alignas(8) std::array<std::byte, 8> number_ = {};
  Element element_ = Element::kFloat64;
  bool is_number_ = false;
  std::vector<py::ssize_t> lengths_;
  std::vector<py::ssize_t> strides_;
};

// The shape that NumPy would give the result, or a shadw.InvalidArgumentError.
Shape Broadcast(std::initializer_list<const Operand*> operands);

// `status` with the place of `row` in the result, where the result has more than one.
absl::Status AtIndex(const absl::Status& status, const Shape& shape, size_t row);

// Runs of elements at one distance from each other, outermost dimension first.
struct Run {
  size_t length;
  py::ssize_t stride;
};
std::vector<Run> RunsOf(const Operand& operand, const Shape& shape);

}  // namespace vectorized

// An argument whose rows a function takes as T: double, int64_t, uint64_t or uint32_t.
template <typename T>
class Column : public vectorized::Operand {
 public:
  Column() = default;
  static Column Borrow(py::handle source);
};

namespace vectorized {

// The rows of a column, some at a time.
template <typename T>
class Reader {
 public:
  // What lies where the result goes is read from a copy, so that a row can be asked again.
  // Needs no lock of the interpreter.
  Reader(const Column<T>& column, const Shape& shape, const void* out_data = nullptr);
  // Rows [begin, begin + rows) as span(); an element that T cannot hold is at bad_row().
  // As many rows as one likes; what lies as T is not copied.
  absl::Status Load(size_t begin, size_t rows);
  std::span<const T> span() const { return span_; }
  size_t bad_row() const { return bad_row_; }

 private:
  absl::Status Copy(size_t begin, size_t rows);
  template <typename From>
  absl::Status Gather(size_t begin, size_t rows);
  // Whether T holds all of those in span(), which are of the other sign.
  bool HoldsSpan() const;

  const Column<T>* column_;
  std::vector<Run> runs_;
  bool direct_ = false;  // lies as T or its like of the other sign, without gaps
  bool same_ = false;    // one element for every row
  size_t bad_row_ = 0;
  std::unique_ptr<T[]> copies_;
  size_t room_ = 0;  // in `copies_`
  std::span<const T> span_;
};

// A result while it is made: double, int64_t, uint64_t or bool. Where the array holds T it
// is written in place.
template <typename T>
class Result {
 public:
  Result(const Shape& shape, std::span<const Operand* const> operands, const Out& out);
  void Begin(size_t begin, size_t rows) {
    span_ = copies_ ? std::span<T>(copies_.get(), rows) : std::span<T>(data() + begin, rows);
  }
  std::span<T> span() { return span_; }
  void Put(size_t row, T value) { span_[row] = value; }
  // The row among those begun that the array cannot hold, if there is one.
  std::optional<size_t> Store(size_t begin, size_t rows);
  absl::Status TooLarge() const;
  py::object ToPython() const;

 private:
  T* data() const { return static_cast<T*>(data_); }

  py::array array_;
  void* data_;
  bool is_number_;
  bool narrow_ = false;  // float32, or signed
  std::unique_ptr<T[]> copies_;
  std::span<T> span_;
};

}  // namespace vectorized
}  // namespace shadw::python

namespace pybind11::detail {

template <typename T>
struct type_caster<shadw::python::Column<T>> {
  PYBIND11_TYPE_CASTER(shadw::python::Column<T>, const_name("Numbers"));
  bool load(handle source, bool) {
    value = shadw::python::Column<T>::Borrow(source);
    return true;
  }
};

template <>
struct type_caster<shadw::python::Out> {
  PYBIND11_TYPE_CASTER(shadw::python::Out, const_name("Out"));
  bool load(handle source, bool) {
    value.array = reinterpret_borrow<object>(source);
    return true;
  }
  static handle cast(const shadw::python::Out& out, return_value_policy, handle) {
    return object(out.array).release();
  }
};

}  // namespace pybind11::detail

#endif  // BINDINGS_PYTHON_SRC_VECTORIZED_OPERANDS_H_
