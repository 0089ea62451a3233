// SPDX-License-Identifier: Apache-2.0
#include "libshadw/net/udp_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>
#include <vector>

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

void Say(UdpSocket& socket, const Endpoint& to, size_t bytes) {
  socket.Send({to, base::Bytes(bytes, 'x')});
}

// How many datagrams come until `enough`, or until nothing has come for long.
size_t Count(UdpSocket& socket, size_t enough) {
  size_t count = 0;
  for (int waits = 0; waits < 10'000 && count < enough; ++waits) {
    socket.Wait(milliseconds(1));
    count += socket.Receive().size();
  }
  return count;
}

TEST(UdpSocketTest, RefusesOptionsOutOfRange) {
  const auto code = [](const UdpOptions& options) {
    return UdpSocket::Open(options).status().code();
  };
  const auto refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code({.v4 = std::nullopt}), refused);
  EXPECT_EQ(code({.v4 = kLoopback6}), refused);
  EXPECT_EQ(code({.v6 = kLoopback}), refused);
  EXPECT_EQ(code({.batch = 0}), refused);
  EXPECT_EQ(code({.batch = kMaxBatch + 1}), refused);
  EXPECT_EQ(code({.max_datagram_bytes = 0}), refused);
  EXPECT_EQ(code({.max_datagram_bytes = kMaxUdpBytes + 1}), refused);
  EXPECT_EQ(code({.max_queued = 63}), refused);
}

TEST(UdpSocketTest, SaysThatAPortIsTaken) {
  const UdpSocket first = OpenOrDie({.v4 = kLoopback});
  EXPECT_TRUE(absl::IsAlreadyExists(UdpSocket::Open({.v4 = first.local_v4()}).status()));
}

TEST(UdpSocketTest, SaysThatAnAddressIsNotOfThisMachine) {
  EXPECT_TRUE(absl::IsUnavailable(UdpSocket::Open({.v4 = Endpoint::V4(192, 0, 2, 1, 0)}).status()));
}

TEST(UdpSocketTest, ListensOnOnePortOfBothFamilies) {
  auto both = UdpSocket::Open({.v4 = kLoopback, .v6 = kLoopback6});
  if (absl::IsUnavailable(both.status())) GTEST_SKIP() << "no IPv6 here: " << both.status();
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->local_v4()->port, both->local_v6()->port);
  UdpSocket v4 = OpenOrDie({.v4 = kLoopback});
  UdpSocket v6 = OpenOrDie({.v4 = std::nullopt, .v6 = kLoopback6});
  Say(v4, *both->local_v4(), 4);
  Say(v6, *both->local_v6(), 6);
  v4.Flush();
  v6.Flush();
  std::vector<std::pair<Endpoint, size_t>> heard;
  for (int waits = 0; waits < 10'000 && heard.size() < 2; ++waits) {
    both->Wait(milliseconds(1));
    for (const Datagram& d : both->Receive()) heard.emplace_back(d.from, d.bytes.size());
  }
  ASSERT_EQ(heard.size(), 2);
  for (const auto& [from, bytes] : heard) {
    EXPECT_EQ(bytes, from.v6 ? 6 : 4);
    EXPECT_EQ(from, from.v6 ? *v6.local_v6() : *v4.local_v4());
  }
}

TEST(UdpSocketTest, CarriesBurstsBeyondOneBatch) {
  UdpSocket a = OpenOrDie({.v4 = kLoopback, .batch = 8});
  UdpSocket b = OpenOrDie({.v4 = kLoopback, .batch = 8});
  for (size_t i = 0; i < 100; ++i) Say(a, *b.local_v4(), i);
  a.Flush();
  std::vector<size_t> sizes;
  for (int waits = 0; waits < 10'000 && sizes.size() < 100; ++waits) {
    b.Wait(milliseconds(1));
    const auto received = b.Receive();
    EXPECT_LE(received.size(), 8);
    for (const Datagram& d : received) sizes.push_back(d.bytes.size());
  }
  ASSERT_EQ(sizes.size(), 100);
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(sizes[i], i);
  EXPECT_EQ(a.counters().datagrams_out, 100);
  EXPECT_EQ(b.counters().datagrams_in, 100);
  EXPECT_EQ(b.counters().bytes_in, a.counters().bytes_out);
}

TEST(UdpSocketTest, DropsAndCountsWhatIsTooLong) {
  UdpSocket a = OpenOrDie({.v4 = kLoopback});
  UdpSocket b = OpenOrDie({.v4 = kLoopback, .max_datagram_bytes = 1000});
  Say(a, *b.local_v4(), 1001);
  Say(a, *b.local_v4(), 1000);
  a.Flush();
  EXPECT_EQ(Count(b, 1), 1);
  EXPECT_EQ(b.counters().too_long, 1);
  EXPECT_EQ(b.counters().bytes_in, 1000);
}

TEST(UdpSocketTest, CountsWhatCannotBeSentAndGoesOn) {
  UdpSocket a = OpenOrDie({.v4 = kLoopback});
  Say(a, *Endpoint::Parse("[::1]:9"), 1);    // no socket of that family
  Say(a, Endpoint::V4(127, 0, 0, 1, 0), 1);  // no port
  Say(a, Endpoint::V4(192, 0, 2, 1, 9), 1);  // loopback has no way there
  Say(a, *a.local_v4(), kMaxUdpBytes + 1);
  Say(a, *a.local_v4(), 7);
  a.Flush();
  EXPECT_EQ(Count(a, 1), 1);
  const UdpCounters counters = a.counters();
  EXPECT_EQ(counters.no_socket, 1);
  EXPECT_EQ(counters.unreachable, 2);
  EXPECT_EQ(counters.too_big, 1);
  EXPECT_EQ(counters.datagrams_out, 1);
}

TEST(UdpSocketTest, CountsWhatTheKernelDropped) {
  UdpSocket a = OpenOrDie({.v4 = kLoopback});
  UdpSocket b = OpenOrDie({.v4 = kLoopback, .kernel_buffer_bytes = 0});
  for (int i = 0; i < 500; ++i) Say(a, *b.local_v4(), 1000);
  a.Flush();
  const size_t received = Count(b, 1) + b.Receive().size();
  EXPECT_GT(b.counters().dropped_by_kernel, 0);
  EXPECT_EQ(b.counters().dropped_by_kernel + received, a.counters().datagrams_out);
}

TEST(UdpSocketTest, IsWokenByAnotherThreadEvenBeforeItWaits) {
  UdpSocket a = OpenOrDie({.v4 = kLoopback});
  a.Wake();
  a.Wait(std::chrono::hours(1));
  a.Wake();
  a.Wake();
  a.Wait(std::chrono::hours(1));
}

// The descriptor of the UDP socket with this local port; the process has one only.
int DescriptorOf(const Endpoint& endpoint) {
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
        address.sin_family == AF_INET && ntohs(address.sin_port) == endpoint.port) {
      return fd;
    }
  }
  return -1;
}

class BrokenSocketTest : public testing::Test {
 protected:
  // Puts something else where the socket was.
  void Break() {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    ASSERT_GE(dup2(null, DescriptorOf(*a_.local_v4())), 0);
    close(null);
  }
  // Passes of a loop until it is open again.
  bool Recovers() {
    for (int waits = 0; waits < 10'000 && a_.counters().reopened == 0; ++waits) {
      a_.Wait(milliseconds(1));
      a_.Receive();
      a_.Flush();
    }
    return a_.counters().reopened == 1;
  }
  bool HearsOnItsOldPort() {
    Say(b_, at_, 3);
    b_.Flush();
    return Count(a_, 1) == 1;
  }

  UdpSocket a_ = OpenOrDie({.v4 = kLoopback});
  UdpSocket b_ = OpenOrDie({.v4 = kLoopback});
  const Endpoint at_ = *a_.local_v4();
};

TEST_F(BrokenSocketTest, IsOpenedAgainOnItsPortWhenASendShowsIt) {
  Break();
  Say(a_, *b_.local_v4(), 1);
  a_.Flush();
  EXPECT_EQ(a_.counters().no_socket, 1);
  EXPECT_TRUE(Recovers());
  EXPECT_TRUE(HearsOnItsOldPort());
  EXPECT_TRUE(a_.TakeNetworkChange());
  EXPECT_FALSE(a_.TakeNetworkChange());
}

TEST_F(BrokenSocketTest, IsOpenedAgainOnItsPortWhenNothingIsSent) {
  Break();
  EXPECT_TRUE(Recovers());
  EXPECT_TRUE(HearsOnItsOldPort());
}

TEST_F(BrokenSocketTest, TriesAgainWhileItsPortIsTaken) {
  Break();
  auto thief = UdpSocket::Open({.v4 = at_});
  ASSERT_TRUE(thief.ok()) << thief.status();
  for (int waits = 0; waits < 300; ++waits) {
    a_.Wait(milliseconds(1));
    a_.Receive();
  }
  EXPECT_EQ(a_.counters().reopened, 0);
  { const UdpSocket gone = *std::move(thief); }
  EXPECT_TRUE(Recovers());
}

}  // namespace
}  // namespace shadw::net
