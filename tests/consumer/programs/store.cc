// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::store and nothing else.
#include <cstdio>

#include "libshadw/store/memory_store.h"

int main() {
  shadw::store::MemoryStore store({});
  const shadw::store::StorageId id = {1};
  const shadw::store::DeleteToken token = {2};
  const shadw::base::Bytes blob(100, 0x5a);
  if (!store.Put(id, blob, shadw::store::HashToken(token)).ok()) return 1;
  shadw::base::Bytes read(blob.size());
  const auto got = store.Get(id, 0, read);
  if (!got.ok() || *got != blob.size() || read != blob) return 1;
  if (store.Put(id, blob, shadw::store::HashToken(token)).ok()) return 1;
  if (!store.Delete(id, token).ok()) return 1;
  std::puts("store: ok");
  return 0;
}
