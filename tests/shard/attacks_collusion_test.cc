// SPDX-License-Identifier: Apache-2.0
//
// Attacks by people who hold a key: auditors and readers who work with nodes, repair
// agents, the uploader himself.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "libshadw/crypto/kdf.h"
#include "libshadw/shard/capability.h"
#include "libshadw/shard/segment_check.h"
#include "tests/shard/forging.h"

namespace shadw::shard {
namespace {

using Kind = CellFault::Kind;

class Attack42 {
 public:
  explicit Attack42(uint8_t flags = 0, erasure::Code code = {4, 2}) {
    plain = RandomBytes(size_t{4080} * code.data_shards * 2 - 50, 1);
    shards = SealSegment(keys, plain, {.code = code, .flags = flags});
    headers = OpenAll(keys, shards);
  }

  SegmentReport Check(const ObjectKeys& with) const {
    const std::vector<Header> seen = OpenAll(with, shards, OpenTo::kVerify);
    MemoryCells source(shards, kSmallCellBytes);
    return CheckSegment(with, seen, &source).value();
  }
  SegmentReport CheckAsAgent() const {
    return Check(ObjectKeys::ForRepairer(keys.id(), *keys.verify_key(), *keys.delete_key(),
                                         *keys.match_key()));
  }
  SegmentReport CheckAsAuditor() const {
    return Check(ObjectKeys::ForAuditor(keys.id(), keys.audit_key()));
  }

  // Whatever is lost besides: the right bytes or an error.
  void ExpectNeverAWrongByte() {
    const auto total = static_cast<uint16_t>(shards.size());
    for (uint32_t pattern = 0; pattern < (1u << total); ++pattern) {
      std::vector<Header> left;
      for (const Header& header : OpenAll(keys, shards)) {
        if ((pattern >> header.audit.index & 1) != 0) left.push_back(header);
      }
      const ReadResult result = ReadSegment(keys, shards, left);
      if (result.status.ok()) {
        ASSERT_EQ(result.bytes, plain) << pattern;
      } else {
        ASSERT_TRUE(
            std::ranges::equal(result.bytes, base::ByteSpan(plain).first(result.bytes.size())));
      }
    }
  }

  ObjectKeys keys = TestKeys();
  base::Bytes plain;
  Shards shards;
  std::vector<Header> headers;
};

TEST(Attack, AReaderForgingASegmentOfABoundObject) {
  for (uint16_t liar = 0; liar < 4; ++liar) {
    Attack42 attack(kFlagBound);
    ForgeChunk(attack.keys, attack.shards[liar], 1, base::Bytes(4080, 'X'));
    const ReadResult result = ReadSegment(attack.keys, attack.shards);
    ASSERT_TRUE(result.status.ok()) << result.status;
    EXPECT_EQ(result.bytes, attack.plain);
    EXPECT_EQ(result.faults, (std::vector<CellFault>{{liar, 1, Kind::kForged}}));
  }
}

TEST(Attack, AReaderForgingParityOfABoundObject) {
  Attack42 attack(kFlagBound);
  ForgeInnerCell(attack.keys, attack.shards[4], 0, RandomBytes(4096, 3));
  attack.shards[1].clear();
  const ReadResult result = ReadSegment(attack.keys, attack.shards);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.bytes, attack.plain);
  EXPECT_EQ(result.faults, (std::vector<CellFault>{{4, 0, Kind::kForged}}));
}

TEST(Attack, AReaderForgingTooManyShardsOfABoundObjectIsRefused) {
  Attack42 attack(kFlagBound);
  for (uint16_t liar : {0, 2, 3}) {
    ForgeChunk(attack.keys, attack.shards[liar], 0, base::Bytes(4080, 'X'));
  }
  const ReadResult result = ReadSegment(attack.keys, attack.shards);
  EXPECT_EQ(result.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(result.bytes.empty());
}

TEST(Attack, AReaderForgingABoundObjectNeverGetsAWrongByteOut) {
  Attack42 attack(kFlagBound);
  ForgeChunk(attack.keys, attack.shards[0], 1, base::Bytes(4080, 'X'));
  WrapCell(attack.keys, attack.headers[2], attack.shards[2], 0, RandomBytes(4096, 9));
  attack.ExpectNeverAWrongByte();
}

TEST(Attack, AReaderForgingTheHighestShardsOfAWideBoundObject) {
  const erasure::Code code{100, 30};
  const ObjectKeys keys = TestKeys();
  const base::Bytes plain = RandomBytes(4080 * 100, 1);
  Shards shards = SealSegment(keys, plain, {.code = code, .max_stripes = 1, .flags = kFlagBound});
  for (uint16_t liar : {97, 98}) ForgeChunk(keys, shards[liar], 0, base::Bytes(4080, 'X'));
  const ReadResult result = ReadSegment(keys, shards);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.bytes, plain);
  EXPECT_EQ(result.faults,
            (std::vector<CellFault>{{97, 0, Kind::kForged}, {98, 0, Kind::kForged}}));
}

// Why sharing a read capability of an object that is not bound comes with a warning.
TEST(Attack, AReaderForgingASegmentSucceedsWhereItIsNotBound) {
  Attack42 attack;
  ForgeChunk(attack.keys, attack.shards[0], 0, base::Bytes(4080, 'X'));
  const ReadResult result = ReadSegment(attack.keys, attack.shards);
  ASSERT_TRUE(result.status.ok());
  EXPECT_EQ(result.bytes[0], 'X');
}

TEST(Attack, AnAuditorAndANodeForgingCellsTogether) {
  for (const uint8_t flags : {uint8_t{0}, uint8_t{kFlagBound}}) {
    for (uint16_t liar = 0; liar < 6; ++liar) {
      Attack42 attack(flags);
      WrapCell(attack.keys, attack.headers[liar], attack.shards[liar], 1, RandomBytes(4096, 7));
      const ReadResult result = ReadSegment(attack.keys, attack.shards);
      ASSERT_TRUE(result.status.ok()) << result.status;
      EXPECT_EQ(result.bytes, attack.plain);
      if (liar < 4) {
        EXPECT_EQ(result.faults, (std::vector<CellFault>{{liar, 1, Kind::kForged}}));
      }
      // The body MAC tells the agent which shard, the stripe which cell.
      const SegmentReport report = attack.CheckAsAgent();
      for (const ShardReport& shard : report.shards) EXPECT_EQ(shard.whole(), shard.index != liar);
      EXPECT_EQ(report.shards[liar].body_mac_holds, false);
      EXPECT_EQ(report.faults, (std::vector<CellFault>{{liar, 1, Kind::kForged}}));
      EXPECT_TRUE(report.contradictory_stripes.empty());
    }
  }
}

TEST(Attack, AnAuditorAndANodeForgingAParityCellThatIsNeeded) {
  Attack42 attack;
  attack.shards[0].clear();
  WrapCell(attack.keys, attack.headers[4], attack.shards[4], 0, RandomBytes(4096, 7));
  const ReadResult result = ReadSegment(attack.keys, attack.shards);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.bytes, attack.plain);
  EXPECT_EQ(result.faults, (std::vector<CellFault>{{4, 0, Kind::kForged}}));
}

TEST(Attack, AForgedCellCostsEveryCellOfItsStripeOnceAtMost) {
  Attack42 attack;
  for (uint16_t liar : {0, 3}) {
    WrapCell(attack.keys, attack.headers[liar], attack.shards[liar], 0, RandomBytes(4096, liar));
  }
  MemoryCells source(attack.shards, kSmallCellBytes);
  const ReadResult result = ReadRange(attack.keys, attack.headers, source, 0, attack.plain.size());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.bytes, attack.plain);
  for (const auto& [cell, times] : source.fetched()) {
    EXPECT_EQ(times, 1) << "shard " << cell.first << " cell " << cell.second;
  }
}

TEST(Attack, AnAuditorAndTwoNodesForgingTooMuchIsDataLoss) {
  Attack42 attack;
  attack.shards[0].clear();
  WrapCell(attack.keys, attack.headers[4], attack.shards[4], 0, RandomBytes(4096, 7));
  WrapCell(attack.keys, attack.headers[5], attack.shards[5], 0, RandomBytes(4096, 8));
  const ReadResult result = ReadSegment(attack.keys, attack.shards);
  EXPECT_EQ(result.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(result.bytes.empty());
}

// More choices of cells than a reader tries: the body MACs tell.
TEST(Attack, AnAuditorAndFourOfFourteenNodesForgingOneStripe) {
  const erasure::Code code{10, 4};
  const ObjectKeys keys = TestKeys();
  const base::Bytes plain = RandomBytes(4080 * 30, 1);
  for (const uint8_t flags : {uint8_t{0}, uint8_t{kFlagBound}}) {
    const Shards sealed =
        SealSegment(keys, plain, {.code = code, .max_stripes = 4, .flags = flags});
    for (const std::vector<uint16_t>& liars :
         {std::vector<uint16_t>{1, 4, 8, 12}, {0, 5, 9, 13}, {2, 3, 7, 9}, {3, 6, 10, 11}}) {
      Shards shards = sealed;
      const std::vector<Header> headers = OpenAll(keys, shards);
      for (uint16_t liar : liars) {
        WrapCell(keys, headers[liar], shards[liar], 1, RandomBytes(4096, liar));
      }
      const ReadResult result = ReadSegment(keys, shards);
      ASSERT_TRUE(result.status.ok()) << result.status;
      EXPECT_EQ(result.bytes, plain);
    }
  }
}

TEST(Attack, AnAuditorAndNodesForgingCellsNeverGetAWrongByteOut) {
  Attack42 attack;
  WrapCell(attack.keys, attack.headers[1], attack.shards[1], 0, RandomBytes(4096, 7));
  WrapCell(attack.keys, attack.headers[5], attack.shards[5], 1, RandomBytes(4096, 8));
  attack.ExpectNeverAWrongByte();
}

// Two forged cells that agree with three honest ones look like a majority of five; the
// body MACs tell who they are.
TEST(Attack, AuditorsWhoAreTheMajorityBlameAnHonestShard) {
  Attack42 attack;
  Shards& shards = attack.shards;
  std::vector<base::Bytes> cells;
  for (uint16_t j = 0; j < 6; ++j) {
    cells.push_back(UnwrapCell(attack.keys, attack.headers[j], shards[j], 0));
  }
  // Shard 0 is forged freely; shard 4 is what 0 to 3 then give. Shard 5 stays honest.
  cells[0] = RandomBytes(4096, 7);
  const auto coder = erasure::ReedSolomon::Create(erasure::Code{4, 2}).value();
  const erasure::ReedSolomon::Present from[] = {
      {0, cells[0]}, {1, cells[1]}, {2, cells[2]}, {3, cells[3]}};
  const erasure::ReedSolomon::Wanted to[] = {{4, cells[4]}};
  ASSERT_TRUE(coder.Reconstruct(from, to).ok());
  WrapCell(attack.keys, attack.headers[0], shards[0], 0, cells[0]);
  WrapCell(attack.keys, attack.headers[4], shards[4], 0, cells[4]);
  const SegmentReport report = attack.CheckAsAgent();
  EXPECT_EQ(report.faults, (std::vector<CellFault>{{0, 0, Kind::kForged}, {4, 0, Kind::kForged}}));
  EXPECT_TRUE(report.shards[5].whole());
  EXPECT_EQ(ReadSegment(attack.keys, shards).bytes, attack.plain);
}

// The difference at `b` that undoes the difference `a_difference` at `a` when `column`
// is decoded from `from`.
base::Bytes Cancelling(const erasure::Code& code, std::vector<uint16_t> from, uint16_t a,
                       base::ByteSpan a_difference, uint16_t b, uint16_t column) {
  const auto coder = erasure::ReedSolomon::Create(code).value();
  const auto effect = [&](uint16_t at, base::ByteSpan difference) {
    const base::Bytes zero(difference.size());
    base::Bytes out(difference.size());
    std::vector<erasure::ReedSolomon::Present> present;
    for (uint16_t j : from) present.push_back({j, j == at ? difference : base::ByteSpan(zero)});
    const erasure::ReedSolomon::Wanted wanted{column, out};
    EXPECT_TRUE(coder.Reconstruct(present, {&wanted, 1}).ok());
    return out;
  };
  base::Bytes every(256);
  for (int i = 0; i < 256; ++i) every[i] = static_cast<uint8_t>(i);
  const base::Bytes products = effect(b, every);
  base::Bytes result(a_difference.size());
  const base::Bytes target = effect(a, a_difference);
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<uint8_t>(std::ranges::find(products, target[i]) - products.begin());
  }
  return result;
}

// Two forged cells cancel out in the column that the reader needs, so that it opens
// from a choice with both of them in it. Nobody honest may be named for that.
TEST(Attack, ForgedCellsThatCancelOutBlameAnHonestShard) {
  const erasure::Code code{4, 4};
  Attack42 attack(0, code);
  const base::Bytes difference(4096, 0x5a);
  const base::Bytes answer = Cancelling(code, {1, 2, 3, 4}, 1, difference, 2, 0);
  const auto shift = [&](uint16_t j, base::ByteSpan by) {
    base::Bytes cell = UnwrapCell(attack.keys, attack.headers[j], attack.shards[j], 0);
    for (size_t i = 0; i < cell.size(); ++i) cell[i] ^= by[i];
    WrapCell(attack.keys, attack.headers[j], attack.shards[j], 0, cell);
  };
  shift(0, RandomBytes(4096, 3));
  shift(1, difference);
  shift(2, answer);
  const ReadResult result = ReadSegment(attack.keys, attack.shards);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.bytes, attack.plain);
  EXPECT_EQ(result.faults,
            (std::vector<CellFault>{
                {0, 0, Kind::kForged}, {1, 0, Kind::kForged}, {2, 0, Kind::kForged}}));
}

TEST(Attack, AnUploaderWhoseShardsDisagree) {
  Attack42 attack;
  ForgeInnerCell(attack.keys, attack.shards[4], 0, RandomBytes(4096, 5));
  attack.ExpectNeverAWrongByte();
  const SegmentReport report = attack.CheckAsAgent();
  EXPECT_EQ(report.faults, (std::vector<CellFault>{{4, 0, Kind::kForged}}));
  for (const ShardReport& shard : report.shards) EXPECT_EQ(shard.body_mac_holds, true);
  // Both parity shards: the check sees that something is wrong, not who.
  ForgeInnerCell(attack.keys, attack.shards[5], 0, RandomBytes(4096, 6));
  attack.ExpectNeverAWrongByte();
  EXPECT_EQ(attack.CheckAsAgent().contradictory_stripes, std::vector<uint32_t>{0});
  EXPECT_EQ(attack.CheckAsAuditor().contradictory_stripes, std::vector<uint32_t>{0});
}

// x * y in GF(2^8) with the polynomial 0x11d.
uint8_t Multiply(uint8_t x, uint8_t y) {
  unsigned product = 0;
  for (unsigned a = x, b = y; b != 0; b >>= 1, a = a << 1 ^ ((a & 0x80) != 0 ? 0x11d : 0)) {
    if ((b & 1) != 0) product ^= a;
  }
  return static_cast<uint8_t>(product);
}

// Parity row i of the Vandermonde family (ISA-L's gf_gen_rs_matrix): powers of 2^i.
base::Bytes VandermondeParity(const std::vector<base::Bytes>& data, int row) {
  base::Bytes parity(data[0].size());
  uint8_t step = 1;
  for (int i = 0; i < row; ++i) step = Multiply(step, 2);
  uint8_t coefficient = 1;
  for (const base::Bytes& cell : data) {
    for (size_t i = 0; i < cell.size(); ++i) parity[i] ^= Multiply(coefficient, cell[i]);
    coefficient = Multiply(coefficient, step);
  }
  return parity;
}

TEST(Attack, WrongMatrixFamily) {
  Attack42 attack(0, {4, 3});
  for (uint32_t cell = 0; cell < 2; ++cell) {
    std::vector<base::Bytes> data;
    for (uint16_t j = 0; j < 4; ++j) {
      data.push_back(UnwrapCell(attack.keys, attack.headers[j], attack.shards[j], cell));
    }
    for (int row = 0; row < 3; ++row) {
      ForgeInnerCell(attack.keys, attack.shards[4 + row], cell, VandermondeParity(data, row));
    }
  }
  const SegmentReport report = attack.CheckAsAgent();
  EXPECT_FALSE(report.contradictory_stripes.empty() && report.faults.empty());
  EXPECT_EQ(attack.CheckAsAuditor().contradictory_stripes, (std::vector<uint32_t>{0, 1}));
  attack.ExpectNeverAWrongByte();
}

TEST(Attack, AReaderOrAuditorTryingToDelete) {
  const ObjectKeys writer = TestKeys();
  const Shards shards = SealSegment(writer, RandomBytes(9'000, 1), {.code = {2, 1}});
  const ShardAddress address = OpenHeader(shards[0], writer, OpenTo::kAudit)->audit.address();
  const StorageId id = writer.ShardStorageId(address);
  const DeleteToken token = writer.TokenFor(address.node, id);
  const base::ByteArray<4> generation{};
  for (const Right right : {Right::kRead, Right::kAudit}) {
    const ObjectKeys keys = DecodeCapability(EncodeCapability(writer, right).value()).value();
    EXPECT_FALSE(keys.may_repair());
    EXPECT_EQ(keys.delete_key(), nullptr);
    EXPECT_EQ(EncodeCapability(keys, Right::kVerify).status().code(),
              absl::StatusCode::kPermissionDenied);
    // The place he can compute; the token not, from no key that he holds.
    EXPECT_EQ(keys.ShardStorageId(address), id);
    for (const crypto::SecretKey* held :
         {keys.read_key(), keys.verify_key(), &keys.audit_key(), &keys.locate_key()}) {
      if (held == nullptr) continue;
      for (const crypto::SecretKey& guess : {held->Clone(), crypto::Kdf(*held, "delete"),
                                             crypto::Kdf(*held, "delete", {generation})}) {
        const ObjectKeys pretender =
            ObjectKeys::ForRepairer(writer.id(), *held, guess, TestVault().match_key());
        EXPECT_NE(pretender.TokenFor(address.node, id), token);
      }
    }
  }
}

}  // namespace
}  // namespace shadw::shard
