// SPDX-License-Identifier: Apache-2.0
#include "tests/shard/test_segment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <unordered_set>

#include "libshadw/crypto/blake2b.h"

namespace shadw::shard {

VaultKeys TestVault(uint64_t seed) {
  return VaultKeys::FromSeed(crypto::SeededRandom(seed).Array<32>()).value();
}

ObjectKeys TestKeys(std::string_view name, uint32_t generation) {
  return TestVault().ForName(name, generation);
}

base::Bytes RandomBytes(size_t count, uint64_t seed) {
  base::Bytes bytes(count);
  crypto::SeededRandom(seed).Fill(bytes);
  return bytes;
}

NodeId TestNode(uint64_t number) { return crypto::SeededRandom(1'000'000 + number).Array<32>(); }

VersionId TestVersion(uint64_t number) {
  return crypto::SeededRandom(2'000'000 + number).Array<16>();
}

Geometry GeometryOf(const SealOptions& options) {
  return {
      .code = options.code, .cell_bytes = options.cell_bytes, .max_stripes = options.max_stripes};
}

Shards SealSegment(const ObjectKeys& keys, base::ByteSpan plain, const SealOptions& options,
                   NonceObserver* observer) {
  crypto::SeededRandom random(options.seed);
  SegmentLabel label{.flags = options.flags,
                     .sequence = options.sequence,
                     .version = TestVersion(options.version),
                     .segment = options.segment,
                     .epoch = options.epoch,
                     .time_ns = 1'700'000'000'000'000'000,
                     .attempt = options.attempt};
  for (uint16_t j = 0; j < options.code.total_shards(); ++j) {
    label.nodes.push_back(TestNode(options.node_base + j));
  }
  auto sealer = SegmentSealer::Create(GeometryOf(options)).value();
  const ReadBox read{.object_bytes = plain.size(), .metadata = options.metadata};
  const absl::Status sealed = sealer.Seal(keys, label, read, plain, {&random, observer});
  EXPECT_TRUE(sealed.ok()) << sealed;
  Shards shards;
  for (uint16_t j = 0; j < options.code.total_shards(); ++j) {
    shards.push_back(base::ToBytes(sealer.shard(j)));
  }
  return shards;
}

absl::StatusOr<base::ByteSpan> MemoryCells::Fetch(uint16_t index, uint32_t first, uint32_t count,
                                                  base::MutableByteSpan scratch) {
  for (uint32_t cell = first; cell < first + count; ++cell) ++fetched_[{index, cell}];
  const base::Bytes& shard = shards_[index];
  if (shard.empty()) return absl::NotFoundError("test: the shard is lost");
  const size_t begin = std::min(kHeaderBytes + first * stored_bytes_, shard.size());
  const size_t bytes = std::min(count * stored_bytes_, shard.size() - begin);
  // Like a store: through the scratch space, not a view.
  std::copy_n(shard.begin() + static_cast<ptrdiff_t>(begin), bytes, scratch.begin());
  return scratch.first(bytes);
}

std::vector<Header> OpenAll(const ObjectKeys& keys, const Shards& shards, OpenTo depth) {
  std::vector<Header> headers;
  HeaderMemo memo;
  for (const base::Bytes& shard : shards) {
    if (shard.empty()) continue;
    absl::StatusOr<Header> header = OpenHeader(shard, keys, depth, &memo);
    EXPECT_TRUE(header.ok()) << header.status();
    if (header.ok()) headers.push_back(*std::move(header));
  }
  return headers;
}

std::vector<Header> OpenWhatOpens(const ObjectKeys& keys, const Shards& shards, OpenTo depth) {
  std::vector<Header> headers;
  HeaderMemo memo;
  for (const base::Bytes& shard : shards) {
    absl::StatusOr<Header> header = OpenHeader(shard, keys, depth, &memo);
    if (header.ok()) headers.push_back(*std::move(header));
  }
  return headers;
}

ReadResult ReadRange(const ObjectKeys& keys, std::span<const Header> headers, CellSource& source,
                     uint64_t offset, uint64_t bytes) {
  absl::StatusOr<SegmentReader> reader = SegmentReader::Create(keys, headers, &source);
  if (!reader.ok()) return {reader.status(), {}, {}};
  ReadResult result;
  result.status = reader->Read(offset, bytes, [&](base::ByteSpan plain) {
    result.bytes.insert(result.bytes.end(), plain.begin(), plain.end());
    return absl::OkStatus();
  });
  result.faults = reader->faults();
  return result;
}

ReadResult ReadSegment(const ObjectKeys& keys, const Shards& shards,
                       std::span<const Header> headers) {
  if (headers.empty()) return {absl::FailedPreconditionError("test: no header opens"), {}, {}};
  MemoryCells source(shards, headers.front().audit.cell_bytes);
  const uint64_t bytes = headers.front().read ? headers.front().read->plain_bytes : 0;
  return ReadRange(keys, headers, source, 0, bytes);
}

ReadResult ReadSegment(const ObjectKeys& keys, const Shards& shards) {
  return ReadSegment(keys, shards, OpenAll(keys, shards));
}

base::MutableByteSpan StoredCell(base::Bytes& shard, uint32_t cell_bytes, uint32_t cell) {
  const size_t stored_bytes = cell_bytes + kTagBytes;
  return base::MutableByteSpan(shard).subspan(kHeaderBytes + cell * stored_bytes, stored_bytes);
}

base::Bytes UnwrapCell(const ObjectKeys& keys, const Header& header, base::Bytes& shard,
                       uint32_t cell) {
  const ShardAddress address = header.audit.address();
  crypto::AesGcm outer(keys.OuterKey(address, header.nonce).bytes());
  WrapBinding binding(keys.id(), address);
  base::Bytes inner(header.audit.cell_bytes);
  EXPECT_TRUE(outer.Open(WrapNonce(cell), binding.ForCell(cell),
                         StoredCell(shard, header.audit.cell_bytes, cell), inner));
  return inner;
}

void WrapCell(const ObjectKeys& keys, const Header& header, base::Bytes& shard, uint32_t cell,
              base::ByteSpan inner) {
  const ShardAddress address = header.audit.address();
  crypto::AesGcm outer(keys.OuterKey(address, header.nonce).bytes());
  WrapBinding binding(keys.id(), address);
  outer.Seal(WrapNonce(cell), binding.ForCell(cell), inner,
             StoredCell(shard, header.audit.cell_bytes, cell));
}

size_t CommonWindows(base::ByteSpan a, base::ByteSpan b) {
  constexpr size_t kWindow = 16;
  if (a.size() < kWindow || b.size() < kWindow) return 0;
  const auto window = [](base::ByteSpan bytes, size_t at) {
    return base::AsText(bytes.subspan(at, kWindow));
  };
  std::unordered_set<std::string_view> seen;
  seen.reserve(a.size());
  for (size_t i = 0; i + kWindow <= a.size(); ++i) seen.insert(window(a, i));
  size_t common = 0;
  for (size_t i = 0; i + kWindow <= b.size(); ++i) common += seen.contains(window(b, i));
  return common;
}

}  // namespace shadw::shard
