// SPDX-License-Identifier: Apache-2.0
//
// What became of an operation, told honestly: whom it asked, who answered, who stored
// and who refused with which code.
#ifndef LIBSHADW_DHT_REPORTS_H_
#define LIBSHADW_DHT_REPORTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "libshadw/base/time.h"
#include "libshadw/dht/contact.h"
#include "libshadw/dht/message.h"

namespace shadw::dht {

using OperationId = uint64_t;

struct LookupReport {
  NodeId target{};
  std::vector<Contact> closest;  // that answered, closest first
  size_t messages = 0;           // requests sent, all of the operation
  size_t answers = 0;
  // Requests that were given up. Of a get that found nothing: those who were silent, the
  // closest of them twice, may have it.
  size_t silent = 0;
  uint16_t hops = 0;     // to the closest: 1 when it stood in our own table
  bool crowded = false;  // the target's surroundings were denser than the network explains
};

enum class PutResult : uint8_t {
  kStored,
  kRefused,
  kSilent,
  kNotSent,  // never asked to: it gave no token, or the protocol cannot say it
};

struct PutOutcome {
  Contact contact;
  size_t rank = 0;  // 0: the closest to the target of those written to
  PutResult result = PutResult::kNotSent;
  int code = 0;      // of a refusal, as on the wire
  std::string text;  // likewise; at most kMaxErrorTextBytes
};
inline constexpr size_t kMaxErrorTextBytes = 100;

struct PutReport {
  OperationId operation = 0;
  LookupReport lookup;
  std::vector<PutOutcome> outcomes;  // one for each contact written to
  size_t stored = 0;
  bool quorum_met = false;
  // The highest sequence number that was met on the way, where it is above the one put.
  std::optional<int64_t> newer_seq;
};

struct GetReport {
  struct Version {
    Record record;
    size_t agreed = 0;  // contacts that gave exactly this
  };
  OperationId operation = 0;
  LookupReport lookup;
  // What was found and verified, the highest sequence number first; empty: nothing.
  std::vector<Version> versions;
};

struct PeersReport {
  OperationId operation = 0;
  LookupReport lookup;
  std::vector<Peer> peers;
};

struct FoundNodes {
  OperationId operation = 0;
  LookupReport lookup;
};

struct Pong {
  OperationId operation = 0;
  base::Endpoint endpoint{};
  std::optional<Contact> contact;  // nothing: silence, or a node that does not say its id
  bool answered = false;
  base::Duration rtt{};
};

// A value that was not there when it was last looked for.
struct Heard {
  OperationId operation = 0;
  Record record;
};

struct TargetsSampled {
  OperationId operation = 0;
  LookupReport lookup;
  std::vector<NodeId> targets;
};

// Others agree where they see us.
struct AddressLearned {
  base::Endpoint address{};
  NodeId id{};  // ours from now on
};

// The node began, or ceased, to answer as one that others may rely on.
struct ServingChanged {
  bool serving = false;
};

// A lookup of our own surroundings is over: the first, and the first after the network
// changed or nobody was known any more.
struct Joined {
  size_t contacts = 0;
};

using Event = std::variant<FoundNodes, PutReport, GetReport, PeersReport, TargetsSampled, Pong,
                           Heard, AddressLearned, ServingChanged, Joined>;

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_REPORTS_H_
