// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/recover.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/random.h"
#include "libshadw/shard/scan.h"
#include "libshadw/vault/dump_store.h"
#include "libshadw/vault/read.h"
#include "libshadw/vault/restored_file.h"
#include "libshadw/vault/segment_stream.h"

namespace shadw::vault {
namespace {

// What the dump says of one version: enough to read it even if every head is lost.
struct VersionTraces {
  shard::ObjectKeys keys;
  std::optional<shard::Header> head;
  std::optional<shard::Header> first;  // any shard of segment 0
  std::optional<shard::Header> last;   // any shard of the last segment
  uint32_t first_epoch = UINT32_MAX;
  uint64_t sequence = 0;
};

class Dump {
 public:
  explicit Dump(const shard::VaultKeys& keys) : scanner_(keys) {}

  absl::Status AddDirectory(const std::filesystem::path& directory) {
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
      return absl::NotFoundError(absl::StrCat("vault: ", directory.string(), " is no directory"));
    }
    const auto skip = std::filesystem::directory_options::skip_permission_denied;
    std::filesystem::recursive_directory_iterator at(directory, skip, error);
    for (const std::filesystem::recursive_directory_iterator end; !error && at != end;
         at.increment(error)) {
      std::error_code ignored;
      if (at->symlink_status(ignored).type() == std::filesystem::file_type::regular) {
        AddFile(at->path());
      }
    }
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("vault: cannot walk ", directory.string(), ": ", error.message()));
    }
    return absl::OkStatus();
  }

  Options MakeOptions() const {
    Options options{.clock = &clock_, .random = &random_};
    for (const auto& [node, store] : stores_) options.stores.push_back(store);
    return options;
  }
  uint64_t files() const { return files_; }
  uint64_t shards() const { return shards_; }
  using Versions = std::map<shard::VersionId, VersionTraces>;
  const std::map<shard::ObjectId, Versions>& objects() const { return objects_; }

 private:
  void AddFile(const std::filesystem::path& file) {
    ++files_;
    base::ByteArray<shard::kHeaderBytes> bytes;
    const auto got = ReadFileAt(file, 0, bytes);
    if (!got.ok() || *got != bytes.size()) return;
    std::optional<shard::ShardScanner::Found> found = scanner_.Identify(bytes);
    if (!found || found->header.audit.has(shard::kFlagIntent)) return;
    ++shards_;
    const shard::AuditBox& audit = found->header.audit;
    auto& store = stores_[audit.node];
    if (store == nullptr) store = std::make_shared<DumpStore>(audit.node);
    const bool head = audit.has(shard::kFlagHead);
    store->Add(head ? found->keys.HeadStorageId(audit.sequence, audit.node)
                    : found->keys.ShardStorageId(audit.address()),
               file);
    Trace(found->keys, std::move(found->header));
  }

  void Trace(const shard::ObjectKeys& keys, shard::Header header) {
    const shard::AuditBox audit = header.audit;
    const base::Time epoch_start = base::FromUnixSeconds(int64_t{audit.epoch} << 20);
    clock_.Set(std::max(clock_.Now(), epoch_start));
    VersionTraces& traces =
        objects_[keys.id()].try_emplace(audit.version, VersionTraces{keys}).first->second;
    traces.sequence = audit.sequence;
    if (audit.has(shard::kFlagHead)) {
      traces.first_epoch = audit.epoch;
      traces.head = std::move(header);
      return;
    }
    if (!traces.head) traces.first_epoch = std::min(traces.first_epoch, audit.epoch);
    if (audit.has(shard::kFlagLast)) traces.last = header;
    if (audit.segment == 0) traces.first = std::move(header);
  }

  shard::ShardScanner scanner_;
  base::ManualClock clock_{base::FromUnixSeconds(0)};
  mutable crypto::SystemRandom random_;
  std::map<store::NodeId, std::shared_ptr<DumpStore>> stores_;
  std::map<shard::ObjectId, Versions> objects_;
  uint64_t files_ = 0;
  uint64_t shards_ = 0;
};

// The head, or what it would say: the last segment knows count and size, the first one
// the metadata.
absl::StatusOr<FoundHead> HeadOf(const VersionTraces& traces) {
  if (traces.head) return FoundHead{*traces.head, {}};
  if (!traces.last || !traces.first) {
    return absl::FailedPreconditionError(
        "vault: got neither a head nor both the first and the last segment");
  }
  FoundHead head{*traces.first, {}};
  head.header.audit.flags |= shard::kFlagHead;
  head.header.audit.segment_count = traces.last->audit.segment + 1;
  head.header.audit.epoch = traces.first_epoch;
  head.header.read->object_bytes = traces.last->read->object_bytes;
  return head;
}

class Restorer {
 public:
  Restorer(const Environment& env, const std::filesystem::path& out) : env_(env), out_(out) {}

  // Nothing for what is no file of a user's, or was removed.
  std::optional<RecoveredObject> Restore(const shard::ObjectId& id,
                                         const Dump::Versions& versions) {
    std::vector<const VersionTraces*> candidates;
    for (const auto& [version, traces] : versions) candidates.push_back(&traces);
    // A version that a head confirms goes before one that none does, then the newest.
    std::ranges::sort(candidates, std::greater(), [](const VersionTraces* traces) {
      return std::pair(traces->head.has_value(), traces->sequence);
    });
    const bool committed = candidates.front()->head.has_value();
    RecoveredObject object{.name = base::ToHex(id)};
    for (const VersionTraces* traces : candidates) {
      // Beside a committed version, one without a head was never finished.
      if (committed && !traces->head) break;
      if (traces->head && traces->head->audit.has(shard::kFlagTombstone)) return std::nullopt;
      const absl::Status status = RestoreVersion(*traces, object);
      if (absl::IsCancelled(status)) return std::nullopt;
      object.restored = status.ok();
      if (status.ok()) {
        object.why_not.clear();
        break;
      }
      if (object.why_not.empty()) object.why_not = std::string(status.message());
    }
    return object;
  }

 private:
  absl::Status RestoreVersion(const VersionTraces& traces, RecoveredObject& object) {
    SHADW_ASSIGN_OR_RETURN(const FoundHead head, HeadOf(traces));
    object.sequence = head.sequence();
    SHADW_ASSIGN_OR_RETURN(const shard::Metadata metadata, MetadataOf(traces.keys, head));
    if (metadata.kind == shard::ObjectKind::kPage) return absl::CancelledError("a page");
    if (!metadata.name.empty()) object.name = metadata.name;
    object.object_bytes = head.header.read->object_bytes;
    object.path = out_ / SafeRelativePath(object.name);
    absl::StatusOr<RestoredFile> file = RestoredFile::Create(object.path);
    if (!file.ok() && !absl::IsAlreadyExists(file.status())) {
      // A name that is a folder of another one's.
      object.path = out_ / ("shadw-" + base::ToHex(traces.keys.id()));
      file = RestoredFile::Create(object.path);
    }
    if (!file.ok()) return file.status();
    SHADW_RETURN_IF_ERROR(
        ReadObject(env_, traces.keys, head, 0, UINT64_MAX, [&](base::ByteSpan bytes) {
          return file->Append(bytes);
        }).status());
    return file->Commit(metadata.mode, head.header.read->mtime_ns);
  }

  absl::StatusOr<shard::Metadata> MetadataOf(const shard::ObjectKeys& keys,
                                             const FoundHead& head) const {
    if (!head.header.audit.has(shard::kFlagMeta)) {
      return shard::DecodeMetadata(head.header.read->metadata);
    }
    SHADW_ASSIGN_OR_RETURN(const SegmentStream stream,
                           SegmentStream::Open(env_, keys, SegmentId::Of(head, 0)));
    return stream.metadata();
  }

  const Environment& env_;
  const std::filesystem::path& out_;
};

}  // namespace

absl::StatusOr<RecoverReport> Recover(const shard::VaultKeys& keys, const RecoverOptions& options) {
  Dump dump(keys);
  for (const std::filesystem::path& directory : options.directories) {
    SHADW_RETURN_IF_ERROR(dump.AddDirectory(directory));
  }
  RecoverReport report{.files_scanned = dump.files(), .shards_found = dump.shards()};
  const Environment env(dump.MakeOptions());
  Restorer restorer(env, options.out);
  for (const auto& [id, versions] : dump.objects()) {
    if (auto object = restorer.Restore(id, versions)) report.objects.push_back(*std::move(object));
  }
  std::ranges::sort(report.objects, {}, &RecoveredObject::name);
  return report;
}

}  // namespace shadw::vault
