// SPDX-License-Identifier: Apache-2.0
//
// Bytes that flow between the vault and Python's files, and progress on the way.
//
// The vault works without the interpreter's lock and calls back for every piece; these
// callbacks take the lock for as long as they need it. What Python raises inside a
// callback stops the operation and is raised again by the call itself: `Run` does that.
// Every callback also lets pending signals be handled, so Ctrl-C ends a long put.
//
//   Callbacks callbacks;
//   vault::ByteSource source = SourceOf(object, callbacks);
//   auto receipt = callbacks.Run([&] { return vault.Put(name, source, options); });
#ifndef BINDINGS_PYTHON_SRC_STREAMS_H_
#define BINDINGS_PYTHON_SRC_STREAMS_H_

#include <exception>
#include <type_traits>
#include <utility>

#include "bindings/python/src/casters.h"
#include "libshadw/vault/options.h"

namespace shadw::python {

class Callbacks {
 public:
  // Runs `work`, which calls Python, under the lock. False, and what was raised kept,
  // where it raises or something was raised before.
  template <typename Work>
  bool Call(Work&& work) {
    const py::gil_scoped_acquire locked;
    if (raised_) return false;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      std::forward<Work>(work)();
      return true;
    } catch (...) {
      raised_ = std::current_exception();
      return false;
    }
  }

  // The status of a callback for which Call gave false.
  static absl::Status Stopped() { return absl::CancelledError("shadw: a callback raised"); }

  // Runs `work` without the lock; raises what a callback raised, else its status.
  template <typename Work>
  auto Run(Work&& work) {
    auto result = Unlocked(std::forward<Work>(work));
    if (raised_) std::rethrow_exception(std::exchange(raised_, nullptr));
    if constexpr (std::is_same_v<decltype(result), absl::Status>) {
      Check(result);
    } else {
      return Value(std::move(result));
    }
  }

 private:
  std::exception_ptr raised_;
};

// Reads from borrowed bytes, which must outlive the source.
vault::ByteSource SourceOf(base::ByteSpan bytes, Callbacks& callbacks);
// Reads from a binary file: `readinto` where it has one, else `read`.
vault::ByteSource SourceOf(py::object file, Callbacks& callbacks);
// Writes to a binary file.
vault::ByteSink SinkTo(py::object file, Callbacks& callbacks);

// Hands progress to `callback`; nothing where it is None.
vault::ProgressCallback ProgressTo(const py::object& callback, Callbacks& callbacks);

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_STREAMS_H_
