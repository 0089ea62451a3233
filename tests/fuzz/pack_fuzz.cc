// SPDX-License-Identifier: Apache-2.0
//
// A pack's index from any bytes, and a member from any box that is sealed under its key: an
// error or something that lies inside the pack and comes back the same.
#include <algorithm>
#include <cstdlib>

#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/random.h"
#include "libshadw/crypto/xchacha20_poly1305.h"
#include "libshadw/shard/pack.h"

using namespace shadw;  // NOLINT: one file, one target

namespace {

constexpr shard::RecordId kId{1};

void ReadIndex(base::ByteSpan bytes) {
  const uint64_t pack_bytes = 1000 + bytes.size();
  const auto index = shard::DecodePackIndex(bytes, pack_bytes);
  if (!index.ok()) return;
  for (const shard::RecordExtent& record : *index) {
    if (uint64_t{record.offset} + record.bytes > pack_bytes) std::abort();
  }
  if (!std::ranges::equal(shard::EncodePackIndex(*index), bytes)) std::abort();
}

// Whoever holds the key can write any box.
void OpenBox(base::ByteSpan box) {
  const crypto::SecretKey key = crypto::SecretKey::Zeroed();
  base::Bytes record(shard::kRecordHeadBytes + box.size() + shard::kTagBytes);
  std::ranges::copy(kId, record.begin());
  const auto length = static_cast<uint32_t>(box.size() + shard::kTagBytes);
  std::copy_n(reinterpret_cast<const uint8_t*>(&length), 4, record.begin() + 16);
  std::ranges::copy(crypto::KdfPublic(key, "commit", {kId}), record.begin() + 44);
  const base::MutableByteSpan out(record);
  crypto::XChaCha20Poly1305Seal(key.bytes(), out.subspan(20).first<24>(), kId, box,
                                out.subspan(shard::kRecordHeadBytes));
  const auto member = shard::OpenMember(kId, key, record);
  if (!member.ok()) return;
  if (member->content.size() > shard::kMaxMemberBytes) std::abort();
  crypto::SeededRandom random(1);
  const auto again = shard::MemberSealer().Seal(kId, key, *member, true, {&random});
  if (!again.ok()) return;  // a name that no writer may use
  const auto twin = shard::OpenMember(kId, key, *again);
  if (!twin.ok() || twin->content != member->content) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan rest(data + 1, size - 1);
  data[0] % 2 == 0 ? ReadIndex(rest) : OpenBox(rest);
  return 0;
}
