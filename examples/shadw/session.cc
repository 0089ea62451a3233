// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "key_file.h"
#include "libshadw/base/status_macros.h"

namespace shadw::app {

absl::StatusOr<Session> Session::Open(const Access& access, const How& how, Console& console) {
  std::optional<shard::VaultKeys> vault_keys;
  std::optional<Capability> capability;
  // Before any store is touched: a wrong key is the likeliest mistake.
  if (access.capability.empty()) {
    SHADW_ASSIGN_OR_RETURN(vault_keys, LoadKeyFile(access.key_file, console));
  } else {
    SHADW_ASSIGN_OR_RETURN(capability, LoadCapability(access.capability, console));
  }
  SHADW_ASSIGN_OR_RETURN(Nodes nodes, Nodes::Open(access.stores, how.missing, console));
  Session session(std::move(nodes));
  vault::Options options{.stores = session.nodes_.stores(),
                         .clock = &session.machine_->clock,
                         .random = &session.machine_->random,
                         .threads = how.threads};
  if (how.code) options.code = *how.code;
  if (how.lease) options.intent_lease = *how.lease;
  if (vault_keys) {
    SHADW_ASSIGN_OR_RETURN(session.vault_, vault::Vault::Open(options, *vault_keys));
  } else {
    const auto* object = std::get_if<shard::ObjectKeys>(&*capability);
    session.may_read_ = object == nullptr || object->may_read();
    const auto open = [&](auto keys) {
      return vault::SharedObject::Open(options, std::move(keys));
    };
    SHADW_ASSIGN_OR_RETURN(session.shared_, std::visit(open, *std::move(capability)));
  }
  return session;
}

absl::Status Session::CheckName(const std::string& name) {
  if (vault_ || name.empty() || !may_read_) return absl::OkStatus();
  SHADW_ASSIGN_OR_RETURN(const vault::ObjectInfo info, shared_->Info());
  if (info.name == name) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("got a capability of '", Printable(info.name),
                                                 "', need one of '", Printable(name), "'"));
}

absl::StatusOr<vault::ReadReport> Session::Get(const std::string& name, const vault::ByteSink& sink,
                                               uint64_t offset, uint64_t bytes) {
  SHADW_RETURN_IF_ERROR(CheckName(name));
  return vault_ ? vault_->Get(name, sink, offset, bytes) : shared_->Get(sink, offset, bytes);
}

absl::StatusOr<vault::ObjectInfo> Session::Info(const std::string& name) {
  SHADW_RETURN_IF_ERROR(CheckName(name));
  return vault_ ? vault_->Info(name) : shared_->Info();
}

absl::StatusOr<vault::VerifyReport> Session::Verify(const std::string& name) {
  SHADW_RETURN_IF_ERROR(CheckName(name));
  return vault_ ? vault_->Verify(name) : shared_->Verify();
}

absl::StatusOr<vault::RepairReport> Session::Repair(const std::string& name) {
  SHADW_RETURN_IF_ERROR(CheckName(name));
  return vault_ ? vault_->Repair(name) : shared_->Repair();
}

absl::StatusOr<vault::RotateReport> Session::Rotate(const std::string& name,
                                                    std::optional<uint16_t> index) {
  SHADW_RETURN_IF_ERROR(CheckName(name));
  return vault_ ? vault_->Rotate(name, index) : shared_->Rotate(index);
}

}  // namespace shadw::app
