// SPDX-License-Identifier: Apache-2.0
#include "libshadw/net/posix_udp.h"

#include <linux/sock_diag.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace shadw::net {
namespace {

absl::Status OpenError(const char* what, const base::Endpoint& at, int error) {
  const std::string text = absl::StrCat("net: ", what, " of ", at.ToString(), ": ",
                                        std::generic_category().message(error));
  switch (error) {
    case EADDRINUSE:
      return absl::AlreadyExistsError(text);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(text);
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::UnavailableError(text);
  }
}

}  // namespace

SocketAddress ToSocketAddress(const base::Endpoint& endpoint) {
  SocketAddress address;
  std::memset(&address, 0, sizeof address);
  if (endpoint.v6) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(endpoint.port);
    std::ranges::copy(endpoint.address, address.v6.sin6_addr.s6_addr);
  } else {
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(endpoint.port);
    address.v4.sin_addr.s_addr = htonl(endpoint.v4());
  }
  return address;
}

base::Endpoint ToEndpoint(const SocketAddress& address) {
  if (address.any.sa_family == AF_INET) {
    return base::Endpoint::V4(ntohl(address.v4.sin_addr.s_addr), ntohs(address.v4.sin_port));
  }
  return base::Endpoint::V6(std::span<const uint8_t, 16>(address.v6.sin6_addr.s6_addr),
                            ntohs(address.v6.sin6_port));
}

absl::StatusOr<int> OpenBound(const base::Endpoint& at, size_t kernel_buffer_bytes) {
  const int fd = ::socket(at.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return OpenError("socket", at, errno);
  absl::Cleanup close_it = [fd] { ::close(fd); };
  const int yes = 1;
  if (at.v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) != 0) {
    return OpenError("v6only", at, errno);
  }
  const int bytes = static_cast<int>(kernel_buffer_bytes);
  // Beyond the system's limit root alone is heard; others get the limit.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  const SocketAddress address = ToSocketAddress(at);
  if (::bind(fd, &address.any, LengthOf(at)) != 0) return OpenError("bind", at, errno);
  std::move(close_it).Cancel();
  return fd;
}

base::Endpoint LocalEndpoint(int fd) {
  SocketAddress address;
  std::memset(&address, 0, sizeof address);
  socklen_t length = sizeof address;
  getsockname(fd, &address.any, &length);
  return ToEndpoint(address);
}

uint64_t KernelDrops(int fd) {
  std::array<uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t length = sizeof info;
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &length) != 0) return 0;
  return info[SK_MEMINFO_DROPS];
}

}  // namespace shadw::net
