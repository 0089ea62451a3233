// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/header.h"

#include <gtest/gtest.h>

#include <functional>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/kdf.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

class HeaderTest : public testing::Test {
 protected:
  HeaderTest() {
    shards_ = SealSegment(keys_, RandomBytes(20'000, 1),
                          {.code = {3, 2}, .metadata = RandomBytes(369, 2)});
    bytes_.assign(shards_[4].begin(), shards_[4].begin() + kHeaderBytes);
  }

  ObjectKeys keys_ = TestKeys();
  Shards shards_;
  base::Bytes bytes_;
};

TEST_F(HeaderTest, TellsWhatWasSealed) {
  const Header header = OpenHeader(bytes_, keys_, OpenTo::kRead).value();
  EXPECT_EQ(header.audit.data_shards, 3);
  EXPECT_EQ(header.audit.total_shards, 5);
  EXPECT_EQ(header.audit.index, 4);
  EXPECT_EQ(header.audit.cell_bytes, 4096u);
  EXPECT_EQ(header.audit.cells, 2u);
  EXPECT_EQ(header.audit.epoch, 7u);
  EXPECT_EQ(header.audit.node, TestNode(4));
  EXPECT_EQ(header.audit.version, TestVersion(1));
  EXPECT_EQ(header.verify->sealed_bytes, 5 * 4096u);
  EXPECT_EQ(header.read->object_bytes, 20'000u);
  EXPECT_EQ(header.read->plain_bytes, 20'000u);
  EXPECT_EQ(header.read->metadata, RandomBytes(369, 2));
  EXPECT_EQ(header.header_hash, crypto::Sha256(bytes_));
}

TEST_F(HeaderTest, OpensAsFarAsAskedAndAsTheKeysReach) {
  const ObjectKeys auditor = ObjectKeys::ForAuditor(keys_.id(), keys_.audit_key());
  const ObjectKeys reader = ObjectKeys::ForReader(keys_.id(), *keys_.read_key());
  EXPECT_FALSE(OpenHeader(bytes_, keys_, OpenTo::kAudit)->verify);
  EXPECT_FALSE(OpenHeader(bytes_, keys_, OpenTo::kVerify)->read);
  EXPECT_FALSE(OpenHeader(bytes_, auditor, OpenTo::kRead)->verify);
  EXPECT_TRUE(OpenHeader(bytes_, reader, OpenTo::kRead)->read);
}

TEST_F(HeaderTest, EveryBitFlipIsRefusedWithOneText) {
  const absl::Status expected = AuthenticationError();
  for (const OpenTo depth : {OpenTo::kAudit, OpenTo::kRead}) {
    for (size_t bit = 0; bit < 8 * kHeaderBytes; ++bit) {
      bytes_[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      ASSERT_EQ(OpenHeader(bytes_, keys_, depth).status(), expected) << bit;
      bytes_[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    }
  }
  EXPECT_TRUE(OpenHeader(bytes_, keys_, OpenTo::kRead).ok());
}

TEST_F(HeaderTest, EveryTruncationIsRefusedWithOneText) {
  for (size_t size = 0; size < kHeaderBytes; ++size) {
    ASSERT_EQ(OpenHeader(base::ByteSpan(bytes_).first(size), keys_, OpenTo::kRead).status(),
              AuthenticationError());
    ASSERT_FALSE(RecogniseHeader(base::ByteSpan(bytes_).first(size), *keys_.match_key()));
  }
}

TEST_F(HeaderTest, MetadataOver369BytesDoesNotFit) {
  crypto::SeededRandom random(1);
  EXPECT_EQ(SealReadBox(keys_, TestVersion(1), 0, {.metadata = base::Bytes(370)}, {&random})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HeaderTest, IsRecognisedByItsVaultAndByNoOther) {
  EXPECT_EQ(RecogniseHeader(bytes_, TestVault().match_key()), keys_.id());
  EXPECT_FALSE(RecogniseHeader(bytes_, TestVault(2).match_key()));
}

TEST_F(HeaderTest, CommitsToItsAuditKeyAndToNoOther) {
  EXPECT_TRUE(CommitsTo(bytes_, keys_.audit_key()));
  EXPECT_FALSE(CommitsTo(bytes_, TestKeys("other").audit_key()));
  EXPECT_FALSE(CommitsTo(bytes_, TestKeys("object", 1).audit_key()));
  EXPECT_FALSE(CommitsTo(base::ByteSpan(bytes_).first(103), keys_.audit_key()));
}

TEST_F(HeaderTest, ASignatureThatIsRememberedIsNotTakenForAnother) {
  HeaderMemo memo;
  ASSERT_TRUE(OpenHeader(bytes_, keys_, OpenTo::kRead, &memo).ok());
  const Header good = OpenHeader(bytes_, keys_, OpenTo::kRead, &memo).value();
  crypto::SeededRandom random(1);
  VerifyBox unsigned_box = *good.verify;
  unsigned_box.attempt += 1;  // covered by the signature
  const auto forged =
      SealHeader(keys_, random.Array<24>(), good.audit, unsigned_box, good.sealed_read, {&random});
  EXPECT_EQ(OpenHeader(forged, keys_, OpenTo::kVerify, &memo).status(), AuthenticationError());
}

// What whoever holds the keys can write into a header, lies included.
class LyingHeader : public HeaderTest {
 protected:
  // Seals the header again after `lie` changed its fields, with a true signature.
  absl::Status OpenAfter(OpenTo depth, const std::function<void(Header&)>& lie) {
    Header header = OpenHeader(bytes_, keys_, OpenTo::kRead).value();
    lie(header);
    const crypto::Ed25519Signer signer(crypto::Kdf(*keys_.write_key(), "sign").bytes());
    crypto::SeededRandom random(5);
    const SealContext context{&random};
    if (header.read) {
      header.sealed_read =
          SealReadBox(keys_, header.audit.version, header.audit.segment, *header.read, context)
              .value();
    }
    header.verify->read_box_hash = crypto::Blake2b256({}, {header.sealed_read});
    header.verify->signature = signer.Sign(SignedMessage(keys_.id(), header.audit, *header.verify));
    const auto sealed = SealHeader(keys_, random.Array<24>(), header.audit, *header.verify,
                                   header.sealed_read, context);
    return OpenHeader(sealed, keys_, depth).status();
  }

  void ExpectAuditLie(const std::function<void(AuditBox&)>& lie) {
    for (const OpenTo depth : {OpenTo::kAudit, OpenTo::kVerify, OpenTo::kRead}) {
      EXPECT_EQ(OpenAfter(depth, [&](Header& header) { lie(header.audit); }).code(),
                absl::StatusCode::kDataLoss);
    }
  }
};

TEST_F(LyingHeader, TheTruthStillOpens) {
  EXPECT_TRUE(OpenAfter(OpenTo::kRead, [](Header&) {}).ok());
}

TEST_F(LyingHeader, HeaderParsingRefusesKZeroNUnderKJBeyondNAndCZero) {
  ExpectAuditLie([](AuditBox& a) { a.data_shards = 0; });
  ExpectAuditLie([](AuditBox& a) { a.total_shards = 2; });
  ExpectAuditLie([](AuditBox& a) { a.total_shards = 0; });
  ExpectAuditLie([](AuditBox& a) { a.total_shards = 256; });
  ExpectAuditLie([](AuditBox& a) { a.total_shards = 65535; });
  ExpectAuditLie([](AuditBox& a) { a.index = 5; });
  ExpectAuditLie([](AuditBox& a) { a.index = 65535; });
  ExpectAuditLie([](AuditBox& a) { a.cell_bytes = 0; });
  ExpectAuditLie([](AuditBox& a) { a.cell_bytes = 16; });
  ExpectAuditLie([](AuditBox& a) { a.cell_bytes = 65536; });
  ExpectAuditLie([](AuditBox& a) { a.cell_bytes = UINT32_MAX; });
  ExpectAuditLie([](AuditBox& a) { a.cells = 0; });
  ExpectAuditLie([](AuditBox& a) { a.cells = 3; });
  ExpectAuditLie([](AuditBox& a) { a.cells = 256; });
  ExpectAuditLie([](AuditBox& a) { a.cells = 1u << 31; });
}

TEST_F(LyingHeader, BareHeadersAndSegmentsAreNotTakenForEachOther) {
  ExpectAuditLie([](AuditBox& a) { a.segment = kHeadSegment; });
  ExpectAuditLie([](AuditBox& a) { a.flags |= kFlagHead; });
  ExpectAuditLie([](AuditBox& a) { a.flags |= kFlagIntent; });
  ExpectAuditLie([](AuditBox& a) { a.flags |= kFlagHead | kFlagIntent; });
  ExpectAuditLie([](AuditBox& a) {
    a.flags |= kFlagHead;
    a.segment = kHeadSegment;  // but it has cells
  });
  ExpectAuditLie([](AuditBox& a) {
    a.segment = 7;
    a.segment_count = 7;
  });
}

TEST_F(LyingHeader, SealedLengthsThatOverflowOrDoNotFitAreRefused) {
  for (const uint64_t sealed :
       {uint64_t{0}, uint64_t{1}, uint64_t{4095}, uint64_t{4097}, uint64_t{3 * 4096},
        uint64_t{7 * 4096}, uint64_t{1} << 32, uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 4095,
        (UINT64_MAX / 4096) * 4096, (uint64_t{1} << 52) * 4095}) {
    for (const OpenTo depth : {OpenTo::kVerify, OpenTo::kRead}) {
      EXPECT_EQ(OpenAfter(depth, [&](Header& h) { h.verify->sealed_bytes = sealed; }).code(),
                absl::StatusCode::kDataLoss)
          << sealed;
    }
  }
}

TEST_F(LyingHeader, PlainLengthsThatTheChunksContradictAreRefused) {
  for (const uint64_t plain : {uint64_t{0}, uint64_t{1}, uint64_t{4 * 4080}, uint64_t{5 * 4080 + 1},
                               uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 4079}) {
    EXPECT_EQ(OpenAfter(OpenTo::kRead, [&](Header& h) { h.read->plain_bytes = plain; }).code(),
              absl::StatusCode::kDataLoss)
        << plain;
  }
  EXPECT_TRUE(OpenAfter(OpenTo::kRead, [](Header& h) { h.read->plain_bytes = 5 * 4080; }).ok());
}

TEST_F(LyingHeader, MetadataLongerThanItsRoomIsRefused) {
  for (const uint16_t bytes : {370, 1000, 65535}) {
    EXPECT_EQ(OpenAfter(OpenTo::kRead, [&](Header& h) { h.read->metadata_bytes = bytes; }).code(),
              absl::StatusCode::kDataLoss);
  }
}

TEST_F(LyingHeader, AContentKeyOtherThanTheCommittedOneIsRefused) {
  const absl::Status status = OpenAfter(OpenTo::kRead, [](Header& h) {
    h.read->content_key =
        std::make_shared<const crypto::SecretKey>(crypto::SecretKey::CopyOf(TestNode(1)));
  });
  EXPECT_EQ(status, AuthenticationError());
}

TEST_F(LyingHeader, AnUnknownCodecIsRefusedByName) {
  EXPECT_EQ(OpenAfter(OpenTo::kRead, [](Header& h) { h.read->codec = 2; }).code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(LyingHeader, AnotherWritersSignatureIsRefused) {
  const Header header = OpenHeader(bytes_, keys_, OpenTo::kRead).value();
  crypto::SeededRandom random(5);
  const crypto::Ed25519Signer stranger(TestNode(3));
  VerifyBox box = *header.verify;
  box.public_key = stranger.public_key();
  box.signature = stranger.Sign(SignedMessage(keys_.id(), header.audit, box));
  const auto sealed =
      SealHeader(keys_, random.Array<24>(), header.audit, box, header.sealed_read, {&random});
  EXPECT_EQ(OpenHeader(sealed, keys_, OpenTo::kVerify).status(), AuthenticationError());
}

// Everything that the writer vouches for, changed by an agent who cannot sign.
TEST_F(LyingHeader, AnAgentCannotChangeWhatTheWriterSigned) {
  const Header header = OpenHeader(bytes_, keys_, OpenTo::kRead).value();
  const std::vector<std::function<void(AuditBox&, VerifyBox&)>> changes = {
      [](AuditBox& a, VerifyBox&) { a.flags ^= kFlagLast; },
      [](AuditBox& a, VerifyBox&) { a.flags ^= kFlagBound; },
      [](AuditBox& a, VerifyBox&) { a.generation ^= 1; },
      [](AuditBox& a, VerifyBox&) { a.sequence ^= 1; },
      [](AuditBox& a, VerifyBox&) { a.version[0] ^= 1; },
      [](AuditBox& a, VerifyBox&) { a.segment ^= 1; },
      [](AuditBox& a, VerifyBox&) { a.total_shards = 6; },
      [](AuditBox& a, VerifyBox&) { a.data_shards = 4; },
      [](AuditBox& a, VerifyBox&) { a.cell_bytes = kCellBytes; },
      [](AuditBox&, VerifyBox& v) { v.sealed_bytes += 4096; },
      [](AuditBox&, VerifyBox& v) { v.cek_commitment[0] ^= 1; },
      [](AuditBox&, VerifyBox& v) { v.content_root[0] ^= 1; },
      [](AuditBox&, VerifyBox& v) { v.read_box_hash[0] ^= 1; },
      [](AuditBox&, VerifyBox& v) { v.signature[0] ^= 1; },
      [](AuditBox&, VerifyBox& v) { v.public_key[0] ^= 1; },
      [](AuditBox&, VerifyBox& v) { v.attempt ^= 1; }};
  crypto::SeededRandom random(5);
  for (size_t i = 0; i < changes.size(); ++i) {
    AuditBox audit = header.audit;
    VerifyBox verify = *header.verify;
    changes[i](audit, verify);
    const auto sealed =
        SealHeader(keys_, random.Array<24>(), audit, verify, header.sealed_read, {&random});
    EXPECT_EQ(OpenHeader(sealed, keys_, OpenTo::kVerify).status(), AuthenticationError()) << i;
  }
}

}  // namespace
}  // namespace shadw::shard
