// SPDX-License-Identifier: Apache-2.0
//
// A node of a DHT for as long as one command takes: a socket, and one question at a time.
//
//   auto session = DhtSession::Open(network, dht::Serving::kNever, console);
//   SHADW_RETURN_IF_ERROR((*session)->Join());
//   auto report = (*session)->Ask<dht::GetReport>(
//       [&](dht::Node& node, base::Time now) { return node.Get(now, target); });
#ifndef EXAMPLES_SHADW_DHT_SESSION_H_
#define EXAMPLES_SHADW_DHT_SESSION_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/random.h"
#include "libshadw/dht/node.h"
#include "libshadw/net/udp_driver.h"
#include "outcome.h"

namespace shadw::app {

// How to get into which network, as it was given.
struct DhtNetwork {
  std::string name = "mainline";
  std::vector<std::string> bootstrap;
  bool is_public = false;         // the network's own bootstrap nodes too
  std::vector<std::string> bind;  // at most one of a family; empty: any IPv4 address and port
  std::string state;              // a file of contacts from one run to the next; empty: none
  uint32_t timeout_s = 30;
};

class DhtSession {
 public:
  using EventHandler = std::function<void(const dht::Event&)>;

  //   Errors   kInvalidArgument  bind or a bootstrap node is no address and port, or two
  //                              of bind are of one family
  //            kUnavailable      no bootstrap node has an address and the state file knows
  //                              nobody; where it does, that is a warning
  //            kDataLoss         the state file is damaged; and as UdpSocket::Open
  static absl::StatusOr<std::unique_ptr<DhtSession>> Open(const DhtNetwork& network,
                                                          dht::Serving serving, Console& console);

  const dht::Protocol& protocol() const { return *protocol_; }
  dht::Node& node() { return *node_; }
  // Where it listens: IPv4, IPv6 or both, in this order.
  std::vector<base::Endpoint> local() const;
  // Names to endpoints of the families that it listens on.
  absl::StatusOr<std::vector<base::Endpoint>> Resolve(
      std::span<const std::string_view> names) const;

  // Then saves whom it met.
  //   Errors   kInvalidArgument  there is nobody to begin with
  //            kUnavailable      nobody answered in time
  //            and as Save
  absl::Status Join();
  // Writes the state file, where there is one.
  absl::Status Save() const;
  // What `begin` began, once it is over. `begin` returns the operation, or why not.
  //   Errors   of `begin`; kDeadlineExceeded
  template <typename Report, typename Begin>
  absl::StatusOr<Report> Ask(Begin begin);
  // Handles what comes until `over` says so.
  void RunUntil(const std::function<bool()>& over, const EventHandler& on_event);

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  explicit DhtSession(const DhtNetwork& network);
  bool IsLate() const { return std::chrono::steady_clock::now() >= deadline_; }
  absl::Status TooLate(const char* what) const;
  absl::Status Load(base::Time now);
  absl::StatusOr<std::vector<base::Endpoint>> Bootstrap() const;

  const DhtNetwork network_;
  const dht::Protocol* protocol_;
  net::UdpOptions sockets_;
  SteadyTime deadline_;
  crypto::SystemRandom random_;
  size_t begin_with_ = 0;  // nodes of the bootstrap list and of the state file
  std::optional<dht::Node> node_;
  std::optional<net::UdpDriver<dht::Node>> driver_;
  EventHandler on_event_;
};

template <typename Report, typename Begin>
absl::StatusOr<Report> DhtSession::Ask(Begin begin) {
  absl::StatusOr<dht::OperationId> operation = 0;
  // A driver runs what it is handed on its own time.
  driver_->Post([&](dht::Node& node, base::Time now) { operation = begin(node, now); });
  std::optional<Report> found;
  RunUntil([&] { return found.has_value() || !operation.ok() || IsLate(); },
           [&](const dht::Event& event) {
             const auto* report = std::get_if<Report>(&event);
             if (report != nullptr && report->operation == *operation) found = *report;
           });
  if (!operation.ok()) return operation.status();
  if (!found) return TooLate("an answer");
  return *std::move(found);
}

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_DHT_SESSION_H_
