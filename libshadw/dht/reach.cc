// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/reach.h"

#include <algorithm>
#include <utility>

#include "libshadw/dht/host_key.h"

namespace shadw::dht {
void Reach::Turn(base::Time now) {
  for (int i = 0; i < 2 && now - since_ >= kRemembered; ++i) {
    written_[1] = std::exchange(written_[0], {});
    since_ += kRemembered;
  }
  if (now - since_ >= kRemembered) since_ = now;
}

void Reach::Wrote(base::Time now, const base::Endpoint& to) {
  Turn(now);
  if (written_[0].size() < kMaxWritten) written_[0].insert(HostKey(to));
}

bool Reach::IsUnasked(base::Time now, const base::Endpoint& from) {
  Turn(now);
  const uint64_t key = HostKey(from);
  return std::ranges::none_of(written_, [&](const std::set<uint64_t>& written) {
    return written.size() >= kMaxWritten || written.contains(key);
  });
}

}  // namespace shadw::dht
