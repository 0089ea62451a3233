// SPDX-License-Identifier: Apache-2.0
//
// Answers queries: what a node does for others. It reads the routing tables and keeps
// the records and peers; it sends nothing itself.
//
//   Responder::Scratch scratch;
//   Message reply;
//   if (responder.Answer(now, query, from, own_id, scratch, reply)) Send(from, reply);
#ifndef LIBSHADW_DHT_RESPONDER_H_
#define LIBSHADW_DHT_RESPONDER_H_

#include "libshadw/dht/peer_store.h"
#include "libshadw/dht/protocol.h"
#include "libshadw/dht/record_store.h"
#include "libshadw/dht/routing_table.h"
#include "libshadw/dht/token_issuer.h"

namespace shadw::dht {

struct ResponderOptions {
  RecordStoreOptions records;
  PeerStoreOptions peers;
  size_t contacts_in_reply = 0;  // 0: the bucket size
  size_t max_peers_in_reply = 60;
  size_t max_samples_in_reply = 20;
};

class Responder {
 public:
  // What a reply borrows besides the stores.
  struct Scratch {
    Token token;
  };

  // The tables of IPv4 and IPv6, either of which may be missing, outlive the responder.
  Responder(const ResponderOptions& options, const Protocol* protocol, const RoutingTable* v4,
            const RoutingTable* v6, base::RandomSource* random);

  // Fills `reply` for a query; false: it is to be met with silence.
  //   Promise  `reply` borrows from the query, the scratch and the stores
  //   Cost     a signature check where a mutable record or an announcement comes with a
  //            good token, and none otherwise
  bool Answer(base::Time now, const Message& query, const base::Endpoint& from,
              const NodeId& own_id, Scratch& scratch, Message& reply);

  // Where the peer announced from that can be asked for by the name `target`.
  std::optional<base::Endpoint> AnnouncerOf(base::Time now, const NodeId& target) const;
  // True when the last query carried a token that was ours.
  bool token_was_good() const { return token_was_good_; }
  void SetOwnId(const NodeId& own_id) {
    records_.SetOwnId(own_id);
    peers_.SetOwnId(own_id);
  }
  void ForgetExpired(base::Time now);
  const RecordStore& records() const { return records_; }
  const PeerStore& peers() const { return peers_; }

 private:
  void AddContacts(const Message& query, const base::Endpoint& from, Message& reply) const;
  NodeId TokenTarget(const NodeId& target) const;
  void AddToken(base::Time now, const Message& query, const base::Endpoint& from, Scratch& scratch,
                Message& reply);
  void AddPeers(base::Time now, const Message& query, Message& reply) const;
  void AddRecord(base::Time now, const Message& query, Message& reply) const;
  Refusal Store(base::Time now, const Message& query, const base::Endpoint& from);
  Refusal Announce(base::Time now, const Message& query, const base::Endpoint& from,
                   const NodeId& own_id);
  Refusal CheckToken(base::Time now, const Message& query, const base::Endpoint& from);
  Refusal Write(base::Time now, const Message& query, const base::Endpoint& from,
                const NodeId& own_id);

  ResponderOptions options_;
  const Protocol* protocol_;
  const RoutingTable* tables_[2];
  base::RandomSource* random_;
  TokenIssuer tokens_;
  RecordStore records_;
  PeerStore peers_;
  bool token_was_good_ = false;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_RESPONDER_H_
