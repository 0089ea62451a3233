// SPDX-License-Identifier: Apache-2.0
//
// What `shadw dht` can do: ask a network one thing, or be a node of it.
#ifndef EXAMPLES_SHADW_DHT_VERBS_H_
#define EXAMPLES_SHADW_DHT_VERBS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dht_session.h"
#include "outcome.h"

namespace shadw::app {

struct DhtNodeArguments {
  DhtNetwork network;
  bool server = false;   // from the start, without proof that it can be reached
  uint32_t seconds = 0;  // 0: until a signal
};

struct DhtPingArguments {
  DhtNetwork network;
  std::string endpoint;
};

// Of a hash: lookup, get, peers.
struct DhtTargetArguments {
  DhtNetwork network;
  std::string target;      // hexadecimal digits
  std::string public_key;  // of a mutable record, instead of the target
  std::string salt;
};

struct DhtPutArguments {
  DhtNetwork network;
  std::string value;     // "-": standard input
  std::string key_file;  // a mutable record
  std::string salt;
  std::optional<int64_t> seq;  // nothing: one above the highest that is found
  std::optional<int64_t> cas;
  size_t quorum = 1;
};

struct DhtAnnounceArguments {
  DhtNetwork network;
  std::string target;
  uint16_t port = 0;     // mainline
  std::string key_file;  // hyperdht
};

struct DhtPublishArguments {
  DhtNetwork network;
  std::string label;
  std::string key_file;
  std::vector<std::string> addresses;     // HOST:PORT, the preferred one first
  std::vector<std::string> capabilities;  // of a service
  uint32_t expires_in_s = 86'400;
  bool revoke = false;
};

struct DhtResolveArguments {
  DhtNetwork network;
  std::string owner;  // public key, in hexadecimal digits
  std::string label;
};

struct DhtStatsArguments {
  DhtNetwork network;
};

absl::StatusOr<Outcome> RunDhtNode(const DhtNodeArguments& arguments, Console& console);
absl::StatusOr<Outcome> DhtPing(const DhtPingArguments& arguments, Console& console);
absl::StatusOr<Outcome> DhtLookup(const DhtTargetArguments& arguments, Console& console);
absl::StatusOr<Outcome> DhtGet(const DhtTargetArguments& arguments, Console& console);
absl::StatusOr<Outcome> DhtPeers(const DhtTargetArguments& arguments, Console& console);
absl::StatusOr<Outcome> DhtPut(const DhtPutArguments& arguments, Console& console);
absl::StatusOr<Outcome> DhtAnnounce(const DhtAnnounceArguments& arguments, Console& console);
// Names, dht_names.cc.
absl::StatusOr<Outcome> DhtPublish(const DhtPublishArguments& arguments, Console& console);
absl::StatusOr<Outcome> DhtResolve(const DhtResolveArguments& arguments, Console& console);
absl::StatusOr<Outcome> DhtStats(const DhtStatsArguments& arguments, Console& console);

// What verbs share: a node that joined to ask only; a public key in digits; what became of
// a put.
absl::StatusOr<std::unique_ptr<DhtSession>> OpenJoined(const DhtNetwork& network, Console& console);
absl::StatusOr<base::ByteArray<32>> ParsePublicKey(const std::string& text);
Outcome Describe(const dht::PutReport& report, size_t id_bytes);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_DHT_VERBS_H_
