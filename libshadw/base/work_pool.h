// SPDX-License-Identifier: Apache-2.0
//
// A fixed number of threads that do one job at a time together.
//
// The model. A pool of T threads is the caller and T - 1 others that sleep between
// jobs. A job is one function that runs once on each of some lanes; lane 0 is the
// caller. What the lanes share out among themselves, they agree on by an atomic counter.
// Whoever is handed a pool never uses more threads than it has, and whoever is handed
// none works on his own.
//
//   SHADW_ASSIGN_OR_RETURN(auto pool, base::WorkPool::Create(2));
//   std::atomic<size_t> next = 0;
//   absl::Status done = pool->Run(2, [&](size_t lane) {
//     for (size_t i; (i = next++) < items.size();) Work(items[i], scratch[lane]);
//     return absl::OkStatus();
//   });
//
// Limits. One job at a time, given by one thread; a job must not run another one on its
// own pool. Work throws nothing.
#ifndef LIBSHADW_BASE_WORK_POOL_H_
#define LIBSHADW_BASE_WORK_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace shadw::base {

inline constexpr size_t kMaxThreads = 256;

class WorkPool {
 private:
  struct Size {
    size_t threads;
  };

 public:
  using Work = std::function<absl::Status(size_t lane)>;

  // Starts `threads` - 1 threads.
  //   Errors   kInvalidArgument    0 threads, or more than kMaxThreads
  //            kResourceExhausted  the system gives no more threads
  static absl::StatusOr<std::unique_ptr<WorkPool>> Create(size_t threads);
  // For Create: nobody else can say a size.
  explicit WorkPool(Size size) : statuses_(size.threads) {}
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // The caller counts as one.
  size_t threads() const { return statuses_.size(); }

  // Runs `work` on min(lanes, threads()) lanes, at least one, and waits for all of them.
  //   Errors   that of the lowest lane that failed; the others go on to their end
  absl::Status Run(size_t lanes, const Work& work);

 private:
  void Serve(size_t lane);

  std::mutex mutex_;  // of what follows
  std::condition_variable begin_;
  std::condition_variable end_;
  const Work* work_ = nullptr;
  size_t lanes_ = 0;
  size_t running_ = 0;
  uint64_t job_ = 0;
  bool stopping_ = false;
  std::vector<absl::Status> statuses_;  // by lane
  std::vector<std::jthread> helpers_;   // joined before the rest goes
};

// The lanes that a job of so many items can use: 1 without a pool.
inline size_t LanesFor(const WorkPool* pool, size_t items) {
  if (pool == nullptr || items < 2) return 1;
  return items < pool->threads() ? items : pool->threads();
}

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_WORK_POOL_H_
