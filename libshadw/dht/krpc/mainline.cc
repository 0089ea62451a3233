// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/krpc/mainline.h"

#include "libshadw/dht/krpc/bep42.h"
#include "libshadw/dht/krpc/codec.h"
#include "libshadw/dht/krpc/compact.h"

namespace shadw::dht::krpc {
namespace {

constexpr ProtocolTraits kTraits = {
    .name = "mainline",
    .id_bytes = kIdBytes,
    .bucket_size = 8,
    .lookup_parallelism = 3,
    .max_value_bytes = kMaxValueBytes,
    .max_salt_bytes = kMaxSaltBytes,
    .token_bytes = 8,
    .token_rotation = std::chrono::minutes(5),
    .record_lifetime = std::chrono::hours(2),
    .peer_lifetime = std::chrono::minutes(30),
    .tokens_always = false,
    .seq_is_minimum = false,
    .id_from_address = false,
    .v6 = true,
    .unannounces = false,
};

class MainlineProtocol final : public Protocol {
 public:
  const ProtocolTraits& traits() const override { return kTraits; }

  bool Decode(base::ByteSpan datagram, const base::Endpoint& /*from*/,
              Message& message) const override {
    return DecodeMessage(datagram, message);
  }
  bool Interpret(Method asked, Message& response) const override {
    return InterpretResponse(asked, response);
  }
  bool Encode(const Message& message, const base::Endpoint& /*to*/,
              base::Bytes& out) const override {
    return EncodeMessage(message, out);
  }
  int CodeOf(Refusal refusal) const override;

  NodeId IdFor(const base::Endpoint& address, base::RandomSource& random) const override {
    return IdForAddress(address, random);
  }
  bool IdFits(const NodeId& id, const base::Endpoint& address) const override {
    return IdFitsAddress(id, address);
  }

  NodeId ImmutableTarget(base::ByteSpan value) const override {
    return krpc::ImmutableTarget(value);
  }
  NodeId MutableTarget(std::span<const uint8_t, 32> key, base::ByteSpan salt) const override {
    return krpc::MutableTarget(key, salt);
  }
  Refusal CheckValue(base::ByteSpan value) const override { return krpc::CheckValue(value); }
  base::Bytes WrapBytes(base::ByteSpan bytes) const override { return krpc::WrapBytes(bytes); }
  std::optional<base::Bytes> UnwrapBytes(base::ByteSpan value) const override {
    return krpc::UnwrapBytes(value);
  }
  base::Bytes Signable(base::ByteSpan value, base::ByteSpan salt, int64_t seq) const override {
    return krpc::Signable(value, salt, seq);
  }

  Refusal ReadAnnounce(const Message& query, const base::Endpoint& from, const NodeId& /*own_id*/,
                       StoredPeer& peer) const override {
    return krpc::ReadAnnounce(query, from, peer);
  }
  std::optional<Peer> ParsePeer(base::ByteSpan record) const override {
    return krpc::ParsePeer(record);
  }
};

int MainlineProtocol::CodeOf(Refusal refusal) const {
  switch (refusal) {
    case Refusal::kNone:
      return 0;
    case Refusal::kGeneric:
      return kGenericError;
    case Refusal::kServer:
      return kServerError;
    case Refusal::kMalformed:
    case Refusal::kBadToken:
      return kProtocolError;
    case Refusal::kUnknownMethod:
      return kMethodUnknownError;
    case Refusal::kValueTooBig:
      return kValueTooBigError;
    case Refusal::kBadSignature:
      return kBadSignatureError;
    case Refusal::kSaltTooBig:
      return kSaltTooBigError;
    case Refusal::kCasMismatch:
      return kCasMismatchError;
    case Refusal::kSeqTooLow:
    case Refusal::kSeqReused:
      return kSeqTooLowError;
  }
  return kGenericError;
}

}  // namespace

const Protocol& Mainline() {
  static const MainlineProtocol mainline;
  return mainline;
}

}  // namespace shadw::dht::krpc
