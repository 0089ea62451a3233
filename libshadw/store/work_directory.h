// SPDX-License-Identifier: Apache-2.0
//
// Where one open directory store writes what is not whole yet: DIR/tmp/<n>. The file
// `owner` in it is locked for as long as the store is open; the kernel drops the lock
// when the process ends, however it ends, which is how others tell the living from
// the dead. Whoever opens or ends a work directory holds the store's lock meanwhile.
#ifndef LIBSHADW_STORE_WORK_DIRECTORY_H_
#define LIBSHADW_STORE_WORK_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "libshadw/store/posix.h"

namespace shadw::store {

class WorkDirectory {
 public:
  // Removes the work directories of the dead from `tmp`; says whether there were any.
  static absl::StatusOr<bool> ClearTheDead(int tmp);
  static absl::StatusOr<WorkDirectory> Open(int tmp);

  WorkDirectory(WorkDirectory&&) = default;

  int fd() const { return directory_.get(); }
  // Removes it. One that is not ended counts as dead once the process is.
  void End(int tmp);

 private:
  WorkDirectory() = default;

  std::string name_;
  FileDescriptor directory_;
  FileDescriptor owner_;
};

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_WORK_DIRECTORY_H_
