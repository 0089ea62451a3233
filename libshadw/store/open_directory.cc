// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/open_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/store/node_file.h"

namespace shadw::store {
namespace {

constexpr char kNode[] = "node";
constexpr char kNewNode[] = "node.new";  // under tmp

// Opens `path` itself. A symbolic link there is the owner's own wish, unlike inside.
absl::StatusOr<FileDescriptor> OpenRoot(const std::filesystem::path& path, bool create) {
  const auto open_it = [&] {
    return FileDescriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  };
  FileDescriptor root = open_it();
  if (!root.ok() && errno == ENOENT && create) {
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    if (error) return ErrnoStatus(absl::StrCat("cannot make ", path.string()), error.value());
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return ErrnoStatus(absl::StrCat("cannot make ", path.string()), errno);
    }
    root = open_it();
  }
  if (root.ok()) return root;
  if (errno == ENOTDIR) {
    return absl::FailedPreconditionError(
        absl::StrCat("store: got ", path.string(), ", need a directory"));
  }
  return ErrnoStatus(absl::StrCat("cannot open ", path.string()), errno);
}

// The id in the file `node`, nothing where there is no such file.
absl::StatusOr<std::optional<NodeId>> ReadNode(int root) {
  const FileDescriptor file = OpenAt(root, kNode, O_RDONLY | O_NONBLOCK);
  if (!file.ok() && errno == ENOENT) return std::nullopt;
  if (!file.ok()) return ErrnoStatus("cannot open node", errno);
  base::ByteArray<kNodeFileBytes + 1> bytes;  // one more, to notice a longer file
  SHADW_ASSIGN_OR_RETURN(const size_t got, ReadAt(file.get(), 0, bytes));
  SHADW_ASSIGN_OR_RETURN(const NodeId id, DecodeNodeFile(base::ByteSpan(bytes).first(got)));
  return id;
}

// Of a directory without `node`: what a store that was never finished, or a fresh
// file system, may hold; and nothing else, for it would be somebody's data.
absl::Status CheckNothingForeign(int root, const std::filesystem::path& path) {
  std::string foreign;
  SHADW_RETURN_IF_ERROR(ForEachEntry(root, [&](const char* name) {
    for (const std::string_view known : {"lock", "tmp", "blobs", "node", "lost+found"}) {
      if (known == name) return true;
    }
    foreign = name;
    return false;
  }));
  if (foreign.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("store: got ", path.string(), " with ", foreign,
                                                    " in it, need a store or an empty directory"));
}

// Where there is no `node`, a new id would make strangers of all the blobs.
absl::Status CheckNoBlobs(int blobs, const std::filesystem::path& path) {
  bool any = false;
  SHADW_RETURN_IF_ERROR(ForEachEntry(blobs, [&](const char*) {
    any = true;
    return false;
  }));
  if (!any) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("store: got blobs without a node file in ", path.string(), ", need both"));
}

// Writes `node` whole or not at all. The caller holds the lock.
absl::Status WriteNode(const OpenedDirectory& opened, bool sync) {
  unlinkat(opened.tmp.get(), kNewNode, 0);  // of somebody who died here
  const FileDescriptor file = OpenAt(opened.tmp.get(), kNewNode, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!file.ok()) return ErrnoStatus("cannot make the node file", errno);
  SHADW_RETURN_IF_ERROR(WriteAll(file.get(), EncodeNodeFile(opened.node_id)));
  if (sync && fdatasync(file.get()) != 0) return ErrnoStatus("cannot sync the node file", errno);
  const int error = RenameWithoutReplacing(opened.tmp.get(), kNewNode, opened.root.get(), kNode);
  if (error != 0) return ErrnoStatus("cannot name the node file", error);
  // The directory may be new itself, with parents that are new too.
  if (sync && syncfs(opened.root.get()) != 0) return ErrnoStatus("cannot sync the store", errno);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OpenedDirectory> OpenStoreDirectory(const std::filesystem::path& path,
                                                   const HowToOpen& how) {
  OpenedDirectory opened;
  SHADW_ASSIGN_OR_RETURN(opened.root, OpenRoot(path, how.create));
  const int root = opened.root.get();
  SHADW_ASSIGN_OR_RETURN(std::optional<NodeId> id, ReadNode(root));
  if (!id) {
    // Before anything is written into what may be somebody else's directory.
    SHADW_RETURN_IF_ERROR(CheckNothingForeign(root, path));
    if (!how.create) {
      return absl::NotFoundError(
          absl::StrCat("store: got ", path.string(), " without a store, need one"));
    }
  }
  opened.lock = OpenAt(root, "lock", O_RDWR | O_CREAT, 0600);
  if (!opened.lock.ok()) return ErrnoStatus("cannot open the store's lock", errno);
  if (const int error = Lock(opened.lock.get(), /*wait=*/true); error != 0) {
    return ErrnoStatus("cannot lock the store", error);
  }
  SHADW_ASSIGN_OR_RETURN(opened.blobs, MakeDirectoryAt(root, "blobs"));
  SHADW_ASSIGN_OR_RETURN(opened.tmp, MakeDirectoryAt(root, "tmp"));
  // Somebody who held the lock before may have made the store meanwhile.
  if (!id) {
    SHADW_ASSIGN_OR_RETURN(id, ReadNode(root));
  }
  if (id) {
    opened.node_id = *id;
    return opened;
  }
  SHADW_RETURN_IF_ERROR(CheckNoBlobs(opened.blobs.get(), path));
  opened.node_id = how.random->Array<32>();
  SHADW_RETURN_IF_ERROR(WriteNode(opened, how.sync));
  return opened;
}

absl::StatusOr<OpenedDirectory> OpenForReading(const std::filesystem::path& path) {
  OpenedDirectory opened;
  SHADW_ASSIGN_OR_RETURN(opened.root, OpenRoot(path, /*create=*/false));
  SHADW_ASSIGN_OR_RETURN(const std::optional<NodeId> id, ReadNode(opened.root.get()));
  opened.blobs = OpenDirectoryAt(opened.root.get(), "blobs");
  if (!id || !opened.blobs.ok()) {
    return absl::NotFoundError(
        absl::StrCat("store: got ", path.string(), " without a finished store, need one"));
  }
  opened.node_id = *id;
  return opened;
}

void Unlock(const FileDescriptor& lock) { flock(lock.get(), LOCK_UN); }

}  // namespace shadw::store
