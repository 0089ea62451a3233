// SPDX-License-Identifier: Apache-2.0
//
// The extension module `shadw._shadw`: one submodule per module of libshadw, and the
// translation of statuses into the exceptions of shadw/_errors.py.
#include "bindings/python/src/casters.h"

namespace shadw::python {
namespace {

// The table of errors of the house; what is not in it is a plain shadw.Error.
const char* ExceptionName(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return "InvalidArgumentError";
    case absl::StatusCode::kFailedPrecondition:
      return "PreconditionError";
    case absl::StatusCode::kDataLoss:
      return "DataLossError";
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return "PermissionDeniedError";
    case absl::StatusCode::kNotFound:
      return "NotFoundError";
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return "ConflictError";
    case absl::StatusCode::kResourceExhausted:
      return "LimitError";
    case absl::StatusCode::kDeadlineExceeded:
      return "DeadlineExceededError";
    case absl::StatusCode::kUnavailable:
      return "UnavailableError";
    case absl::StatusCode::kUnimplemented:
      return "UnimplementedError";
    default:
      return "Error";
  }
}

void Raise(const absl::Status& status) {
  const py::object error = ToException(status);
  PyErr_SetObject(py::type::handle_of(error).ptr(), error.ptr());
}

// Shows that every code has its exception; the names are those of absl::StatusCode.
void BindRaiseStatus(py::module_& root) {
  root.def(
      "_raise_status",
      [](Int<int> code, const std::string& message) {
        Check(absl::Status(static_cast<absl::StatusCode>(code.value), message));
      },
      py::arg("code"), py::arg("message"));
}

}  // namespace

py::object ToException(const absl::Status& status) {
  const py::object errors = py::module_::import("shadw._errors");
  return errors.attr(ExceptionName(status.code()))(py::str(std::string(status.message())));
}

PYBIND11_MODULE(_shadw, root) {
  root.doc() = "libshadw for Python; import shadw.erasure and its siblings instead.";
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const StatusError& error) {
      Raise(error.status());
    }
  });
  BindRaiseStatus(root);
  BindVectorizedSamples(root);
  BindCapacity(root);
  BindErasure(root);
  BindCrypto(root);
  BindStore(root);
  BindShard(root);
  BindVault(root);
  BindDht(root);
  BindSim(root);
  BindEconPrices(root);
  BindEconMoney(root);
  BindEconRewards(root);
  BindEconServices(root);
  BindEconModels(root);
  BindReputation(root);
  BindTelemetry(root);
}

}  // namespace shadw::python
