// SPDX-License-Identifier: Apache-2.0
#include "bindings/python/src/casters.h"

#include <algorithm>
#include <cstring>

namespace shadw::python {
namespace {

std::string TypeName(py::handle object) {
  return py::str(py::type::handle_of(object).attr("__name__"));
}

[[noreturn]] void RefuseType(const std::string& got, const char* need) {
  throw py::type_error("got " + got + ", need " + need);
}

// Unsigned bytes; the letter may carry a byte order, which one byte does not have.
bool IsUint8(const char* format) {
  if (format == nullptr) return true;
  if (std::strchr("@=<>!|", *format) != nullptr && *format != '\0') ++format;
  return std::strcmp(format, "B") == 0;
}

// The mask of a masked array is not part of its buffer: bytes that were marked as
// invalid would be taken for valid ones.
void RefuseMasked(py::handle object) {
  if (py::hasattr(object, "mask") && py::isinstance<py::array>(object)) {
    RefuseType("a masked array", "an array without a mask");
  }
}

// One pointer type where Py_buffer's members can move with it: some exporters let the
// shape point into the Py_buffer itself.
std::unique_ptr<Py_buffer> Export(py::handle object, const char* need) {
  if (PyObject_CheckBuffer(object.ptr()) == 0) RefuseType(TypeName(object), need);
  RefuseMasked(object);
  auto view = std::make_unique<Py_buffer>();
  if (PyObject_GetBuffer(object.ptr(), view.get(), PyBUF_FULL_RO) != 0) {
    throw py::error_already_set();
  }
  return view;
}

void RefuseFormat(const Py_buffer& view) {
  if (view.itemsize == 1 && IsUint8(view.format)) return;
  RefuseType(std::string("a buffer of format '") + (view.format ? view.format : "B") + "'",
             "uint8 (format 'B')");
}

constexpr char kNeedBytes[] = "bytes or another buffer of uint8";
constexpr char kNeedRows[] = "an array of uint8 with two dimensions, or a sequence of buffers";

}  // namespace

StatusError::StatusError(absl::Status status)
    : status_(std::move(status)), text_(status_.message()) {}

void Check(const absl::Status& status) {
  if (!status.ok()) throw StatusError(status);
}

void Refuse(const std::string& message) { throw StatusError(absl::InvalidArgumentError(message)); }

void Bytes::Release::operator()(Py_buffer* view) const {
  PyBuffer_Release(view);
  std::default_delete<Py_buffer>()(view);
}

Bytes Bytes::Borrow(py::handle object) {
  Bytes bytes;
  bytes.view_.reset(Export(object, kNeedBytes).release());
  const Py_buffer& view = *bytes.view_;
  RefuseFormat(view);
  if (view.ndim != 1) {
    Refuse("shadw: got a buffer of " + std::to_string(view.ndim) + " dimensions, need 1");
  }
  if (PyBuffer_IsContiguous(&view, 'C') == 0) {
    Refuse("shadw: got a buffer with gaps between its bytes, need a contiguous one");
  }
  return bytes;
}

base::ByteSpan Bytes::span() const {
  if (view_ == nullptr) return {};
  return {static_cast<const uint8_t*>(view_->buf), static_cast<size_t>(view_->len)};
}

Rows Rows::Borrow(py::handle object) {
  Rows rows;
  if (PyObject_CheckBuffer(object.ptr()) == 0) {
    if (!py::isinstance<py::sequence>(object) || py::isinstance<py::str>(object)) {
      RefuseType(TypeName(object), kNeedRows);
    }
    for (const py::handle row : py::reinterpret_borrow<py::sequence>(object)) {
      rows.held_.push_back(Bytes::Borrow(row));
      rows.spans_.push_back(rows.held_.back().span());
    }
    return rows;
  }
  Bytes array;
  array.view_.reset(Export(object, kNeedRows).release());
  const Py_buffer& view = *array.view_;
  RefuseFormat(view);
  if (view.ndim != 2) {
    Refuse("shadw: got a buffer of " + std::to_string(view.ndim) + " dimensions, need 2");
  }
  const py::ssize_t row_bytes = view.shape[1];
  if ((view.strides[1] != 1 && row_bytes > 1) || view.suboffsets != nullptr) {
    Refuse("shadw: got rows with gaps between their bytes, need contiguous rows");
  }
  for (py::ssize_t i = 0; i < view.shape[0]; ++i) {
    const auto* row = static_cast<const uint8_t*>(view.buf) + i * view.strides[0];
    rows.spans_.emplace_back(row, static_cast<size_t>(row_bytes));
  }
  rows.held_.push_back(std::move(array));
  return rows;
}

Sensitive Sensitive::Borrow(py::handle object) {
  Sensitive sensitive;
  if (py::isinstance<crypto::SecretKey>(object)) {
    sensitive.bytes_ = object.cast<const crypto::SecretKey&>().bytes();
  } else if (py::isinstance<crypto::Secret>(object)) {
    sensitive.bytes_ = object.cast<const crypto::Secret&>().bytes();
  } else {
    sensitive.held_ = Bytes::Borrow(object);
    sensitive.bytes_ = sensitive.held_.span();
  }
  return sensitive;
}

Key Key::Borrow(py::handle object) {
  Key key;
  key.bytes_ = Sensitive::Borrow(object);
  if (key.bytes_.span().size() != 32) {
    Refuse("shadw: got a key of " + std::to_string(key.bytes_.span().size()) + " bytes, need 32");
  }
  return key;
}

NewBytes::NewBytes(size_t size)
    : object(py::reinterpret_steal<py::bytes>(
          PyBytes_FromStringAndSize(nullptr, static_cast<py::ssize_t>(size)))) {
  if (!object) throw py::error_already_set();
  span = {reinterpret_cast<uint8_t*>(PyBytes_AS_STRING(object.ptr())), size};
}

NewRows::NewRows(size_t rows, size_t row_bytes)
    : array({static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(row_bytes)}) {
  uint8_t* row = array.mutable_data();
  for (size_t i = 0; i < rows; ++i, row += row_bytes) spans.emplace_back(row, row_bytes);
}

py::bytes ToPython(base::ByteSpan bytes) {
  return py::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Name Name::From(py::handle text) {
  if (!py::isinstance<py::str>(text)) RefuseType(TypeName(text), "str");
  const auto bytes = py::reinterpret_steal<py::bytes>(
      PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogateescape"));
  if (!bytes) throw py::error_already_set();
  return {bytes};
}

py::str ToText(const std::string& bytes) {
  PyObject* text =
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<py::ssize_t>(bytes.size()), "surrogateescape");
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(text);
}

py::str PathText(const py::object& path) {
  return py::module_::import("os").attr("fsdecode")(path);
}

Array Adopt(base::Bytes bytes) {
  const base::ByteSpan span = bytes;
  return Adopt<base::Bytes>(std::move(bytes), span);
}

Array Adopt(base::Buffer buffer) {
  const base::ByteSpan span = std::as_const(buffer).span();
  return Adopt<base::Buffer>(std::move(buffer), span);
}

namespace {

// Ids and hashes in hexadecimal, what is long by its length, all else as Python shows it.
py::str ShowValue(const py::object& value) {
  constexpr size_t kMaxShownBytes = 64;
  constexpr size_t kMaxShownItems = 8;
  if (py::isinstance<py::list>(value) && py::len(value) > kMaxShownItems) {
    return "<" + std::to_string(py::len(value)) + " items>";
  }
  if (!py::isinstance<py::bytes>(value)) return py::repr(value);
  const Bytes bytes = Bytes::Borrow(value);
  if (bytes.size() <= kMaxShownBytes) return base::ToHex(bytes.span());
  return "<" + std::to_string(bytes.size()) + " bytes>";
}

}  // namespace

py::str ShowFields(const py::object& self) {
  const py::type type = py::type::of(self);
  const py::handle property(reinterpret_cast<PyObject*>(&PyProperty_Type));
  py::list shown;
  for (const auto& [name, value] : py::dict(type.attr("__dict__"))) {
    if (!py::isinstance(value, property)) continue;
    shown.append(py::str("{}={}").format(name, ShowValue(self.attr(name))));
  }
  return py::str("{}({})").format(type.attr("__name__"), py::str(", ").attr("join")(shown));
}

py::module_ Submodule(py::module_& root, const char* name, const char* doc) {
  py::module_ module = root.def_submodule(name, doc);
  module.attr("__name__") = std::string("shadw.") + name;
  return module;
}

}  // namespace shadw::python
