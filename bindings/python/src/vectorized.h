// SPDX-License-Identifier: Apache-2.0
//
// Functions of numbers that take arrays as well. A C++ function of one row becomes a
// Python function of scalars or NumPy arrays, which broadcast as NumPy's do:
//
//   m.def("bezier_price",
//         [](const Column<double>& t, const Points& points, const Out& out) {
//           return Vectorized(out, [&](double one) { return econ::BezierPrice(one, points); }, t);
//         });
//
// `Vectorized` takes a function of one row that returns R, absl::StatusOr<R> or one of
// both with a std::tuple of results. `VectorizedBatch` takes, besides, a function over
// spans, one for each argument and one for the result, that returns absl::Status; it is
// called for some thousand rows at a time, and the function of one row is only asked
// which row it was that failed.
//
//   threads   the interpreter's lock is released; an argument must not be written meanwhile
//   elements  Column<double> takes float64, float32 and integers that a double holds
//             exactly; a Column of integers takes integers in its range and no floats.
//             bool, object, complex and masked arrays are a TypeError
//   results   float64, or float32 where every floating array is float32; integers of 64
//             bits, signed where an integer array is signed (and then below 2^63); where
//             every argument is a number, a number of Python's
//   errors    what the function says, followed by ` (at index 3)` or ` (at index (2, 3))`:
//             the first row of the result that is wrong; results before it are discarded,
//             an `out` may be written in part
//   Out       None, or the array to be filled: its element type and shape are those of the
//             result, it has no gaps and overlaps no argument, or is exactly that argument
#ifndef BINDINGS_PYTHON_SRC_VECTORIZED_H_
#define BINDINGS_PYTHON_SRC_VECTORIZED_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bindings/python/src/casters.h"
#include "bindings/python/src/vectorized_operands.h"

namespace shadw::python {

namespace vectorized {

template <typename R>
struct Unwrapped {
  using Type = R;
};
template <typename R>
struct Unwrapped<absl::StatusOr<R>> {
  using Type = R;
};

template <typename R>
struct Fields {
  using Type = std::tuple<R>;
};
template <typename... R>
struct Fields<std::tuple<R...>> {
  using Type = std::tuple<R...>;
};

template <typename... R>
using Columns = std::tuple<Result<R>...>;

template <typename R>
absl::StatusOr<R> ToStatusOr(absl::StatusOr<R> result) {
  return result;
}
template <typename R>
absl::StatusOr<R> ToStatusOr(R result) {
  return absl::StatusOr<R>(std::move(result));
}

struct Failure {
  size_t row;
  absl::Status status;
};

// Rows [begin, begin + rows) of every argument as spans.
template <typename... Ts>
class Block {
 public:
  Block(const Shape& shape, const Out& out, const Column<Ts>&... columns)
      : readers_(Reader<Ts>(columns, shape, out.data())...) {}

  std::optional<Failure> Load(size_t begin, size_t rows) {
    std::optional<Failure> failure;
    const auto load = [&](auto& reader) {
      if (absl::Status status = reader.Load(begin, rows); !status.ok()) {
        if (!failure || reader.bad_row() < failure->row) failure = {reader.bad_row(), status};
      }
    };
    std::apply([&](auto&... reader) { (load(reader), ...); }, readers_);
    return failure;
  }

  // `call` with the values of one row of those loaded, and with all of them as spans.
  template <typename Call>
  auto Row(size_t row, Call&& call) const {
    return std::apply([&](const auto&... reader) { return call(reader.span()[row]...); }, readers_);
  }
  template <typename Call>
  auto All(Call&& call) const {
    return std::apply([&](const auto&... reader) { return call(reader.span()...); }, readers_);
  }

 private:
  std::tuple<Reader<Ts>...> readers_;
};

// Calls `run(begin, rows)` for each block until one fails.
template <typename Run>
std::optional<Failure> ForBlocks(size_t rows, Run&& run) {
  for (size_t begin = 0; begin < rows; begin += kRowsPerBlock) {
    if (auto failure = run(begin, std::min(kRowsPerBlock, rows - begin))) return failure;
  }
  return std::nullopt;
}

// Rows [0, rows) of the block through the function of one row, into results from `begin`.
template <typename Scalar, typename ResultColumns, typename... Ts>
std::optional<Failure> RunRows(const Scalar& scalar, const Block<Ts...>& block, size_t begin,
                               size_t rows, ResultColumns& results) {
  for (size_t row = 0; row < rows; ++row) {
    auto result = ToStatusOr(block.Row(row, scalar));
    if (!result.ok()) return Failure{begin + row, result.status()};
    if constexpr (std::tuple_size_v<ResultColumns> == 1) {
      std::get<0>(results).Put(row, *result);
    } else {
      [&]<size_t... i>(std::index_sequence<i...>) {
        (std::get<i>(results).Put(row, std::get<i>(*result)), ...);
      }
      (std::make_index_sequence<std::tuple_size_v<ResultColumns>>());
    }
  }
  return std::nullopt;
}

// What no row says of itself: a failure of a result that its element type cannot hold.
template <typename ResultColumns>
std::optional<Failure> Store(ResultColumns& results, size_t begin, size_t rows) {
  std::optional<Failure> failure;
  const auto store = [&](auto& result) {
    if (auto bad = result.Store(begin, rows); bad && (!failure || *bad < failure->row)) {
      failure = {*bad, result.TooLarge()};
    }
  };
  std::apply([&](auto&... result) { (store(result), ...); }, results);
  return failure;
}

template <typename ResultColumns>
py::object Finish(const Shape& shape, std::optional<Failure> failure, ResultColumns& results) {
  if (failure) Check(AtIndex(failure->status, shape, failure->row));
  return std::apply(
      [](auto&... result) -> py::object {
        if constexpr (sizeof...(result) == 1) {
          return (result.ToPython(), ...);
        } else {
          return py::make_tuple(result.ToPython()...);
        }
      },
      results);
}

template <typename... R, typename... Ts>
Columns<R...> MakeResults(std::tuple<R...>* /*type*/, const Shape& shape, const Out& out,
                          const Column<Ts>&... columns) {
  const std::array<const Operand*, sizeof...(Ts)> operands = {&columns...};
  if (sizeof...(R) > 1 && !out.array.is_none()) {
    Refuse("shadw: got out, need none: the function has several results");
  }
  return Columns<R...>(Result<R>(shape, operands, out)...);
}

}  // namespace vectorized

template <typename Scalar, typename Batch, typename... Ts>
py::object VectorizedBatch(const Out& out, const Scalar& scalar, const Batch& batch,
                           const Column<Ts>&... columns) {
  using Returned = typename vectorized::Unwrapped<decltype(scalar(Ts{}...))>::Type;
  typename vectorized::Fields<Returned>::Type* const type = nullptr;
  const vectorized::Shape shape = vectorized::Broadcast({&columns...});
  auto results = vectorized::MakeResults(type, shape, out, columns...);
  vectorized::Block<Ts...> block(shape, out, columns...);
  auto failure = Unlocked([&] {
    return vectorized::ForBlocks(
        shape.rows, [&](size_t begin, size_t rows) -> std::optional<vectorized::Failure> {
          if (auto bad = block.Load(begin, rows)) return bad;
          std::apply([&](auto&... result) { (result.Begin(begin, rows), ...); }, results);
          if constexpr (std::is_same_v<Batch, std::nullptr_t>) {
            if (auto bad = vectorized::RunRows(scalar, block, begin, rows, results)) return bad;
          } else {
            const absl::Status status = block.All(
                [&](auto... spans) { return batch(spans..., std::get<0>(results).span()); });
            if (!status.ok()) {
              if (auto bad = vectorized::RunRows(scalar, block, begin, rows, results)) return bad;
              return vectorized::Failure{begin, status};
            }
          }
          return vectorized::Store(results, begin, rows);
        });
  });
  return vectorized::Finish(shape, std::move(failure), results);
}

template <typename Scalar, typename... Ts>
py::object Vectorized(const Out& out, const Scalar& scalar, const Column<Ts>&... columns) {
  return VectorizedBatch(out, scalar, nullptr, columns...);
}

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_VECTORIZED_H_
