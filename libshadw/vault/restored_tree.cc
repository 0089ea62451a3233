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

namespace shadw::vault {
namespace {

constexpr size_t kMaxTargetBytes = 4'096;

absl::Status MakeFolder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return error ? RefusedBy(error.value(), "make the folder", path) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::filesystem::path> RestoredTree::Add(
    std::string_view name, const RestoredAs& as,
    const std::function<absl::Status(const ByteSink& sink)>& read) {
  std::filesystem::path path = out_ / SafeRelativePath(name);
  if (as.kind == shard::ObjectKind::kDirectory) {
    SHADW_RETURN_IF_ERROR(MakeFolder(path));
    folders_.push_back({path, as});
    return path;
  }
  if (as.kind == shard::ObjectKind::kSymlink) {
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
    SHADW_RETURN_IF_ERROR(MakeFolder(path.parent_path()));
    links_.push_back({path, std::move(target), as.mtime_ns});
    return path;
  }
  absl::StatusOr<RestoredFile> file = RestoredFile::Create(path);
  std::error_code ignored;
  if (!file.ok() &&
      (!absl::IsAlreadyExists(file.status()) || std::filesystem::is_directory(path, ignored))) {
    // A name that is a folder of another one's, or the other way round.
    path = out_ / UnsafeNamePath(name);
    file = RestoredFile::Create(path);
  }
  SHADW_RETURN_IF_ERROR(file.status());
  SHADW_RETURN_IF_ERROR(read([&](base::ByteSpan bytes) { return file->Append(bytes); }));
  SHADW_RETURN_IF_ERROR(file->Commit(as.mode, as.mtime_ns));
  return path;
}

absl::Status RestoredTree::Finish() {
  absl::Status first;
  for (const Link& link : links_) {
    if (symlink(link.target.c_str(), link.path.c_str()) != 0) {
      first.Update(RefusedBy(errno, "make the link", link.path));
      continue;
    }
    const auto times = FileTimes(link.mtime_ns);
    if (utimensat(AT_FDCWD, link.path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
      first.Update(RefusedBy(errno, "set the time of", link.path));
    }
  }
  // What is in a folder changes its time, and may need a right that its mode does not give.
  std::ranges::sort(folders_, std::greater(), &Folder::path);
  for (const Folder& folder : folders_) {
    const auto times = FileTimes(folder.as.mtime_ns);
    const mode_t mode = folder.as.mode.value_or(0700) & 07777;
    if (chmod(folder.path.c_str(), mode) != 0 ||
        utimensat(AT_FDCWD, folder.path.c_str(), times.data(), 0) != 0) {
      first.Update(RefusedBy(errno, "set mode and time of", folder.path));
    }
  }
  links_.clear();
  folders_.clear();
  return first;
}

}  // namespace shadw::vault
