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

#include "bindings/python/src/vectorized.h"

namespace shadw::python {

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
    reader_ = std::make_unique<vectorized::Reader<T>>(column_, shape_, Out{});
    if (absl::Status status = reader_->Load(0, shape_.rows); !status.ok()) {
      Check(vectorized::AtIndex(status, shape_, reader_->bad_row()));
    }
  }

  // Its reader looks into its column.
  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;

  std::span<const T> span() const { return reader_ ? reader_->span() : std::span<const T>(); }
  size_t size() const { return span().size(); }

 private:
  Column<T> column_;
  vectorized::Shape shape_;
  std::unique_ptr<vectorized::Reader<T>> reader_;
};

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
