// SPDX-License-Identifier: Apache-2.0
//
// What differs between the networks a node can join: how messages are written, how ids
// and targets come about, and what is signed. One core serves both; `krpc/mainline.h`
// and `hyper/hyperdht.h` are the two protocols.
//
//   const Protocol& mainline = krpc::Mainline();
//   Message message;
//   if (!mainline.Decode(datagram, from, message)) return;      // noise: silence
//
// Everything here is pure: no state, no clock. Input of Decode, Interpret and the checks
// is hostile; none of them fails on it except by its result.
#ifndef LIBSHADW_DHT_PROTOCOL_H_
#define LIBSHADW_DHT_PROTOCOL_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "libshadw/base/random.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/message.h"

namespace shadw::dht {

// Datagrams longer than this are neither sent nor read.
inline constexpr size_t kMaxDatagramBytes = 1472;

struct ProtocolTraits {
  const char* name;               // "mainline", "hyperdht"
  size_t id_bytes;                // 20 or 32
  size_t bucket_size;             // k
  size_t lookup_parallelism;      // alpha
  size_t max_value_bytes;         // of a record, as it travels
  size_t max_salt_bytes;          // 0: records have no salt
  size_t token_bytes;             // of the tokens we issue; at most 32
  base::Duration token_rotation;  // a token lives one to two rotations
  base::Duration record_lifetime;
  base::Duration peer_lifetime;
  bool tokens_always;    // every reply about a target carries a token
  bool seq_is_minimum;   // a get names the least sequence number wanted, not the last known
  bool id_from_address;  // the id is a hash of the address: it changes with it
  bool v6;               // messages can carry IPv6 contacts
  bool unannounces;      // an announcement can be taken back
};

// A peer record as it is stored: who announced (one record each), and what is served.
struct StoredPeer {
  base::Bytes key;
  base::Bytes record;
};

class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual const ProtocolTraits& traits() const = 0;

  // Reads one datagram. `message` must be fresh.
  //   Shapes   datagram  any bytes; what exceeds kMaxDatagramBytes is refused
  //   Promise  false: not to be answered. True with `malformed` set: a query that can be
  //            refused politely. Of a response, what depends on the method asked stands
  //            in `value` until Interpret
  virtual bool Decode(base::ByteSpan datagram, const base::Endpoint& from,
                      Message& message) const = 0;

  // Completes a response once the method it answers is known. False: it makes no sense.
  virtual bool Interpret(Method asked, Message& response) const = 0;

  // Writes `message` for `to`, replacing what `out` held; contacts and peers that do not
  // fit are left out.
  //   Promise  false, with `out` empty, when this protocol cannot say it
  virtual bool Encode(const Message& message, const base::Endpoint& to, base::Bytes& out) const = 0;

  virtual int CodeOf(Refusal refusal) const = 0;

  // The id that a node at `address` should have: BEP-42's, with its free bits drawn from
  // `random`; or hyperdht's hash.
  virtual NodeId IdFor(const base::Endpoint& address, base::RandomSource& random) const = 0;
  // Whether `id` is one that a node at `address` may have. Local addresses may on
  // mainline have any.
  virtual bool IdFits(const NodeId& id, const base::Endpoint& address) const = 0;

  virtual NodeId ImmutableTarget(base::ByteSpan value) const = 0;
  virtual NodeId MutableTarget(std::span<const uint8_t, 32> key, base::ByteSpan salt) const = 0;
  // Whether `value` may be stored: its size and its form.
  virtual Refusal CheckValue(base::ByteSpan value) const = 0;
  // Application bytes as a value, and back; nothing where the value is no byte string.
  virtual base::Bytes WrapBytes(base::ByteSpan bytes) const = 0;
  virtual std::optional<base::Bytes> UnwrapBytes(base::ByteSpan value) const = 0;
  // The bytes a mutable record's signature covers.
  virtual base::Bytes Signable(base::ByteSpan value, base::ByteSpan salt, int64_t seq) const = 0;

  // What to store for an announce query that came from `from` to the node `own_id`; or
  // why not. The token was checked before.
  virtual Refusal ReadAnnounce(const Message& query, const base::Endpoint& from,
                               const NodeId& own_id, StoredPeer& peer) const = 0;
  virtual std::optional<Peer> ParsePeer(base::ByteSpan record) const = 0;
};

// A signed record.
//   Errors   kInvalidArgument  value or salt are over the protocol's limits, seq is
//                              negative, or the value has no legal form
absl::StatusOr<Record> SignRecord(const Protocol& protocol, const crypto::Ed25519Signer& signer,
                                  base::ByteSpan value, base::ByteSpan salt, int64_t seq);
// Whether the record may stand at `target`: hash and, of a mutable one, signature.
bool VerifyRecord(const Protocol& protocol, const NodeId& target, const Record& record);

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_PROTOCOL_H_
