// SPDX-License-Identifier: Apache-2.0
//
// What a command hands back, and how it reaches the user: text or one JSON object on
// standard output, warnings and errors on standard error. Where standard output is for
// an object's bytes, the JSON object is the last line on standard error.
#ifndef EXAMPLES_SHADW_OUTCOME_H_
#define EXAMPLES_SHADW_OUTCOME_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/bytes.h"

namespace shadw::app {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

struct Outcome {
  std::string text;  // whole lines
  nlohmann::json json = nlohmann::json::object();
  // False: the command did its work and what it found is not as it should be.
  bool good = true;
};

class Console {
 public:
  enum class Shape { kText, kJson, kJsonBesideData };

  explicit Console(Shape shape) : shape_(shape) {}

  bool json() const { return shape_ != Shape::kText; }
  // At once on standard error, and in the JSON object at the end.
  void Warn(std::string_view message);
  // At once: one of many objects on lines of their own, or `text`. False where standard
  // output takes no more.
  bool Tell(const nlohmann::json& object, const std::string& text);
  // Both return the exit code.
  int Show(const Outcome& outcome);
  int ShowError(const absl::Status& status);
  int ShowUsageError(std::string_view message);

 private:
  int ShowError(std::string_view code, std::string_view message, int exit_code);
  // False where the stream takes no more.
  bool ShowJson(nlohmann::json object);

  Shape shape_;
  std::vector<std::string> warnings_;
};

// For a terminal and for eyes: control characters and backslashes as \xNN.
std::string Printable(std::string_view name);
// "1 segment", "2 segments"
std::string Count(uint64_t number, std::string_view noun);
// "67.1 MiB"
std::string FormatBytes(uint64_t bytes);
// "2024-05-01 12:00:00", UTC
std::string FormatTime(int64_t unix_ns);
// "0644"
std::string FormatMode(uint32_t mode);

// Sets `name`, and where it is no UTF-8, which JSON cannot hold, `name_hex` too.
void SetName(nlohmann::json& object, std::string_view name);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_OUTCOME_H_
