// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/newest.h"
#include "libshadw/vault/pack_reader.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {

struct SharedObject::State {
  State(const Options& options, const shard::ObjectKeys& object,
        std::optional<shard::MemberKeys> one = std::nullopt)
      : env(options), keys(object), member(std::move(one)) {}

  absl::StatusOr<LocatedObject> Locate() {
    SHADW_ASSIGN_OR_RETURN(std::optional<FoundHead> head, FindNewestHead(env, keys, sequence_seen));
    if (!head || head->header.audit.has(shard::kFlagTombstone)) {
      return absl::NotFoundError("vault: the object of this capability is not on these stores");
    }
    sequence_seen = head->sequence();
    return LocatedObject{keys, *std::move(head)};
  }
  absl::StatusOr<shard::Member> ReadMemberOf(const LocatedObject& pack, ReadReport& report) const {
    return ReadMember(env, pack, member->record, member->key, std::nullopt, report);
  }
  auto Locator() {
    return [this] { return Locate(); };
  }

  Environment env;
  shard::ObjectKeys keys;
  std::optional<shard::MemberKeys> member;  // of the pack that `keys` open
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

absl::StatusOr<SharedObject> SharedObject::Open(const Options& options, shard::MemberKeys member) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  const shard::ObjectKeys pack = member.pack;
  return SharedObject(std::make_unique<State>(options, pack, std::move(member)));
}

absl::StatusOr<SharedObject> SharedObject::Open(const Options& options,
                                                std::string_view capability) {
  if (shard::IsMemberCapability(capability)) {
    SHADW_ASSIGN_OR_RETURN(shard::MemberKeys member, shard::DecodeMemberCapability(capability));
    return Open(options, std::move(member));
  }
  SHADW_ASSIGN_OR_RETURN(const shard::ObjectKeys keys, shard::DecodeCapability(capability));
  return Open(options, keys);
}

absl::StatusOr<ReadReport> SharedObject::Get(const ByteSink& sink, uint64_t offset,
                                             uint64_t bytes) {
  const auto read = [&](const LocatedObject& object,
                        const ByteSink& to) -> absl::StatusOr<ReadReport> {
    if (!state_->member)
      return ReadObject(state_->env, object.keys, object.head, offset, bytes, to);
    ReadReport report;
    SHADW_ASSIGN_OR_RETURN(const shard::Member member, state_->ReadMemberOf(object, report));
    SHADW_RETURN_IF_ERROR(SendRange(member.content, offset, bytes, to, report));
    return report;
  };
  return ReadNewest(state_->Locator(), read, sink);
}

absl::StatusOr<ObjectInfo> SharedObject::Info() {
  const auto describe = [&](const LocatedObject& object) -> absl::StatusOr<ObjectInfo> {
    SHADW_ASSIGN_OR_RETURN(ObjectInfo info, DescribeObject(state_->env, object.keys, object.head));
    if (state_->member) {
      ReadReport faults;
      SHADW_ASSIGN_OR_RETURN(const shard::Member member, state_->ReadMemberOf(object, faults));
      CatalogueEntry entry = EntryOfMember(object.keys.id(), member, {});
      DescribeMember(entry, info);
    }
    return info;
  };
  return OnNewest(state_->Locator(), describe);
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
