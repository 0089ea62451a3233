// SPDX-License-Identifier: Apache-2.0
#include "tests/scenario/columns.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace shadw::scenario {

Summary Summarize(const DhtColumns& columns, Deed deed, uint16_t k, double from_s, double to_s) {
  Summary sum;
  for (size_t i = 0; i < columns.deed.size(); ++i) {
    if (columns.deed[i] != static_cast<uint8_t>(deed)) continue;
    if (columns.begun_s[i] < from_s || columns.begun_s[i] >= to_s) continue;
    ++sum.count;
    sum.hops += columns.hops[i];
    sum.messages += columns.messages[i];
    sum.most_messages = std::max(sum.most_messages, columns.messages[i]);
    sum.success += columns.success[i];
    sum.complete += columns.closest_found[i] >= k ? 1 : 0;
  }
  const double count = sum.count == 0 ? 1 : static_cast<double>(sum.count);
  sum.hops /= count;
  sum.messages /= count;
  sum.success /= count;
  sum.complete /= count;
  return sum;
}

DhtRun MustRun(const DhtOptions& options) {
  absl::StatusOr<DhtRun> run = RunDht(options);
  if (!run.ok()) {
    std::fprintf(stderr, "%s\n", run.status().ToString().c_str());
    std::abort();
  }
  return *std::move(run);
}

}  // namespace shadw::scenario
