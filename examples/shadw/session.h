// SPDX-License-Identifier: Apache-2.0
//
// A vault opened with its owner's key, or one object of it opened with a capability.
// What both can do is asked for in one way.
#ifndef EXAMPLES_SHADW_SESSION_H_
#define EXAMPLES_SHADW_SESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/system_clock.h"
#include "libshadw/crypto/random.h"
#include "libshadw/vault/vault.h"
#include "nodes.h"
#include "outcome.h"

namespace shadw::app {

// --key or --cap, and --store, as they were given.
struct Access {
  std::string key_file;
  std::string capability;
  std::vector<std::string> stores;
};

class Session {
 public:
  struct How {
    Nodes::Missing missing = Nodes::Missing::kLeaveOut;
    // Of puts and of the catalogue's pages.
    std::optional<erasure::Code> code;
    // How long others leave an unfinished put alone.
    std::optional<base::Duration> lease;
    size_t threads = 1;
  };

  static absl::StatusOr<Session> Open(const Access& access, const How& how, Console& console);

  const Nodes& nodes() const { return nodes_; }
  const base::Clock& clock() const { return machine_->clock; }
  // Null with a capability.
  vault::Vault* vault() { return vault_ ? &*vault_ : nullptr; }

  // With a capability, `name` may be empty; where it is not it must be the object's.
  absl::StatusOr<vault::ReadReport> Get(const std::string& name, const vault::ByteSink& sink,
                                        uint64_t offset, uint64_t bytes);
  absl::StatusOr<vault::ObjectInfo> Info(const std::string& name);
  absl::StatusOr<vault::VerifyReport> Verify(const std::string& name);
  absl::StatusOr<vault::RepairReport> Repair(const std::string& name);
  absl::StatusOr<vault::RotateReport> Rotate(const std::string& name,
                                             std::optional<uint16_t> index);

 private:
  struct Machine {
    base::SystemClock clock;
    crypto::SystemRandom random;
  };
  explicit Session(Nodes nodes) : nodes_(std::move(nodes)), machine_(std::make_unique<Machine>()) {}
  // A reader can tell which object he has; whoever may only verify or audit cannot.
  absl::Status CheckName(const std::string& name);

  Nodes nodes_;
  std::unique_ptr<Machine> machine_;
  std::optional<vault::Vault> vault_;
  std::optional<vault::SharedObject> shared_;
  bool may_read_ = true;
};

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_SESSION_H_
