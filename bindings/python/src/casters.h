// SPDX-License-Identifier: Apache-2.0
//
// How values cross between Python and libshadw. Every bind_<module>.cc is written in
// these words, so that one rule holds everywhere (../README.md says it to users):
//
//   bytes in   `Bytes` borrows a buffer of uint8, `Rows` several of one length; neither
//              copies, neither casts
//   bytes out  `NewBytes` makes a bytes object to be filled, `NewRows` an array, `Adopt`
//              an array that owns what the library returned; nothing is copied
//   integers   `Int<T>` takes what has __index__ and lies in the range of T
//   names      `Name` takes a str, surrogates for what is no UTF-8
//   keys       `Key` and `Sensitive` borrow a SecretKey, a Secret or a buffer
//   errors     `Check` and `Value` turn a Status into the exception of its class
//   threads    `Unlocked` runs the work without the interpreter's lock
//
//   m.def("sha256", [](const Bytes& data) {
//     return ToPython(Unlocked([&] { return crypto::Sha256(data.span()); }));
//   });
//
// What is borrowed cannot be resized or freed during the call; that no other thread
// writes to it meanwhile is the caller's business, as with every array in Python.
#ifndef BINDINGS_PYTHON_SRC_CASTERS_H_
#define BINDINGS_PYTHON_SRC_CASTERS_H_

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <concepts>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/crypto/secret.h"

namespace shadw::python {

namespace py = pybind11;

// --- errors -------------------------------------------------------------------

// Carries a Status to the translator of module.cc, which raises its exception.
class StatusError : public std::exception {
 public:
  explicit StatusError(absl::Status status);
  const absl::Status& status() const { return status_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  absl::Status status_;
  std::string text_;
};

// Raises the exception of `status` unless it is OK. May be called without the lock.
void Check(const absl::Status& status);

template <typename T>
T Value(absl::StatusOr<T> result) {
  Check(result.status());
  return *std::move(result);
}

// The exception itself, for what is to be raised later and elsewhere.
py::object ToException(const absl::Status& status);

// shadw.InvalidArgumentError: `module: got X, need Y`.
[[noreturn]] void Refuse(const std::string& message);

// --- threads ------------------------------------------------------------------

// Runs `work`, which touches no Python object, without the interpreter's lock.
template <typename Work>
auto Unlocked(Work&& work) {
  py::gil_scoped_release unlocked;
  return std::forward<Work>(work)();
}

// --- bytes in -----------------------------------------------------------------

// A buffer of uint8 with one dimension, without gaps: bytes, bytearray, memoryview,
// mmap, an array. Anything else is refused with a TypeError (of another kind) or a
// shadw.InvalidArgumentError (of another shape).
class Bytes {
 public:
  Bytes() = default;
  static Bytes Borrow(py::handle object);

  base::ByteSpan span() const;
  size_t size() const { return span().size(); }

 private:
  friend class Rows;
  struct Release {
    void operator()(Py_buffer* view) const;
  };
  std::unique_ptr<Py_buffer, Release> view_;
};

// Several buffers of uint8: the rows of an array with two dimensions, which may lie
// apart, or a sequence of buffers.
class Rows {
 public:
  Rows() = default;
  static Rows Borrow(py::handle object);

  std::span<const base::ByteSpan> spans() const { return spans_; }
  size_t size() const { return spans_.size(); }
  // The length of the first row, 0 where there is none.
  size_t row_bytes() const { return spans_.empty() ? 0 : spans_.front().size(); }

 private:
  std::vector<Bytes> held_;
  std::vector<base::ByteSpan> spans_;
};

// `bytes` as a span of exactly kSize; `what` names it in the error.
template <size_t kSize>
std::span<const uint8_t, kSize> Fixed(const Bytes& bytes, const char* what) {
  if (bytes.size() != kSize) {
    Refuse("shadw: got " + std::to_string(bytes.size()) + " bytes as " + what + ", need " +
           std::to_string(kSize));
  }
  return std::span<const uint8_t, kSize>(bytes.span().data(), kSize);
}

template <size_t kSize>
base::ByteArray<kSize> ToArray(const Bytes& bytes, const char* what) {
  const std::span<const uint8_t, kSize> from = Fixed<kSize>(bytes, what);
  base::ByteArray<kSize> array;
  std::copy(from.begin(), from.end(), array.begin());
  return array;
}

// Bytes that may be secret: a shadw.crypto.SecretKey or Secret, or a buffer.
class Sensitive {
 public:
  Sensitive() = default;
  static Sensitive Borrow(py::handle object);

  base::ByteSpan span() const { return bytes_; }

 private:
  Bytes held_;
  base::ByteSpan bytes_;
};

// The same, of exactly 32 bytes.
class Key {
 public:
  Key() = default;
  static Key Borrow(py::handle object);

  std::span<const uint8_t, 32> span() const {
    return std::span<const uint8_t, 32>(bytes_.span().data(), 32);
  }
  crypto::SecretKey Copy() const { return crypto::SecretKey::CopyOf(span()); }

 private:
  Sensitive bytes_;
};

// --- integers -----------------------------------------------------------------

// A Python integer, or NumPy's, within the range of T. Floats are refused.
template <std::integral T>
struct Int {
  T value = 0;
  operator T() const { return value; }  // NOLINT(google-explicit-constructor)
};

// --- names --------------------------------------------------------------------

// The name of an object: bytes to the library, str in Python. What is no UTF-8 stands as
// os.fsdecode would give it, and comes back as the same bytes.
struct Name {
  static Name From(py::handle text);
  std::string bytes;
};
py::str ToText(const std::string& bytes);
// The str of a path: os.fspath, and os.fsdecode where that gives bytes.
py::str PathText(const py::object& path);

// --- bytes out ----------------------------------------------------------------

// A bytes object whose content is still to be written. Nobody else has it yet, so it
// may be filled without the lock.
struct NewBytes {
  explicit NewBytes(size_t size);
  py::bytes object;
  base::MutableByteSpan span;
};

// An array of shape (rows, row_bytes), still to be written.
struct NewRows {
  NewRows(size_t rows, size_t row_bytes);
  py::array_t<uint8_t> array;
  std::vector<base::MutableByteSpan> spans;
};

py::bytes ToPython(base::ByteSpan bytes);

// An array that owns what was a vector.
template <typename T>
py::array_t<T> AdoptColumn(std::vector<T> column) {
  auto heap = std::make_unique<std::vector<T>>(std::move(column));
  const py::capsule keeper(heap.get(),
                           [](void* held) { delete static_cast<std::vector<T>*>(held); });
  const std::vector<T>& held = *heap.release();
  return py::array_t<T>({static_cast<py::ssize_t>(held.size())}, {sizeof(T)}, held.data(), keeper);
}

using Array = py::array_t<uint8_t>;

// An array over `bytes`, which `owner` keeps alive.
template <typename Owner>
Array Adopt(Owner owner, base::ByteSpan bytes) {
  auto heap = std::make_unique<Owner>(std::move(owner));
  const py::capsule keeper(heap.get(), [](void* held) { delete static_cast<Owner*>(held); });
  heap.release();
  return Array({static_cast<py::ssize_t>(bytes.size())}, {1}, bytes.data(), keeper);
}

Array Adopt(base::Bytes bytes);
Array Adopt(base::Buffer buffer);

// --- state ---------------------------------------------------------------------

// What changes with use, and may be used by several threads while none has the
// interpreter's lock. `lock` is taken after that lock was released, never before.
template <typename T>
struct Guarded {
  template <typename... Arguments>
  explicit Guarded(Arguments&&... arguments) : value(std::forward<Arguments>(arguments)...) {}
  T value;
  std::mutex lock;
};

// --- modules ------------------------------------------------------------------

// The submodule `name`, whose classes say `shadw.<name>` of themselves.
py::module_ Submodule(py::module_& root, const char* name, const char* doc);

// A repr that shows every property: for classes that only hold values.
py::str ShowFields(const py::object& self);

template <typename Class>
void Show(Class&& bound) {
  bound.def("__repr__", &ShowFields);
}

void BindCapacity(py::module_& root);
void BindCapacityProofs(py::module_& capacity);
void BindCrypto(py::module_& root);
void BindKeyTrees(py::module_& crypto);
void BindDht(py::module_& root);
void BindEconModels(py::module_& root);
void BindEconMoney(py::module_& root);
void BindEconPrices(py::module_& root);
void BindEconRewards(py::module_& root);
void BindEconServices(py::module_& root);
void BindErasure(py::module_& root);
void BindReputation(py::module_& root);
void BindShard(py::module_& root);
void BindSim(py::module_& root);
void BindStore(py::module_& root);
void BindTelemetry(py::module_& root);
void BindVault(py::module_& root);
void BindVectorizedSamples(py::module_& root);

}  // namespace shadw::python

namespace pybind11::detail {

template <>
struct type_caster<shadw::python::Bytes> {
  PYBIND11_TYPE_CASTER(shadw::python::Bytes, const_name("Buffer"));
  bool load(handle source, bool) {
    value = shadw::python::Bytes::Borrow(source);
    return true;
  }
};

template <>
struct type_caster<shadw::python::Rows> {
  PYBIND11_TYPE_CASTER(shadw::python::Rows, const_name("Rows"));
  bool load(handle source, bool) {
    value = shadw::python::Rows::Borrow(source);
    return true;
  }
};

template <>
struct type_caster<shadw::python::Sensitive> {
  PYBIND11_TYPE_CASTER(shadw::python::Sensitive, const_name("Sensitive"));
  bool load(handle source, bool) {
    value = shadw::python::Sensitive::Borrow(source);
    return true;
  }
};

template <>
struct type_caster<shadw::python::Key> {
  PYBIND11_TYPE_CASTER(shadw::python::Key, const_name("Key"));
  bool load(handle source, bool) {
    value = shadw::python::Key::Borrow(source);
    return true;
  }
};

template <>
struct type_caster<shadw::python::Name> {
  PYBIND11_TYPE_CASTER(shadw::python::Name, const_name("str"));
  bool load(handle source, bool) {
    value = shadw::python::Name::From(source);
    return true;
  }
};

template <typename T>
struct type_caster<shadw::python::Int<T>> {
  PYBIND11_TYPE_CASTER(shadw::python::Int<T>, const_name("int"));
  bool load(handle source, bool) {
    const object index = reinterpret_steal<object>(PyNumber_Index(source.ptr()));
    if (!index) {
      PyErr_Clear();
      throw type_error("got " + std::string(str(type::handle_of(source).attr("__name__"))) +
                       ", need an integer");
    }
    if (!Fits(index)) {
      shadw::python::Refuse("shadw: got " + std::string(str(index)) + ", need an integer from " +
                            std::to_string(std::numeric_limits<T>::min()) + " to " +
                            std::to_string(std::numeric_limits<T>::max()));
    }
    return true;
  }

 private:
  bool Fits(const object& index) {
    if constexpr (std::is_signed_v<T>) {
      const long long got = PyLong_AsLongLong(index.ptr());
      value.value = static_cast<T>(got);
      return FitsAfter(got);
    } else {
      const unsigned long long got = PyLong_AsUnsignedLongLong(index.ptr());
      value.value = static_cast<T>(got);
      return FitsAfter(got);
    }
  }
  template <typename Wide>
  bool FitsAfter(Wide got) {
    if (got == static_cast<Wide>(-1) && PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      return false;
    }
    return got >= std::numeric_limits<T>::min() && got <= std::numeric_limits<T>::max();
  }
};

}  // namespace pybind11::detail

#endif  // BINDINGS_PYTHON_SRC_CASTERS_H_
