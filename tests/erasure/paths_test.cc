// SPDX-License-Identifier: Apache-2.0
//
// Which path runs: by name, by backend, and what is said where one cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "libshadw/erasure/kernels/path.h"
#include "shard_set.h"

namespace shadw::erasure::internal {
namespace {

using absl::StatusCode;

constexpr char kVariable[] = "SHADW_ERASURE_BACKEND";

// Puts the variable back as it was.
class Paths : public testing::Test {
 protected:
  Paths() {
    if (const char* value = std::getenv(kVariable)) before_ = value;
    unsetenv(kVariable);
  }
  ~Paths() override { before_ ? setenv(kVariable, before_->c_str(), 1) : unsetenv(kVariable); }

 private:
  std::optional<std::string> before_;
};

TEST_F(Paths, EveryBackendButFastestIsOnePathAndRunsUnlessSomethingIsMissing) {
  std::vector<Backend> backends;
  for (const Path* path : AllPaths()) {
    backends.push_back(path->backend);
    const auto chosen = ChoosePath(path->backend);
    EXPECT_EQ(chosen.ok(), path->missing() == nullptr) << path->name;
    EXPECT_EQ(chosen.value_or(path), path);
  }
  EXPECT_THAT(backends, testing::UnorderedElementsAre(Backend::kIsal, Backend::kPlainTables,
                                                      Backend::kGfniAvx512, Backend::kGfniAvx2,
                                                      Backend::kAvx2));
  EXPECT_TRUE(ChoosePath(Backend::kIsal).ok());
  EXPECT_TRUE(ChoosePath(Backend::kPlainTables).ok());
}

TEST_F(Paths, OneThatCannotRunSaysWhatIsMissing) {
  Path path = kPlainPath;
  EXPECT_TRUE(CheckRunnable(path).ok());
  path.missing = [] { return "a third eye"; };
  const absl::Status status = CheckRunnable(path);
  EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(),
            "erasure: got backend plain, need a processor and system with a third eye");
}

TEST_F(Paths, FastestIsTheFirstThatRuns) {
  const Path* fastest = ChoosePath(Backend::kFastest).value();
  for (const Path* path : AllPaths()) {
    if (path == fastest) break;
    EXPECT_NE(path->missing(), nullptr) << path->name;
  }
  setenv(kVariable, "", 1);
  EXPECT_EQ(ChoosePath(Backend::kFastest).value(), fastest) << "empty is as good as unset";
}

TEST_F(Paths, TheEnvironmentNamesWhatFastestMeansAndNothingElse) {
  for (const Path* path : AllPaths()) {
    setenv(kVariable, path->name, 1);
    const auto chosen = ChoosePath(Backend::kFastest);
    if (path->missing() == nullptr) {
      EXPECT_EQ(chosen.value(), path);
    } else {
      EXPECT_EQ(chosen.status().code(), StatusCode::kUnimplemented);
    }
    EXPECT_EQ(ChoosePath(Backend::kPlainTables).value(), &kPlainPath);
    EXPECT_EQ(ChoosePath(Backend::kIsal).value(), &kIsalPath);
  }
}

TEST_F(Paths, AnUnknownNameInTheEnvironmentIsRefusedWhereItMatters) {
  setenv(kVariable, "quantum", 1);
  const absl::Status status = ReedSolomon::Create(Code{4, 2}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "erasure: got SHADW_ERASURE_BACKEND=quantum, need one of: gfni-avx512 gfni-avx2 avx2 "
            "isal plain");
  for (const Backend backend : RunnableBackends()) {
    EXPECT_TRUE(ReedSolomon::Create(Options{.code = {4, 2}, .backend = backend}).ok());
  }
}

}  // namespace
}  // namespace shadw::erasure::internal
