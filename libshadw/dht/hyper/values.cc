// SPDX-License-Identifier: Apache-2.0
//
// The value of a query or a response, by method.
#include "libshadw/crypto/blake2b.h"
#include "libshadw/dht/hyper/wire.h"

namespace shadw::dht::hyper {
namespace {

bool DecodeSeq(base::ByteSpan value, Message& query) {
  CompactReader in(value);
  query.seq = static_cast<int64_t>(in.Uint());
  return in.ok();
}

bool DecodePort(base::ByteSpan value, Message& query) {
  CompactReader in(value);
  query.port = in.U16();
  return in.ok() && query.port != 0;
}

bool DecodeDownHint(base::ByteSpan value, Message& query) {
  CompactReader in(value);
  const base::Endpoint address = in.Address();
  if (!in.ok()) return false;
  query.contacts.Add({IdOf(address), address});
  return true;
}

bool DecodeDelay(base::ByteSpan value, Message& query) {
  CompactReader in(value);
  query.delay_ms = in.U32();
  return in.ok() && query.delay_ms <= kMaxPingDelayMs;
}

bool EncodeDownHint(const Message& query, base::Bytes& out) {
  if (query.contacts.empty() || query.contacts[0].endpoint.v6) return false;
  CompactWriter(out).Address(query.contacts[0].endpoint);
  return true;
}

bool EncodeComposed(const Message& query, base::Bytes& out) {
  switch (query.method) {
    case Method::kGetMutable: {
      const int64_t seq = query.seq.value_or(0);
      if (seq < 0 || static_cast<uint64_t>(seq) > kMaxUint) return false;
      CompactWriter(out).Uint(static_cast<uint64_t>(seq));
      return true;
    }
    case Method::kPutMutable:
      return EncodeMutable(query, out);
    case Method::kAnnouncePeer:
    case Method::kUnannouncePeer:
      return EncodeAnnounce(query, out);
    case Method::kPingNat:
      CompactWriter(out).U16(query.port);
      return query.port != 0;
    case Method::kDownHint:
      return EncodeDownHint(query, out);
    case Method::kDelayedPing:
      CompactWriter(out).U32(query.delay_ms);
      return query.delay_ms <= kMaxPingDelayMs;
    default:
      return true;
  }
}

}  // namespace

bool DecodeQueryValue(std::optional<base::ByteSpan> value, Message& query) {
  switch (query.method) {
    case Method::kGetMutable:
      return value && DecodeSeq(*value, query);
    case Method::kPutMutable:
      return value && DecodeMutablePut(*value, query);
    case Method::kAnnouncePeer:
    case Method::kUnannouncePeer:
      return value && DecodeAnnounce(*value, query);
    case Method::kPingNat:
      return value && DecodePort(*value, query);
    case Method::kDownHint:
      return value && DecodeDownHint(*value, query);
    case Method::kDelayedPing:
      return value && DecodeDelay(*value, query);
    case Method::kPutImmutable:
    case Method::kPeerHandshake:
    case Method::kPeerHolepunch:
      query.value = value.value_or(base::ByteSpan());
      return !query.value.empty();
    default:
      return true;
  }
}

bool DecodeResponseValue(Method asked, Message& response) {
  if (!CommandOf(asked)) return false;
  response.method = asked;
  if (response.kind == Kind::kError || response.value.empty()) return true;
  switch (asked) {
    case Method::kGetPeers:
      return DecodePeers(response);
    case Method::kFindPeer: {
      CompactReader in(response.value);
      response.peers.push_back(ReadPeerRecord(in));
      response.value = {};
      return in.ok();
    }
    case Method::kGetMutable:
      return DecodeMutableReply(response.value, response);
    case Method::kGetImmutable:
    case Method::kPeerHandshake:
    case Method::kPeerHolepunch:
      return true;
    default:
      response.value = {};
      return true;
  }
}

std::optional<base::ByteSpan> EncodeQueryValue(const Message& query, base::Bytes& scratch) {
  switch (query.method) {
    case Method::kPutImmutable:
    case Method::kPeerHandshake:
    case Method::kPeerHolepunch:
      if (query.value.empty()) return std::nullopt;
      return query.value;
    default:
      if (!EncodeComposed(query, scratch)) return std::nullopt;
      return scratch;
  }
}

std::optional<base::ByteSpan> EncodeResponseValue(const Message& response, size_t room,
                                                  base::Bytes& scratch) {
  switch (response.method) {
    case Method::kGetPeers:
      EncodePeers(response, room, scratch);
      return scratch;
    case Method::kFindPeer:
      return response.peers.empty() ? base::ByteSpan() : response.peers.front();
    case Method::kGetMutable:
      if (response.signature.empty()) return base::ByteSpan();
      if (!EncodeMutable(response, scratch)) return std::nullopt;
      return scratch;
    case Method::kUnknown:  // as it was decoded, before Interpret
    case Method::kGetImmutable:
    case Method::kPeerHandshake:
    case Method::kPeerHolepunch:
      return response.value;
    default:
      return base::ByteSpan();
  }
}

}  // namespace shadw::dht::hyper
