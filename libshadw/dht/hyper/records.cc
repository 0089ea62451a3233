// SPDX-License-Identifier: Apache-2.0
//
// Mutable records: [key 32] ‖ seq uint ‖ value buffer ‖ signature 64, where the key
// travels in a put only.
#include "libshadw/crypto/blake2b.h"
#include "libshadw/dht/hyper/wire.h"

namespace shadw::dht::hyper {
namespace {

constexpr uint8_t kMutablePut = 6;

bool DecodeBody(CompactReader& in, Message& message) {
  message.seq = static_cast<int64_t>(in.Uint());
  message.value = in.Buffer();
  message.signature = in.View(kSignatureBytes);
  return in.ok();
}

}  // namespace

bool DecodeMutablePut(base::ByteSpan value, Message& query) {
  CompactReader in(value);
  query.key = in.View(kKeyBytes);
  return DecodeBody(in, query);
}

bool DecodeMutableReply(base::ByteSpan value, Message& response) {
  CompactReader in(value);
  return DecodeBody(in, response);
}

bool EncodeMutable(const Message& message, base::Bytes& out) {
  const bool is_put = message.kind == Kind::kQuery;
  const int64_t seq = message.seq.value_or(0);
  if (message.signature.size() != kSignatureBytes || seq < 0 ||
      static_cast<uint64_t>(seq) > kMaxUint || (is_put && message.key.size() != kKeyBytes)) {
    return false;
  }
  CompactWriter writer(out);
  if (is_put) writer.Raw(message.key);
  writer.Uint(static_cast<uint64_t>(seq)).Buffer(message.value).Raw(message.signature);
  return true;
}

base::Bytes MutableSignable(base::ByteSpan value, int64_t seq) {
  base::Bytes body;
  CompactWriter(body).Uint(static_cast<uint64_t>(seq)).Buffer(value);
  return base::ToBytes(Signable(kMutablePut, crypto::Blake2b256({}, {body})));
}

}  // namespace shadw::dht::hyper
