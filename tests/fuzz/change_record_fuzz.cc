// SPDX-License-Identifier: Apache-2.0
//
// Hostile change records: what is read is written the same again.
#include <cstdlib>

#include "libshadw/reputation/change_record.h"

namespace shadw::reputation {
namespace {

void Fuzz(base::ByteSpan bytes) {
  const auto changes = DecodeChanges(bytes);
  if (!changes.ok()) return;
  const auto again = EncodeChanges(*changes);
  if (!again.ok() || *again != base::ToBytes(bytes)) std::abort();
}

}  // namespace
}  // namespace shadw::reputation

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::reputation::Fuzz({data, size});
  return 0;
}
