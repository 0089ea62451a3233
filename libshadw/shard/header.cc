// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/header.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/xchacha20_poly1305.h"

namespace shadw::shard {
namespace {

constexpr size_t kNonceBytes = 24;
constexpr size_t kMatchAt = 24;
constexpr size_t kMaskedIdAt = 40;
constexpr size_t kCommitmentAt = 72;
constexpr size_t kBoxAt = 104;
constexpr size_t kAuditPlainBytes = 132;
constexpr size_t kVerifyPlainBytes = 232;
constexpr size_t kReadPlainBytes = kReadBoxBytes - kNonceBytes - kTagBytes;
constexpr size_t kVerifyBoxBytes = kVerifyPlainBytes + kReadBoxBytes + kTagBytes;
constexpr size_t kReadFixedBytes = kReadPlainBytes - kInlineMetadataBytes;
static_assert(kBoxAt + kAuditPlainBytes + kVerifyBoxBytes + kTagBytes == kHeaderBytes);
static_assert(kReadFixedBytes == 115);

void Observe(const SealContext& context, base::ByteSpan key, base::ByteSpan nonce) {
  if (context.observer != nullptr) context.observer->OnSeal(key, nonce);
}

base::ByteArray<16> MatchTag(const crypto::SecretKey& match_key, base::ByteSpan nonce) {
  return crypto::Blake2b128(match_key.bytes(), {nonce});
}

Hash IdMask(const crypto::SecretKey& match_key, base::ByteSpan nonce) {
  return crypto::Blake2b256(match_key.bytes(), {nonce, base::AsBytes("O")});
}

Hash Commitment(const crypto::SecretKey& audit_key, base::ByteSpan nonce) {
  return crypto::Blake2b256(audit_key.bytes(), {nonce, base::AsBytes("A")});
}

base::Bytes EncodeAudit(const AuditBox& box) {
  base::ByteWriter out;
  out.U8(kFormat).U8(kSuite).U8(kErasureCauchy).U8(box.flags);
  out.U32(box.generation).U64(box.sequence).Raw(box.version);
  out.U32(box.segment).U32(box.segment_count);
  out.U16(box.data_shards).U16(box.total_shards).U16(box.index).U16(box.copy);
  out.U32(box.cell_bytes).U32(box.cells).U32(box.epoch);
  out.U64(static_cast<uint64_t>(box.time_ns)).Raw(box.node).Raw(box.body_root);
  return std::move(out).Take();
}

absl::Status RefuseUnknown(std::string_view what, uint8_t got, uint8_t known) {
  return absl::UnimplementedError(
      absl::StrCat("shard: got ", std::string(what), " ", got, ", know ", known));
}

absl::StatusOr<AuditBox> DecodeAudit(base::ByteSpan plain) {
  base::ByteReader in(plain);
  const uint8_t format = in.U8();
  const uint8_t suite = in.U8();
  const uint8_t erasure = in.U8();
  if (format != kFormat) return RefuseUnknown("format", format, kFormat);
  if (suite != kSuite) return RefuseUnknown("suite", suite, kSuite);
  if (erasure != kErasureCauchy) return RefuseUnknown("erasure code", erasure, kErasureCauchy);
  AuditBox box;
  box.flags = in.U8();
  box.generation = in.U32();
  box.sequence = in.U64();
  in.Raw(box.version);
  box.segment = in.U32();
  box.segment_count = in.U32();
  box.data_shards = in.U16();
  box.total_shards = in.U16();
  box.index = in.U16();
  box.copy = in.U16();
  box.cell_bytes = in.U32();
  box.cells = in.U32();
  box.epoch = in.U32();
  box.time_ns = static_cast<int64_t>(in.U64());
  in.Raw(box.node);
  in.Raw(box.body_root);
  return box;
}

// An authenticated field may still be a lie: whoever held the key wrote it.
absl::Status CheckAudit(const AuditBox& box) {
  const auto refuse = [](std::string_view what, uint64_t got) {
    return absl::DataLossError(
        absl::StrCat("shard: header says ", std::string(what), " ", got, ", which is not legal"));
  };
  const bool bare = box.has(kFlagHead) || box.has(kFlagIntent);
  if (box.data_shards == 0) return refuse("k =", 0);
  if (box.total_shards > 255) return refuse("n =", box.total_shards);
  if (box.total_shards < box.data_shards) return refuse("n < k, n =", box.total_shards);
  if (box.cell_bytes != kCellBytes && box.cell_bytes != kSmallCellBytes) {
    return refuse("cell bytes", box.cell_bytes);
  }
  if (box.has(kFlagHead) && box.has(kFlagIntent))
    return refuse("head and intent, flags", box.flags);
  if (bare != (box.segment == kHeadSegment)) return refuse("segment", box.segment);
  if (bare) return box.cells == 0 ? absl::OkStatus() : refuse("cells of a bare header", box.cells);
  if (box.index >= box.total_shards) return refuse("j >= n, j =", box.index);
  if (box.cells > kMaxCells || !std::has_single_bit(box.cells)) return refuse("cells", box.cells);
  if (box.segment_count != 0 && box.segment >= box.segment_count) {
    return refuse("segment beyond the count", box.segment);
  }
  return absl::OkStatus();
}

base::Bytes EncodeVerify(const VerifyBox& box) {
  base::ByteWriter out;
  out.U64(box.sealed_bytes).Raw(box.public_key).Raw(box.signature).Raw(box.cek_commitment);
  out.Raw(box.content_root).Raw(box.read_box_hash).Raw(box.body_mac).U32(box.attempt).Zeros(12);
  return std::move(out).Take();
}

VerifyBox DecodeVerify(base::ByteSpan plain) {
  base::ByteReader in(plain);
  VerifyBox box;
  box.sealed_bytes = in.U64();
  in.Raw(box.public_key);
  in.Raw(box.signature);
  in.Raw(box.cek_commitment);
  in.Raw(box.content_root);
  in.Raw(box.read_box_hash);
  in.Raw(box.body_mac);
  box.attempt = in.U32();
  return box;
}

// The chunks must fit the cells, or later products could not be trusted.
absl::Status CheckSealedBytes(const AuditBox& audit, const VerifyBox& verify) {
  if (audit.segment == kHeadSegment) return absl::OkStatus();
  const uint64_t cell = audit.cell_bytes;
  const uint64_t room = cell * audit.cells * audit.data_shards;
  const uint64_t stripe = cell * audit.data_shards;
  const uint64_t stripes = base::CeilDivide<uint64_t>(verify.sealed_bytes, stripe);
  if (verify.sealed_bytes == 0 || verify.sealed_bytes % cell != 0 || verify.sealed_bytes > room ||
      std::bit_ceil(stripes) != audit.cells) {
    return absl::DataLossError(absl::StrCat("shard: header says ", verify.sealed_bytes,
                                            " sealed bytes, which do not fit ", audit.cells,
                                            " cells a shard"));
  }
  return absl::OkStatus();
}

base::Bytes AssociatedDataOfVerify(base::ByteSpan outside, const ObjectId& object,
                                   base::ByteSpan audit_plain) {
  base::ByteWriter out;
  out.Raw(outside).Raw(object).Raw(audit_plain);
  return std::move(out).Take();
}

base::Bytes AssociatedDataOfRead(const ObjectId& object, const VersionId& version,
                                 uint32_t segment) {
  base::ByteWriter out;
  out.Raw(object).Raw(version).U32(segment);
  return std::move(out).Take();
}

absl::Status CheckPublicKey(const ObjectId& object, const VerifyBox& box) {
  const auto anchor = crypto::Blake2b128({}, {box.public_key});
  return std::ranges::equal(anchor, base::ByteSpan(object).subspan(16)) ? absl::OkStatus()
                                                                        : AuthenticationError();
}

absl::Status CheckSignature(const ObjectId& object, const AuditBox& audit, const VerifyBox& verify,
                            HeaderMemo* memo) {
  const base::Bytes message = SignedMessage(object, audit, verify);
  if (memo != nullptr && memo->Knows(message, verify)) return absl::OkStatus();
  if (!crypto::Ed25519Verify(verify.public_key, message, verify.signature)) {
    return AuthenticationError();
  }
  if (memo != nullptr) memo->Remember(message, verify);
  return absl::OkStatus();
}

// All that opening the box depends on; `read_box_hash` is known to be its hash.
Hash IdentityOfReadBox(const ObjectKeys& keys, const Header& header) {
  const AuditBox& audit = header.audit;
  const base::ByteArray<1> flags{audit.flags};
  base::ByteArray<4> segment;
  base::StoreLittleEndian(segment.data(), audit.segment);
  return crypto::Blake2b256(keys.read_key()->bytes(), {keys.id(), audit.version, segment, flags,
                                                       header.verify->read_box_hash});
}

absl::StatusOr<ReadBox> DecryptReadBox(const ObjectKeys& keys, const Header& header) {
  crypto::Secret plain = crypto::Secret::Zeroed(kReadPlainBytes);
  const base::ByteSpan sealed = header.sealed_read;
  const base::Bytes associated_data =
      AssociatedDataOfRead(keys.id(), header.audit.version, header.audit.segment);
  if (!crypto::XChaCha20Poly1305Open(keys.read_key()->bytes(), sealed.first<kNonceBytes>(),
                                     associated_data, sealed.subspan(kNonceBytes),
                                     plain.mutable_bytes())) {
    return AuthenticationError();
  }
  base::ByteReader in(plain.bytes());
  ReadBox box;
  crypto::SecretKey content_key = crypto::SecretKey::Zeroed();
  in.Raw(content_key.mutable_bytes());
  box.content_key = std::make_shared<const crypto::SecretKey>(std::move(content_key));
  box.object_bytes = in.U64();
  box.plain_bytes = in.U64();
  box.mtime_ns = static_cast<int64_t>(in.U64());
  in.Raw(box.path_tag);
  box.previous_sequence = in.U64();
  in.Raw(box.catalogue_hint);
  box.codec = in.U8();
  box.metadata_bytes = in.U16();
  if (!header.audit.has(kFlagMeta)) {
    if (box.metadata_bytes > kInlineMetadataBytes) {
      return absl::DataLossError("shard: header says more metadata than it has room for");
    }
    box.metadata = base::ToBytes(in.View(box.metadata_bytes));
  }
  return box;
}

// Whether the box is as the rest of the header says.
absl::Status CheckReadBox(const ObjectKeys& keys, const Header& header, const ReadBox& box) {
  const Hash commitment =
      CommitToContentKey(box, keys.id(), header.audit.version, header.audit.segment);
  if (commitment != header.verify->cek_commitment) return AuthenticationError();
  const uint64_t chunk_bytes = header.audit.cell_bytes - kTagBytes;
  const uint64_t chunks = header.verify->sealed_bytes / header.audit.cell_bytes;
  const uint64_t needed = std::max<uint64_t>(1, base::CeilDivide(box.plain_bytes, chunk_bytes));
  if (header.audit.segment != kHeadSegment && needed != chunks) {
    return absl::DataLossError("shard: header says a plain length that its chunks contradict");
  }
  if (box.codec > 1) return RefuseUnknown("codec", box.codec, 1);
  return absl::OkStatus();
}

absl::StatusOr<ReadBox> OpenReadBox(const ObjectKeys& keys, const Header& header,
                                    HeaderMemo* memo) {
  ReadBox box;
  const ReadBox* known = memo != nullptr ? memo->FindReadBox(keys, header) : nullptr;
  if (known != nullptr) {
    box = *known;
  } else {
    SHADW_ASSIGN_OR_RETURN(box, DecryptReadBox(keys, header));
    if (memo != nullptr) memo->RememberReadBox(keys, header, box);
  }
  SHADW_RETURN_IF_ERROR(CheckReadBox(keys, header, box));
  return box;
}

absl::Status OpenVerifyBox(base::ByteSpan bytes, base::ByteSpan audit_plain, base::ByteSpan sealed,
                           const ObjectKeys& keys, HeaderMemo* memo, Header& header) {
  base::ByteArray<kVerifyPlainBytes + kReadBoxBytes> plain;
  if (!crypto::XChaCha20Poly1305Open(
          keys.verify_key()->bytes(), header.nonce,
          AssociatedDataOfVerify(bytes.first(kBoxAt), keys.id(), audit_plain), sealed, plain)) {
    return AuthenticationError();
  }
  header.verify = DecodeVerify(base::ByteSpan(plain).first(kVerifyPlainBytes));
  std::ranges::copy(base::ByteSpan(plain).subspan(kVerifyPlainBytes), header.sealed_read.begin());
  if (crypto::Blake2b256({}, {header.sealed_read}) != header.verify->read_box_hash) {
    return AuthenticationError();
  }
  SHADW_RETURN_IF_ERROR(CheckPublicKey(keys.id(), *header.verify));
  SHADW_RETURN_IF_ERROR(CheckSignature(keys.id(), header.audit, *header.verify, memo));
  return CheckSealedBytes(header.audit, *header.verify);
}

}  // namespace

absl::Status AuthenticationError() {
  return absl::DataLossError("shard: got bytes that do not authenticate under these keys");
}

bool HeaderMemo::Knows(base::ByteSpan message, const VerifyBox& box) const {
  return known_ == crypto::Blake2b256({}, {box.public_key, box.signature, message});
}

void HeaderMemo::Remember(base::ByteSpan message, const VerifyBox& box) {
  known_ = crypto::Blake2b256({}, {box.public_key, box.signature, message});
}

const ReadBox* HeaderMemo::FindReadBox(const ObjectKeys& keys, const Header& header) const {
  return known_read_ == IdentityOfReadBox(keys, header) ? &read_ : nullptr;
}

void HeaderMemo::RememberReadBox(const ObjectKeys& keys, const Header& header, const ReadBox& box) {
  known_read_ = IdentityOfReadBox(keys, header);
  read_ = box;
}

absl::StatusOr<SealedReadBox> SealReadBox(const ObjectKeys& keys, const VersionId& version,
                                          uint32_t segment, const ReadBox& box,
                                          const SealContext& context) {
  if (box.metadata.size() > kInlineMetadataBytes) {
    return absl::InvalidArgumentError(absl::StrCat("shard: got ", box.metadata.size(),
                                                   " bytes of metadata, need at most ",
                                                   kInlineMetadataBytes));
  }
  base::ByteWriter rest;
  rest.U64(box.object_bytes).U64(box.plain_bytes).U64(static_cast<uint64_t>(box.mtime_ns));
  rest.Raw(box.path_tag).U64(box.previous_sequence).Raw(box.catalogue_hint).U8(box.codec);
  rest.U16(box.metadata_bytes != 0 ? box.metadata_bytes
                                   : static_cast<uint16_t>(box.metadata.size()));
  rest.Raw(box.metadata).Zeros(kInlineMetadataBytes - box.metadata.size());

  crypto::Secret plain = crypto::Secret::Zeroed(kReadPlainBytes);
  const base::MutableByteSpan plain_out = plain.mutable_bytes();
  if (box.content_key) std::ranges::copy(box.content_key->bytes(), plain_out.begin());
  std::ranges::copy(rest.bytes(), plain_out.begin() + crypto::SecretKey::kBytes);

  SealedReadBox sealed;
  const base::MutableByteSpan out(sealed);
  context.random->Fill(out.first(kNonceBytes));
  Observe(context, keys.read_key()->bytes(), out.first(kNonceBytes));
  crypto::XChaCha20Poly1305Seal(keys.read_key()->bytes(), out.first<kNonceBytes>(),
                                AssociatedDataOfRead(keys.id(), version, segment), plain.bytes(),
                                out.subspan(kNonceBytes));
  return sealed;
}

Hash CommitToContentKey(const ReadBox& box, const ObjectId& object, const VersionId& version,
                        uint32_t segment) {
  const crypto::SecretKey no_key = crypto::SecretKey::Zeroed();
  base::ByteArray<4> segment_bytes;
  base::StoreLittleEndian(segment_bytes.data(), segment);
  return crypto::KdfPublic(box.content_key ? *box.content_key : no_key, "commit",
                           {object, version, segment_bytes});
}

base::Bytes SignedMessage(const ObjectId& object, const AuditBox& audit, const VerifyBox& verify) {
  const bool head = audit.has(kFlagHead) || audit.has(kFlagIntent);
  base::ByteWriter out;
  out.Raw(base::AsBytes(head ? "shadw-head-1" : "shadw-shard-1"));
  out.U8(kFormat).U8(kSuite).U8(kErasureCauchy).U8(audit.flags).Raw(object);
  out.U32(audit.generation).U64(audit.sequence).Raw(audit.version).U32(audit.segment);
  out.U32(verify.attempt).U16(audit.data_shards).U16(audit.total_shards).U32(audit.cell_bytes);
  out.U64(verify.sealed_bytes).Raw(verify.cek_commitment).Raw(verify.read_box_hash);
  out.Raw(verify.content_root);
  if (head) out.U32(audit.segment_count).Raw(audit.body_root);
  return std::move(out).Take();
}

base::ByteArray<kHeaderBytes> SealHeader(const ObjectKeys& keys, const HeaderNonce& nonce,
                                         const AuditBox& audit, const VerifyBox& verify,
                                         const SealedReadBox& sealed_read,
                                         const SealContext& context) {
  base::ByteArray<kHeaderBytes> header;
  const base::MutableByteSpan out(header);
  std::ranges::copy(nonce, out.begin());
  std::ranges::copy(MatchTag(*keys.match_key(), nonce), out.begin() + kMatchAt);
  const Hash mask = IdMask(*keys.match_key(), nonce);
  for (size_t i = 0; i < mask.size(); ++i) header[kMaskedIdAt + i] = keys.id()[i] ^ mask[i];
  std::ranges::copy(Commitment(keys.audit_key(), nonce), out.begin() + kCommitmentAt);

  const base::Bytes audit_plain = EncodeAudit(audit);
  base::ByteWriter verify_plain;
  verify_plain.Raw(EncodeVerify(verify)).Raw(sealed_read);
  base::ByteArray<kAuditPlainBytes + kVerifyBoxBytes> plain;
  const base::MutableByteSpan plain_out(plain);
  std::ranges::copy(audit_plain, plain_out.begin());
  Observe(context, keys.verify_key()->bytes(), nonce);
  crypto::XChaCha20Poly1305Seal(keys.verify_key()->bytes(), nonce,
                                AssociatedDataOfVerify(out.first(kBoxAt), keys.id(), audit_plain),
                                verify_plain.bytes(), plain_out.subspan(kAuditPlainBytes));

  base::ByteWriter associated_data;
  associated_data.Raw(out.first(kBoxAt)).Raw(keys.id());
  Observe(context, keys.audit_key().bytes(), nonce);
  crypto::XChaCha20Poly1305Seal(keys.audit_key().bytes(), nonce, associated_data.bytes(), plain,
                                out.subspan(kBoxAt));
  return header;
}

absl::StatusOr<Header> OpenHeader(base::ByteSpan bytes, const ObjectKeys& keys, OpenTo depth,
                                  HeaderMemo* memo) {
  if (bytes.size() < kHeaderBytes || !CommitsTo(bytes, keys.audit_key())) {
    return AuthenticationError();
  }
  bytes = bytes.first(kHeaderBytes);
  Header header;
  std::ranges::copy(bytes.first(kNonceBytes), header.nonce.begin());
  base::ByteWriter associated_data;
  associated_data.Raw(bytes.first(kBoxAt)).Raw(keys.id());
  base::ByteArray<kAuditPlainBytes + kVerifyBoxBytes> plain;
  if (!crypto::XChaCha20Poly1305Open(keys.audit_key().bytes(), header.nonce,
                                     associated_data.bytes(), bytes.subspan(kBoxAt), plain)) {
    return AuthenticationError();
  }
  const base::ByteSpan audit_plain = base::ByteSpan(plain).first(kAuditPlainBytes);
  SHADW_ASSIGN_OR_RETURN(header.audit, DecodeAudit(audit_plain));
  SHADW_RETURN_IF_ERROR(CheckAudit(header.audit));
  header.header_hash = crypto::Sha256(bytes);
  if (depth >= OpenTo::kVerify && keys.may_verify()) {
    SHADW_RETURN_IF_ERROR(OpenVerifyBox(
        bytes, audit_plain, base::ByteSpan(plain).subspan(kAuditPlainBytes), keys, memo, header));
    if (depth == OpenTo::kRead && keys.may_read()) {
      SHADW_ASSIGN_OR_RETURN(header.read, OpenReadBox(keys, header, memo));
    }
  }
  return header;
}

std::optional<ObjectId> RecogniseHeader(base::ByteSpan bytes, const crypto::SecretKey& match_key) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  const base::ByteSpan nonce = bytes.first(kNonceBytes);
  if (!std::ranges::equal(MatchTag(match_key, nonce), bytes.subspan(kMatchAt, 16))) {
    return std::nullopt;
  }
  const Hash mask = IdMask(match_key, nonce);
  ObjectId id;
  for (size_t i = 0; i < id.size(); ++i) id[i] = bytes[kMaskedIdAt + i] ^ mask[i];
  return id;
}

bool CommitsTo(base::ByteSpan bytes, const crypto::SecretKey& audit_key) {
  if (bytes.size() < kBoxAt) return false;
  return crypto::ConstantTimeEqual(Commitment(audit_key, bytes.first(kNonceBytes)),
                                   bytes.subspan(kCommitmentAt, 32));
}

}  // namespace shadw::shard
