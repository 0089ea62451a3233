// SPDX-License-Identifier: Apache-2.0
#include "bindings/python/src/streams.h"

#include <algorithm>
#include <memory>

namespace shadw::python {
namespace {

// What crosses in one call: signals are looked for between two pieces.
constexpr size_t kPieceBytes = 1 << 20;

size_t CountOf(const py::object& result, size_t at_most, const char* what) {
  if (result.is_none()) {
    throw py::type_error(std::string("got a file whose ") + what +
                         " gives None, need one that waits");
  }
  const size_t count = result.cast<Int<uint64_t>>();
  if (count > at_most) {
    Refuse(std::string("shadw: got a file whose ") + what + " claims " + std::to_string(count) +
           " bytes, need at most " + std::to_string(at_most));
  }
  return count;
}

// Files never see the library's own memory: one that kept a slice of what it was given
// would read there long after it was freed. So what passes through them is copied once.
size_t ReadInto(const py::object& file, base::MutableByteSpan out) {
  const auto room = py::reinterpret_steal<py::object>(
      PyByteArray_FromStringAndSize(nullptr, static_cast<py::ssize_t>(out.size())));
  if (!room) throw py::error_already_set();
  const size_t count = CountOf(file.attr("readinto")(room), out.size(), "readinto");
  const Bytes filled = Bytes::Borrow(room);
  if (filled.size() < count) Refuse("shadw: got a file that shortened what it was given");
  std::ranges::copy(filled.span().first(count), out.begin());
  return count;
}

size_t Read(const py::object& file, base::MutableByteSpan out) {
  const Bytes piece = Bytes::Borrow(py::object(file.attr("read")(out.size())));
  const size_t count = CountOf(py::int_(piece.size()), out.size(), "read");
  std::ranges::copy(piece.span(), out.begin());
  return count;
}

// Raw files may take less than they are given.
void WriteAll(const py::object& file, base::ByteSpan bytes) {
  while (!bytes.empty()) {
    const py::bytes piece = ToPython(bytes.first(std::min(bytes.size(), kPieceBytes)));
    const size_t count = CountOf(file.attr("write")(piece),
                                 static_cast<size_t>(PyBytes_GET_SIZE(piece.ptr())), "write");
    if (count == 0) Check(absl::UnavailableError("shadw: got a file that takes no more bytes"));
    bytes = bytes.subspan(count);
  }
}

// Python objects inside a std::function are freed with it, wherever that happens.
std::shared_ptr<py::object> Held(py::object object) {
  return {new py::object(std::move(object)), [](py::object* held) {
            const py::gil_scoped_acquire locked;
            delete held;
          }};
}

}  // namespace

vault::ByteSource SourceOf(base::ByteSpan bytes, Callbacks& callbacks) {
  return [rest = bytes, &callbacks](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    if (!callbacks.Call([] {})) return Callbacks::Stopped();
    const size_t count = std::min({rest.size(), out.size(), kPieceBytes});
    std::copy_n(rest.begin(), count, out.begin());
    rest = rest.subspan(count);
    return count;
  };
}

vault::ByteSource SourceOf(py::object file, Callbacks& callbacks) {
  const bool into = py::hasattr(file, "readinto");
  return [held = Held(std::move(file)), into,
          &callbacks](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
    out = out.first(std::min(out.size(), kPieceBytes));
    size_t count = 0;
    const bool went_well =
        callbacks.Call([&] { count = into ? ReadInto(*held, out) : Read(*held, out); });
    if (!went_well) return Callbacks::Stopped();
    return count;
  };
}

vault::ByteSink SinkTo(py::object file, Callbacks& callbacks) {
  return [held = Held(std::move(file)), &callbacks](base::ByteSpan bytes) {
    return callbacks.Call([&] { WriteAll(*held, bytes); }) ? absl::OkStatus()
                                                           : Callbacks::Stopped();
  };
}

vault::ProgressCallback ProgressTo(const py::object& callback, Callbacks& callbacks) {
  if (callback.is_none()) return nullptr;
  return [held = Held(callback), &callbacks](const vault::Progress& progress) {
    callbacks.Call([&] { (*held)(progress); });
  };
}

}  // namespace shadw::python
