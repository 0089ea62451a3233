// SPDX-License-Identifier: Apache-2.0
// Keeps an object on six directories, loses two of them, reads it all the same, and
// brings the lost shards back on two fresh ones.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "libshadw/base/system_clock.h"
#include "libshadw/crypto/random.h"
#include "libshadw/store/directory_store.h"
#include "libshadw/vault/vault.h"

using namespace shadw;

namespace {

// Each directory is one node. Those that are not there are left out, or made.
vault::Vault Open(const shard::VaultKeys& keys, const std::filesystem::path& root, bool make) {
  static const base::SystemClock clock;
  static crypto::SystemRandom random;
  vault::Options options{.clock = &clock, .random = &random, .code = {4, 2}};
  const auto syncs = std::make_shared<store::SharedSyncs>();  // they may lie on one disk
  for (int node = 0; node < 6; ++node) {
    auto store = store::DirectoryStore::Open(
        {.directory = root / std::to_string(node), .create = make, .syncs = syncs});
    if (store.ok()) options.stores.push_back(*std::move(store));
  }
  return vault::Vault::Open(options, keys).value();
}

base::Bytes Read(vault::Vault& from) {
  base::Bytes object;
  const auto sink = [&](base::ByteSpan bytes) {
    object.insert(object.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  };
  from.Get("notes.txt", sink).value();
  return object;
}

}  // namespace

int main() {
  std::string name = std::filesystem::temp_directory_path() / "shadw-example-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) return 1;
  const std::filesystem::path root = name;
  crypto::SecretKey seed = crypto::SecretKey::Zeroed();
  crypto::SystemRandom().Fill(seed.mutable_bytes());
  const auto keys = shard::VaultKeys::FromSeed(seed.bytes()).value();

  const base::Bytes notes(1'000'000, 'n');
  base::ByteSpan rest = notes;
  const auto source = [&](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
    const size_t count = std::min(out.size(), rest.size());
    std::ranges::copy(rest.first(count), out.begin());
    rest = rest.subspan(count);
    return count;
  };
  Open(keys, root, true).Put("notes.txt", source, {.compress = false}).value();

  std::filesystem::remove_all(root / "1");
  std::filesystem::remove_all(root / "4");
  auto with_four = Open(keys, root, false);
  const bool read = Read(with_four) == notes;
  const bool loss_noticed = !with_four.Verify("notes.txt")->whole();

  auto with_six = Open(keys, root, true);
  with_six.Repair("notes.txt").value();
  const bool whole = with_six.Verify("notes.txt")->whole();
  std::printf("read with 4 of 6 nodes: %s; whole after the repair: %s\n", read ? "yes" : "no",
              whole ? "yes" : "no");
  std::filesystem::remove_all(root);
  return read && loss_noticed && whole ? 0 : 1;
}
