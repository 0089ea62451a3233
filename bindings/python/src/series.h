// SPDX-License-Identifier: Apache-2.0
//
// Arguments that are whole lists of numbers, as the participants of a split are: where
// vectorized.h calls a function once for each row, here one call takes all of them.
//
//   m.def("median", [](const py::object& values) {
//     const Series<double> series(values, "values");
//     return Unlocked([&] { return Median(series.span()); });
//   });
#ifndef BINDINGS_PYTHON_SRC_SERIES_H_
#define BINDINGS_PYTHON_SRC_SERIES_H_

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/python/src/vectorized.h"

namespace shadw::python {

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

// Numbers of one dimension: an array, where possible read where it lies, or a sequence.
template <typename T>
class Series {
 public:
  Series(const py::object& source, const char* name) {
    // NumPy takes an empty list for floats.
    if (!py::isinstance<py::array>(source) && py::isinstance<py::sequence>(source) &&
        py::len(source) == 0) {
      return;
    }
    column_ = Column<T>::Borrow(source);
    if (column_.lengths().size() != 1) {
      Refuse("shadw: got " + std::to_string(column_.lengths().size()) + " dimensions of " + name +
             ", need 1");
    }
    shape_ = vectorized::Broadcast({&column_});
    rows_ = std::make_unique<Whole<T>>(column_, shape_);
  }

  // Its rows look into its column.
  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;

  std::span<const T> span() const { return rows_ ? rows_->span() : std::span<const T>(); }
  size_t size() const { return span().size(); }

 private:
  Column<T> column_;
  vectorized::Shape shape_;
  std::unique_ptr<Whole<T>> rows_;
};

// For lists along the last dimension, as the periods of many services: `numbers`, one for
// each list, with a dimension of length 1 behind. A number stays what it is.
inline py::object Beside(const py::object& numbers) {
  const py::module_ numpy = py::module_::import("numpy");
  if (numpy.attr("ndim")(numbers).cast<int>() == 0) return numbers;
  return numpy.attr("asanyarray")(numbers)[py::make_tuple(py::ellipsis(), py::none())];
}

// The shape without its last dimension, which is not empty: a row for each list.
inline vectorized::Shape WithoutLast(const vectorized::Shape& shape) {
  return {.lengths = {shape.lengths.begin(), shape.lengths.end() - 1},
          .rows = shape.rows / static_cast<size_t>(shape.lengths.back())};
}

// A result for each list, as an array of that shape or as a number.
template <typename T>
py::object ToShape(std::vector<T> results, const vectorized::Shape& lists) {
  if (lists.lengths.empty()) return py::cast(results[0]);
  return AdoptColumn(std::move(results)).attr("reshape")(lists.lengths);
}

// The value that `name` stands for.
template <typename T>
T Named(std::string_view name, std::initializer_list<std::pair<const char*, T>> values) {
  std::string known;
  for (const auto& [text, value] : values) {
    if (name == text) return value;
    known += std::string(known.empty() ? "" : " ") + text;
  }
  Refuse("shadw: got '" + std::string(name) + "', need one of: " + known);
}

template <typename T>
std::span<T> Writable(py::array_t<T>& array) {
  return {array.mutable_data(), static_cast<size_t>(array.size())};
}

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_SERIES_H_
