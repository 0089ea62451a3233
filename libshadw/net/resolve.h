// SPDX-License-Identifier: Apache-2.0
//
// Names to endpoints, by the resolver of the system.
//
//   auto endpoints = net::Resolve(net::kMainlineBootstrap, {.v6 = true});
//
// Limits: blocks as long as the system's resolver does (resolv.conf: seconds per name).
// Ask from a thread that may wait, never inside a driver's loop.
#ifndef LIBSHADW_NET_RESOLVE_H_
#define LIBSHADW_NET_RESOLVE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/endpoint.h"

namespace shadw::net {

inline constexpr size_t kMaxNames = 256;  // per call
inline constexpr size_t kMaxEndpointsPerName = 32;

struct ResolveOptions {
  bool v4 = true;
  bool v6 = false;
};

struct HostPort {
  std::string host;
  uint16_t port;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// "name:80", "1.2.3.4:80" or "[::1]:80".
//   Errors   kInvalidArgument  no host, or no port from 1 to 65535 in digits
absl::StatusOr<HostPort> ParseHostPort(std::string_view text);

// The endpoints of all names that can be resolved, in their order, each once. Addresses
// need no resolver.
//   Shapes   names   at most kMaxNames of `host:port`
//   Errors   kInvalidArgument  a name is no host:port, too many names, or no family
//            kUnavailable      none of the names could be resolved
absl::StatusOr<std::vector<base::Endpoint>> Resolve(std::span<const std::string_view> names,
                                                    const ResolveOptions& options = {});

}  // namespace shadw::net

#endif  // LIBSHADW_NET_RESOLVE_H_
