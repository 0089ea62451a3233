// SPDX-License-Identifier: Apache-2.0
//
// What the parts of shadw.vault that work with a vault share: the vault with all that it
// points to, and the arguments of puts.
#ifndef BINDINGS_PYTHON_SRC_OWNED_VAULT_H_
#define BINDINGS_PYTHON_SRC_OWNED_VAULT_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "bindings/python/src/bind_shard.h"
#include "bindings/python/src/streams.h"
#include "libshadw/base/system_clock.h"
#include "libshadw/vault/vault.h"

namespace shadw::python {

using vault::SharedObject;
using vault::Vault;

// A clock that stands still until Python moves it, from any thread.
class SteppedClock : public base::Clock {
 public:
  explicit SteppedClock(int64_t time_ns) : time_ns_(time_ns) {}
  base::Time Now() const override { return base::FromUnixNanos(time_ns_); }
  int64_t time_ns() const { return time_ns_; }
  void Set(int64_t time_ns) { time_ns_ = time_ns; }

 private:
  std::atomic<int64_t> time_ns_;
};

using StoreList = std::vector<std::shared_ptr<store::Store>>;

// What a vault only points to, and so must be kept beside it.
struct Surroundings {
  Random random;
  std::shared_ptr<SteppedClock> clock;

  vault::Options Options(StoreList stores) const {
    static const base::SystemClock system;
    return {.stores = std::move(stores),
            .clock = clock != nullptr ? static_cast<const base::Clock*>(clock.get()) : &system,
            .random = Source(random)};
  }
};

// One at a time: threads take turns, and a callback that calls its own vault is told so
// instead of waiting for itself for ever.
template <typename T>
class Owned {
 public:
  Owned(T value, Surroundings surroundings)
      : surroundings_(std::move(surroundings)), value_(std::move(value)) {}

  // Runs `work(value)`, which returns a Status or a StatusOr, without the lock of the
  // interpreter.
  template <typename Work>
  auto Run(Work work) {
    Callbacks callbacks;
    return Run(callbacks, std::move(work));
  }
  template <typename Work>
  auto Run(Callbacks& callbacks, Work work) {
    if (user_.load() == std::this_thread::get_id()) {
      Check(absl::FailedPreconditionError("vault: got a call from a callback of the same vault"));
    }
    return callbacks.Run([&] {
      const std::lock_guard lock(mutex_);
      const InUse in_use(user_);
      return work(value_);
    });
  }

 private:
  struct InUse {
    explicit InUse(std::atomic<std::thread::id>& user) : user_(user) {
      user_.store(std::this_thread::get_id());
    }
    ~InUse() { user_.store({}); }
    std::atomic<std::thread::id>& user_;
  };

  Surroundings surroundings_;
  T value_;
  std::mutex mutex_;
  std::atomic<std::thread::id> user_;
};

using OwnedVault = Owned<Vault>;
using OwnedObject = Owned<SharedObject>;

inline bool IsPath(const py::object& object) { return py::hasattr(object, "__fspath__"); }

// What a put is given beside its name and its source.
struct PutArguments {
  vault::PutOptions options;
  std::optional<int64_t> mtime_ns;
};

// A file that Python opened for us: closed when the put ends, however it ends.
class OpenedFile {
 public:
  OpenedFile(const py::object& path, PutArguments& arguments)
      : file_(py::module_::import("shadw._files").attr("Source")(path)) {
    if (!arguments.options.mode) arguments.options.mode = file_.attr("mode").cast<uint32_t>();
    if (!arguments.mtime_ns) arguments.mtime_ns = file_.attr("mtime_ns").cast<int64_t>();
  }
  ~OpenedFile() {
    try {
      file_.attr("close")();
    } catch (const py::error_already_set&) {
      // It was only read from: nothing is lost.
    }
  }
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;
  py::object file() const { return file_.attr("file"); }

 private:
  py::object file_;
};

// A TypeError for what is neither a buffer, a path nor a file.
inline void CheckReadable(const py::object& source) {
  if (py::hasattr(source, "read") || py::hasattr(source, "readinto")) return;
  throw py::type_error("got " + std::string(py::str(py::type::handle_of(source).attr("__name__"))) +
                       ", need bytes, a pathlib.Path or a binary file");
}

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_OWNED_VAULT_H_
