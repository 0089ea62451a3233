// SPDX-License-Identifier: Apache-2.0
//
// The UDP sockets of one node: one for IPv4, one for IPv6, or both on one port. Datagrams
// cross into the kernel and back in batches, and no error ends it: what a send reports is
// counted, and a socket that fails for good is opened again on its port.
//
//   auto socket = UdpSocket::Open({.v4 = *base::Endpoint::Parse("0.0.0.0:6881")});
//   socket->Wait(std::chrono::seconds(1));
//   for (const Datagram& d : socket->Receive()) socket->Send({d.from, base::ToBytes(d.bytes)});
//   socket->Flush();
//
// `udp_driver.h` runs a state machine on it; few need this header by itself.
//
// Limits: replies of a socket bound to the unspecified address leave from the address the
// routing table picks. A host with several that peers know it by binds to one of them.
#ifndef LIBSHADW_NET_UDP_SOCKET_H_
#define LIBSHADW_NET_UDP_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/state_machine.h"
#include "libshadw/base/time.h"

namespace shadw::net {

inline constexpr size_t kMaxBatch = 1024;  // datagrams per system call
inline constexpr size_t kMaxQueuedDatagrams = size_t{1} << 20;
inline constexpr size_t kMaxUdpBytes = 65'507;
// After so many sends in a row found no way out, the network counts as gone.
inline constexpr int kOutageErrors = 4;
// A socket that failed is opened again after the first delay, which then doubles.
inline constexpr base::Duration kReopenDelay = std::chrono::milliseconds(100);
inline constexpr base::Duration kMaxReopenDelay = std::chrono::seconds(10);

struct UdpOptions {
  // Where to listen; none: not this family. Port 0: the system picks, and IPv6 then gets
  // the port of IPv4.
  std::optional<base::Endpoint> v4 = base::Endpoint::V4(0, 0, 0, 0, 0);
  std::optional<base::Endpoint> v6;
  size_t batch = 64;
  size_t max_datagram_bytes = 1500;  // longer ones are dropped and counted
  size_t max_queued = 1024;          // datagrams waiting for the kernel, per family
  // Asked of the kernel for each direction, which may grant less.
  size_t kernel_buffer_bytes = size_t{4} << 20;

  absl::Status Validate() const;
};

struct UdpCounters {
  uint64_t datagrams_in = 0, bytes_in = 0;
  uint64_t datagrams_out = 0, bytes_out = 0;
  uint64_t dropped_by_kernel = 0;  // arrived, but nobody fetched them in time
  uint64_t too_long = 0;           // arrived, over max_datagram_bytes
  // Never left, by reason.
  uint64_t unreachable = 0;  // no route, no interface, no address of our own
  uint64_t forbidden = 0;    // a firewall
  uint64_t refused = 0;      // the peer's host: nobody listens
  uint64_t too_big = 0;      // for the interface or for UDP
  uint64_t queue_full = 0;
  uint64_t no_socket = 0;  // no socket of that family, or it is being opened again
  uint64_t other_errors = 0;
  // Not about one datagram.
  uint64_t receive_errors = 0;
  uint64_t outages = 0;   // begun
  uint64_t reopened = 0;  // sockets
};

struct Datagram {
  base::Endpoint from;
  base::ByteSpan bytes;
};

// Used by one thread at a time, its const methods too; Wake alone by any.
class UdpSocket {
 public:
  // Binds and allocates all receive buffers.
  //   Errors   kInvalidArgument    options
  //            kAlreadyExists      the port is taken
  //            kPermissionDenied   the port is privileged
  //            kUnavailable        no such family or address on this machine
  //            kResourceExhausted  no descriptors or memory
  static absl::StatusOr<UdpSocket> Open(const UdpOptions& options);
  UdpSocket(UdpSocket&&) noexcept;
  UdpSocket& operator=(UdpSocket&&) noexcept;
  ~UdpSocket();

  // One batch of what has arrived, perhaps empty. Does not block.
  //   Promise  the bytes stay until the next call
  std::span<const Datagram> Receive();

  // Queues; a full batch goes to the kernel at once. Where the kernel is full the queue
  // grows up to max_queued, then the newest is dropped.
  void Send(base::Transmit<base::Endpoint> transmit);
  // Hands what is queued to the kernel, as far as it takes it.
  void Flush();

  // Returns when there is something to receive, when a full kernel takes datagrams again,
  // on Wake, or after `at_most`. Opens sockets again that failed.
  void Wait(base::Duration at_most);
  // Ends a Wait, or the next one. Thread-safe.
  void Wake();

  // Whether since the last call an outage ended or a socket was opened again: what was
  // known of the network may no longer hold.
  bool TakeNetworkChange();

  // Where it listens, with the port the system picked.
  std::optional<base::Endpoint> local_v4() const;
  std::optional<base::Endpoint> local_v6() const;
  // One system call per socket; `datagrams_in` alone costs none.
  UdpCounters counters() const;
  uint64_t datagrams_in() const;

 private:
  class Impl;
  explicit UdpSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shadw::net

#endif  // LIBSHADW_NET_UDP_SOCKET_H_
