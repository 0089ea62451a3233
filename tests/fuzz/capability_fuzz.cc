// SPDX-License-Identifier: Apache-2.0
//
// Hostile capability strings: whatever decodes is spelled in exactly one way.
#include <cstdlib>

#include "libshadw/shard/capability.h"

namespace shadw::shard {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void Fuzz(std::string_view text) {
  const absl::StatusOr<ObjectKeys> keys = DecodeCapability(text);
  if (!keys.ok()) return;
  Require(!keys->may_write());
  Require(keys->may_repair() == (keys->right() == Right::kVerify));
  Require(EncodeCapability(*keys, keys->right()).value() == text);
}

// Payloads behind a prefix and with a right checksum: without the writer's help no
// input would get that far.
void FuzzPayload(base::ByteSpan input) {
  const ObjectKeys keys = [&] {
    base::ByteArray<32> key{};
    std::copy_n(input.begin(), std::min<size_t>(input.size(), 32), key.begin());
    ObjectSalt salt{};
    return ObjectKeys::ForWriter(crypto::SecretKey::CopyOf(key), salt, input.size() & 3,
                                 crypto::SecretKey::CopyOf(key));
  }();
  for (const Right right : {Right::kAudit, Right::kVerify, Right::kRead}) {
    std::string text = EncodeCapability(keys, right).value();
    Fuzz(text);
    if (input.size() < 2) continue;
    const size_t at = input[0] % text.size();
    const char changed = static_cast<char>(input[1]);
    const bool same = text[at] == changed;
    text[at] = changed;
    Require(DecodeCapability(text).ok() == same);
  }
}

}  // namespace
}  // namespace shadw::shard

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0 && data[0] == 'P') {
    shadw::shard::FuzzPayload({data + 1, size - 1});
  } else {
    shadw::shard::Fuzz(shadw::base::AsText({data, size}));
  }
  return 0;
}
