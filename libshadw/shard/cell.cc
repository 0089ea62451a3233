// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/cell.h"

#include <algorithm>

namespace shadw::shard {

WrapBinding::WrapBinding(const ObjectId& object, const ShardAddress& address) : bytes_{} {
  uint8_t* to = std::ranges::copy(object, bytes_.begin()).out;
  std::ranges::copy(EncodeAddress(address), to);
}

}  // namespace shadw::shard
