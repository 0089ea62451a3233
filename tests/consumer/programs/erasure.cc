// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::erasure and nothing else: four shards lost of fourteen.
#include <cstdio>
#include <optional>
#include <vector>

#include "libshadw/erasure/reed_solomon.h"
#include "libshadw/erasure/whole_object.h"

int main() {
  const auto coder = shadw::erasure::ReedSolomon::Create(shadw::erasure::Code{10, 4});
  if (!coder.ok()) return 1;
  const shadw::base::Bytes object(1000, 0x5a);
  const auto shards = shadw::erasure::SplitAndEncode(*coder, object);
  if (!shards.ok()) return 1;
  std::vector<std::optional<shadw::base::Bytes>> found(shards->begin(), shards->end());
  for (const size_t lost : {0, 5, 9, 12}) found[lost].reset();
  const auto again = shadw::erasure::Join(*coder, found, object.size());
  if (!again.ok() || *again != object) return 1;
  std::puts("erasure: ok");
  return 0;
}
