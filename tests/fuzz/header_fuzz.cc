// SPDX-License-Identifier: Apache-2.0
//
// Hostile headers: noise; boxes that open but hold noise; and boxes whose fields are
// lies, truly signed. Whatever opens is legal, and a segment read, checked and repaired
// by it neither crashes nor gives a byte that was not sealed.
#include <algorithm>
#include <cstdlib>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/random.h"
#include "libshadw/crypto/xchacha20_poly1305.h"
#include "libshadw/shard/rewrap.h"
#include "libshadw/shard/segment_check.h"
#include "libshadw/shard/segment_reader.h"

namespace shadw::shard {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

const ObjectKeys& Keys() {
  static const ObjectKeys keys =
      VaultKeys::FromVaultKey(crypto::SecretKey::Zeroed()).ForName("n", 0);
  return keys;
}

// Nothing that it hands out was sealed.
class Noise : public CellSource {
 public:
  absl::StatusOr<base::ByteSpan> Fetch(uint16_t index, uint32_t first, uint32_t,
                                       base::MutableByteSpan scratch) override {
    std::ranges::fill(scratch, static_cast<uint8_t>(index + first));
    return scratch.first(scratch.size() - (index % 2) * (scratch.size() / 3));
  }
};

void Use(const Header& header) {
  const AuditBox& audit = header.audit;
  Require(audit.data_shards >= 1 && audit.data_shards <= audit.total_shards);
  Require(audit.total_shards <= 255);
  const bool bare = audit.has(kFlagHead) || audit.has(kFlagIntent);
  Require(bare == (audit.segment == kHeadSegment));
  if (!bare) Require(audit.index < audit.total_shards && audit.cells <= kMaxCells);
  if (header.read) DecodeMetadata(header.read->metadata).IgnoreError();
  Noise noise;
  CheckSegment(Keys(), {&header, 1}, &noise).IgnoreError();
  crypto::SeededRandom random(1);
  const RewrapTarget target{.index = audit.index};
  RewrapShards(Keys(), {&header, 1}, &noise, {&target, 1}, {&random}).IgnoreError();
  if (!header.read) return;
  std::vector<Header> all(std::min<size_t>(audit.data_shards, 4), header);
  for (size_t j = 0; j < all.size(); ++j) all[j].audit.index = static_cast<uint16_t>(j);
  auto reader = SegmentReader::Create(Keys(), all, &noise);
  if (!reader.ok()) return;
  uint64_t bytes = 0;
  const auto sink = [&bytes](base::ByteSpan plain) {
    bytes += plain.size();
    return absl::OkStatus();
  };
  reader->Read(0, reader->plain_bytes(), sink).IgnoreError();
  reader->Read(reader->plain_bytes() / 2, 1, sink).IgnoreError();
  Require(bytes == 0);
}

void Open(base::ByteSpan bytes) {
  for (const OpenTo depth : {OpenTo::kAudit, OpenTo::kVerify, OpenTo::kRead}) {
    const absl::StatusOr<Header> header = OpenHeader(bytes, Keys(), depth);
    if (header.ok()) {
      Use(*header);
    } else {
      Require(header.status().code() == absl::StatusCode::kDataLoss ||
              header.status().code() == absl::StatusCode::kUnimplemented);
    }
  }
}

// Box A holds whatever the input says.
void OpenNoiseInBoxA(base::ByteReader& in) {
  base::ByteArray<kHeaderBytes> header{};
  const HeaderNonce nonce{7};
  std::ranges::copy(nonce, header.begin());
  std::ranges::copy(crypto::Blake2b256(Keys().audit_key().bytes(), {nonce, base::AsBytes("A")}),
                    header.begin() + 72);
  base::ByteArray<904> plain{};
  const base::ByteSpan rest = in.View(std::min(in.remaining(), plain.size()));
  std::ranges::copy(rest, plain.begin());
  base::ByteWriter associated_data;
  associated_data.Raw(base::ByteSpan(header).first(104)).Raw(Keys().id());
  crypto::XChaCha20Poly1305Seal(Keys().audit_key().bytes(), nonce, associated_data.bytes(), plain,
                                base::MutableByteSpan(header).subspan(104));
  Open(header);
}

AuditBox ReadAudit(base::ByteReader& in) {
  AuditBox audit{.flags = in.U8(), .generation = in.U32(), .sequence = in.U64()};
  in.Raw(audit.version);
  audit.segment = in.U32();
  audit.segment_count = in.U32();
  audit.data_shards = in.U16();
  audit.total_shards = in.U16();
  audit.index = in.U16();
  audit.copy = in.U16();
  const uint32_t cell = in.U32();
  audit.cell_bytes = cell % 3 == 0 ? cell : (cell % 3 == 1 ? kSmallCellBytes : kCellBytes);
  const uint32_t cells = in.U32();
  audit.cells = cells % 2 == 0 ? cells : 1u << cells / 2 % 9;
  audit.epoch = in.U32();
  audit.time_ns = static_cast<int64_t>(in.U64());
  in.Raw(audit.node);
  return audit;
}

// Every field as the input says, every signature and commitment true.
void OpenLies(base::ByteReader& in) {
  const AuditBox audit = ReadAudit(in);
  VerifyBox verify{.sealed_bytes = in.U64(), .attempt = in.U32()};
  if (verify.sealed_bytes % 2 == 1) verify.sealed_bytes = (verify.sealed_bytes / 2) % 1024 * 4096;
  crypto::SeededRandom random(1);
  const SealContext context{&random};
  ReadBox read{.content_key = std::make_shared<const crypto::SecretKey>(
                   crypto::SecretKey::CopyOf(random.Array<32>())),
               .object_bytes = in.U64(),
               .plain_bytes = in.U64(),
               .codec = in.U8(),
               .metadata_bytes = in.U16()};
  if (read.plain_bytes % 2 == 1 && audit.cell_bytes > kTagBytes) {
    read.plain_bytes = verify.sealed_bytes / audit.cell_bytes * (audit.cell_bytes - kTagBytes);
  }
  read.metadata = base::ToBytes(in.View(std::min(in.remaining(), kInlineMetadataBytes)));
  const SealedReadBox sealed =
      SealReadBox(Keys(), audit.version, audit.segment, read, context).value();
  const crypto::Ed25519Signer signer(crypto::Kdf(*Keys().write_key(), "sign").bytes());
  verify.public_key = signer.public_key();
  verify.cek_commitment = CommitToContentKey(read, Keys().id(), audit.version, audit.segment);
  verify.read_box_hash = crypto::Blake2b256({}, {sealed});
  verify.signature = signer.Sign(SignedMessage(Keys().id(), audit, verify));
  Open(SealHeader(Keys(), random.Array<24>(), audit, verify, sealed, context));
}

}  // namespace
}  // namespace shadw::shard

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::base::ByteReader in({data, size});
  switch (in.U8() % 3) {
    case 0:
      shadw::shard::Open(in.View(in.remaining()));
      break;
    case 1:
      shadw::shard::OpenNoiseInBoxA(in);
      break;
    default:
      shadw::shard::OpenLies(in);
  }
  return 0;
}
