// SPDX-License-Identifier: Apache-2.0
//
// What only a real interface does: it goes away and comes back, and it takes no more for a
// while. Two network namespaces of the test's own, joined by one cable, that end with it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "tests/net/echo_machine.h"

namespace shadw::net {
namespace {

using base::Endpoint;
using std::chrono::milliseconds;

const Endpoint kNear = Endpoint::V4(10, 9, 0, 1, 4000);
const Endpoint kFar = Endpoint::V4(10, 9, 0, 2, 4000);

bool Ip(const std::string& arguments) {
  return std::system(("ip " + arguments + " 2>/dev/null").c_str()) == 0;
}

// A fresh namespace, which this thread is then in; -1 where that takes rights it lacks.
int EnterNewNamespace() {
  if (unshare(CLONE_NEWNET) != 0) return -1;
  return open("/proc/thread-self/ns/net", O_RDONLY);
}

class OutageTest : public testing::Test {
 protected:
  // Runs `body` on the near side of the cable.
  void OnACable(const std::function<void()>& body) {
    std::string missing;
    std::thread([&] {
      missing = LayCable();
      if (missing.empty()) body();
      for (const int fd : {near_, far_}) {
        if (fd >= 0) close(fd);
      }
    }).join();
    // Namespaces take root, and containers often lack the right as well.
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
  // A socket lives where it was opened, whoever uses it.
  UdpSocket OpenFar() const {
    setns(far_, CLONE_NEWNET);
    auto socket = UdpSocket::Open({.v4 = kFar});
    setns(near_, CLONE_NEWNET);
    EXPECT_TRUE(socket.ok()) << socket.status();
    return *std::move(socket);
  }

  void TalksAcrossAnOutage();
  void WaitsWhileTheCableTakesNoMore();

 private:
  std::string LayCable() {
    if (!Ip("-Version >/dev/null")) return "no program ip";
    far_ = EnterNewNamespace();
    near_ = far_ < 0 ? -1 : EnterNewNamespace();
    if (near_ < 0) return std::string("no network namespace: ") + std::strerror(errno);
    const std::string far = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(far_);
    if (!Ip("link add near type veth peer name far netns " + far)) return "no virtual cable";
    if (!Ip("address add 10.9.0.1/24 dev near") || !Ip("link set near up")) return "no near end";
    setns(far_, CLONE_NEWNET);
    const bool up = Ip("address add 10.9.0.2/24 dev far") && Ip("link set far up");
    setns(near_, CLONE_NEWNET);
    return up ? "" : "no far end";
  }

  int near_ = -1, far_ = -1;
};

void OutageTest::TalksAcrossAnOutage() {
  auto near_socket = UdpSocket::Open({.v4 = kNear});
  ASSERT_TRUE(near_socket.ok()) << near_socket.status();
  TalkMachine talk;
  EchoMachine echo;
  int heard = 0;
  UdpDriver near(*std::move(near_socket), talk,
                 [&](base::Time, const TalkMachine::Event&) { ++heard; });
  UdpDriver far(OpenFar(), echo, [](base::Time, int) {});
  // The cable needs a moment to come up, and the first datagrams may be lost on it.
  const auto talk_until = [&](const auto& done) {
    for (int i = 0; i < 1000 && !done(); ++i) {
      talk.Say(kFar, "hello");
      for (int pass = 0; pass < 10 && !done(); ++pass) {
        near.RunOnce(milliseconds(1));
        far.RunOnce(milliseconds(1));
      }
    }
    return done();
  };
  ASSERT_TRUE(talk_until([&] { return heard > 0; }));
  const uint64_t unreachable_before = near.counters().unreachable;
  const int changes_before = talk.network_changes;

  ASSERT_TRUE(Ip("link set near down"));
  for (int i = 0; i < 10; ++i) talk.Say(kFar, "during");
  near.RunOnce(milliseconds(1));
  EXPECT_EQ(near.counters().unreachable, unreachable_before + 10);
  EXPECT_EQ(near.counters().outages, 1);
  EXPECT_EQ(talk.network_changes, changes_before);

  // The address with it: the socket is bound to what is no longer there.
  ASSERT_TRUE(Ip("address flush dev near"));
  talk.Say(kFar, "during");
  near.RunOnce(milliseconds(1));
  EXPECT_EQ(near.counters().unreachable, unreachable_before + 11);

  heard = 0;
  ASSERT_TRUE(Ip("link set near up") && Ip("address add 10.9.0.1/24 dev near"));
  EXPECT_TRUE(talk_until([&] { return heard > 0; }));
  EXPECT_EQ(talk.network_changes, changes_before + 1);
  EXPECT_EQ(near.counters().reopened, 0);
}

// The kernel holds datagrams to a neighbour whose hardware address it does not know yet,
// and counts them against the sender's buffer.
void OutageTest::WaitsWhileTheCableTakesNoMore() {
  auto socket =
      UdpSocket::Open({.v4 = kNear, .batch = 4, .max_queued = 16, .kernel_buffer_bytes = 0});
  ASSERT_TRUE(socket.ok()) << socket.status();
  ASSERT_TRUE(Ip("link set near up"));
  for (int i = 0; i < 500; ++i) socket->Send({Endpoint::V4(10, 9, 0, 3, 9), base::Bytes(1000)});
  socket->Flush();
  const UdpCounters full = socket->counters();
  EXPECT_GT(full.queue_full, 0);
  EXPECT_EQ(full.datagrams_out + full.queue_full, 500 - 16);

  ASSERT_TRUE(Ip("neighbour replace 10.9.0.3 lladdr 02:00:00:00:00:01 dev near nud permanent"));
  for (int waits = 0; waits < 10'000 && socket->counters().datagrams_out < full.datagrams_out + 16;
       ++waits) {
    socket->Wait(milliseconds(1));
    socket->Flush();
  }
  EXPECT_EQ(socket->counters().datagrams_out, full.datagrams_out + 16);
  EXPECT_EQ(socket->counters().queue_full, full.queue_full);
}

TEST_F(OutageTest, GoesOnWhenTheInterfaceComesBackAndTellsTheMachine) {
  OnACable([this] { TalksAcrossAnOutage(); });
}

TEST_F(OutageTest, HoldsABoundedQueueWhileTheKernelIsFullAndSendsItLater) {
  OnACable([this] { WaitsWhileTheCableTakesNoMore(); });
}

}  // namespace
}  // namespace shadw::net
