// SPDX-License-Identifier: Apache-2.0
//
// The numbers of the wire, and the parts of the codec as they call each other. A datagram:
//
//   query     03 ‖ flags ‖ tid (2) ‖ to (6) ‖ [id 32] ‖ [token 32]
//             ‖ command uint ‖ [target 32] ‖ [value buffer]
//   response  13 ‖ flags ‖ tid (2) ‖ to (6) ‖ [id 32] ‖ [token 32]
//             ‖ [contacts: array of addresses] ‖ [error uint] ‖ [value buffer]
//
// `to` is the address the datagram was sent to: so its receiver learns how others see it.
// What follows the last part is ignored, as are flags that are not named here.
#ifndef LIBSHADW_DHT_HYPER_WIRE_H_
#define LIBSHADW_DHT_HYPER_WIRE_H_

#include <optional>

#include "libshadw/dht/hyper/compact.h"
#include "libshadw/dht/protocol.h"

namespace shadw::dht::hyper {

inline constexpr uint8_t kQueryByte = 0x03, kResponseByte = 0x13;
// Of both.
inline constexpr uint64_t kHasId = 1, kHasToken = 2, kHasValue = 16;
// Of a query: the command is one of dht-rpc itself; it has a target.
inline constexpr uint64_t kInternal = 4, kHasTarget = 8;
inline constexpr uint64_t kHasContacts = 4, kHasError = 8;  // of a response

inline constexpr size_t kTransactionBytes = 2;
inline constexpr size_t kTokenBytes = 32;
inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;
inline constexpr size_t kRefreshBytes = 32;
// Of an announced peer; others cut what is over it, and so do we.
inline constexpr size_t kMaxRelays = 3;
inline constexpr uint32_t kMaxPingDelayMs = 10'000;

struct Command {
  Method method;
  bool internal;
  uint8_t number;
  bool has_target;  // without one it means nothing
};
// Nothing for a method that hyperdht does not have.
std::optional<Command> CommandOf(Method method);
// kUnknown for a number without a method.
Method MethodOf(bool internal, uint64_t number);

// BLAKE2b-256 of the address as it travels.
NodeId IdOf(const base::Endpoint& address);
// What a signature of this command covers begins with it, so that it serves no other.
base::ByteArray<32> SignatureContext(uint8_t command);
base::ByteArray<64> Signable(uint8_t command, const base::ByteArray<32>& hash);

bool DecodeDatagram(base::ByteSpan datagram, const base::Endpoint& from, Message& message);
bool EncodeDatagram(const Message& message, const base::Endpoint& to, base::Bytes& out);

// The value of a message, by method. Decoding: false where there is none but must be, or
// it is malformed.
bool DecodeQueryValue(std::optional<base::ByteSpan> value, Message& query);
bool DecodeResponseValue(Method asked, Message& response);
// Nothing: the message cannot be said. Empty: it has no value. It points into the
// message or into `scratch`.
//   Shapes   room  what peers may take
std::optional<base::ByteSpan> EncodeQueryValue(const Message& query, base::Bytes& scratch);
std::optional<base::ByteSpan> EncodeResponseValue(const Message& response, size_t room,
                                                  base::Bytes& scratch);

// Peers and announcements.
base::ByteSpan ReadPeerRecord(CompactReader& in);
bool DecodeAnnounce(base::ByteSpan value, Message& query);
bool EncodeAnnounce(const Message& query, base::Bytes& out);
bool DecodePeers(Message& response);
void EncodePeers(const Message& response, size_t room, base::Bytes& out);
Refusal CheckAnnounce(const Message& query, const NodeId& own_id, StoredPeer& peer);
std::optional<Peer> DecodePeer(base::ByteSpan record);

// Mutable records.
bool DecodeMutablePut(base::ByteSpan value, Message& query);
bool DecodeMutableReply(base::ByteSpan value, Message& response);
// With the key in front in a query.
bool EncodeMutable(const Message& message, base::Bytes& out);
base::Bytes MutableSignable(base::ByteSpan value, int64_t seq);

}  // namespace shadw::dht::hyper

#endif  // LIBSHADW_DHT_HYPER_WIRE_H_
