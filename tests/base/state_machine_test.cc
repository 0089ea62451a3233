// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/state_machine.h"

#include <gtest/gtest.h>

#include <deque>

namespace shadw::base {
namespace {

// Answers every message with the same bytes, one second later.
class EchoMachine {
 public:
  using Address = int;
  using Event = size_t;

  void HandleMessage(Time now, const Address& from, ByteSpan bytes) {
    due_ = now + std::chrono::seconds(1);
    waiting_.push_back({from, ToBytes(bytes)});
    events_.push_back(bytes.size());
  }
  void HandleTimeout(Time now) {
    if (!due_ || now < *due_) return;
    due_.reset();
    ready_.swap(waiting_);
  }
  std::optional<Transmit<Address>> PollTransmit() { return Pop(ready_); }
  std::optional<Event> PollEvent() { return Pop(events_); }
  std::optional<Time> NextTimeout() const { return due_; }

 private:
  template <typename T>
  static std::optional<T> Pop(std::deque<T>& queue) {
    if (queue.empty()) return std::nullopt;
    T first = std::move(queue.front());
    queue.pop_front();
    return first;
  }
  std::deque<Transmit<Address>> waiting_, ready_;
  std::deque<Event> events_;
  std::optional<Time> due_;
};

static_assert(StateMachine<EchoMachine>);
static_assert(!StateMachine<ManualClock>);

TEST(StateMachine, IsDrivenWithoutSocketOrClock) {
  EchoMachine machine;
  const Time start = FromUnixSeconds(1);
  machine.HandleMessage(start, 7, AsBytes("hello"));
  EXPECT_EQ(machine.PollEvent(), 5u);
  EXPECT_FALSE(machine.PollTransmit().has_value());
  machine.HandleTimeout(start);
  EXPECT_FALSE(machine.PollTransmit().has_value());
  machine.HandleTimeout(*machine.NextTimeout());
  const auto transmit = machine.PollTransmit();
  ASSERT_TRUE(transmit.has_value());
  EXPECT_EQ(transmit->to, 7);
  EXPECT_EQ(AsText(transmit->bytes), "hello");
  EXPECT_EQ(machine.NextTimeout(), std::nullopt);
}

}  // namespace
}  // namespace shadw::base
