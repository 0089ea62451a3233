// SPDX-License-Identifier: Apache-2.0
#include "bindings/python/src/dht_runner.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace shadw::python {
namespace {

// Every node of the process draws from the operating system.
base::RandomSource* System() {
  static crypto::SystemRandom random;
  return &random;
}

dht::OperationId OperationOf(const dht::Event& event) {
  return std::visit(
      [](const auto& it) -> dht::OperationId {
        if constexpr (requires { it.operation; }) return it.operation;
        return 0;
      },
      event);
}

// The clock of the driver, so that the node's first moment is not after its second.
base::Time Now() { return net::DriverClock().Read().now; }

// Of a server that binds to one address of its own: others see it there, and on hyperdht
// nobody remembers a node whose id is not that of its address.
std::optional<base::Endpoint> KnownAddress(const net::UdpSocket& socket) {
  for (const auto& local : {socket.local_v4(), socket.local_v6()}) {
    if (local && local->IsUsable()) return local;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DhtRunner>> DhtRunner::Start(Options options) {
  absl::StatusOr<net::UdpSocket> socket = net::UdpSocket::Open(options.udp);
  if (!socket.ok()) return socket.status();
  options.node.v4 = socket->local_v4().has_value();
  options.node.v6 = socket->local_v6().has_value();
  if (options.node.serving == dht::Serving::kAlways && !options.node.address) {
    options.node.address = KnownAddress(*socket);
  }
  const base::Time now = Now();
  absl::StatusOr<dht::Node> node = dht::Node::Create(options.node, options.protocol, System(), now);
  if (!node.ok()) return node.status();
  node->Remember(now, options.remember);
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) {
    return absl::ResourceExhaustedError("dht: got no file descriptor, need one to wake a loop");
  }
  return std::unique_ptr<DhtRunner>(
      new DhtRunner(fd, std::move(options), *std::move(socket), *std::move(node)));
}

DhtRunner::DhtRunner(int fd, Options options, net::UdpSocket socket, dht::Node node)
    : fd_(fd),
      protocol_(*options.protocol),
      local_v4_(socket.local_v4()),
      local_v6_(socket.local_v6()),
      node_(std::move(node)) {
  driver_.emplace(std::move(socket), node_,
                  [this](base::Time, dht::Event event) { Hear(std::move(event)); });
  thread_ = std::thread([this] { driver_->Run(); });
}

DhtRunner::~DhtRunner() {
  Stop();
  close(fd_);
}

void DhtRunner::Stop() {
  const std::lock_guard lock(stopping_);
  if (!thread_.joinable()) return;
  driver_->Stop();
  thread_.join();
  driver_.reset();
}

absl::Status DhtRunner::Post(net::UdpDriver<dht::Node>::Task task) {
  const std::lock_guard lock(stopping_);
  if (driver_ && driver_->Post(std::move(task))) return absl::OkStatus();
  return absl::UnavailableError("dht: got a node that is closed or busy, need one that runs");
}

absl::Status DhtRunner::Begin(Ticket ticket, Verb verb, bool listens) {
  return Post([this, ticket, verb = std::move(verb), listens](dht::Node& node, base::Time now) {
    const absl::StatusOr<dht::OperationId> operation = verb(node, now);
    if (!operation.ok()) return Put({ticket, operation.status()});
    tickets_[*operation] = ticket;
    if (listens) Put({ticket, Begun{*operation}});
  });
}

absl::Status DhtRunner::Forget(Ticket ticket, dht::OperationId operation) {
  return Post([this, ticket, operation](dht::Node& node, base::Time) {
    tickets_.erase(operation);
    Put({ticket, node.Forget(operation)});
  });
}

absl::Status DhtRunner::TakeSnapshot(Ticket ticket) {
  return Post([this, ticket](dht::Node& node, base::Time) {
    Put({ticket, Snapshot{node.id(), node.stats(), driver_->counters()}});
  });
}

absl::Status DhtRunner::TakeContacts(Ticket ticket) {
  return Post([this, ticket](dht::Node& node, base::Time) { Put({ticket, node.Contacts()}); });
}

// On the thread, as all that follows but Take.
void DhtRunner::Hear(dht::Event event) {
  if (std::holds_alternative<dht::Joined>(event)) return Put({0, std::move(event)});
  const auto found = tickets_.find(OperationOf(event));
  if (found == tickets_.end()) return;
  const Ticket ticket = found->second;
  if (!std::holds_alternative<dht::Heard>(event)) tickets_.erase(found);
  Put({ticket, std::move(event)});
}

void DhtRunner::Put(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  if (outcomes_.size() >= kMaxOutcomes) {
    const auto* event = std::get_if<dht::Event>(&outcome.what);
    if (event != nullptr && std::holds_alternative<dht::Heard>(*event)) return;
  }
  outcomes_.push_back(std::move(outcome));
  if (outcomes_.size() > 1) return;
  const uint64_t one = 1;
  // Cannot fail: the counter is far from full. A warning would be for nothing.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
}

std::vector<DhtRunner::Outcome> DhtRunner::Take() {
  const std::lock_guard lock(mutex_);
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof(count));
  return std::exchange(outcomes_, {});
}

}  // namespace shadw::python
