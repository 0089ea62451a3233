// SPDX-License-Identifier: Apache-2.0
//
// Choices of k out of a list, in an order in which each element is left out early:
// whoever looks for one liar among many finds him in about n / (n - k) tries.
#ifndef LIBSHADW_SHARD_SUBSETS_H_
#define LIBSHADW_SHARD_SUBSETS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace shadw::shard {

// First the rotations of the list (k in a row, starting at each element), then every
// choice in lexicographic order.
class SubsetSequence {
 public:
  SubsetSequence(std::vector<uint16_t> elements, size_t choose);
  std::optional<std::vector<uint16_t>> Next();

 private:
  bool Advance();

  std::vector<uint16_t> elements_;
  size_t choose_;
  size_t rotation_ = 0;
  std::vector<size_t> picked_;
  bool started_ = false;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_SUBSETS_H_
