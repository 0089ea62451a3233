// SPDX-License-Identifier: Apache-2.0
//
// The node file, and blobs that somebody else wrote into a store's directory: the input
// becomes a file of that name, which is then read, measured, listed and deleted.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "libshadw/store/blob_path.h"
#include "libshadw/store/directory_store.h"
#include "libshadw/store/node_file.h"

namespace shadw::store {
namespace {

constexpr size_t kMaxInputBytes = 4096;

struct Fixture {
  Fixture() {
    std::string name = std::filesystem::temp_directory_path() / "shadw_store_fuzz_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    path = name;
    store = DirectoryStore::Open({.directory = path / "store", .sync = false}).value();
    std::filesystem::create_directories(path / "store" / "blobs" / "00" / "00");
  }
  ~Fixture() {
    store.reset();
    std::filesystem::remove_all(path);
  }
  std::filesystem::path path;
  std::unique_ptr<DirectoryStore> store;
};

void Require(bool condition) {
  if (!condition) abort();
}

void ReadNodeFile(base::ByteSpan input) {
  const absl::StatusOr<NodeId> id = DecodeNodeFile(input);
  if (!id.ok()) return;
  const auto again = EncodeNodeFile(*id);
  Require(std::ranges::equal(input, again));
}

void ReadForeignBlob(const Fixture& fixture, base::ByteSpan input) {
  const StorageId id = {};
  const BlobPath path(id);
  const std::string file = fixture.path / "store" / "blobs" / "00" / "00" / path.file;
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  Require(fd >= 0 && write(fd, input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  close(fd);
  const uint64_t bytes = input.size() < 32 ? 0 : input.size() - 32;
  const auto stats = fixture.store->StatMany(std::span(&id, 1));
  Require(stats.ok() && (*stats)[0] && (*stats)[0]->bytes == bytes);
  base::Bytes out(64);
  const uint64_t offset = input.empty() ? 0 : input[0];
  const auto got = fixture.store->Get(id, offset, out);
  Require(got.ok() && *got == (offset >= bytes ? 0 : std::min<uint64_t>(64, bytes - offset)));
  const auto ids = fixture.store->List(std::nullopt, 4);
  Require(ids.ok() && ids->size() == 1);
  const bool deleted = fixture.store->Delete(id, {}).ok();
  Require(deleted || input.size() >= 32);
}

void ReadNames(base::ByteSpan input) {
  const std::string_view name = base::AsText(input);
  if (const auto id = ParseBlobName(name)) Require(BlobPath(*id).file == name);
  if (const auto number = ParseDirectoryName(name)) Require(DirectoryName(*number) == name);
}

}  // namespace
}  // namespace shadw::store

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > shadw::store::kMaxInputBytes) return 0;
  static const shadw::store::Fixture fixture;
  shadw::store::ReadNodeFile({data, size});
  shadw::store::ReadForeignBlob(fixture, {data, size});
  shadw::store::ReadNames({data, size});
  return 0;
}
