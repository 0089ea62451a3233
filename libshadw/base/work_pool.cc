// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/work_pool.h"

#include <algorithm>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace shadw::base {

absl::StatusOr<std::unique_ptr<WorkPool>> WorkPool::Create(size_t threads) {
  if (threads == 0 || threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("base: got ", threads, " threads, need 1 to ", kMaxThreads));
  }
  auto pool = std::make_unique<WorkPool>(Size{threads});
  try {
    for (size_t lane = 1; lane < threads; ++lane) {
      pool->helpers_.emplace_back([raw = pool.get(), lane] { raw->Serve(lane); });
    }
  } catch (const std::system_error&) {
    return absl::ResourceExhaustedError(
        absl::StrCat("base: got ", pool->helpers_.size() + 1, " threads, need ", threads));
  }
  return pool;
}

WorkPool::~WorkPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  begin_.notify_all();
}

absl::Status WorkPool::Run(size_t lanes, const Work& work) {
  lanes = std::clamp<size_t>(lanes, 1, threads());
  if (lanes == 1) return work(0);
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    lanes_ = lanes;
    running_ = lanes - 1;
    ++job_;
  }
  begin_.notify_all();
  statuses_[0] = work(0);
  std::unique_lock lock(mutex_);
  end_.wait(lock, [this] { return running_ == 0; });
  for (size_t lane = 0; lane < lanes; ++lane) {
    if (!statuses_[lane].ok()) return statuses_[lane];
  }
  return absl::OkStatus();
}

void WorkPool::Serve(size_t lane) {
  uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    begin_.wait(lock, [&] { return stopping_ || job_ != seen; });
    if (stopping_) return;
    seen = job_;
    if (lane >= lanes_) continue;
    const Work& work = *work_;
    lock.unlock();
    absl::Status status = work(lane);
    lock.lock();
    statuses_[lane] = std::move(status);
    if (--running_ == 0) end_.notify_one();
  }
}

}  // namespace shadw::base
