// SPDX-License-Identifier: Apache-2.0
//
// A DHT node on sockets, for an event loop of Python: a thread of its own runs node and
// driver and never touches Python; what came of each verb waits in a queue, and a file
// descriptor is readable while something waits.
//
//   DhtRunner runner = …Start(options);
//   runner->Begin(7, [](dht::Node& node, base::Time now) { return node.Ping(now, peer); });
//   // once runner->fd() is readable:
//   for (DhtRunner::Outcome& outcome : runner->Take()) Resolve(outcome.ticket, …);
//
// Limits: kMaxOutcomes wait; beyond them nothing new is heard by listeners.
#ifndef BINDINGS_PYTHON_SRC_DHT_RUNNER_H_
#define BINDINGS_PYTHON_SRC_DHT_RUNNER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/crypto/random.h"
#include "libshadw/dht/node.h"
#include "libshadw/net/udp_driver.h"

namespace shadw::python {

inline constexpr size_t kMaxOutcomes = size_t{1} << 16;

class DhtRunner {
 public:
  // The caller's name for one verb; 0: the node has joined.
  using Ticket = uint64_t;
  using Verb = std::function<absl::StatusOr<dht::OperationId>(dht::Node&, base::Time)>;

  struct Snapshot {
    dht::NodeId id{};
    dht::NodeStats stats;
    net::UdpCounters datagrams;
  };
  // A listening has begun.
  struct Begun {
    dht::OperationId operation = 0;
  };
  struct Outcome {
    Ticket ticket = 0;
    // A status only where the verb failed; OK of one that has nothing to say.
    std::variant<absl::Status, dht::Event, Snapshot, std::vector<dht::Contact>, Begun> what;
  };
  struct Options {
    dht::NodeOptions node;
    const dht::Protocol* protocol = nullptr;
    net::UdpOptions udp;
    std::vector<dht::Contact> remember;
  };

  //   Errors   as of Node::Create and UdpSocket::Open; kResourceExhausted  no descriptor
  static absl::StatusOr<std::unique_ptr<DhtRunner>> Start(Options options);
  ~DhtRunner();
  DhtRunner(const DhtRunner&) = delete;
  DhtRunner& operator=(const DhtRunner&) = delete;

  int fd() const { return fd_; }
  const dht::Protocol& protocol() const { return protocol_; }
  std::optional<base::Endpoint> local_v4() const { return local_v4_; }
  std::optional<base::Endpoint> local_v6() const { return local_v6_; }

  // One outcome will come for the ticket; of a listening a Begun, then each Heard.
  //   Errors   kUnavailable  stopped, or too much waits already
  absl::Status Begin(Ticket ticket, Verb verb, bool listens = false);
  absl::Status Forget(Ticket ticket, dht::OperationId operation);
  absl::Status TakeSnapshot(Ticket ticket);
  absl::Status TakeContacts(Ticket ticket);

  // All that waits, in the order it came. Thread-safe.
  std::vector<Outcome> Take();

  // Ends the thread and closes the sockets; what is under way has no outcome. May be
  // called again.
  void Stop();

 private:
  DhtRunner(int fd, Options options, net::UdpSocket socket, dht::Node node);
  absl::Status Post(net::UdpDriver<dht::Node>::Task task);
  void Put(Outcome outcome);
  void Hear(dht::Event event);

  const int fd_;
  const dht::Protocol& protocol_;
  const std::optional<base::Endpoint> local_v4_, local_v6_;
  dht::Node node_;
  std::unordered_map<dht::OperationId, Ticket> tickets_;  // the thread's alone

  std::mutex mutex_;
  std::vector<Outcome> outcomes_;  // guarded by mutex_

  std::mutex stopping_;
  // Guarded by stopping_, but to the thread, which ends before it.
  std::optional<net::UdpDriver<dht::Node>> driver_;
  std::thread thread_;  // guarded by stopping_
};

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_DHT_RUNNER_H_
