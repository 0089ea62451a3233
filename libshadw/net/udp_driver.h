// SPDX-License-Identifier: Apache-2.0
//
// Runs a sans-IO machine (`base/state_machine.h`) on UDP sockets: datagrams and time in,
// datagrams and events out, all on the one thread that calls Run or RunOnce. Other threads
// reach the machine through Post and Call.
//
//   auto socket = net::UdpSocket::Open({.v4 = *base::Endpoint::Parse("0.0.0.0:6881")});
//   net::UdpDriver driver(*std::move(socket), machine, [](base::Time, Node::Event event) { … });
//   std::jthread thread([&] { driver.Run(); });
//   driver.Post([=](Node& node, base::Time now) { node.FindNode(now, target).IgnoreError(); });
//   size_t contacts = *driver.Call([](Node& node, base::Time) { return node.stats().contacts; });
//   driver.Stop();
//
// In a loop of the caller's own: `while (driver.RunOnce(kAtMost)) DoOtherThings();`
//
// A machine may have `void HandleNetworkChange(Time now)`. It is called when sending works
// again after an outage, when a socket was opened anew, and when the clock leapt ahead
// because the machine slept: answers in flight are lost, and the address may be another.
//
// Time is that of `driver_clock.h`. After Stop a driver does not run again. Before it is
// destroyed, stop it and run it until RunOnce says false, and let no other thread be in it:
// a Call whose task never ran is never answered.
#ifndef LIBSHADW_NET_UDP_DRIVER_H_
#define LIBSHADW_NET_UDP_DRIVER_H_

#include <algorithm>
#include <atomic>
#include <concepts>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/state_machine.h"
#include "libshadw/base/time.h"
#include "libshadw/net/driver_clock.h"
#include "libshadw/net/udp_socket.h"

namespace shadw::net {

inline constexpr size_t kMaxPostedTasks = size_t{1} << 16;

template <typename Machine>
concept UdpMachine =
    base::StateMachine<Machine> && std::same_as<typename Machine::Address, base::Endpoint>;

template <UdpMachine Machine>
class UdpDriver {
 public:
  using Event = typename Machine::Event;
  using EventHandler = std::function<void(base::Time, Event)>;
  using Task = std::function<void(Machine&, base::Time)>;

  // The machine must outlive the driver, and nobody else touches it while the driver runs.
  // Events come on the running thread.
  UdpDriver(UdpSocket socket, Machine& machine, EventHandler on_event)
      : socket_(std::move(socket)), machine_(machine), on_event_(std::move(on_event)) {}

  // Until Stop.
  void Run() {
    while (RunOnce(kMaxIdle)) {
    }
  }

  // Waits for something to do, at most so long, and does it: a batch of datagrams, what is
  // due, what was posted. False after Stop.
  bool RunOnce(base::Duration at_most);

  // Ends Run, after what was posted before it has run. Thread-safe.
  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    socket_.Wake();
  }

  // Runs `task` on the driver's thread, soon. False: stopped, or kMaxPostedTasks wait
  // already. Thread-safe.
  bool Post(Task task);

  // Runs `function(machine, now)` on the driver's thread and returns what it returned.
  // Waits until the loop comes by, so somebody must run it. Thread-safe; on the driver's
  // own thread the function runs at once.
  //   Errors   as of `Post`: kUnavailable
  template <typename Function,
            typename Result = std::invoke_result_t<Function, Machine&, base::Time>>
  auto Call(Function function)
      -> std::conditional_t<std::is_void_v<Result>, absl::Status, absl::StatusOr<Result>>;

  // As of UdpSocket. Where it listens never changes; the counters are read on the driver's
  // thread, by others through Call.
  std::optional<base::Endpoint> local_v4() const { return socket_.local_v4(); }
  std::optional<base::Endpoint> local_v6() const { return socket_.local_v6(); }
  UdpCounters counters() const { return socket_.counters(); }
  uint64_t datagrams_in() const { return socket_.datagrams_in(); }

 private:
  static constexpr base::Duration kMaxIdle = std::chrono::minutes(1);

  base::Time ReadClock();
  base::Duration TimeToWait(base::Duration at_most);
  // Takes out of the machine what it has to say.
  void Drain(base::Time now) {
    while (auto transmit = machine_.PollTransmit()) socket_.Send(*std::move(transmit));
    while (auto event = machine_.PollEvent()) on_event_(now, *std::move(event));
  }
  void RunPosted(base::Time now);

  UdpSocket socket_;
  Machine& machine_;
  EventHandler on_event_;
  DriverClock clock_;
  bool leapt_ahead_ = false;
  std::atomic<std::thread::id> running_on_;

  std::mutex mutex_;
  std::vector<Task> posted_;  // guarded by mutex_
  bool stopped_ = false;      // guarded by mutex_
  std::vector<Task> tasks_;
};

template <UdpMachine Machine>
bool UdpDriver<Machine>::RunOnce(base::Duration at_most) {
  running_on_ = std::this_thread::get_id();
  // What was done to the machine between two calls.
  Drain(ReadClock());
  socket_.Flush();
  socket_.Wait(TimeToWait(at_most));

  const base::Time now = ReadClock();
  if (socket_.TakeNetworkChange() || std::exchange(leapt_ahead_, false)) {
    if constexpr (requires { machine_.HandleNetworkChange(now); }) {
      machine_.HandleNetworkChange(now);
      Drain(now);
    }
  }
  for (const Datagram& datagram : socket_.Receive()) {
    machine_.HandleMessage(now, datagram.from, datagram.bytes);
    Drain(now);
  }
  const std::optional<base::Time> due = machine_.NextTimeout();
  if (due && *due <= now) {
    machine_.HandleTimeout(now);
    Drain(now);
  }
  RunPosted(now);
  socket_.Flush();
  running_on_ = std::thread::id();
  const std::lock_guard lock(mutex_);
  return !stopped_ || !posted_.empty();
}

template <UdpMachine Machine>
base::Time UdpDriver<Machine>::ReadClock() {
  const DriverClock::Reading reading = clock_.Read();
  leapt_ahead_ |= reading.leapt_ahead;
  return reading.now;
}

template <UdpMachine Machine>
base::Duration UdpDriver<Machine>::TimeToWait(base::Duration at_most) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || !posted_.empty()) return base::Duration::zero();
  }
  const std::optional<base::Time> due = machine_.NextTimeout();
  if (!due) return at_most;
  const base::Time now = ReadClock();
  return *due <= now ? base::Duration::zero() : std::min(at_most, *due - now);
}

template <UdpMachine Machine>
void UdpDriver<Machine>::RunPosted(base::Time now) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.swap(posted_);
  }
  for (Task& task : tasks_) {
    task(machine_, now);
    Drain(now);
  }
  tasks_.clear();
}

template <UdpMachine Machine>
bool UdpDriver<Machine>::Post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || posted_.size() >= kMaxPostedTasks) return false;
    posted_.push_back(std::move(task));
  }
  socket_.Wake();
  return true;
}

template <UdpMachine Machine>
template <typename Function, typename Result>
auto UdpDriver<Machine>::Call(Function function)
    -> std::conditional_t<std::is_void_v<Result>, absl::Status, absl::StatusOr<Result>> {
  using Answer = std::conditional_t<std::is_void_v<Result>, absl::Status, absl::StatusOr<Result>>;
  const auto answer = [&function](Machine& machine, base::Time now) -> Answer {
    if constexpr (std::is_void_v<Result>) {
      function(machine, now);
      return absl::OkStatus();
    } else {
      return function(machine, now);
    }
  };
  if (running_on_ == std::this_thread::get_id()) return answer(machine_, ReadClock());
  // Shared, because a std::function must be copyable.
  const auto promise = std::make_shared<std::promise<Answer>>();
  std::future<Answer> future = promise->get_future();
  const bool accepted = Post([promise, &answer](Machine& machine, base::Time now) {
    promise->set_value(answer(machine, now));
  });
  if (!accepted)
    return absl::UnavailableError(
        "net: got a call to a driver that is stopped or busy, need one that runs");
  return future.get();
}

}  // namespace shadw::net

#endif  // LIBSHADW_NET_UDP_DRIVER_H_
