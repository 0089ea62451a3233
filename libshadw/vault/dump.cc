// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/dump.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/shard/metadata.h"
#include "libshadw/shard/segment_check.h"

namespace shadw::vault {
namespace {

// Begins in the year 2235; a header that says more is a lie.
constexpr uint32_t kMaxEpoch = 8'000;

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

}  // namespace

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

absl::Status Dump::AddDirectory(const std::filesystem::path& directory) {
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

Options Dump::MakeOptions() const {
  Options options{.clock = &clock_, .random = &random_};
  for (const auto& [node, store] : stores_) options.stores.push_back(store);
  return options;
}

const Dump::Versions* Dump::Find(const shard::ObjectSalt& salt) const {
  shard::ObjectId first{};
  std::ranges::copy(salt, first.begin());
  const auto at = objects_.lower_bound(first);
  return at != objects_.end() && shard::SaltOf(at->first) == salt ? &at->second : nullptr;
}

std::vector<const VersionTraces*> Dump::Candidates(const Versions& versions) const {
  std::vector<const VersionTraces*> committed;
  std::vector<const VersionTraces*> others;
  for (const auto& [version, traces] : versions) {
    if (traces.head) {
      committed.push_back(&traces);
    } else if (!unfinished_.contains(version)) {
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

void Dump::AddFile(const std::filesystem::path& file) {
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

void Dump::Trace(const shard::ObjectId& id, shard::Header header) {
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

}  // namespace shadw::vault
