// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/restored_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/store/posix.h"
#include "libshadw/store/shared_syncs.h"

namespace shadw::vault {
namespace {

constexpr size_t kMaxTargetBytes = 4'096;
// Files that are open, and left behind without a name by a process that is killed.
constexpr size_t kMaxNameless = 128;

// Of changes that are all made: the first sync of a file system is everything's on it.
class SyncsOnce {
 public:
  absl::Status Sync(int descriptor) {
    SHADW_ASSIGN_OR_RETURN(const auto system, syncs_.Of(descriptor));
    system->Note();
    return system->SyncUpTo(1, descriptor);
  }

 private:
  store::SharedSyncs syncs_;
};

// Makes the folder, or finds that it is there and no link.
absl::Status MakeOneFolder(const std::filesystem::path& path) {
  if (mkdir(path.c_str(), 0777) == 0) return absl::OkStatus();
  struct stat status {};
  if (errno != EEXIST || lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return RefusedBy(errno, "make the folder", path);
  }
  return absl::OkStatus();
}

absl::Status SetTimeOfLink(const std::filesystem::path& path, int64_t mtime_ns) {
  const auto times = FileTimes(mtime_ns);
  if (utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) == 0) {
    return absl::OkStatus();
  }
  return RefusedBy(errno, "set the time of", path);
}

}  // namespace

absl::Status RestoredTree::MakeFolder(const std::filesystem::path& relative) {
  if (made_.contains(relative)) return absl::OkStatus();
  if (relative.empty()) {
    std::error_code error;
    std::filesystem::create_directories(out_, error);
    if (error) return RefusedBy(error.value(), "make the folder", out_);
  } else {
    SHADW_RETURN_IF_ERROR(MakeFolder(relative.parent_path()));
    if (nameless_paths_.contains(out_ / relative)) NameFiles();
    SHADW_RETURN_IF_ERROR(MakeOneFolder(out_ / relative));
  }
  made_.insert(relative);
  return absl::OkStatus();
}

absl::StatusOr<std::filesystem::path> RestoredTree::Add(
    std::string_view name, const RestoredAs& as,
    const std::function<absl::Status(const ByteSink& sink)>& read) {
  if (as.kind == shard::ObjectKind::kSymlink) return AddLink(name, as, read);
  if (as.kind != shard::ObjectKind::kDirectory) return AddFile(name, as, read);
  const std::filesystem::path relative = SafeRelativePath(name);
  SHADW_RETURN_IF_ERROR(MakeFolder(relative));
  folders_.push_back({std::string(name), out_ / relative, as});
  return out_ / relative;
}

absl::StatusOr<std::filesystem::path> RestoredTree::AddLink(
    std::string_view name, const RestoredAs& as,
    const std::function<absl::Status(const ByteSink& sink)>& read) {
  std::string target;
  const auto append = [&](base::ByteSpan bytes) {
    target += base::AsText(bytes);
    return target.size() <= kMaxTargetBytes
               ? absl::OkStatus()
               : absl::DataLossError("vault: the target of a link is too long");
  };
  SHADW_RETURN_IF_ERROR(read(append));
  if (target.empty() || target.find('\0') != std::string::npos) {
    return absl::DataLossError("vault: got a link that leads nowhere");
  }
  const std::filesystem::path relative = SafeRelativePath(name);
  SHADW_RETURN_IF_ERROR(MakeFolder(relative.parent_path()));
  links_.push_back({std::string(name), out_ / relative, std::move(target), as.mtime_ns});
  return out_ / relative;
}

absl::StatusOr<std::filesystem::path> RestoredTree::AddFile(
    std::string_view name, const RestoredAs& as,
    const std::function<absl::Status(const ByteSink& sink)>& read) {
  const std::filesystem::path relative = SafeRelativePath(name);
  std::filesystem::path path = out_ / relative;
  const absl::Status folder = MakeFolder(relative.parent_path());
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(path, ignored);
  // A name that is a folder of another one's, or the other way round.
  if (!folder.ok() || std::filesystem::is_directory(status)) path = out_ / UnsafeNamePath(name);
  if (nameless_paths_.contains(path)) NameFiles();
  absl::StatusOr<RestoredFile> file = RestoredFile::Create(path);
  SHADW_RETURN_IF_ERROR(file.status());
  SHADW_RETURN_IF_ERROR(read([&](base::ByteSpan bytes) { return file->Append(bytes); }));
  SHADW_RETURN_IF_ERROR(file->Complete(as.mode, as.mtime_ns));
  nameless_paths_.insert(path);
  nameless_.push_back({std::string(name), *std::move(file)});
  if (nameless_.size() == kMaxNameless) NameFiles();
  return path;
}

// One sync of each file system, then the names: no name leads to less than a whole file,
// after a power cut neither.
void RestoredTree::NameFiles() {
  std::vector<Nameless> files = std::exchange(nameless_, {});
  nameless_paths_.clear();
  SyncsOnce syncs;
  absl::Status synced;
  for (const Nameless& file : files) synced.Update(syncs.Sync(file.file.descriptor()));
  for (Nameless& file : files) {
    const absl::Status named = synced.ok() ? file.file.GiveName() : synced;
    if (!named.ok()) failed_.push_back({std::move(file.name), named});
  }
}

void RestoredTree::SyncFolders(std::vector<NotRestored>& failed) const {
  SyncsOnce syncs;
  for (const std::filesystem::path& folder : made_) {
    // Itself, even where a link leads to it.
    const store::FileDescriptor opened =
        store::OpenDirectoryAt(AT_FDCWD, (out_ / folder / ".").c_str());
    const absl::Status synced =
        opened.ok() ? syncs.Sync(opened.get()) : RefusedBy(errno, "sync the folder", out_ / folder);
    if (!synced.ok()) failed.push_back({folder.native(), synced});
  }
}

std::vector<NotRestored> RestoredTree::Finish() {
  NameFiles();
  std::vector<NotRestored> failed = std::exchange(failed_, {});
  for (const Link& link : links_) {
    const absl::Status made = symlink(link.target.c_str(), link.path.c_str()) == 0
                                  ? SetTimeOfLink(link.path, link.mtime_ns)
                                  : RefusedBy(errno, "make the link", link.path);
    if (!made.ok()) failed.push_back({link.name, made});
  }
  SyncFolders(failed);  // before they may become unreadable
  // What is in a folder changes its time, and may need a right that its mode does not give.
  std::ranges::sort(folders_, std::greater(), &Folder::path);
  for (const Folder& folder : folders_) {
    const auto times = FileTimes(folder.as.mtime_ns);
    const mode_t mode = folder.as.mode.value_or(0700) & 07777;
    if (chmod(folder.path.c_str(), mode) != 0 ||
        utimensat(AT_FDCWD, folder.path.c_str(), times.data(), 0) != 0) {
      failed.push_back({folder.name, RefusedBy(errno, "set mode and time of", folder.path)});
    }
  }
  links_.clear();
  folders_.clear();
  made_.clear();
  return failed;
}

}  // namespace shadw::vault
