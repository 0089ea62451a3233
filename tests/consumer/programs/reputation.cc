// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::reputation and nothing else: one payment of 100 tokens, a point for each side.
#include <cstdio>
#include <vector>

#include "libshadw/reputation/book.h"

int main() {
  using namespace shadw::reputation;
  auto book = ReputationBook::Create({}, 2);
  if (!book.ok()) return 1;
  const std::vector<Party> payers = {0};
  const std::vector<Party> providers = {1};
  const std::vector<shadw::base::Amount> amounts = {100 * shadw::base::kBaseUnitsPerToken};
  const shadw::base::Time now = shadw::base::FromUnixSeconds(1'700'000'000);
  if (!book->Pay(now, {payers, providers, amounts}).ok()) return 1;
  if (book->points(1) != Points{kUnitsPerPoint}) return 1;
  std::puts("reputation: ok");
  return 0;
}
