// SPDX-License-Identifier: Apache-2.0
//
// Hostile metadata: whatever decodes says the same when it is written and read again.
#include <cstdlib>

#include "libshadw/shard/metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace shadw::shard;  // NOLINT(google-build-using-namespace): one function
  const auto metadata = DecodeMetadata({data, size});
  if (!metadata.ok()) return 0;
  const auto encoded = EncodeMetadata(*metadata);
  if (!encoded.ok() || encoded->size() > kMaxMetadataBytes) std::abort();
  const auto again = DecodeMetadata(*encoded);
  if (!again.ok() || *again != *metadata) std::abort();
  return 0;
}
