// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/pack.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/xchacha20_poly1305.h"

namespace shadw::shard {
namespace {

// Of a box, before the metadata: mtime, put time, codec, content length, metadata length.
constexpr size_t kBoxHeadBytes = 8 + 8 + 1 + 4 + 2;
static_assert(kRecordBytes == kRecordHeadBytes + kBoxHeadBytes + kTagBytes);

absl::Status Malformed(std::string_view why) {
  return absl::DataLossError(absl::StrCat("shard: a pack is malformed: ", std::string(why)));
}

Hash Commitment(const crypto::SecretKey& key, const RecordId& id) {
  return crypto::KdfPublic(key, "commit", {id});
}

absl::StatusOr<base::Bytes> OpenContent(base::ByteSpan stream, Codec codec, uint32_t bytes) {
  if (codec == Codec::kPlain) {
    if (stream.size() != bytes) return Malformed("a member of the wrong length");
    return base::ToBytes(stream);
  }
  const uint64_t table_bytes = FrameTableBytes(bytes);
  if (stream.size() < table_bytes) return Malformed("a member without its table");
  SHADW_ASSIGN_OR_RETURN(const std::vector<FrameExtent> frames,
                         ParseFrameTable(stream.first(table_bytes), bytes, stream.size()));
  base::Bytes content(bytes);
  if (frames.empty()) return content;
  const FrameExtent& frame = frames.front();
  SHADW_RETURN_IF_ERROR(
      FrameOpener().Open(stream.subspan(frame.offset, frame.bytes), frame.stored, content));
  return content;
}

absl::StatusOr<Member> DecodeBox(base::ByteSpan box) {
  base::ByteReader in(box);
  Member member;
  member.mtime_ns = static_cast<int64_t>(in.U64());
  member.put_time_ns = static_cast<int64_t>(in.U64());
  const uint8_t codec = in.U8();
  const uint32_t bytes = in.U32();
  const base::ByteSpan metadata = in.View(in.U16());
  if (!in.ok()) return Malformed("a box is cut off");
  if (codec > static_cast<uint8_t>(Codec::kZstdFrames)) {
    return absl::UnimplementedError(absl::StrCat("shard: got codec ", codec, ", know 0 and 1"));
  }
  if (bytes > kMaxMemberBytes) return Malformed("a member is too long");
  SHADW_ASSIGN_OR_RETURN(member.metadata, DecodeMetadata(metadata));
  SHADW_ASSIGN_OR_RETURN(member.content,
                         OpenContent(in.View(in.remaining()), static_cast<Codec>(codec), bytes));
  return member;
}

}  // namespace

absl::StatusOr<base::Bytes> MemberSealer::Seal(const RecordId& id, const crypto::SecretKey& key,
                                               const Member& member, bool compress,
                                               const SealContext& context) {
  if (member.content.size() > kMaxMemberBytes) {
    return absl::InvalidArgumentError(absl::StrCat("shard: got a member of ", member.content.size(),
                                                   " bytes, need at most ", kMaxMemberBytes));
  }
  SHADW_ASSIGN_OR_RETURN(const base::Bytes metadata, EncodeMetadata(member.metadata));
  base::ByteSpan stream = member.content;
  Codec codec = Codec::kPlain;
  if (compress && !stream.empty()) {
    // Room for what is worth it, and no more.
    packer_.Reset(room_.span().first(stream.size() * 9 / 10));
    if (packer_.Add(stream) == stream.size()) {
      stream = packer_.Finish();
      codec = Codec::kZstdFrames;
    }
  }
  const auto nonce = context.random->Array<crypto::kXChaCha20Poly1305NonceBytes>();
  const size_t plain_bytes = kBoxHeadBytes + metadata.size() + stream.size();
  base::ByteWriter out;
  out.Raw(id).U32(static_cast<uint32_t>(plain_bytes + kTagBytes)).Raw(nonce);
  out.Raw(Commitment(key, id));
  out.U64(static_cast<uint64_t>(member.mtime_ns)).U64(static_cast<uint64_t>(member.put_time_ns));
  out.U8(static_cast<uint8_t>(codec)).U32(static_cast<uint32_t>(member.content.size()));
  out.U16(static_cast<uint16_t>(metadata.size())).Raw(metadata).Raw(stream).Zeros(kTagBytes);
  base::Bytes record = std::move(out).Take();
  if (context.observer != nullptr) context.observer->OnSeal(key.bytes(), nonce);
  const base::MutableByteSpan box = base::MutableByteSpan(record).subspan(kRecordHeadBytes);
  crypto::XChaCha20Poly1305Seal(key.bytes(), nonce, id, box.first(plain_bytes), box);
  return record;
}

absl::StatusOr<Member> OpenMember(const RecordId& id, const crypto::SecretKey& key,
                                  base::ByteSpan record) {
  base::ByteReader in(record);
  RecordId said;
  in.Raw(said);
  const uint32_t box_bytes = in.U32();
  base::ByteArray<crypto::kXChaCha20Poly1305NonceBytes> nonce;
  in.Raw(nonce);
  Hash commitment;
  in.Raw(commitment);
  if (!in.ok() || in.remaining() != box_bytes || box_bytes < kTagBytes) {
    return Malformed("a record of the wrong length");
  }
  if (said != id) return Malformed("another record lies in this one's place");
  if (!crypto::ConstantTimeEqual(commitment, Commitment(key, id))) return AuthenticationError();
  base::Bytes box(box_bytes - kTagBytes);
  if (!crypto::XChaCha20Poly1305Open(key.bytes(), nonce, id, in.View(box_bytes), box)) {
    return AuthenticationError();
  }
  return DecodeBox(box);
}

base::Bytes EncodePackIndex(std::vector<RecordExtent> records) {
  std::ranges::sort(records, {}, &RecordExtent::id);
  base::ByteWriter out;
  for (const RecordExtent& record : records) {
    out.Raw(record.id).U32(record.offset).U32(record.bytes);
  }
  out.U32(static_cast<uint32_t>(records.size()));
  return std::move(out).Take();
}

absl::StatusOr<uint64_t> ReadPackIndexBytes(base::ByteSpan last_four, uint64_t pack_bytes) {
  if (last_four.size() != 4) return Malformed("it has no index");
  const uint64_t bytes = PackIndexBytes(base::LoadLittleEndian<uint32_t>(last_four.data()));
  if (bytes > pack_bytes || pack_bytes > kMaxPackBytes) {
    return Malformed("its index is longer than it is, or it is longer than any may be");
  }
  return bytes;
}

absl::StatusOr<std::vector<RecordExtent>> DecodePackIndex(base::ByteSpan index,
                                                          uint64_t pack_bytes) {
  if (index.size() < 4) return Malformed("it has no index");
  SHADW_ASSIGN_OR_RETURN(const uint64_t bytes, ReadPackIndexBytes(index.last(4), pack_bytes));
  if (bytes != index.size()) return Malformed("its index has the wrong length");
  std::vector<RecordExtent> records((index.size() - 4) / kIndexEntryBytes);
  base::ByteReader in(index);
  const RecordExtent* previous = nullptr;
  uint64_t record_bytes = 0;
  for (RecordExtent& record : records) {
    in.Raw(record.id);
    record.offset = in.U32();
    record.bytes = in.U32();
    if (uint64_t{record.offset} + record.bytes > pack_bytes - bytes) {
      return Malformed("a record lies outside of it");
    }
    if (previous != nullptr && record.id <= previous->id) {
      return Malformed("its index is not in order");
    }
    previous = &record;
    record_bytes += record.bytes;
  }
  // Whoever copies the records needs no more room than the pack takes.
  if (record_bytes > pack_bytes - bytes) return Malformed("its records lie in one another");
  return records;
}

}  // namespace shadw::shard
