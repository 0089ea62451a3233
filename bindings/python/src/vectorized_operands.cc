// SPDX-License-Identifier: Apache-2.0
#include "bindings/python/src/vectorized_operands.h"

#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace shadw::python {
namespace vectorized {
namespace {

// The integers up to which a double holds every one.
constexpr uint64_t kExactIntegers = uint64_t{1} << 53;

[[noreturn]] void RefuseType(const std::string& got, bool floats) {
  throw py::type_error(
      "got " + got + (floats ? ", need numbers: float64, float32 or integers" : ", need integers"));
}

std::string TypeName(py::handle source) {
  return py::str(py::type::handle_of(source).attr("__name__"));
}

std::optional<Element> ElementOf(const py::dtype& type) {
  if (!type.attr("isnative").cast<bool>()) return std::nullopt;
  const auto at = [&](std::initializer_list<Element> sizes) -> std::optional<Element> {
    size_t size = 1;
    for (const Element element : sizes) {
      if (static_cast<size_t>(type.itemsize()) == size) return element;
      size *= 2;
    }
    return std::nullopt;
  };
  switch (type.kind()) {
    case 'i':
      return at({Element::kInt8, Element::kInt16, Element::kInt32, Element::kInt64});
    case 'u':
      return at({Element::kUint8, Element::kUint16, Element::kUint32, Element::kUint64});
    case 'f':
      if (type.itemsize() == 8) return Element::kFloat64;
      if (type.itemsize() == 4) return Element::kFloat32;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

bool IsFloat(Element element) {
  return element == Element::kFloat64 || element == Element::kFloat32;
}

bool IsSigned(Element element) {
  return element == Element::kInt8 || element == Element::kInt16 || element == Element::kInt32 ||
         element == Element::kInt64;
}

// What T is called in a Python array; an integer of 64 bits loads as it lies.
template <typename T>
constexpr Element kElementOf = Element::kFloat64;
template <>
constexpr Element kElementOf<int64_t> = Element::kInt64;
template <>
constexpr Element kElementOf<uint64_t> = Element::kUint64;
template <>
constexpr Element kElementOf<uint32_t> = Element::kUint32;

// Whether the elements are integers of 64 bits as T is, but signed where T is not.
template <typename T>
bool IsOfOtherSign(Element element) {
  if constexpr (std::is_same_v<T, int64_t>) return element == Element::kUint64;
  if constexpr (std::is_same_v<T, uint64_t>) return element == Element::kInt64;
  return false;
}

template <typename To, typename From>
bool Holds(From from) {
  if constexpr (std::is_floating_point_v<From>) {
    return std::is_floating_point_v<To>;
  } else if constexpr (std::is_floating_point_v<To>) {
    if constexpr (sizeof(From) < 8) return true;
    const auto magnitude = static_cast<uint64_t>(from);
    return (from < 0 ? 0 - magnitude : magnitude) <= kExactIntegers;
  } else {
    return std::in_range<To>(from);
  }
}

template <typename To, typename From>
constexpr bool HoldsEvery() {
  if constexpr (std::is_floating_point_v<To>) {
    return std::is_floating_point_v<From> || sizeof(From) < 8;
  } else if constexpr (std::is_floating_point_v<From>) {
    return false;
  } else {
    using Limits = std::numeric_limits<From>;
    return std::in_range<To>(Limits::min()) && std::in_range<To>(Limits::max());
  }
}

// Copies elements without gaps. False where one of them did not fit: the largest that both
// types hold is one less than a power of two, and some bit of the wrong ones is above it. No
// branch, so that compilers make vectors of it.
template <typename To, typename From>
bool Convert(const std::byte* at, size_t count, To* to) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) return false;
  uint64_t bits = 0;
  bool all = true;
  for (size_t i = 0; i < count; ++i) {
    From from;
    std::memcpy(&from, at + i * sizeof(From), sizeof(From));
    to[i] = static_cast<To>(from);
    if constexpr (HoldsEvery<To, From>()) continue;
    if constexpr (std::is_integral_v<To>) {
      bits |= static_cast<uint64_t>(from);
    } else {
      all &= Holds<To>(from);
    }
  }
  if constexpr (HoldsEvery<To, From>()) return true;
  if constexpr (std::is_integral_v<To> && std::is_integral_v<From>) {
    all = std::cmp_less_equal(bits, std::numeric_limits<From>::max()) &&
          std::cmp_less_equal(bits, std::numeric_limits<To>::max());
  }
  return all;
}

template <typename To, typename From>
absl::Status CannotHold(From from) {
  if constexpr (std::is_floating_point_v<To>) {
    return absl::InvalidArgumentError(
        absl::StrCat("shadw: got ", from, ", need an integer that float64 holds exactly"));
  } else {
    return absl::InvalidArgumentError(absl::StrCat("shadw: got ", from, ", need an integer from ",
                                                   std::numeric_limits<To>::min(), " to ",
                                                   std::numeric_limits<To>::max()));
  }
}

// The stretch of `operand` along dimension `d` of `shape`: 0 where it has but one element.
py::ssize_t StrideAt(const Operand& operand, const Shape& shape, size_t d) {
  const size_t missing = shape.lengths.size() - operand.lengths().size();
  if (d < missing || operand.lengths()[d - missing] == 1) return 0;
  return operand.strides()[d - missing];
}

std::string ShapeText(const std::vector<py::ssize_t>& lengths) {
  std::string text = "(";
  for (const py::ssize_t length : lengths) absl::StrAppend(&text, length, ",");
  return text + ")";
}

}  // namespace

Operand Operand::FromDouble(double value) {
  Operand operand;
  operand.is_number_ = true;
  std::memcpy(operand.number_.data(), &value, sizeof(value));
  return operand;
}

Operand Operand::FromInteger(uint64_t bits, Element element) {
  Operand operand;
  operand.is_number_ = true;
  operand.element_ = element;
  std::memcpy(operand.number_.data(), &bits, sizeof(bits));
  return operand;
}

Operand Operand::FromArray(py::handle source, bool floats) {
  if (py::hasattr(source, "mask")) RefuseType("a masked array", floats);
  if (py::isinstance<py::str>(source) || py::isinstance<py::bytes>(source)) {
    RefuseType(TypeName(source), floats);
  }
  const py::array array = py::array::ensure(source);
  if (!array) {
    PyErr_Clear();
    RefuseType(TypeName(source), floats);
  }
  const std::optional<Element> element = ElementOf(array.dtype());
  if (!element || (IsFloat(*element) && !floats)) {
    const bool shows_type = py::isinstance<py::array>(source);
    RefuseType(shows_type ? "elements of " + std::string(py::str(array.dtype())) : TypeName(source),
               floats);
  }
  Operand operand;
  operand.array_ = array;
  operand.data_ = static_cast<const std::byte*>(array.data());
  operand.element_ = *element;
  operand.lengths_.assign(array.shape(), array.shape() + array.ndim());
  operand.strides_.assign(array.strides(), array.strides() + array.ndim());
  return operand;
}

Shape Broadcast(std::initializer_list<const Operand*> operands) {
  Shape shape;
  for (const Operand* operand : operands) {
    const auto& lengths = operand->lengths();
    if (lengths.size() > shape.lengths.size()) {
      shape.lengths.insert(shape.lengths.begin(), lengths.size() - shape.lengths.size(), 1);
    }
    const size_t missing = shape.lengths.size() - lengths.size();
    for (size_t i = 0; i < lengths.size(); ++i) {
      py::ssize_t& length = shape.lengths[missing + i];
      if (lengths[i] == length || lengths[i] == 1) continue;
      if (length != 1) {
        Refuse(absl::StrCat("shadw: got arrays of the shapes ", ShapeText(shape.lengths), " and ",
                            ShapeText(lengths), ", need such as broadcast together"));
      }
      length = lengths[i];
    }
  }
  for (const py::ssize_t length : shape.lengths) {
    if (__builtin_mul_overflow(shape.rows, static_cast<size_t>(length), &shape.rows)) {
      Refuse("shadw: got arrays that broadcast to more rows than memory has");
    }
  }
  return shape;
}

absl::Status AtIndex(const absl::Status& status, const Shape& shape, size_t row) {
  if (shape.lengths.empty()) return status;
  std::string index;
  for (size_t d = shape.lengths.size(); d-- > 0;) {
    const auto length = static_cast<size_t>(shape.lengths[d]);
    index = absl::StrCat(row % length, index.empty() ? "" : ", ", index);
    row /= length;
  }
  if (shape.lengths.size() > 1) index = "(" + index + ")";
  return {status.code(), absl::StrCat(status.message(), " (at index ", index, ")")};
}

std::vector<Run> RunsOf(const Operand& operand, const Shape& shape) {
  std::vector<Run> runs;
  for (size_t d = 0; d < shape.lengths.size(); ++d) {
    const auto length = static_cast<size_t>(shape.lengths[d]);
    if (length == 1) continue;
    const Run run = {length, StrideAt(operand, shape, d)};
    const bool joins =
        !runs.empty() && runs.back().stride == run.stride * static_cast<py::ssize_t>(run.length);
    if (joins) {
      runs.back() = {runs.back().length * run.length, run.stride};
    } else {
      runs.push_back(run);
    }
  }
  if (runs.empty()) runs.push_back({1, 0});
  return runs;
}

// --- reading --------------------------------------------------------------------

template <typename T>
Reader<T>::Reader(const Column<T>& column, const Shape& shape, const void* out_data)
    : column_(&column), runs_(RunsOf(column, shape)) {
  const bool is_out = out_data != nullptr && out_data == column.data();
  const bool aligned = reinterpret_cast<uintptr_t>(column.data()) % alignof(T) == 0;
  const bool alike = column.element() == kElementOf<T> || IsOfOtherSign<T>(column.element());
  direct_ = runs_.size() == 1 && runs_.front().stride == sizeof(T) && aligned && alike && !is_out;
  same_ = runs_.size() == 1 && runs_.front().stride == 0;
}

template <typename T>
bool Reader<T>::HoldsSpan() const {
  if constexpr (sizeof(T) == 8 && std::is_integral_v<T>) {
    uint64_t bits = 0;
    for (const T element : span_) bits |= static_cast<uint64_t>(element);
    return bits <= INT64_MAX;
  } else {
    return true;
  }
}

template <typename T>
absl::Status Reader<T>::Load(size_t begin, size_t rows) {
  if (direct_) {
    span_ = {reinterpret_cast<const T*>(column_->data()) + begin, rows};
    if (!IsOfOtherSign<T>(column_->element()) || HoldsSpan()) return absl::OkStatus();
  }
  const bool has_room = rows <= room_;
  if (!has_room) {
    copies_ = std::make_unique_for_overwrite<T[]>(rows);
    room_ = rows;
  }
  span_ = {copies_.get(), rows};
  return same_ && begin > 0 && has_room ? absl::OkStatus() : Copy(begin, rows);
}

template <typename T>
absl::Status Reader<T>::Copy(size_t begin, size_t rows) {
  switch (column_->element()) {
    case Element::kFloat64:
      return Gather<double>(begin, rows);
    case Element::kFloat32:
      return Gather<float>(begin, rows);
    case Element::kInt8:
      return Gather<int8_t>(begin, rows);
    case Element::kInt16:
      return Gather<int16_t>(begin, rows);
    case Element::kInt32:
      return Gather<int32_t>(begin, rows);
    case Element::kInt64:
      return Gather<int64_t>(begin, rows);
    case Element::kUint8:
      return Gather<uint8_t>(begin, rows);
    case Element::kUint16:
      return Gather<uint16_t>(begin, rows);
    case Element::kUint32:
      return Gather<uint32_t>(begin, rows);
    case Element::kUint64:
      return Gather<uint64_t>(begin, rows);
  }
  return absl::InternalError("shadw: an element of no type");
}

template <typename T>
template <typename From>
absl::Status Reader<T>::Gather(size_t begin, size_t rows) {
  const Run inner = runs_.back();
  for (size_t done = 0; done < rows;) {
    // Where the row lies: its place in each dimension, innermost first.
    size_t rest = begin + done;
    const std::byte* at = column_->data();
    for (size_t d = runs_.size(); d-- > 0;) {
      at += static_cast<py::ssize_t>(rest % runs_[d].length) * runs_[d].stride;
      rest /= runs_[d].length;
    }
    const size_t count = std::min(rows - done, inner.length - (begin + done) % inner.length);
    const bool together = inner.stride == sizeof(From);
    const size_t copied = together && Convert<T, From>(at, count, copies_.get() + done) ? count : 0;
    for (size_t i = copied; i < count; ++i, at += inner.stride) {
      From from;
      std::memcpy(&from, at, sizeof(from));
      if (!Holds<T>(from)) {
        bad_row_ = begin + done + i;
        return CannotHold<T>(from);
      }
      copies_[done + i] = static_cast<T>(from);
    }
    done += count;
  }
  return absl::OkStatus();
}

// --- results --------------------------------------------------------------------

namespace {

template <typename T>
bool IsNarrow(std::span<const Operand* const> operands) {
  const auto is_array = [](const Operand* o) { return !o->is_number(); };
  const auto any = [&](auto&& test) {
    return std::ranges::any_of(operands,
                               [&](const Operand* o) { return is_array(o) && test(o->element()); });
  };
  if constexpr (std::is_same_v<T, double>) {
    return any([](Element e) { return e == Element::kFloat32; }) &&
           !any([](Element e) { return e == Element::kFloat64; });
  } else {
    return std::is_same_v<T, uint64_t> && any(IsSigned);
  }
}

template <typename T>
py::dtype TypeOf(bool narrow) {
  if constexpr (std::is_same_v<T, double>) {
    return narrow ? py::dtype::of<float>() : py::dtype::of<double>();
  } else {
    return narrow ? py::dtype::of<int64_t>() : py::dtype::of<T>();
  }
}

struct Extent {
  uintptr_t begin;
  uintptr_t end;
};

Extent ExtentOf(const Operand& operand) {
  auto low = reinterpret_cast<uintptr_t>(operand.data());
  auto high = low;
  for (size_t d = 0; d < operand.lengths().size(); ++d) {
    const py::ssize_t reach = (operand.lengths()[d] - 1) * operand.strides()[d];
    (reach < 0 ? low : high) += static_cast<uintptr_t>(reach);
  }
  return {low, high + 8};
}

// Whether writing the result in order would change a row of `operand` before it is read.
bool Disturbs(const py::array& out, const Operand& operand, const Shape& shape) {
  if (operand.is_number() || out.size() == 0) return false;
  const auto begin = reinterpret_cast<uintptr_t>(out.data());
  const Extent extent = ExtentOf(operand);
  if (extent.end <= begin || begin + static_cast<size_t>(out.nbytes()) <= extent.begin) {
    return false;
  }
  const std::vector<Run> runs = RunsOf(operand, shape);
  return extent.begin != begin || runs.size() != 1 || runs.front().stride != out.itemsize();
}

py::array TakeOut(const Out& out, const py::dtype& type, const Shape& shape,
                  std::span<const Operand* const> operands) {
  if (!py::isinstance<py::array>(out.array)) {
    throw py::type_error("got " + TypeName(out.array) + " as out, need an array");
  }
  py::array array = py::reinterpret_borrow<py::array>(out.array);
  if (!array.dtype().equal(type)) {
    throw py::type_error("got out of " + std::string(py::str(array.dtype())) + ", need " +
                         std::string(py::str(type)));
  }
  const std::vector<py::ssize_t> lengths(array.shape(), array.shape() + array.ndim());
  if (lengths != shape.lengths) {
    Refuse("shadw: got out of the shape " + ShapeText(lengths) + ", need " +
           ShapeText(shape.lengths));
  }
  const bool aligned = reinterpret_cast<uintptr_t>(array.data()) % 8 == 0 || array.itemsize() < 8;
  if (!array.writeable() || (array.flags() & py::array::c_style) == 0 || !aligned) {
    Refuse("shadw: got out that is read-only or has gaps, need an array to be written in order");
  }
  for (const Operand* operand : operands) {
    if (Disturbs(array, *operand, shape)) {
      Refuse("shadw: got out that overlaps an argument, need one apart or the argument itself");
    }
  }
  return array;
}

}  // namespace

template <typename T>
Result<T>::Result(const Shape& shape, std::span<const Operand* const> operands, const Out& out)
    : narrow_(IsNarrow<T>(operands)) {
  const py::dtype type = TypeOf<T>(narrow_);
  is_number_ = shape.lengths.empty() && out.array.is_none();
  array_ =
      out.array.is_none() ? py::array(type, shape.lengths) : TakeOut(out, type, shape, operands);
  data_ = array_.mutable_data();
  if (std::is_same_v<T, double> && narrow_) {
    copies_ = std::make_unique<T[]>(std::min(shape.rows, kRowsPerBlock));
  }
}

template <typename T>
std::optional<size_t> Result<T>::Store(size_t begin, size_t rows) {
  if (!narrow_) return std::nullopt;
  if constexpr (std::is_same_v<T, double>) {
    float* const to = static_cast<float*>(data_) + begin;
    for (size_t i = 0; i < rows; ++i) to[i] = static_cast<float>(span_[i]);
  } else {
    for (size_t i = 0; i < rows; ++i) {
      if (static_cast<uint64_t>(span_[i]) > INT64_MAX) return begin + i;
    }
  }
  return std::nullopt;
}

template <typename T>
absl::Status Result<T>::TooLarge() const {
  return absl::OutOfRangeError(
      "shadw: got a result of 2^63 or more, need arguments in uint64 to return it");
}

template <typename T>
py::object Result<T>::ToPython() const {
  return is_number_ ? py::object(array_.attr("item")()) : py::object(array_);
}

template class Reader<double>;
template class Reader<int64_t>;
template class Reader<uint64_t>;
template class Reader<uint32_t>;
template class Result<double>;
template class Result<int64_t>;
template class Result<uint64_t>;
template class Result<bool>;

}  // namespace vectorized

const void* Out::data() const {
  return py::isinstance<py::array>(array) ? py::reinterpret_borrow<py::array>(array).data()
                                          : nullptr;
}

base::FormulaMode ModeNamed(const std::string& name) {
  if (name == "corrected") return base::FormulaMode::kCorrected;
  if (name == "paper_literal") return base::FormulaMode::kPaperLiteral;
  if (name == "reference") return base::FormulaMode::kReference;
  Refuse("shadw: got mode '" + name + "', need one of: corrected paper_literal reference");
}

// --- numbers and sequences of them ------------------------------------------------

using vectorized::Element;
using vectorized::Operand;

template <>
Column<double> Column<double>::Borrow(py::handle source) {
  Column column;
  if (PyBool_Check(source.ptr())) vectorized::RefuseType("bool", true);
  if (PyFloat_Check(source.ptr())) {
    static_cast<Operand&>(column) = FromDouble(PyFloat_AS_DOUBLE(source.ptr()));
  } else if (PyLong_Check(source.ptr())) {
    const double value = PyLong_AsDouble(source.ptr());
    if (PyErr_Occurred() != nullptr) PyErr_Clear();
    if (!py::float_(value).equal(source)) {
      Refuse("shadw: got " + std::string(py::str(source)) +
             ", need an integer that float64 holds exactly");
    }
    static_cast<Operand&>(column) = FromDouble(value);
  } else {
    static_cast<Operand&>(column) = FromArray(source, /*floats=*/true);
  }
  return column;
}

namespace {

// A list goes through Python's own integers: as an array, one beyond 2^63 among others
// could make doubles of all of them.
template <typename T>
py::array FromSequence(py::handle source) {
  const py::object numpy = py::module_::import("numpy");
  const py::array objects = numpy.attr("asarray")(source, py::str("O"));
  const std::vector<py::ssize_t> lengths(objects.shape(), objects.shape() + objects.ndim());
  py::array_t<T> array(lengths);
  T* at = array.mutable_data();
  for (const py::handle one : objects.attr("ravel")()) {
    if (PyBool_Check(one.ptr())) vectorized::RefuseType("bool", false);
    *at++ = one.cast<Int<T>>();
  }
  return array;
}

}  // namespace

template <typename T>
Column<T> Column<T>::Borrow(py::handle source) {
  static_assert(std::is_integral_v<T>);
  Column column;
  auto& operand = static_cast<Operand&>(column);
  const bool is_array = py::isinstance<py::array>(source);
  if (PyBool_Check(source.ptr())) vectorized::RefuseType("bool", false);
  if (py::isinstance<py::list>(source) || py::isinstance<py::tuple>(source)) {
    operand = FromArray(FromSequence<T>(source), /*floats=*/false);
  } else if (!is_array && PyIndex_Check(source.ptr())) {
    constexpr Element kWide = std::is_signed_v<T> ? Element::kInt64 : Element::kUint64;
    operand = FromInteger(static_cast<uint64_t>(static_cast<T>(source.cast<Int<T>>())), kWide);
  } else {
    operand = FromArray(source, /*floats=*/false);
  }
  return column;
}

template class Column<int64_t>;
template class Column<uint64_t>;
template class Column<uint32_t>;

}  // namespace shadw::python
