// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/work_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::store {
namespace {

constexpr char kOwner[] = "owner";
constexpr int kMaxWorkDirectories = 4096;
constexpr size_t kMaxNameLength = 4;

bool IsWorkName(std::string_view name) {
  return name.size() <= kMaxNameLength &&
         std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

absl::StatusOr<std::vector<std::string>> Names(int directory) {
  std::vector<std::string> names;
  SHADW_RETURN_IF_ERROR(ForEachEntry(directory, [&](const char* name) {
    names.emplace_back(name);
    return true;
  }));
  return names;
}

bool OwnerIsAlive(int directory) {
  const FileDescriptor owner = OpenAt(directory, kOwner, O_RDWR);
  // No such file: its process died between making the directory and the file.
  return owner.ok() && Lock(owner.get(), /*wait=*/false) != 0;
}

}  // namespace

absl::StatusOr<bool> WorkDirectory::ClearTheDead(int tmp) {
  SHADW_ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(tmp));
  bool any = false;
  for (const std::string& name : names) {
    if (!IsWorkName(name)) continue;
    const FileDescriptor directory = OpenDirectoryAt(tmp, name.c_str());
    if (!directory.ok() || OwnerIsAlive(directory.get())) continue;
    any = true;
    SHADW_ASSIGN_OR_RETURN(const std::vector<std::string> files, Names(directory.get()));
    for (const std::string& file : files) unlinkat(directory.get(), file.c_str(), 0);
    unlinkat(tmp, name.c_str(), AT_REMOVEDIR);
  }
  return any;
}

absl::StatusOr<WorkDirectory> WorkDirectory::Open(int tmp) {
  WorkDirectory work;
  for (int n = 0; n < kMaxWorkDirectories; ++n) {
    work.name_ = absl::StrCat(n);
    if (mkdirat(tmp, work.name_.c_str(), 0700) == 0) break;
    if (errno != EEXIST) return ErrnoStatus("cannot make a directory under tmp", errno);
    if (n == kMaxWorkDirectories - 1) {
      return absl::ResourceExhaustedError(
          absl::StrCat("store: got ", kMaxWorkDirectories, " directories under tmp, need fewer"));
    }
  }
  work.directory_ = OpenDirectoryAt(tmp, work.name_.c_str());
  if (!work.directory_.ok()) return ErrnoStatus("cannot open a directory under tmp", errno);
  work.owner_ = OpenAt(work.directory_.get(), kOwner, O_RDWR | O_CREAT | O_EXCL, 0600);
  const int error = work.owner_.ok() ? Lock(work.owner_.get(), /*wait=*/false) : errno;
  if (error != 0) {
    work.End(tmp);
    return ErrnoStatus("cannot lock a file under tmp", error);
  }
  return work;
}

void WorkDirectory::End(int tmp) {
  unlinkat(directory_.get(), kOwner, 0);
  unlinkat(tmp, name_.c_str(), AT_REMOVEDIR);
}

}  // namespace shadw::store
