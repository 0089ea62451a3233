// SPDX-License-Identifier: Apache-2.0
//
// A store in a directory of a POSIX file system: one file per blob.
//
//   DIR/node                    who this store is: its id, with a checksum (node_file.h)
//   DIR/lock                    held for a moment by whoever opens the store
//   DIR/blobs/ab/cd/abcd…       one blob; the name is its storage id in 64 hex digits
//   DIR/tmp/<n>/                blobs being written by one open store; `owner` is locked
//
// A file is the blob's bytes followed by the 32-byte hash of its delete token. There is
// no magic and no header of ours: a dump of such files is noise, and whoever holds the
// keys scans it for shards from offset 0 (shard-format, route C).
//
// A put writes under tmp/, syncs the bytes, and renames into place without replacing,
// so a crash at any point leaves the whole blob or none. What is staged is written and its
// writing begun; one sync of the file system (shared_syncs.h) for all of it comes before
// the renames. Several processes may have one
// directory open: each writes into its own tmp/<n>, and opening the store clears only
// those whose owner is dead. Moving the directory changes nothing, its node id included.
//
// A finished store on a medium that takes no writes, or in directories that this process
// may not write, opens all the same: it can be read, and writes nothing of its own.
//
//   SHADW_ASSIGN_OR_RETURN(auto store, store::DirectoryStore::Open({.directory = "/srv/shards"}));
//   SHADW_RETURN_IF_ERROR(store->Put(id, bytes, token_hash));
//   SHADW_RETURN_IF_ERROR(store->Flush());
//
// Limits.
// - Linux: renameat2, or link + unlink where the file system knows no such rename.
// - Files that are no blobs are ignored, symbolic links are never followed. A blob whose
//   file was cut short stays visible, so that its loss can be seen: its last 32 bytes
//   count as the token hash, and one shorter than that counts as 0 bytes that any
//   token deletes (there is nothing left to protect).
// - A Flush waits for what others have written to the same file system, too.
// - Names put by another process that has not flushed need not be made durable by this
//   one's Flush; what a crashed process left is synced when the store is next opened.
// - Directories are not removed when they become empty: at most 65,792 remain.
#ifndef LIBSHADW_STORE_DIRECTORY_STORE_H_
#define LIBSHADW_STORE_DIRECTORY_STORE_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "libshadw/base/random.h"
#include "libshadw/store/shared_syncs.h"
#include "libshadw/store/store.h"

namespace shadw::store {

class DirectoryStore : public Store {
 public:
  struct Options {
    std::filesystem::path directory;
    // Makes a store of a directory that is absent or empty.
    bool create = true;
    // Off, a put is durable whenever the system pleases: for tests and benchmarks.
    bool sync = true;
    // Stores that are handed the same one share the syncs of a file system; each syncs for
    // itself where null. Hand it to all the stores of a vault that may lie on one disk.
    std::shared_ptr<SharedSyncs> syncs;
    // Source of a new store's node id; nothing else is drawn from it. The operating
    // system's where null.
    base::RandomSource* random = nullptr;

    absl::Status Validate() const;
  };

  // Opens the store, or makes one, and clears what dead processes left in tmp/. One that
  // can only be read gives what it holds and refuses Put and Delete: kFailedPrecondition.
  //   Errors   kInvalidArgument    the path is empty
  //            kNotFound           nothing there, and `create` is off
  //            kFailedPrecondition a directory with something else in it, or no directory
  //            kDataLoss           `node` is damaged, or missing beside blobs
  //            kUnimplemented      `node` is of a later version
  //            kPermissionDenied   the directory may not be read; or not be written, and
  //                                is no finished store
  //            kResourceExhausted  no room for the store's own files
  //   Promise  processes that open a fresh directory at once agree on one node id
  static absl::StatusOr<std::unique_ptr<DirectoryStore>> Open(const Options& options);
  // Forgets nothing: names not flushed yet are synced when the store is next opened.
  ~DirectoryStore() override;

  const NodeId& node_id() const override;
  absl::Status Put(const StorageId& id, base::ByteSpan bytes, const TokenHash& token_hash) override;
  bool stages() const override { return true; }
  absl::StatusOr<std::unique_ptr<StagedBlob>> Stage(const StorageId& id, base::ByteSpan bytes,
                                                    const TokenHash& token_hash) override;
  absl::StatusOr<size_t> Get(const StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override;
  absl::Status Delete(const StorageId& id, const DeleteToken& token) override;
  absl::StatusOr<std::vector<StorageId>> List(std::optional<StorageId> after,
                                              size_t limit) const override;
  absl::StatusOr<std::vector<std::optional<BlobStat>>> StatMany(
      std::span<const StorageId> ids) const override;
  absl::Status Flush() override;

 private:
  struct Parts;
  class Staged;

 public:
  // For Open: nobody else has the parts.
  explicit DirectoryStore(std::unique_ptr<Parts> parts);

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_DIRECTORY_STORE_H_
