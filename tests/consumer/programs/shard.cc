// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::shard and nothing else: one segment sealed into fourteen shards, read from
// the last ten.
#include <cstdio>
#include <vector>

#include "libshadw/crypto/random.h"
#include "libshadw/shard/header.h"
#include "libshadw/shard/memory_cell_source.h"
#include "libshadw/shard/segment_reader.h"
#include "libshadw/shard/segment_sealer.h"

int main() {
  namespace base = shadw::base;
  namespace shard = shadw::shard;

  shadw::crypto::SystemRandom random;
  const auto vault = shard::VaultKeys::FromSeed(random.Array<32>());
  if (!vault.ok()) return 1;
  const shard::ObjectKeys keys = vault->ForName("object", 0);

  const base::Bytes plain(100'000, 0x5a);
  shard::SegmentLabel label = {.flags = shard::kFlagLast, .version = random.Array<16>()};
  for (int j = 0; j < 14; ++j) label.nodes.push_back(random.Array<32>());
  auto sealer = shard::SegmentSealer::Create({.code = {10, 4}});
  if (!sealer.ok()) return 1;
  const shard::ReadBox read = {.object_bytes = plain.size()};
  if (!sealer->Seal(keys, label, read, plain, {.random = &random}).ok()) return 1;

  std::vector<shard::Header> headers;
  shard::MemoryCellSource cells(sealer->geometry().cell_bytes);
  for (uint16_t j = 4; j < 14; ++j) {
    auto header = shard::OpenHeader(sealer->shard(j), keys, shard::OpenTo::kRead);
    if (!header.ok()) return 1;
    headers.push_back(*std::move(header));
    cells.Add(j, sealer->shard(j));
  }
  auto reader = shard::SegmentReader::Create(keys, headers, &cells);
  if (!reader.ok()) return 1;
  base::Bytes again;
  const absl::Status status = reader->Read(0, plain.size(), [&](base::ByteSpan bytes) {
    again.insert(again.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  });
  if (!status.ok() || again != plain) return 1;
  std::puts("shard: ok");
  return 0;
}
