// SPDX-License-Identifier: Apache-2.0
// Splits bytes into 4 data and 2 parity shards, loses two of them, and rebuilds.
#include <algorithm>
#include <cstdio>

#include "libshadw/erasure/whole_object.h"

using namespace shadw;

int main() {
  const auto coder = erasure::ReedSolomon::Create(erasure::Code{4, 2}).value();
  const auto object = base::AsBytes("Any four of these six shards are enough.");
  const auto shards = erasure::SplitAndEncode(coder, object).value();
  std::vector<std::optional<base::Bytes>> found(shards.begin(), shards.end());
  found[0].reset();
  found[3].reset();
  const auto rebuilt = erasure::Join(coder, found, object.size()).value();
  std::printf("%.*s\n", static_cast<int>(rebuilt.size()), base::AsText(rebuilt).data());
  return std::ranges::equal(rebuilt, object) ? 0 : 1;
}
