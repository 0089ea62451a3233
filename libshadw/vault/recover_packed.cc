// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/recover_packed.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/dead_list.h"
#include "libshadw/vault/own_object.h"
#include "libshadw/vault/pack_reader.h"
#include "libshadw/vault/segment_stream.h"

namespace shadw::vault {
namespace {

class PackedRecovery {
 public:
  PackedRecovery(const Environment& env, const shard::VaultKeys& vault, const Dump& dump,
                 RestoredTree& tree, std::vector<RecoveredObject>& objects)
      : env_(env), vault_(vault), dump_(dump), tree_(tree), objects_(objects) {}

  // Packs are opened twice: first to learn which member of a name was put last.
  void Run() {
    for (const auto& [id, versions] : dump_.objects()) {
      if (auto pack = OpenPack(id, versions)) packs_.push_back(*std::move(pack));
    }
    for (const LocatedObject& pack : packs_) Choose(pack);
    for (const LocatedObject& pack : packs_) Restore(pack);
  }

 private:
  using Choice = std::pair<int64_t, shard::RecordId>;  // put time first
  using Visitor = std::function<void(const shard::RecordId&, const shard::Member&)>;

  std::optional<LocatedObject> Open(const shard::ObjectSalt& salt, const VersionTraces& traces,
                                    shard::ObjectKind kind) const {
    auto head = HeadOf(traces);
    if (!head.ok()) return std::nullopt;
    LocatedObject object{vault_.ForSalt(salt, traces.generation), *std::move(head)};
    const auto metadata = MetadataOf(env_, object);
    if (!metadata.ok() || metadata->kind != kind) return std::nullopt;
    return object;
  }

  std::optional<LocatedObject> OpenPack(const shard::ObjectId& id, const Dump::Versions& versions) {
    absl::Status why_not;
    for (const VersionTraces* traces : dump_.Candidates(versions)) {
      if (traces->is_tombstone()) break;
      auto pack = Open(shard::SaltOf(id), *traces, shard::ObjectKind::kPack);
      if (!pack) continue;
      const auto index = ReadPackIndex(env_, *pack);
      if (index.ok()) return pack;
      why_not.Update(index.status());
    }
    if (!why_not.ok()) Miss(id, why_not);
    return std::nullopt;
  }

  void Miss(const shard::ObjectId& id, const absl::Status& why_not) {
    objects_.push_back({.name = base::ToHex(id), .why_not = std::string(why_not.message())});
  }

  DeadList DeadListOf(const shard::ObjectId& pack) const {
    const shard::ObjectSalt salt = vault_.DeadListSalt(shard::SaltOf(pack));
    const Dump::Versions* versions = dump_.Find(salt);
    if (versions == nullptr) return {};
    for (const VersionTraces* traces : dump_.Candidates(*versions)) {
      const auto object = Open(salt, *traces, shard::ObjectKind::kDeadList);
      if (!object) continue;
      const auto bytes = ReadOwnObject(env_, *object, kMaxDeadListBytes);
      if (!bytes.ok()) continue;
      auto list = DecodeDeadList(*bytes);
      if (list.ok() && list->pack == pack) return *std::move(list);
    }
    return {};
  }

  absl::Status VisitLive(const LocatedObject& pack, const Visitor& visitor) const {
    const DeadList dead = DeadListOf(pack.keys.id());
    SHADW_ASSIGN_OR_RETURN(const std::vector<PackRecord> records, ReadAllRecords(env_, pack));
    for (const PackRecord& record : records) {
      const shard::RecordId& id = record.extent.id;
      if (dead.records.contains(id)) continue;
      const auto member = shard::OpenMember(id, vault_.MemberKey(id), record.bytes);
      // An object with heads of its own is newer, or says that it was removed.
      if (!member.ok() || dump_.Find(vault_.NameSalt(member->metadata.name)) != nullptr) continue;
      visitor(id, *member);
    }
    return absl::OkStatus();
  }

  void Choose(const LocatedObject& pack) {
    const absl::Status read =
        VisitLive(pack, [&](const shard::RecordId& id, const shard::Member& member) {
          const Choice choice{member.put_time_ns, id};
          const auto [at, added] = chosen_.emplace(member.metadata.name, choice);
          if (!added && at->second < choice) at->second = choice;
        });
    if (!read.ok()) Miss(pack.keys.id(), read);
  }

  void Restore(const LocatedObject& pack) {
    VisitLive(pack, [&](const shard::RecordId& id, const shard::Member& member) {
      const auto at = chosen_.find(member.metadata.name);
      if (at != chosen_.end() && at->second.second == id) RestoreMember(member);
    }).IgnoreError();
  }

  void RestoreMember(const shard::Member& member) {
    RecoveredObject& object = objects_.emplace_back();
    object.name = member.metadata.name;
    object.object_bytes = member.content.size();
    object.sequence = 1;
    auto path = tree_.Add(member.metadata.name,
                          {member.metadata.kind, member.metadata.mode, member.mtime_ns},
                          [&](const ByteSink& sink) { return sink(member.content); });
    object.restored = path.ok();
    if (path.ok()) {
      object.path = *std::move(path);
    } else {
      object.why_not = std::string(path.status().message());
    }
  }

  const Environment& env_;
  const shard::VaultKeys& vault_;
  const Dump& dump_;
  RestoredTree& tree_;
  std::vector<RecoveredObject>& objects_;
  std::vector<LocatedObject> packs_;
  std::map<std::string, Choice> chosen_;
};

}  // namespace

absl::StatusOr<shard::Metadata> MetadataOf(const Environment& env, const LocatedObject& object) {
  if (!object.head.header.audit.has(shard::kFlagMeta)) {
    return shard::DecodeMetadata(object.head.header.read->metadata);
  }
  SHADW_ASSIGN_OR_RETURN(const SegmentStream stream,
                         SegmentStream::Open(env, object.keys, SegmentId::Of(object.head, 0)));
  return stream.metadata();
}

void RecoverPacked(const Environment& env, const shard::VaultKeys& vault, const Dump& dump,
                   RestoredTree& tree, std::vector<RecoveredObject>& objects) {
  PackedRecovery(env, vault, dump, tree, objects).Run();
}

}  // namespace shadw::vault
