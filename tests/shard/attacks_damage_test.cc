// SPDX-License-Identifier: Apache-2.0
//
// Attacks by damage: flipped, missing and surplus bytes, lies about lengths, bombs, and
// what happens to nonces when a put is killed and started again.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/shard/compression.h"
#include "libshadw/shard/head.h"
#include "libshadw/shard/rewrap.h"
#include "libshadw/shard/segment_check.h"
#include "tests/shard/forging.h"

namespace shadw::shard {
namespace {

using Kind = CellFault::Kind;

TEST(Attack, CorruptCellFedToTheDecoder) {
  const ObjectKeys keys = TestKeys();
  const base::Bytes plain = RandomBytes(4080 * 4 * 4, 1);
  const Shards whole = SealSegment(keys, plain, {.code = {4, 2}});
  for (uint16_t lost = 0; lost < 6; ++lost) {
    for (uint16_t corrupt = 0; corrupt < 6; ++corrupt) {
      if (corrupt == lost) continue;
      Shards shards = whole;
      shards[lost].clear();
      StoredCell(shards[corrupt], 4096, 2)[17] ^= 0x80;
      const ReadResult result = ReadSegment(keys, shards);
      ASSERT_TRUE(result.status.ok()) << result.status;
      EXPECT_EQ(result.bytes, plain);
      for (const CellFault& fault : result.faults) {
        EXPECT_EQ(fault, (CellFault{corrupt, 2, Kind::kCorrupt}));
      }
    }
  }
}

TEST(Attack, OneCorruptCellInEveryShardInDifferentStripes) {
  const ObjectKeys keys = TestKeys();
  const base::Bytes plain = RandomBytes(4080 * 10 * 16, 1);
  Shards shards = SealSegment(keys, plain, {.code = {10, 4}, .max_stripes = 32});
  std::vector<CellFault> expected;
  for (uint16_t j = 0; j < 14; ++j) {
    StoredCell(shards[j], 4096, j)[300 * j] ^= 1;
    expected.push_back({j, j, Kind::kCorrupt});
  }
  EXPECT_EQ(ReadSegment(keys, shards).bytes, plain);
  MemoryCells source(shards, 4096);
  SegmentReport report = CheckSegment(keys, OpenAll(keys, shards), &source).value();
  std::ranges::sort(report.faults, {}, &CellFault::index);
  EXPECT_EQ(report.faults, expected);
}

// One random byte at a time, in headers, bodies and padding.
TEST(Attack, AThousandRandomByteFlipsAreAttributedAndGiveNoWrongByte) {
  const ObjectKeys keys = TestKeys();
  const base::Bytes plain = RandomBytes(4080 * 4 * 5 - 9, 1);  // 5 stripes, 3 of padding
  Shards shards = SealSegment(keys, plain, {.code = {4, 2}});
  const std::vector<Header> headers = OpenAll(keys, shards);
  ASSERT_EQ(headers[0].audit.cells, 8u);
  crypto::SeededRandom random(11);
  int in_headers = 0;
  int in_padding = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto draw = random.Array<8>();
    const uint16_t shard = draw[0] % 6;
    // A quarter of the flips hit the header, which is a small part of the shard.
    const size_t range = draw[1] % 4 == 0 ? kHeaderBytes : shards[shard].size();
    const size_t at = base::LoadLittleEndian<uint32_t>(draw.data() + 2) % range;
    const auto mask = static_cast<uint8_t>(draw[6] % 255 + 1);
    shards[shard][at] ^= mask;
    if (at < kHeaderBytes) {
      ++in_headers;
      ASSERT_EQ(OpenHeader(shards[shard], keys, OpenTo::kRead).status(), AuthenticationError());
      std::vector<Header> others = headers;
      others.erase(others.begin() + shard);
      ASSERT_EQ(ReadSegment(keys, shards, others).bytes, plain);
    } else {
      const auto cell = static_cast<uint32_t>((at - kHeaderBytes) / (4096 + 16));
      in_padding += cell >= 5;
      const ReadResult result = ReadSegment(keys, shards, headers);
      ASSERT_EQ(result.bytes, plain);
      MemoryCells source(shards, 4096);
      const SegmentReport report = CheckSegment(keys, headers, &source).value();
      ASSERT_EQ(report.faults, (std::vector<CellFault>{{shard, cell, Kind::kCorrupt}}));
      ASSERT_TRUE(result.faults.empty() || result.faults == report.faults);
    }
    shards[shard][at] ^= mask;
  }
  EXPECT_GT(in_headers, 200);
  EXPECT_GT(in_padding, 200);
}

TEST(Attack, TruncationOfAShard) {
  const ObjectKeys keys = TestKeys();
  const base::Bytes plain = RandomBytes(4080 * 4 * 4, 1);
  const Shards whole = SealSegment(keys, plain, {.code = {4, 2}});
  for (size_t size = kHeaderBytes; size < whole[1].size(); size += 411) {
    Shards shards = whole;
    shards[1].resize(size);
    const auto whole_cells = static_cast<uint32_t>((size - kHeaderBytes) / (4096 + 16));
    EXPECT_EQ(ReadSegment(keys, shards).bytes, plain);
    MemoryCells source(shards, 4096);
    const SegmentReport report = CheckSegment(keys, OpenAll(keys, shards), &source).value();
    EXPECT_EQ(report.shards[1].bad_cells, 4 - whole_cells);
    for (const CellFault& fault : report.faults) {
      EXPECT_EQ(fault.index, 1);
      EXPECT_GE(fault.cell, whole_cells);
      EXPECT_EQ(fault.kind, Kind::kMissing);
    }
  }
}

TEST(Attack, PaddingChangedByAnAuditorAndANode) {
  const ObjectKeys keys = TestKeys();
  const base::Bytes plain = RandomBytes(4080 * 4 * 5, 1);
  Shards shards = SealSegment(keys, plain, {.code = {4, 2}});
  const std::vector<Header> headers = OpenAll(keys, shards);
  WrapCell(keys, headers[3], shards[3], 6, RandomBytes(4096, 1));
  MemoryCells source(shards, 4096);
  const SegmentReport report = CheckSegment(keys, headers, &source).value();
  EXPECT_EQ(report.faults, (std::vector<CellFault>{{3, 6, Kind::kForged}}));
  EXPECT_EQ(report.shards[3].body_mac_holds, false);
  EXPECT_EQ(ReadSegment(keys, shards).bytes, plain);
}

// Seals one header again with other lengths, truly signed.
void LieAboutLengths(const ObjectKeys& keys, base::Bytes& shard, const SealedReadBox& sealed_read,
                     uint64_t sealed_bytes, uint32_t cells) {
  Header header = OpenHeader(shard, keys, OpenTo::kRead).value();
  header.audit.cells = cells;
  header.verify->sealed_bytes = sealed_bytes;
  header.verify->read_box_hash = crypto::Blake2b256({}, {sealed_read});
  const crypto::Ed25519Signer signer(crypto::Kdf(*keys.write_key(), "sign").bytes());
  header.verify->signature = signer.Sign(SignedMessage(keys.id(), header.audit, *header.verify));
  const auto bytes = SealHeader(keys, header.nonce, header.audit, *header.verify, sealed_read, {});
  std::ranges::copy(bytes, shard.begin());
}

TEST(Attack, LengthLies) {
  const ObjectKeys keys = TestKeys();
  for (const uint32_t chunks : {7u, 6u, 4u, 1u}) {
    // A writer's segment of 8 chunks, its end cut off: the last chunk that is left was
    // not sealed as the last one.
    Shards shards = SealSegment(keys, RandomBytes(4080 * 8, 1), {.code = {4, 2}});
    const Header header = OpenHeader(shards[0], keys, OpenTo::kRead).value();
    ReadBox read = *header.read;
    read.plain_bytes = uint64_t{chunks} * 4080;
    crypto::SeededRandom random(4);
    const SealedReadBox sealed =
        SealReadBox(keys, header.audit.version, 0, read, {&random}).value();
    for (base::Bytes& shard : shards) {
      LieAboutLengths(keys, shard, sealed, uint64_t{chunks} * 4096, chunks > 4 ? 2 : 1);
    }
    const ReadResult result = ReadSegment(keys, shards);
    EXPECT_EQ(result.status.code(), absl::StatusCode::kDataLoss);
    EXPECT_LT(result.bytes.size(), read.plain_bytes);
  }
}

// A frame of a few KiB that would open to 512 MiB: blocks that repeat one byte.
base::Bytes Bomb() {
  base::Bytes bomb = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38};
  for (int i = 4095; i >= 0; --i) {
    const uint32_t block = (128 * 1024) << 3 | 1 << 1 | (i == 0 ? 1 : 0);
    for (int byte = 0; byte < 3; ++byte) bomb.push_back(static_cast<uint8_t>(block >> 8 * byte));
    bomb.push_back('!');
  }
  return bomb;
}

TEST(Attack, ZstdBomb) {
  const base::Bytes bomb = Bomb();
  FrameOpener opener;
  // The first block alone is a good frame: the bomb is well-formed.
  base::Bytes one = base::ToBytes(base::ByteSpan(bomb).first(10));
  one[6] |= 1;
  base::Bytes out(kFrameBytes);
  ASSERT_TRUE(opener.Open(one, false, out).ok());
  EXPECT_EQ(out.back(), '!');
  for (size_t bytes : {size_t{1}, size_t{1000}, kFrameBytes}) {
    base::Bytes fenced(bytes + 64, 7);
    EXPECT_EQ(opener.Open(bomb, false, base::MutableByteSpan(fenced).first(bytes)).code(),
              absl::StatusCode::kDataLoss);
    EXPECT_EQ(std::ranges::count(base::ByteSpan(fenced).subspan(bytes), 7), 64);
  }
  EXPECT_FALSE(opener.Open({}, false, out).ok());
}

// Remembers every pair of key and nonce by its hash.
class EveryNonce : public NonceObserver {
 public:
  void OnSeal(base::ByteSpan key, base::ByteSpan nonce) override {
    ++sealed;
    fresh += seen_.insert(crypto::Blake2b256({}, {key, nonce})).second;
  }
  size_t sealed = 0;
  size_t fresh = 0;

 private:
  std::set<Hash> seen_;
};

TEST(Attack, NonceReuseAfterKillAndResumeWithChangedInput) {
  const ObjectKeys keys = TestKeys();
  EveryNonce nonces;
  crypto::SeededRandom random(1);  // goes on, as the system's does after a kill
  const SealContext context{&random, &nonces};
  SegmentLabel label{.version = TestVersion(1), .epoch = 7};
  for (uint64_t j = 0; j < 6; ++j) label.nodes.push_back(TestNode(j));
  Shards shards;
  std::vector<base::Bytes> inputs;
  for (uint64_t run = 0; run < 4; ++run) {
    // The same segment of the same version, on the same nodes, in the same epoch; the
    // input differs from run to run, in the end only by its last byte.
    label.attempt = run == 3 ? 1 : 0;
    base::Bytes plain = RandomBytes(30'000, run / 2);
    plain.back() ^= static_cast<uint8_t>(run);
    auto sealer = SegmentSealer::Create({.code = {4, 2}, .cell_bytes = 4096, .max_stripes = 8});
    ASSERT_TRUE(sealer->Seal(keys, label, {}, plain, context).ok());
    shards.clear();
    for (uint16_t j = 0; j < 6; ++j) shards.push_back(base::ToBytes(sealer->shard(j)));
    EXPECT_EQ(nonces.fresh, nonces.sealed) << run;
  }
  // So do rotations and repairs that are done twice, and heads.
  const std::vector<Header> headers = OpenAll(keys, shards, OpenTo::kVerify);
  for (int run = 0; run < 2; ++run) {
    MemoryCells source(shards, 4096);
    const RewrapTarget targets[] = {{2, 0, TestNode(2), 8}, {3, 0, TestNode(3), 8}};
    ASSERT_TRUE(RewrapShards(keys, headers, &source, targets, context).ok());
    const auto head = HeadSealer::Create(keys, {.code = {4, 2}}, {}, context).value();
    head.ForNode(TestNode(1), 0);
    head.ForNode(TestNode(1), 0);
  }
  EXPECT_EQ(nonces.fresh, nonces.sealed);
  EXPECT_GT(nonces.sealed, 4u * (8 + 6 * 2 + 6 * 3));
}

TEST(Attack, ARepairThatIsTriedAgainWithoutAForgerReusesNoNonce) {
  const ObjectKeys keys = TestKeys();
  Shards shards = SealSegment(keys, RandomBytes(30'000, 1), {.code = {4, 2}});
  const std::vector<Header> headers = OpenAll(keys, shards, OpenTo::kVerify);
  WrapCell(keys, headers[1], shards[1], 0, RandomBytes(4096, 1));
  EveryNonce nonces;
  crypto::SeededRandom random(1);
  MemoryCells source(shards, 4096);
  const RewrapTarget target{5, 0, TestNode(9), 8};
  const std::vector<Header> left(headers.begin(), headers.begin() + 5);
  ASSERT_TRUE(RewrapShards(keys, left, &source, {&target, 1}, {&random, &nonces}).ok());
  EXPECT_EQ(nonces.fresh, nonces.sealed);
}

}  // namespace
}  // namespace shadw::shard
