// SPDX-License-Identifier: Apache-2.0
//
// What is the vault's in a pile of files, regrouped: by object, by version, as stores that
// answer as the nodes would.
#ifndef LIBSHADW_VAULT_DUMP_H_
#define LIBSHADW_VAULT_DUMP_H_

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "libshadw/base/time.h"
#include "libshadw/crypto/random.h"
#include "libshadw/shard/scan.h"
#include "libshadw/vault/dump_store.h"
#include "libshadw/vault/heads.h"
#include "libshadw/vault/newest.h"

namespace shadw::vault {

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

  bool is_tombstone() const { return head && head->audit.has(shard::kFlagTombstone); }
};

// The head, or what it would say: the last segment knows count and size, the first one
// the metadata.
absl::StatusOr<FoundHead> HeadOf(const VersionTraces& traces);

class Dump {
 public:
  using Versions = std::map<shard::VersionId, VersionTraces>;

  explicit Dump(const shard::VaultKeys& keys) : scanner_(keys) {}

  //   Errors   kNotFound  no directory; kUnavailable  it cannot be walked
  absl::Status AddDirectory(const std::filesystem::path& directory);

  Options MakeOptions() const;
  uint64_t files() const { return files_; }
  uint64_t shards() const { return shards_; }
  const std::map<shard::ObjectId, Versions>& objects() const { return objects_; }
  // The object with this salt, null where there is none.
  const Versions* Find(const shard::ObjectSalt& salt) const;
  // In the order in which they are tried: those that a head confirms, or if there is none
  // the others whose put was not under way; the newest first, and of competing ones the
  // readers' choice.
  std::vector<const VersionTraces*> Candidates(const Versions& versions) const;

 private:
  void AddFile(const std::filesystem::path& file);
  void Trace(const shard::ObjectId& id, shard::Header header);

  shard::ShardScanner scanner_;
  base::ManualClock clock_{base::FromUnixSeconds(0)};
  mutable crypto::SystemRandom random_;
  std::map<store::NodeId, std::shared_ptr<DumpStore>> stores_;
  std::map<shard::ObjectId, Versions> objects_;
  std::set<shard::VersionId> unfinished_;
  uint64_t files_ = 0;
  uint64_t shards_ = 0;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_DUMP_H_
