// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::vault and nothing else: an object outlives four of its fourteen stores.
#include "libshadw/vault/vault.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "libshadw/crypto/random.h"
#include "libshadw/store/memory_store.h"

int main() {
  namespace base = shadw::base;
  namespace vault = shadw::vault;

  const base::ManualClock clock(base::FromUnixSeconds(1'700'000'000));
  shadw::crypto::SystemRandom random;
  const auto keys = shadw::shard::VaultKeys::FromSeed(random.Array<32>());
  if (!keys.ok()) return 1;
  vault::Options options = {.stores = {}, .clock = &clock, .random = &random};
  for (int i = 0; i < 14; ++i) {
    options.stores.push_back(shadw::store::MemoryStore::Create({.node_id = random.Array<32>()}));
  }
  const base::Bytes object(100'000, 0x5a);
  {
    auto writer = vault::Vault::Open(options, *keys);
    if (!writer.ok()) return 1;
    size_t given = 0;
    const auto put =
        writer->Put("object", [&](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
          const size_t bytes = std::min(out.size(), object.size() - given);
          std::copy_n(object.begin() + static_cast<ptrdiff_t>(given), bytes, out.begin());
          given += bytes;
          return bytes;
        });
    if (!put.ok()) return 1;
  }
  options.stores.erase(options.stores.begin() + 3, options.stores.begin() + 7);
  auto reader = vault::Vault::Open(options, *keys);
  if (!reader.ok()) return 1;
  base::Bytes again;
  const auto got = reader->Get("object", [&](base::ByteSpan bytes) {
    again.insert(again.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  });
  if (!got.ok() || again != object) return 1;
  std::puts("vault: ok");
  return 0;
}
