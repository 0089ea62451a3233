// SPDX-License-Identifier: Apache-2.0
//
// The disaster path: every name and index is gone, store files were renamed and mixed
// with others. With the root key alone, what is the vault's is recognised, regrouped
// and restored.
//
//   auto report = vault::Recover(keys, {.directories = {"/mnt/dump"}, .out = "restored"});
//   for (const RecoveredObject& object : report->objects) …
//
// Of each object the newest version that a head confirms is restored, or where no head
// is left the newest that is complete; one whose put was never finished is left out, as
// far as its intent is there to tell. What a tombstone says was removed stays removed.
//   Limits   memory: about 1 KiB a shard found
//   Cost     one BLAKE2b for a foreign file
//   Source   libshadw/shard/FORMAT.md, "Finding everything", route C; catalogue S71
#ifndef LIBSHADW_VAULT_RECOVER_H_
#define LIBSHADW_VAULT_RECOVER_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/shard/keys.h"

namespace shadw::vault {

struct RecoverOptions {
  // Walked recursively, whatever they are. Symbolic links are not followed.
  std::vector<std::filesystem::path> directories;
  // Where objects are restored, by name; made if absent.
  std::filesystem::path out;
};

struct RecoveredObject {
  std::string name;  // the object id in hexadecimal where the name could not be read
  std::filesystem::path path;
  uint64_t object_bytes = 0;
  uint64_t sequence = 0;
  bool restored = false;
  std::string why_not;
};

struct RecoverReport {
  uint64_t files_scanned = 0;
  uint64_t shards_found = 0;
  std::vector<RecoveredObject> objects;  // by name
};

// Names become paths below `out`: a name that would leave it, or that two objects
// share, is written in hexadecimal. Each file is complete before it gets its name.
//   Errors   kNotFound          a directory does not exist
//            kPermissionDenied, kUnavailable  `out` cannot be written
//            (an object that cannot be restored is no error but in the report)
absl::StatusOr<RecoverReport> Recover(const shard::VaultKeys& keys, const RecoverOptions& options);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_RECOVER_H_
