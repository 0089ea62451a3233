// SPDX-License-Identifier: Apache-2.0
#include "progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "outcome.h"

namespace shadw::app {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);
constexpr size_t kBarCharacters = 24;
constexpr char kClearLine[] = "\r\033[K";

}  // namespace

ProgressBar::ProgressBar(std::string verb, std::optional<uint64_t> total_bytes)
    : verb_(std::move(verb)), total_bytes_(total_bytes), on_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs(kClearLine, stderr);
}

void ProgressBar::Show(uint64_t done_bytes, std::string_view details) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now - last_ < kPause) return;
  last_ = now;
  drawn_ = true;
  std::string line = absl::StrCat(kClearLine, verb_, " ");
  if (total_bytes_) {
    const double part =
        *total_bytes_ == 0
            ? 1
            : std::min(1.0, static_cast<double>(done_bytes) / static_cast<double>(*total_bytes_));
    std::string bar(static_cast<size_t>(part * kBarCharacters), '#');
    bar.resize(kBarCharacters, '.');
    absl::StrAppendFormat(&line, "[%s] %3.0f%% ", bar, part * 100);
  }
  absl::StrAppend(&line, FormatBytes(done_bytes), std::string(details));
  std::fputs(line.c_str(), stderr);
}

}  // namespace shadw::app
