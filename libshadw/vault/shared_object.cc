// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/newest.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {

struct SharedObject::State {
  State(const Options& options, const shard::ObjectKeys& object) : env(options), keys(object) {}

  absl::StatusOr<LocatedObject> Locate() {
    SHADW_ASSIGN_OR_RETURN(std::optional<FoundHead> head, FindNewestHead(env, keys, sequence_seen));
    if (!head || head->header.audit.has(shard::kFlagTombstone)) {
      return absl::NotFoundError("vault: the object of this capability is not on these stores");
    }
    sequence_seen = head->sequence();
    return LocatedObject{keys, *std::move(head)};
  }
  auto Locator() {
    return [this] { return Locate(); };
  }

  Environment env;
  shard::ObjectKeys keys;
  uint64_t sequence_seen = 0;
};

SharedObject::SharedObject(std::unique_ptr<State> state) : state_(std::move(state)) {}
SharedObject::SharedObject(SharedObject&&) noexcept = default;
SharedObject& SharedObject::operator=(SharedObject&&) noexcept = default;
SharedObject::~SharedObject() = default;

absl::StatusOr<SharedObject> SharedObject::Open(const Options& options,
                                                const shard::ObjectKeys& keys) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  if (keys.may_write()) {
    return absl::PermissionDeniedError("vault: got a writer's keys, open the vault with them");
  }
  return SharedObject(std::make_unique<State>(options, keys));
}

absl::StatusOr<ReadReport> SharedObject::Get(const ByteSink& sink, uint64_t offset,
                                             uint64_t bytes) {
  return ReadNewest(state_->env, state_->Locator(), offset, bytes, sink);
}

absl::StatusOr<ObjectInfo> SharedObject::Info() {
  return OnNewest(state_->Locator(), [&](const LocatedObject& object) {
    return DescribeObject(state_->env, object.keys, object.head);
  });
}

absl::StatusOr<VerifyReport> SharedObject::Verify() {
  if (!state_->keys.may_verify()) return AuditObject(state_->env, state_->keys);
  const auto verify = [&](const LocatedObject& object) {
    return VerifyObject(state_->env, object.keys, object.head);
  };
  return OnNewest(state_->Locator(), verify, IsWhole);
}

absl::StatusOr<RepairReport> SharedObject::Repair() {
  return OnNewest(state_->Locator(), [&](const LocatedObject& object) {
    return RepairObject(state_->env, object.keys, object.head);
  });
}

absl::StatusOr<RotateReport> SharedObject::Rotate(std::optional<uint16_t> index) {
  return OnNewest(state_->Locator(), [&](const LocatedObject& object) {
    return RotateObject(state_->env, object.keys, object.head, index);
  });
}

}  // namespace shadw::vault
