// SPDX-License-Identifier: Apache-2.0
#include "outcome.h"

#include <array>
#include <cctype>
#include <cstdio>
#include <ctime>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace shadw::app {
namespace {

// Bytes that are no UTF-8 become U+FFFD.
std::string Dump(const nlohmann::json& object) {
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool Write(std::FILE* stream, std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  return std::fflush(stream) == 0 && written;
}

bool IsUtf8(std::string_view text) {
  try {
    (void)nlohmann::json(std::string(text)).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace

void Console::Warn(std::string_view message) {
  const std::string line = absl::StrCat("shadw: warning: ", std::string(message), "\n");
  std::fputs(line.c_str(), stderr);
  warnings_.emplace_back(message);
}

bool Console::Tell(const nlohmann::json& object, const std::string& text) {
  return Write(stdout, json() ? Dump(object) + "\n" : text);
}

bool Console::ShowJson(nlohmann::json object) {
  if (!warnings_.empty()) object["warnings"] = warnings_;
  return Write(shape_ == Shape::kJsonBesideData ? stderr : stdout, Dump(object) + "\n");
}

int Console::Show(const Outcome& outcome) {
  if (!(json() ? ShowJson(outcome.json) : Write(stdout, outcome.text))) {
    std::fputs("shadw: cannot write to standard output\n", stderr);
    return kExitFailed;
  }
  return outcome.good ? kExitDone : kExitFailed;
}

int Console::ShowError(std::string_view code, std::string_view message, int exit_code) {
  const std::string line = absl::StrCat("shadw: ", std::string(message), "\n");
  std::fputs(line.c_str(), stderr);
  if (json()) ShowJson({{"error", {{"code", code}, {"message", message}}}});
  return exit_code;
}

int Console::ShowError(const absl::Status& status) {
  const std::string code = absl::AsciiStrToLower(absl::StatusCodeToString(status.code()));
  return ShowError(code, std::string(status.message()), kExitFailed);
}

int Console::ShowUsageError(std::string_view message) {
  return ShowError("usage", message, kExitUsage);
}

std::string Printable(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || byte == '\\') {
      absl::StrAppend(&text, absl::StrFormat("\\x%02x", byte));
    } else {
      text += c;
    }
  }
  return text;
}

std::string Count(uint64_t number, std::string_view noun) {
  return absl::StrCat(number, " ", std::string(noun), number == 1 ? "" : "s");
}

std::string FormatBytes(uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return absl::StrCat(bytes, " bytes");
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string FormatTime(int64_t unix_ns) {
  constexpr int64_t kNanos = 1'000'000'000;
  const std::time_t seconds = unix_ns / kNanos - (unix_ns % kNanos < 0 ? 1 : 0);
  std::tm parts{};
  std::array<char, 64> text{};
  if (gmtime_r(&seconds, &parts) == nullptr) return "?";
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return text.data();
}

std::string FormatMode(uint32_t mode) { return absl::StrFormat("%04o", mode); }

void SetName(nlohmann::json& object, std::string_view name) {
  object["name"] = name;
  if (!IsUtf8(name)) object["name_hex"] = base::ToHex(base::AsBytes(name));
}

}  // namespace shadw::app
