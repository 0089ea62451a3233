// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_STORE_TEMPORARY_DIRECTORY_H_
#define TESTS_STORE_TEMPORARY_DIRECTORY_H_

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace shadw::store {

// A directory of the test's own, gone with it: on a disk, or in memory where there is
// such a file system and a test wants thousands of directories quickly.
class TemporaryDirectory {
 public:
  enum class On { kDisk, kMemory };

  explicit TemporaryDirectory(On on = On::kDisk) {
    const bool memory = on == On::kMemory && access("/dev/shm", W_OK) == 0;
    const std::filesystem::path parent =
        memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
    std::string name = parent / "shadw_store_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace shadw::store

#endif  // TESTS_STORE_TEMPORARY_DIRECTORY_H_
