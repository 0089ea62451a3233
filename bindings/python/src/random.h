// SPDX-License-Identifier: Apache-2.0
//
// Where randomness comes from in a call from Python: the operating system, unless the
// caller hands in a shadw.crypto.SeededRandom, as tests and golden vectors do.
//
//   [](…, const Random& random) { SealContext context{.random = Source(random)}; … }
#ifndef BINDINGS_PYTHON_SRC_RANDOM_H_
#define BINDINGS_PYTHON_SRC_RANDOM_H_

#include <memory>
#include <mutex>

#include "libshadw/base/random.h"
#include "libshadw/crypto/random.h"

namespace shadw::python {

// Threads that share a stream take turns.
class LockedRandom : public base::RandomSource {
 public:
  explicit LockedRandom(crypto::SeededRandom random) : random_(random) {}
  void Fill(base::MutableByteSpan out) override {
    const std::lock_guard lock(mutex_);
    random_.Fill(out);
  }

 private:
  std::mutex mutex_;
  crypto::SeededRandom random_;
};

// None in Python is null here.
using Random = std::shared_ptr<LockedRandom>;

// The caller's source or the system's, which has no state and is thread-safe.
inline base::RandomSource* Source(const Random& random) {
  static crypto::SystemRandom system;
  return random != nullptr ? static_cast<base::RandomSource*>(random.get()) : &system;
}

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_RANDOM_H_
