// SPDX-License-Identifier: Apache-2.0
#include "libshadw/net/udp_driver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/net/echo_machine.h"

namespace shadw::net {
namespace {

using base::Endpoint;
using std::chrono::milliseconds;

const Endpoint kLoopback = Endpoint::V4(127, 0, 0, 1, 0);
const Endpoint kLoopback6 = *Endpoint::Parse("[::1]:0");

UdpSocket OpenOrDie(const UdpOptions& options) {
  auto socket = UdpSocket::Open(options);
  EXPECT_TRUE(socket.ok()) << socket.status();
  return *std::move(socket);
}

class UdpDriverTest : public testing::Test {
 protected:
  using Talker = UdpDriver<TalkMachine>;
  Talker MakeTalker(const UdpOptions& options = {.v4 = kLoopback}) {
    return Talker(OpenOrDie(options), talk_, [this](base::Time, TalkMachine::Event event) {
      heard_.push_back(std::move(event));
    });
  }
  UdpDriver<EchoMachine> MakeEcho(const UdpOptions& options = {.v4 = kLoopback}) {
    return UdpDriver<EchoMachine>(OpenOrDie(options), echo_, [](base::Time, int) {});
  }

  TalkMachine talk_;
  EchoMachine echo_;
  std::vector<TalkMachine::Event> heard_;
};

TEST_F(UdpDriverTest, CarriesMessagesBothWaysAndHandsOutEvents) {
  auto talker = MakeTalker();
  auto echo = MakeEcho();
  talk_.Say(*echo.local_v4(), "hello");
  ASSERT_TRUE(RunUntil([&] { return !heard_.empty(); }, talker, echo));
  EXPECT_EQ(heard_[0].text, "hello");
  EXPECT_EQ(heard_[0].from, *echo.local_v4());
  EXPECT_EQ(echo.counters().datagrams_in, 1);
  EXPECT_EQ(echo.counters().bytes_out, 5);
}

TEST_F(UdpDriverTest, SpeaksBothFamiliesAtOnce) {
  if (!UdpSocket::Open({.v4 = std::nullopt, .v6 = kLoopback6}).ok()) GTEST_SKIP() << "no IPv6 here";
  auto talker = MakeTalker({.v4 = kLoopback, .v6 = kLoopback6});
  auto echo = MakeEcho({.v4 = kLoopback, .v6 = kLoopback6});
  for (int i = 0; i < 10; ++i) {
    talk_.Say(*echo.local_v4(), "four");
    talk_.Say(*echo.local_v6(), "six");
  }
  ASSERT_TRUE(RunUntil([&] { return heard_.size() == 20; }, talker, echo));
  for (const auto& event : heard_) EXPECT_EQ(event.text, event.from.v6 ? "six" : "four");
}

TEST_F(UdpDriverTest, LosesNothingOfABurstBeyondManyBatches) {
  auto talker = MakeTalker();
  auto echo = MakeEcho();
  std::set<std::string> sent;
  for (int i = 0; i < 500; ++i) {
    sent.insert(std::to_string(i));
    talk_.Say(*echo.local_v4(), std::to_string(i));
  }
  ASSERT_TRUE(RunUntil([&] { return heard_.size() == sent.size(); }, talker, echo));
  std::set<std::string> back;
  for (const auto& event : heard_) back.insert(event.text);
  EXPECT_EQ(back, sent);
}

TEST_F(UdpDriverTest, CallsTheMachineBackWhenItAskedAndNotEarlier) {
  auto talker = MakeTalker();
  talk_.timeout = base::Time();  // long due
  ASSERT_TRUE(RunUntil([&] { return talk_.timeouts == 3; }, talker));
  EXPECT_FALSE(talk_.early);
  EXPECT_FALSE(talk_.NextTimeout().has_value());
  // Nothing more is due: passes leave the machine alone.
  for (int i = 0; i < 5; ++i) talker.RunOnce(milliseconds(1));
  EXPECT_EQ(talk_.timeouts, 3);
}

TEST_F(UdpDriverTest, WakesFromALongWaitForATimer) {
  auto talker = MakeTalker();
  talk_.timeout = base::Time();
  // Were the timer not heeded, one of these would wait an hour.
  for (int i = 0; i < 1000 && talk_.timeouts < 3; ++i) talker.RunOnce(std::chrono::hours(1));
  EXPECT_EQ(talk_.timeouts, 3);
}

TEST_F(UdpDriverTest, RunsPostedTasksOfManyThreadsOnItsOwn) {
  auto talker = MakeTalker();
  std::set<std::thread::id> seen;  // touched by the driver's thread alone
  int tasks = 0;
  std::thread loop([&] { talker.Run(); });
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 250; ++i) {
          EXPECT_TRUE(talker.Post([&](TalkMachine&, base::Time) {
            ++tasks;
            seen.insert(std::this_thread::get_id());
          }));
        }
      });
    }
  }
  const std::thread::id loop_id = loop.get_id();
  talker.Stop();
  loop.join();
  EXPECT_EQ(tasks, 1000);  // those accepted before Stop too
  EXPECT_EQ(seen, std::set{loop_id});
}

TEST_F(UdpDriverTest, AnswersCallsOfOtherThreads) {
  auto talker = MakeTalker();
  auto echo = MakeEcho();
  const Endpoint to = *echo.local_v4();
  std::thread talker_loop([&] { talker.Run(); });
  std::thread echo_loop([&] { echo.Run(); });
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&talker, to, t] {
        for (int i = 0; i < 50; ++i) {
          const auto got = talker.Call([&](TalkMachine& machine, base::Time) {
            machine.Say(to, "x");
            return 1000 * t + i;
          });
          EXPECT_EQ(got.value(), 1000 * t + i);
        }
      });
    }
  }
  for (size_t heard = 0; heard < 200;) {
    heard = talker.Call([&](TalkMachine&, base::Time) { return heard_.size(); }).value();
  }
  // A call without a result, and one from inside the loop.
  int nested = 0;
  EXPECT_TRUE(talker
                  .Call([&](TalkMachine&, base::Time) {
                    nested = talker.Call([](TalkMachine&, base::Time) { return 7; }).value();
                  })
                  .ok());
  EXPECT_EQ(nested, 7);
  talker.Stop();
  echo.Stop();
  talker_loop.join();
  echo_loop.join();
}

TEST_F(UdpDriverTest, RefusesTasksOnceStopped) {
  auto talker = MakeTalker();
  bool ran = false;
  EXPECT_TRUE(talker.Post([&](TalkMachine&, base::Time) { ran = true; }));
  talker.Stop();
  EXPECT_FALSE(talker.Post([](TalkMachine&, base::Time) {}));
  EXPECT_TRUE(absl::IsUnavailable(talker.Call([](TalkMachine&, base::Time) {})));
  EXPECT_FALSE(talker.RunOnce(std::chrono::hours(1)));
  EXPECT_TRUE(ran);
}

TEST_F(UdpDriverTest, HoldsABoundedNumberOfTasks) {
  auto talker = MakeTalker();
  for (size_t i = 0; i < kMaxPostedTasks; ++i) {
    ASSERT_TRUE(talker.Post([](TalkMachine&, base::Time) {}));
  }
  EXPECT_FALSE(talker.Post([](TalkMachine&, base::Time) {}));
  talker.RunOnce(milliseconds(0));
  EXPECT_TRUE(talker.Post([](TalkMachine&, base::Time) {}));
}

}  // namespace
}  // namespace shadw::net
