// SPDX-License-Identifier: Apache-2.0
#include "libshadw/net/resolve.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/net/posix_udp.h"

namespace shadw::net {
namespace {

// Appends what `name` resolves to. Returns 0 or a code of getaddrinfo.
int ResolveOne(const HostPort& name, const ResolveOptions& options,
               std::vector<base::Endpoint>& endpoints) {
  addrinfo hints{};
  hints.ai_family = options.v4 && options.v6 ? AF_UNSPEC : options.v4 ? AF_INET : AF_INET6;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(name.host.c_str(), nullptr, &hints, &list);
  if (code != 0) return code;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  size_t taken = 0;
  for (; list != nullptr && taken < kMaxEndpointsPerName; list = list->ai_next) {
    if (list->ai_family != AF_INET && list->ai_family != AF_INET6) continue;
    SocketAddress address{};
    std::memcpy(&address, list->ai_addr, std::min<size_t>(list->ai_addrlen, sizeof address));
    base::Endpoint endpoint = ToEndpoint(address);
    endpoint.port = name.port;
    if (endpoint.v6 ? !options.v6 : !options.v4) continue;
    if (absl::c_linear_search(endpoints, endpoint)) continue;
    endpoints.push_back(endpoint);
    ++taken;
  }
  return 0;
}

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(std::string_view text) {
  const auto refused = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat("net: got '", std::string(text.substr(0, 64)), "', need host:port"));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return refused();
  std::string host(text.substr(0, colon));
  const std::string digits(text.substr(colon + 1));
  uint32_t port = 0;
  if (digits.empty() || !absl::c_all_of(digits, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &port) || port == 0 || port > 0xffff) {
    return refused();
  }
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (absl::c_linear_search(host, ':')) {
    return refused();  // IPv6 without brackets: which colon is the port's?
  }
  if (host.empty() || host.find('\0') != std::string::npos) return refused();
  return HostPort{.host = std::move(host), .port = static_cast<uint16_t>(port)};
}

absl::StatusOr<std::vector<base::Endpoint>> Resolve(std::span<const std::string_view> names,
                                                    const ResolveOptions& options) {
  if (names.size() > kMaxNames) {
    return absl::InvalidArgumentError(
        absl::StrCat("net: got ", names.size(), " names, need at most ", kMaxNames));
  }
  if (!options.v4 && !options.v6) {
    return absl::InvalidArgumentError("net: got no address family, need v4 or v6");
  }
  std::vector<HostPort> parsed;
  for (const std::string_view name : names) {
    SHADW_ASSIGN_OR_RETURN(HostPort host_port, ParseHostPort(name));
    parsed.push_back(std::move(host_port));
  }
  std::vector<base::Endpoint> endpoints;
  int failure = 0;
  for (const HostPort& name : parsed) {
    const int code = ResolveOne(name, options, endpoints);
    if (code != 0) failure = code;
  }
  if (endpoints.empty() && !parsed.empty()) {
    return absl::UnavailableError(
        absl::StrCat("net: got no address for any of ", parsed.size(), " names (",
                     failure == 0 ? "none of the family asked for" : gai_strerror(failure), ")"));
  }
  return endpoints;
}

}  // namespace shadw::net
