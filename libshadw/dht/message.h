// SPDX-License-Identifier: Apache-2.0
//
// What one datagram of either network says, in the words both share. A codec
// (`protocol.h`) turns datagrams into messages and back; everything else in this module
// speaks of messages only.
//
// A decoded message borrows: its spans point into the datagram, which must outlive it.
// A message to be encoded borrows likewise. Fields that a message does not have keep the
// values of `Message{}`.
#ifndef LIBSHADW_DHT_MESSAGE_H_
#define LIBSHADW_DHT_MESSAGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/dht/contact.h"

namespace shadw::dht {

enum class Kind : uint8_t { kQuery, kResponse, kError };

// mainline · hyperdht. What only one of them has is refused by the other's encoder.
enum class Method : uint8_t {
  kPing,            // ping · PING
  kFindNode,        // find_node · FIND_NODE
  kGetPeers,        // get_peers · LOOKUP
  kAnnouncePeer,    // announce_peer · ANNOUNCE
  kUnannouncePeer,  //                 · UNANNOUNCE
  kGetImmutable,    // get · IMMUTABLE_GET
  kGetMutable,      // get · MUTABLE_GET; a mainline query decodes as this one
  kPutImmutable,    // put without k · IMMUTABLE_PUT
  kPutMutable,      // put with k · MUTABLE_PUT
  kSampleTargets,   // sample_infohashes ·
  kFindPeer,        //                 · FIND_PEER
  kPingNat,         //                 · PING_NAT
  kDownHint,        //                 · DOWN_HINT
  kDelayedPing,     //                 · DELAYED_PING
  kPeerHandshake,   //                 · PEER_HANDSHAKE
  kPeerHolepunch,   //                 · PEER_HOLEPUNCH
  kUnknown,         // any other
};
inline constexpr size_t kMethods = static_cast<size_t>(Method::kUnknown) + 1;

// Why a query is refused; Protocol::CodeOf gives the number on the wire.
enum class Refusal : uint8_t {
  kNone,
  kGeneric,
  kServer,
  kMalformed,
  kBadToken,
  kUnknownMethod,
  kValueTooBig,
  kBadSignature,
  kSaltTooBig,
  kCasMismatch,
  kSeqTooLow,  // lower than what is stored
  kSeqReused,  // the stored number with another value
};

// What a peer says of itself when it announces. Mainline uses the port; hyperdht the
// key and the relays.
struct Announcement {
  uint16_t port = 0;
  bool implied_port = false;  // take the port the datagram came from
  std::shared_ptr<const crypto::Ed25519Signer> signer;
  std::vector<base::Endpoint> relays;
};

struct Message {
  Kind kind = Kind::kQuery;
  Method method = Method::kUnknown;  // of a response: unknown until Protocol::Interpret
  // Echoed byte for byte. Our own are two bytes.
  base::ByteSpan transaction;
  std::optional<NodeId> sender;  // none: a node that is not to be remembered
  bool read_only = false;
  // The address at which the other side sees the receiver of this message.
  std::optional<base::Endpoint> observed;
  std::optional<NodeId> target;
  base::ByteSpan token;
  ContactList contacts;
  bool want_v4 = false, want_v6 = false;

  // Records. On mainline `value` is the bencoded v, as it is signed and hashed.
  base::ByteSpan value;
  base::ByteSpan key;        // 32 bytes, or empty
  base::ByteSpan signature;  // 64 bytes, or empty
  base::ByteSpan salt;
  std::optional<int64_t> seq;  // of the value; in a get: what the asker knows already
  std::optional<int64_t> cas;

  // Peers. `peers` holds records as they travel; Protocol::ParsePeer reads one.
  std::vector<base::ByteSpan> peers;
  uint16_t port = 0;  // announce_peer; PING_NAT
  bool implied_port = false;
  base::ByteSpan peer;     // ANNOUNCE: the encoded peer record
  base::ByteSpan refresh;  // 32 bytes, or empty
  uint64_t bump = 0;
  const Announcement* announcement = nullptr;  // to encode an announce
  std::optional<NodeId> responder;             // to encode an announce: whom it goes to

  // sample_infohashes.
  std::vector<NodeId> samples;
  int64_t sample_interval_s = 0;
  int64_t sample_total = 0;

  uint32_t delay_ms = 0;  // DELAYED_PING
  int error_code = 0;     // as on the wire; 0: none
  std::string_view error_text;
  // A query that is understood just enough to be refused.
  Refusal malformed = Refusal::kNone;
};

// The record that a get returns or a put sends, owned.
struct Record {
  base::Bytes value;  // as in Message
  std::optional<base::ByteArray<32>> key;
  base::Bytes salt;
  int64_t seq = 0;
  base::ByteArray<64> signature{};

  bool is_mutable() const { return key.has_value(); }
  friend bool operator==(const Record&, const Record&) = default;
};

// A peer that was announced under a target.
struct Peer {
  std::optional<base::ByteArray<32>> key;  // hyperdht
  std::vector<base::Endpoint> endpoints;   // mainline: one; hyperdht: its relays
  friend bool operator==(const Peer&, const Peer&) = default;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_MESSAGE_H_
