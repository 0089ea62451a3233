// SPDX-License-Identifier: Apache-2.0
#include "udp_load.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace shadw::benchmarks {
namespace {

constexpr size_t kRoom = 1536;

// A blocking socket on loopback, and batches through it.
class BareSocket {
 public:
  BareSocket() : headers_(kBatch), pieces_(kBatch), addresses_(kBatch), bytes_(kBatch * kRoom) {
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof at;
    const int size = 4 << 20;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    const timeval pause{.tv_usec = kServerPauseMs * 1000};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    if (bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &length) != 0) {
      std::abort();
    }
    port_ = ntohs(at.sin_port);
    for (size_t i = 0; i < kBatch; ++i) {
      pieces_[i] = {.iov_base = bytes_.data() + i * kRoom, .iov_len = kRoom};
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
    for (size_t i = 0; i < kBatch; ++i) pieces_[i].iov_len = kRoom;
    const int got = recvmmsg(fd_, headers_.data(), kBatch, MSG_WAITFORONE, nullptr);
    return got < 0 ? 0 : got;
  }
  void SendBack(int count) {
    for (int i = 0; i < count; ++i) pieces_[i].iov_len = headers_[i].msg_len;
    SendAll(count);
  }
  void SendTo(uint16_t port, const Queries& queries, int first, int count) {
    for (int i = 0; i < count; ++i) {
      const base::Bytes& query = queries[static_cast<size_t>(first + i) % queries.size()];
      addresses_[i] = {
          .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
      std::ranges::copy(query, bytes_.begin() + i * static_cast<ptrdiff_t>(kRoom));
      pieces_[i].iov_len = query.size();
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

}  // namespace

double ThreadCpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int Load(uint16_t port, const Queries& queries, int outstanding) {
  BareSocket client;
  int sent = 0;
  const auto send = [&](int count) {
    for (count = std::min(count, kSlice - sent); count > 0;) {
      const int part = std::min<int>(count, kBatch);
      client.SendTo(port, queries, sent, part);
      sent += part;
      count -= part;
    }
  };
  send(outstanding);
  int back = 0;
  while (back < kSlice) {
    const int got = client.Receive();
    if (got == 0) break;
    back += got;
    send(got);
  }
  return back;
}

Served ServeBare(const Queries& queries, int outstanding) {
  BareSocket server;
  Served served;
  std::jthread client([&] { Load(server.port(), queries, outstanding); });
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

}  // namespace shadw::benchmarks
