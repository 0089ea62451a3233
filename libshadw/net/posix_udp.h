// SPDX-License-Identifier: Apache-2.0
//
// Endpoints as the system writes them, and bound sockets.
#ifndef LIBSHADW_NET_POSIX_UDP_H_
#define LIBSHADW_NET_POSIX_UDP_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include "absl/status/statusor.h"
#include "libshadw/base/endpoint.h"

namespace shadw::net {

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

inline socklen_t LengthOf(const base::Endpoint& endpoint) {
  return endpoint.v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}
SocketAddress ToSocketAddress(const base::Endpoint& endpoint);
base::Endpoint ToEndpoint(const SocketAddress& address);

// A non-blocking socket that listens at `at`; the caller closes it. One of IPv6 carries no
// IPv4. Buffers are as large as the kernel grants.
//   Errors   as of UdpSocket::Open
absl::StatusOr<int> OpenBound(const base::Endpoint& at, size_t kernel_buffer_bytes);
base::Endpoint LocalEndpoint(int fd);
// How many datagrams the kernel dropped since the socket was opened.
uint64_t KernelDrops(int fd);

}  // namespace shadw::net

#endif  // LIBSHADW_NET_POSIX_UDP_H_
