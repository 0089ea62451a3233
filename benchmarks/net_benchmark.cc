// SPDX-License-Identifier: Apache-2.0
//
// Datagrams echoed per second of the server's own CPU. The ceiling is a bare loop of
// recvmmsg and sendmmsg with the same batch, under the same load in the same run: the two
// serve in turn, and the counter `of_ceiling` is the ratio. The load is a client thread
// that keeps `outstanding` datagrams of `bytes` under way.
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "libshadw/net/udp_driver.h"

namespace shadw::net {
namespace {

constexpr size_t kBatch = 64;
constexpr size_t kDatagramBytes = 100;
constexpr int kSlice = 20'000;  // datagrams of one turn
constexpr int kServerPauseMs = 100;

double ThreadCpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A blocking socket on loopback, and batches through it.
class BareSocket {
 public:
  BareSocket() : headers_(kBatch), pieces_(kBatch), addresses_(kBatch), bytes_(kBatch * 1536) {
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof at;
    const int size = 4 << 20;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    // The end of a slice is found by silence.
    const timeval pause{.tv_usec = kServerPauseMs * 1000};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    if (bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &length) != 0) {
      std::abort();
    }
    port_ = ntohs(at.sin_port);
    for (size_t i = 0; i < kBatch; ++i) {
      pieces_[i] = {.iov_base = bytes_.data() + i * 1536, .iov_len = 1536};
      headers_[i] = {};
      headers_[i].msg_hdr = {.msg_name = &addresses_[i],
                             .msg_namelen = sizeof addresses_[i],
                             .msg_iov = &pieces_[i],
                             .msg_iovlen = 1};
    }
  }
  ~BareSocket() { close(fd_); }
  BareSocket(const BareSocket&) = delete;
  BareSocket& operator=(const BareSocket&) = delete;

  uint16_t port() const { return port_; }
  // At least one, or none after the pause.
  int Receive() {
    for (size_t i = 0; i < kBatch; ++i) pieces_[i].iov_len = 1536;
    const int got = recvmmsg(fd_, headers_.data(), kBatch, MSG_WAITFORONE, nullptr);
    return got < 0 ? 0 : got;
  }
  void SendBack(int count) {
    for (int i = 0; i < count; ++i) pieces_[i].iov_len = headers_[i].msg_len;
    SendAll(count);
  }
  void SendTo(uint16_t port, int count) {
    for (int i = 0; i < count; ++i) {
      addresses_[i] = {
          .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
      pieces_[i].iov_len = kDatagramBytes;
    }
    SendAll(count);
  }

 private:
  void SendAll(int count) {
    for (int sent = 0; sent < count;) {
      const int now = sendmmsg(fd_, headers_.data() + sent, static_cast<unsigned>(count - sent), 0);
      sent += now < 0 ? 1 : now;
    }
  }

  int fd_;
  uint16_t port_;
  std::vector<mmsghdr> headers_;
  std::vector<iovec> pieces_;
  std::vector<sockaddr_in> addresses_;
  std::vector<uint8_t> bytes_;
};

// Exchanges `kSlice` datagrams with the server at `port`, `outstanding` at a time.
void Load(uint16_t port, int outstanding) {
  BareSocket client;
  int sent = 0;
  const auto send = [&](int count) {
    for (count = std::min(count, kSlice - sent); count > 0;) {
      const int part = std::min<int>(count, kBatch);
      client.SendTo(port, part);
      sent += part;
      count -= part;
    }
  };
  send(outstanding);
  for (int back = 0; back < kSlice;) {
    const int got = client.Receive();
    if (got == 0) break;  // lost: loopback drops where a buffer is full
    back += got;
    send(got);
  }
}

struct Served {
  double datagrams = 0;
  double cpu_seconds = 0;

  Served& operator+=(const Served& other) {
    datagrams += other.datagrams;
    cpu_seconds += other.cpu_seconds;
    return *this;
  }
  double Rate() const { return datagrams / cpu_seconds; }
};

Served ServeBare(int outstanding) {
  BareSocket server;
  Served served;
  std::jthread client([&] { Load(server.port(), outstanding); });
  const double before = ThreadCpuSeconds();
  while (served.datagrams < kSlice) {
    const int got = server.Receive();
    if (got == 0) break;
    server.SendBack(got);
    served.datagrams += got;
  }
  served.cpu_seconds = ThreadCpuSeconds() - before;
  return served;
}

struct Echo {
  using Address = base::Endpoint;
  using Event = int;
  void HandleMessage(base::Time, const base::Endpoint& from, base::ByteSpan bytes) {
    reply = {from, base::ToBytes(bytes)};
  }
  void HandleTimeout(base::Time) {}
  std::optional<base::Transmit<base::Endpoint>> PollTransmit() {
    return std::exchange(reply, std::nullopt);
  }
  std::optional<Event> PollEvent() { return std::nullopt; }
  std::optional<base::Time> NextTimeout() const { return std::nullopt; }

  std::optional<base::Transmit<base::Endpoint>> reply;
};

Served ServeDriver(int outstanding) {
  auto socket = UdpSocket::Open({.v4 = base::Endpoint::V4(127, 0, 0, 1, 0), .batch = kBatch});
  if (!socket.ok()) return {};
  Echo echo;
  UdpDriver driver(*std::move(socket), echo, [](base::Time, int) {});
  std::jthread client([port = driver.local_v4()->port, outstanding] { Load(port, outstanding); });
  Served served;
  const double before = ThreadCpuSeconds();
  // Two passes without a datagram: silence. The first does not wait.
  for (int idle = 0; idle < 2 && driver.datagrams_in() < kSlice;) {
    const uint64_t in = driver.datagrams_in();
    driver.RunOnce(std::chrono::milliseconds(kServerPauseMs));
    idle = driver.datagrams_in() == in ? idle + 1 : 0;
  }
  served.cpu_seconds = ThreadCpuSeconds() - before;
  served.datagrams = static_cast<double>(driver.datagrams_in());
  return served;
}

void BM_Echo(benchmark::State& state) {
  const auto outstanding = static_cast<int>(state.range(0));
  Served bare;
  Served driver;
  for (auto _ : state) {
    bare += ServeBare(outstanding);
    const Served slice = ServeDriver(outstanding);
    driver += slice;
    state.SetIterationTime(slice.cpu_seconds);
  }
  state.counters["per_cpu_second"] = driver.Rate();
  state.counters["ceiling"] = bare.Rate();
  state.counters["of_ceiling"] = driver.Rate() / bare.Rate();
}
BENCHMARK(BM_Echo)->ArgName("outstanding")->Arg(1)->Arg(16)->Arg(64)->Arg(256)->UseManualTime();

}  // namespace
}  // namespace shadw::net

BENCHMARK_MAIN();
