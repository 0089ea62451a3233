// SPDX-License-Identifier: Apache-2.0
//
// Values that a small number stands for while they wait, so that a queue moves the number
// and not the value. A place that came free is the next to be filled: it is still warm.
//
//   const uint32_t place = slab.Put(std::move(datagram));
//   Datagram datagram = slab.Take(place);
#ifndef LIBSHADW_SIM_SLAB_H_
#define LIBSHADW_SIM_SLAB_H_

#include <cstdint>
#include <utility>
#include <vector>

namespace shadw::sim {

template <typename Value>
class Slab {
 public:
  // How many are held.
  size_t size() const { return values_.size() - free_.size(); }

  uint32_t Put(Value value) {
    if (free_.empty()) {
      values_.push_back(std::move(value));
      return static_cast<uint32_t>(values_.size() - 1);
    }
    const uint32_t place = free_.back();
    free_.pop_back();
    values_[place] = std::move(value);
    return place;
  }

  const Value& operator[](uint32_t place) const { return values_[place]; }

  Value Take(uint32_t place) {
    free_.push_back(place);
    return std::move(values_[place]);
  }

 private:
  std::vector<Value> values_;
  std::vector<uint32_t> free_;
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_SLAB_H_
