// SPDX-License-Identifier: Apache-2.0
//
// One line on the terminal that says how far a put or a get is.
#ifndef EXAMPLES_SHADW_PROGRESS_BAR_H_
#define EXAMPLES_SHADW_PROGRESS_BAR_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shadw::app {

class ProgressBar {
 public:
  // Draws only where standard error is a terminal. `total_bytes` may be unknown.
  ProgressBar(std::string verb, std::optional<uint64_t> total_bytes);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  // Clears the line.
  ~ProgressBar();

  // At most ten times a second reaches the terminal.
  void Show(uint64_t done_bytes, std::string_view details);

 private:
  std::string verb_;
  std::optional<uint64_t> total_bytes_;
  bool on_terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_PROGRESS_BAR_H_
