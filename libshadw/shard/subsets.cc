// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/subsets.h"

#include <numeric>
#include <utility>

namespace shadw::shard {

SubsetSequence::SubsetSequence(std::vector<uint16_t> elements, size_t choose)
    : elements_(std::move(elements)), choose_(choose), picked_(choose) {
  std::iota(picked_.begin(), picked_.end(), size_t{0});
}

std::optional<std::vector<uint16_t>> SubsetSequence::Next() {
  if (choose_ == 0 || choose_ > elements_.size()) return std::nullopt;
  std::vector<uint16_t> subset;
  if (rotation_ < elements_.size()) {
    for (size_t i = 0; i < choose_; ++i) {
      subset.push_back(elements_[(rotation_ + i) % elements_.size()]);
    }
    ++rotation_;
    if (choose_ == elements_.size()) rotation_ = elements_.size();
    return subset;
  }
  if (std::exchange(started_, true) && !Advance()) return std::nullopt;
  if (choose_ == elements_.size()) return std::nullopt;
  for (size_t i : picked_) subset.push_back(elements_[i]);
  return subset;
}

bool SubsetSequence::Advance() {
  for (size_t i = choose_; i-- > 0;) {
    if (picked_[i] + (choose_ - i) < elements_.size()) {
      ++picked_[i];
      for (size_t next = i + 1; next < choose_; ++next) picked_[next] = picked_[next - 1] + 1;
      return true;
    }
  }
  return false;
}

}  // namespace shadw::shard
