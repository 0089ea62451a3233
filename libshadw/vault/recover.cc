// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/recover.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/dump.h"
#include "libshadw/vault/read.h"
#include "libshadw/vault/recover_packed.h"
#include "libshadw/vault/restored_tree.h"

namespace shadw::vault {
namespace {

class Restorer {
 public:
  Restorer(const Environment& env, const shard::VaultKeys& vault, const Dump& dump,
           RestoredTree& tree)
      : env_(env), vault_(vault), dump_(dump), tree_(tree) {}

  // Nothing for what is no object of a user's, was removed, or was never finished.
  std::optional<RecoveredObject> Restore(const shard::ObjectId& id,
                                         const Dump::Versions& versions) {
    std::optional<RecoveredObject> first_try;
    for (const VersionTraces* traces : dump_.Candidates(versions)) {
      if (traces->is_tombstone()) return first_try;
      RecoveredObject object{.name = base::ToHex(id), .sequence = traces->sequence};
      const shard::ObjectKeys keys = vault_.ForSalt(shard::SaltOf(id), traces->generation);
      const absl::Status status = RestoreVersion(keys, *traces, object);
      if (absl::IsCancelled(status)) return std::nullopt;
      object.restored = status.ok();
      if (status.ok()) return object;
      object.why_not = std::string(status.message());
      if (!first_try) first_try = std::move(object);
    }
    return first_try;
  }

 private:
  absl::Status RestoreVersion(const shard::ObjectKeys& keys, const VersionTraces& traces,
                              RecoveredObject& object) {
    SHADW_ASSIGN_OR_RETURN(const FoundHead head, HeadOf(traces));
    SHADW_ASSIGN_OR_RETURN(const shard::Metadata metadata, MetadataOf(env_, {keys, head}));
    if (!shard::IsUsers(metadata.kind)) return absl::CancelledError("the vault's own");
    if (!metadata.name.empty()) object.name = metadata.name;
    object.object_bytes = head.header.read->object_bytes;
    const RestoredAs as{metadata.kind, metadata.mode, head.header.read->mtime_ns};
    const auto read = [&](const ByteSink& sink) {
      return ReadObject(env_, keys, head, 0, UINT64_MAX, sink).status();
    };
    SHADW_ASSIGN_OR_RETURN(object.path, tree_.Add(object.name, as, read));
    return absl::OkStatus();
  }

  const Environment& env_;
  const shard::VaultKeys& vault_;
  const Dump& dump_;
  RestoredTree& tree_;
};

}  // namespace

absl::StatusOr<RecoverReport> Recover(const shard::VaultKeys& keys, const RecoverOptions& options) {
  Dump dump(keys);
  for (const std::filesystem::path& directory : options.directories) {
    SHADW_RETURN_IF_ERROR(dump.AddDirectory(directory));
  }
  RecoverReport report{.files_scanned = dump.files(), .shards_found = dump.shards()};
  const Environment env(dump.MakeOptions());
  RestoredTree tree(options.out);
  Restorer restorer(env, keys, dump, tree);
  for (const auto& [id, versions] : dump.objects()) {
    if (auto object = restorer.Restore(id, versions)) report.objects.push_back(*std::move(object));
  }
  RecoverPacked(env, keys, dump, tree, report.objects);
  for (const NotRestored& failed : tree.Finish()) {
    const auto object = std::ranges::find(report.objects, failed.name, &RecoveredObject::name);
    if (object == report.objects.end()) continue;
    object->restored = false;
    object->why_not = std::string(failed.why.message());
  }
  std::ranges::sort(report.objects, {}, &RecoveredObject::name);
  return report;
}

}  // namespace shadw::vault
