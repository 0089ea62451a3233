// SPDX-License-Identifier: Apache-2.0
//
// Where a node with an empty table asks first, as `host:port` for `resolve.h`. Data and
// nothing more: nobody is asked before an application hands these in, and tests never do.
#ifndef LIBSHADW_NET_BOOTSTRAP_LISTS_H_
#define LIBSHADW_NET_BOOTSTRAP_LISTS_H_

#include <array>
#include <string_view>

namespace shadw::net {

inline constexpr std::array<std::string_view, 4> kMainlineBootstrap = {
    "router.bittorrent.com:6881",
    "dht.transmissionbt.com:6881",
    "router.utorrent.com:6881",
    "dht.libtorrent.org:25401",
};

inline constexpr std::array<std::string_view, 3> kHyperdhtBootstrap = {
    "node1.hyperdht.org:49737",
    "node2.hyperdht.org:49737",
    "node3.hyperdht.org:49737",
};

}  // namespace shadw::net

#endif  // LIBSHADW_NET_BOOTSTRAP_LISTS_H_
