// SPDX-License-Identifier: Apache-2.0
//
// Peers and how they announce themselves:
//
//   peer      key (32) ‖ relays: array of addresses
//   announce  flags ‖ [peer] ‖ [refresh 32] ‖ [signature 64] ‖ [bump uint]
//   lookup    array of peers ‖ bump uint
#include <algorithm>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/dht/hyper/wire.h"

namespace shadw::dht::hyper {
namespace {

constexpr uint64_t kHasPeer = 1, kHasRefresh = 2, kHasSignature = 4, kHasBump = 8;
constexpr size_t kMinPeerBytes = kKeyBytes + 1;

uint8_t CommandNumber(Method method) { return method == Method::kAnnouncePeer ? 4 : 5; }

// The signature holds for one node and as long as that node's token: nobody replays it.
base::ByteArray<64> AnnounceSignable(const Message& query, const NodeId& node,
                                     base::ByteSpan peer) {
  base::ByteArray<kMaxIdBytes> target_bytes;
  base::ByteArray<kMaxIdBytes> node_bytes;
  query.target->ToBytes(target_bytes);
  node.ToBytes(node_bytes);
  return Signable(
      CommandNumber(query.method),
      crypto::Blake2b256({}, {target_bytes, node_bytes, query.token, peer, query.refresh}));
}

base::Bytes EncodePeer(base::ByteSpan key, std::span<const base::Endpoint> relays) {
  base::Bytes record = base::ToBytes(key);
  CompactWriter out(record);
  out.Uint(relays.size());
  for (const base::Endpoint& relay : relays) out.Address(relay);
  return record;
}

std::vector<base::Endpoint> RelaysOf(const Announcement& announcement) {
  std::vector<base::Endpoint> relays;
  for (const base::Endpoint& relay : announcement.relays) {
    if (!relay.v6 && relays.size() < kMaxRelays) relays.push_back(relay);
  }
  return relays;
}

void WriteAnnounce(const Message& query, base::ByteSpan peer, base::ByteSpan signature,
                   base::Bytes& out) {
  const uint64_t flags = (peer.empty() ? 0 : kHasPeer) | (query.refresh.empty() ? 0 : kHasRefresh) |
                         (signature.empty() ? 0 : kHasSignature) | (query.bump == 0 ? 0 : kHasBump);
  CompactWriter writer(out);
  writer.Uint(flags).Raw(peer).Raw(query.refresh).Raw(signature);
  if (query.bump != 0) writer.Uint(query.bump);
}

// A message that came in, or one with the signature of somebody else.
bool EncodeSigned(const Message& query, base::Bytes& out) {
  if (query.signature.size() != kSignatureBytes && !query.signature.empty()) return false;
  if (!query.peer.empty()) {
    CompactReader in(query.peer);
    if (ReadPeerRecord(in).size() != query.peer.size()) return false;
  }
  WriteAnnounce(query, query.peer, query.signature, out);
  return true;
}

}  // namespace

base::ByteSpan ReadPeerRecord(CompactReader& in) {
  CompactReader ahead = in;
  ahead.View(kKeyBytes);
  ahead.View(ahead.Count(kAddressBytes) * kAddressBytes);
  if (ahead.ok()) return in.View(in.remaining() - ahead.remaining());
  in.Fail();
  return {};
}

bool DecodeAnnounce(base::ByteSpan value, Message& query) {
  CompactReader in(value);
  const uint64_t flags = in.Uint();
  if ((flags & kHasPeer) != 0) query.peer = ReadPeerRecord(in);
  if ((flags & kHasRefresh) != 0) query.refresh = in.View(kRefreshBytes);
  if ((flags & kHasSignature) != 0) query.signature = in.View(kSignatureBytes);
  if ((flags & kHasBump) != 0) query.bump = in.Uint();
  if (!in.ok()) return false;
  if (!query.peer.empty()) query.key = query.peer.first(kKeyBytes);
  return true;
}

bool EncodeAnnounce(const Message& query, base::Bytes& out) {
  if (query.bump > kMaxUint) return false;
  if (!query.refresh.empty() && query.refresh.size() != kRefreshBytes) return false;
  if (query.announcement == nullptr) return EncodeSigned(query, out);
  const Announcement& announcement = *query.announcement;
  if (!announcement.signer || !query.responder || query.token.empty()) return false;
  // Who leaves needs no relays.
  const std::vector<base::Endpoint> relays = query.method == Method::kAnnouncePeer
                                                 ? RelaysOf(announcement)
                                                 : std::vector<base::Endpoint>();
  const base::Bytes peer = EncodePeer(announcement.signer->public_key(), relays);
  WriteAnnounce(query, peer,
                announcement.signer->Sign(AnnounceSignable(query, *query.responder, peer)), out);
  return true;
}

bool DecodePeers(Message& response) {
  CompactReader in(response.value);
  response.value = {};
  const size_t count = in.Count(kMinPeerBytes);
  response.peers.reserve(count);
  for (size_t i = 0; i < count && in.ok(); ++i) response.peers.push_back(ReadPeerRecord(in));
  // Older nodes do not send it.
  if (in.remaining() > 0) response.bump = in.Uint();
  return in.ok();
}

void EncodePeers(const Message& response, size_t room, base::Bytes& out) {
  size_t bytes = 0;
  size_t count = 0;
  for (const base::ByteSpan peer : response.peers) {
    if (bytes + peer.size() + 2 * 9 > room) break;
    bytes += peer.size();
    ++count;
  }
  if (count == 0 && response.bump == 0) return;
  CompactWriter writer(out);
  writer.Uint(count);
  for (size_t i = 0; i < count; ++i) writer.Raw(response.peers[i]);
  writer.Uint(std::min(response.bump, kMaxUint));
}

Refusal CheckAnnounce(const Message& query, const NodeId& own_id, StoredPeer& peer) {
  const bool announces =
      query.method == Method::kAnnouncePeer || query.method == Method::kUnannouncePeer;
  if (!announces || !query.target || query.peer.empty()) return Refusal::kMalformed;
  const std::optional<Peer> announced = DecodePeer(query.peer);
  if (!announced || !announced->key) return Refusal::kMalformed;
  if (!crypto::Ed25519Verify(*announced->key, AnnounceSignable(query, own_id, query.peer),
                             query.signature)) {
    return Refusal::kBadSignature;
  }
  const std::span<const base::Endpoint> relays = announced->endpoints;
  peer.key = base::ToBytes(*announced->key);
  peer.record = EncodePeer(*announced->key, relays.first(std::min(relays.size(), kMaxRelays)));
  return Refusal::kNone;
}

std::optional<Peer> DecodePeer(base::ByteSpan record) {
  CompactReader in(record);
  const base::ByteSpan key = in.View(kKeyBytes);
  const size_t count = in.Count(kAddressBytes);
  if (!in.ok() || in.remaining() != count * kAddressBytes) return std::nullopt;
  Peer peer;
  std::ranges::copy(key, peer.key.emplace().begin());
  for (size_t i = 0; i < count; ++i) peer.endpoints.push_back(in.Address());
  return peer;
}

}  // namespace shadw::dht::hyper
