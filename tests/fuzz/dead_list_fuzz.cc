// SPDX-License-Identifier: Apache-2.0
//
// A dead list from any bytes: an error, or a list that is written the same again.
#include <algorithm>
#include <cstdlib>

#include "libshadw/vault/dead_list.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto list = shadw::vault::DecodeDeadList({data, size});
  if (!list.ok()) return 0;
  const shadw::base::Bytes again = shadw::vault::EncodeDeadList(*list);
  if (!std::ranges::equal(again, shadw::base::ByteSpan(data, size))) std::abort();
  return 0;
}
