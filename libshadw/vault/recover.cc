// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/recover.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/random.h"
#include "libshadw/shard/scan.h"
#include "libshadw/shard/segment_check.h"
#include "libshadw/vault/dump_store.h"
#include "libshadw/vault/read.h"
#include "libshadw/vault/restored_file.h"
#include "libshadw/vault/segment_stream.h"

namespace shadw::vault {
namespace {

// Begins in the year 2235; a header that says more is a lie.
constexpr uint32_t kMaxEpoch = 8'000;

// What the dump says of one version: enough to read it even if every head is lost.
// Keys and content keys are derived again when they are needed: a process may hold some
// thousand secrets, a dump has any number of objects.
struct VersionTraces {
  uint32_t generation = 0;
  std::optional<shard::Header> head;
  size_t head_copies = 0;
  std::optional<shard::Header> first;  // any shard of segment 0
  std::optional<shard::Header> last;   // any shard of the last segment
  uint32_t first_epoch = UINT32_MAX;
  uint64_t sequence = 0;
};

class FileCellSource : public shard::CellSource {
 public:
  FileCellSource(const std::filesystem::path& file, uint32_t cell_bytes)
      : file_(file), stored_cell_(cell_bytes + shard::kTagBytes) {}
  absl::StatusOr<base::ByteSpan> Fetch(uint16_t, uint32_t first, uint32_t count,
                                       base::MutableByteSpan scratch) override {
    const base::MutableByteSpan out = scratch.first(count * stored_cell_);
    SHADW_ASSIGN_OR_RETURN(const size_t got,
                           ReadFileAt(file_, shard::kHeaderBytes + first * stored_cell_, out));
    return out.first(got);
  }

 private:
  const std::filesystem::path& file_;
  uint64_t stored_cell_;
};

bool IsWhole(const shard::ShardScanner::Found& shard, const std::filesystem::path& file) {
  FileCellSource source(file, shard.header.audit.cell_bytes);
  const auto report = shard::CheckSegment(shard.keys, {&shard.header, 1}, &source);
  return report.ok() && report->shards.front().whole();
}

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
  // Whether an intent says that its put was under way.
  bool Unfinished(const shard::VersionId& version) const { return unfinished_.contains(version); }

 private:
  void AddFile(const std::filesystem::path& file) {
    ++files_;
    base::ByteArray<shard::kHeaderBytes> bytes;
    const auto got = ReadFileAt(file, 0, bytes);
    if (!got.ok() || *got != bytes.size()) return;
    std::optional<shard::ShardScanner::Found> found = scanner_.Identify(bytes);
    if (!found || found->header.audit.epoch > kMaxEpoch) return;
    if (found->header.audit.has(shard::kFlagIntent)) {
      const auto metadata = shard::DecodeMetadata(found->header.read->metadata);
      if (metadata.ok() && metadata->intent) unfinished_.insert(metadata->intent->version);
      return;
    }
    ++shards_;
    const shard::AuditBox& audit = found->header.audit;
    auto& store = stores_[audit.node];
    if (store == nullptr) store = std::make_shared<DumpStore>(audit.node);
    const bool head = audit.has(shard::kFlagHead);
    const store::StorageId id = head ? found->keys.HeadStorageId(audit.sequence, audit.node)
                                     : found->keys.ShardStorageId(audit.address());
    // Of several copies of one shard the first that is whole is taken.
    const std::filesystem::path* known = store->Find(id);
    if (known == nullptr || (!head && !IsWhole(*found, *known))) store->Set(id, file);
    found->header.read->content_key.reset();
    Trace(found->keys.id(), std::move(found->header));
  }

  void Trace(const shard::ObjectId& id, shard::Header header) {
    const shard::AuditBox audit = header.audit;
    const base::Time epoch_start = base::FromUnixSeconds(int64_t{audit.epoch} << 20);
    clock_.Set(std::max(clock_.Now(), epoch_start));
    VersionTraces& traces = objects_[id][audit.version];
    traces.generation = audit.generation;
    traces.sequence = audit.sequence;
    if (audit.has(shard::kFlagHead)) {
      ++traces.head_copies;
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
  std::set<shard::VersionId> unfinished_;
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
  Restorer(const Environment& env, const shard::VaultKeys& vault, const Dump& dump,
           const std::filesystem::path& out)
      : env_(env), vault_(vault), dump_(dump), out_(out) {}

  // Nothing for what is no file of a user's, was removed, or was never finished.
  std::optional<RecoveredObject> Restore(const shard::ObjectId& id,
                                         const Dump::Versions& versions) {
    shard::ObjectSalt salt;
    std::copy_n(id.begin(), salt.size(), salt.begin());
    std::optional<RecoveredObject> first_try;
    for (const VersionTraces* traces : Candidates(versions)) {
      if (traces->head && traces->head->audit.has(shard::kFlagTombstone)) return first_try;
      RecoveredObject object{.name = base::ToHex(id), .sequence = traces->sequence};
      const shard::ObjectKeys keys = vault_.ForSalt(salt, traces->generation);
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
  // In the order in which they are tried: those that a head confirms, or if there is none
  // the others; the newest first, and of competing ones the readers' choice.
  std::vector<const VersionTraces*> Candidates(const Dump::Versions& versions) const {
    std::vector<const VersionTraces*> committed;
    std::vector<const VersionTraces*> others;
    for (const auto& [version, traces] : versions) {
      if (traces.head) {
        committed.push_back(&traces);
      } else if (!dump_.Unfinished(version)) {
        others.push_back(&traces);
      }
    }
    // Beside a committed version, one without a head was never finished.
    std::vector<const VersionTraces*>& chosen = committed.empty() ? others : committed;
    std::ranges::stable_sort(chosen, std::greater(), [](const VersionTraces* traces) {
      return std::tuple(traces->sequence, traces->generation, traces->head_copies);
    });
    return std::move(chosen);
  }

  absl::Status RestoreVersion(const shard::ObjectKeys& keys, const VersionTraces& traces,
                              RecoveredObject& object) {
    SHADW_ASSIGN_OR_RETURN(const FoundHead head, HeadOf(traces));
    SHADW_ASSIGN_OR_RETURN(const shard::Metadata metadata, MetadataOf(keys, head));
    if (metadata.kind == shard::ObjectKind::kPage) return absl::CancelledError("a page");
    if (!metadata.name.empty()) object.name = metadata.name;
    object.object_bytes = head.header.read->object_bytes;
    object.path = out_ / SafeRelativePath(object.name);
    absl::StatusOr<RestoredFile> file = RestoredFile::Create(object.path);
    std::error_code ignored;
    if (!file.ok() && (!absl::IsAlreadyExists(file.status()) ||
                       std::filesystem::is_directory(object.path, ignored))) {
      // A name that is a folder of another one's, or the other way round.
      object.path = out_ / ("shadw-" + base::ToHex(keys.id()));
      file = RestoredFile::Create(object.path);
    }
    if (!file.ok()) return file.status();
    SHADW_RETURN_IF_ERROR(ReadObject(env_, keys, head, 0, UINT64_MAX, [&](base::ByteSpan bytes) {
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
  const shard::VaultKeys& vault_;
  const Dump& dump_;
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
  Restorer restorer(env, keys, dump, options.out);
  for (const auto& [id, versions] : dump.objects()) {
    if (auto object = restorer.Restore(id, versions)) report.objects.push_back(*std::move(object));
  }
  std::ranges::sort(report.objects, {}, &RecoveredObject::name);
  return report;
}

}  // namespace shadw::vault
