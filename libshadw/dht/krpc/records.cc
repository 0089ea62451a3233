// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/sha1.h"
#include "libshadw/dht/krpc/bencode.h"
#include "libshadw/dht/krpc/codec.h"
#include "libshadw/dht/krpc/compact.h"

namespace shadw::dht::krpc {

NodeId ImmutableTarget(base::ByteSpan value) { return LoadId(crypto::Sha1({value}).data()); }

NodeId MutableTarget(std::span<const uint8_t, 32> key, base::ByteSpan salt) {
  return LoadId(crypto::Sha1({key, salt}).data());
}

Refusal CheckValue(base::ByteSpan value) {
  if (value.size() > kMaxValueBytes) return Refusal::kValueTooBig;
  return CheckCanonical(value) ? Refusal::kNone : Refusal::kMalformed;
}

base::Bytes WrapBytes(base::ByteSpan bytes) {
  base::Bytes wrapped(EncodedStringBytes(bytes.size()));
  wrapped.resize(BencodeWriter(wrapped).String(bytes).written().size());
  return wrapped;
}

std::optional<base::Bytes> UnwrapBytes(base::ByteSpan value) {
  BencodeReader in(value);
  const base::ByteSpan bytes = in.String();
  if (!in.ok() || !in.rest().empty()) return std::nullopt;
  return base::ToBytes(bytes);
}

base::Bytes Signable(base::ByteSpan value, base::ByteSpan salt, int64_t seq) {
  constexpr size_t kKeysAndSeqBytes = 64;
  base::Bytes signable(kKeysAndSeqBytes + EncodedStringBytes(salt.size()) + value.size());
  BencodeWriter out(signable);
  if (!salt.empty()) out.Raw("4:salt").String(salt);
  out.Raw("3:seq").Integer(seq).Raw("1:v").Raw(value);
  signable.resize(out.written().size());
  return signable;
}

Refusal ReadAnnounce(const Message& query, const base::Endpoint& from, StoredPeer& peer) {
  base::Endpoint endpoint = from;
  if (!query.implied_port) endpoint.port = query.port;
  if (!endpoint.IsUsable()) return Refusal::kMalformed;
  peer.record.resize(EndpointBytes(endpoint));
  StoreEndpoint(endpoint, peer.record.data());
  peer.key = peer.record;
  return Refusal::kNone;
}

std::optional<Peer> ParsePeer(base::ByteSpan record) {
  const std::optional<base::Endpoint> endpoint = LoadEndpoint(record);
  if (!endpoint || !endpoint->IsUsable()) return std::nullopt;
  return Peer{.key = std::nullopt, .endpoints = {*endpoint}};
}

}  // namespace shadw::dht::krpc
