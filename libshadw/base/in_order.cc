// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/in_order.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace shadw::base {
namespace {

using Work = std::function<void(size_t lane, size_t item, size_t slot)>;
using Take = std::function<absl::Status(size_t item, size_t slot)>;

class Line {
 public:
  Line(InOrder size, const Work& work, const Take& take)
      : size_(size), work_(work), take_(take), ready_(size.slots) {}

  absl::Status Lead() {
    absl::Status status;
    std::unique_lock lock(mutex_);
    while (status.ok() && taken_ < size_.items) {
      if (ready_[taken_ % size_.slots]) {
        lock.unlock();
        status = take_(taken_, taken_ % size_.slots);
        lock.lock();
        ready_[taken_ % size_.slots] = false;
        ++taken_;
        changed_.notify_all();
      } else if (MayBegin()) {
        WorkOnNext(0, lock);
      } else {
        changed_.wait(lock);
      }
    }
    ended_ = true;
    changed_.notify_all();
    return status;
  }

  void Help(size_t lane) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return AllBegun() || MayBegin(); });
      if (AllBegun()) return;
      WorkOnNext(lane, lock);
    }
  }

 private:
  bool AllBegun() const { return ended_ || begun_ == size_.items; }
  bool MayBegin() const { return begun_ < size_.items && begun_ - taken_ < size_.slots; }

  void WorkOnNext(size_t lane, std::unique_lock<std::mutex>& lock) {
    const size_t item = begun_++;
    lock.unlock();
    work_(lane, item, item % size_.slots);
    lock.lock();
    ready_[item % size_.slots] = true;
    changed_.notify_all();
  }

  const InOrder size_;
  const Work& work_;
  const Take& take_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::vector<bool> ready_;  // by slot
  size_t begun_ = 0;
  size_t taken_ = 0;
  bool ended_ = false;
};

}  // namespace

absl::Status RunInOrder(WorkPool* pool, InOrder size, const Work& work, const Take& take) {
  size.slots = std::max<size_t>(size.slots, 1);
  if (LanesFor(pool, size.items) == 1) {
    for (size_t item = 0; item < size.items; ++item) {
      work(0, item, item % size.slots);
      if (absl::Status status = take(item, item % size.slots); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  Line line(size, work, take);
  return pool->Run(LanesFor(pool, size.items), [&line](size_t lane) {
    if (lane == 0) return line.Lead();
    line.Help(lane);
    return absl::OkStatus();
  });
}

}  // namespace shadw::base
