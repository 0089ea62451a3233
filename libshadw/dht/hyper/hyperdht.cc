// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/hyper/hyperdht.h"

#include "libshadw/crypto/blake2b.h"
#include "libshadw/dht/hyper/wire.h"

namespace shadw::dht::hyper {
namespace {

constexpr ProtocolTraits kTraits = {
    .name = "hyperdht",
    .id_bytes = 32,
    .bucket_size = 20,
    .lookup_parallelism = 10,
    .max_value_bytes = 1000,
    .max_salt_bytes = 0,
    .token_bytes = kTokenBytes,
    .token_rotation = std::chrono::milliseconds(7500),
    .record_lifetime = std::chrono::hours(48),
    .peer_lifetime = kPeerLifetime,
    .tokens_always = true,
    .seq_is_minimum = true,
    .id_from_address = true,
    .v6 = false,
    .unannounces = true,
};

NodeId HashOf(base::ByteSpan bytes) { return NodeId::FromBytes(crypto::Blake2b256({}, {bytes})); }

class HyperdhtProtocol final : public Protocol {
 public:
  const ProtocolTraits& traits() const override { return kTraits; }

  bool Decode(base::ByteSpan datagram, const base::Endpoint& from,
              Message& message) const override {
    return DecodeDatagram(datagram, from, message);
  }
  bool Interpret(Method asked, Message& response) const override {
    return DecodeResponseValue(asked, response);
  }
  bool Encode(const Message& message, const base::Endpoint& to, base::Bytes& out) const override {
    return EncodeDatagram(message, to, out);
  }

  int CodeOf(Refusal refusal) const override {
    switch (refusal) {
      case Refusal::kUnknownMethod:
        return 1;
      case Refusal::kBadToken:
        return 2;
      case Refusal::kSeqReused:
        return 16;
      case Refusal::kSeqTooLow:
        return 17;
      default:
        return 0;
    }
  }

  NodeId IdFor(const base::Endpoint& address, base::RandomSource&) const override {
    return IdOf(address);
  }
  bool IdFits(const NodeId& id, const base::Endpoint& address) const override {
    return !address.v6 && id == IdOf(address);
  }

  NodeId ImmutableTarget(base::ByteSpan value) const override { return HashOf(value); }
  NodeId MutableTarget(std::span<const uint8_t, 32> key, base::ByteSpan) const override {
    return HashOf(key);
  }
  Refusal CheckValue(base::ByteSpan value) const override {
    return value.size() > kTraits.max_value_bytes ? Refusal::kValueTooBig : Refusal::kNone;
  }
  base::Bytes WrapBytes(base::ByteSpan bytes) const override { return base::ToBytes(bytes); }
  std::optional<base::Bytes> UnwrapBytes(base::ByteSpan value) const override {
    return base::ToBytes(value);
  }
  base::Bytes Signable(base::ByteSpan value, base::ByteSpan, int64_t seq) const override {
    return MutableSignable(value, seq);
  }

  Refusal ReadAnnounce(const Message& query, const base::Endpoint&, const NodeId& own_id,
                       StoredPeer& peer) const override {
    return CheckAnnounce(query, own_id, peer);
  }
  std::optional<Peer> ParsePeer(base::ByteSpan record) const override { return DecodePeer(record); }
};

}  // namespace

const Protocol& Hyperdht() {
  static const HyperdhtProtocol protocol;
  return protocol;
}

}  // namespace shadw::dht::hyper
