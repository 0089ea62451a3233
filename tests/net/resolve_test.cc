// SPDX-License-Identifier: Apache-2.0
#include "libshadw/net/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libshadw/net/bootstrap_lists.h"

namespace shadw::net {
namespace {

using testing::ElementsAre;

std::vector<std::string_view> Names(std::initializer_list<std::string_view> names) { return names; }

TEST(ParseHostPortTest, ReadsNamesAndAddresses) {
  EXPECT_EQ(ParseHostPort("node.example:6881").value(), (HostPort{"node.example", 6881}));
  EXPECT_EQ(ParseHostPort("10.0.0.1:1").value(), (HostPort{"10.0.0.1", 1}));
  EXPECT_EQ(ParseHostPort("[2001:db8::1]:65535").value(), (HostPort{"2001:db8::1", 65535}));
}

TEST(ParseHostPortTest, RefusesWhatNamesNoHostAndPort) {
  for (const std::string_view text : {"", ":", "a", "a:", ":1", "a:0", "a:65536", "a:99999999999",
                                      "a:-1", "a:1x", "a: 1", "::1:80", "[]:80"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseHostPort(text).status())) << text;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ParseHostPort({"a\0b:1", 5}).status()));
}

TEST(ResolveTest, NeedsNoResolverForAddresses) {
  const auto endpoints =
      Resolve(Names({"10.0.0.1:1", "[2001:db8::1]:2", "10.0.0.1:1"}), {.v6 = true});
  ASSERT_TRUE(endpoints.ok()) << endpoints.status();
  EXPECT_THAT(*endpoints, ElementsAre(base::Endpoint::V4(10, 0, 0, 1, 1),
                                      base::Endpoint::Parse("[2001:db8::1]:2").value()));
}

TEST(ResolveTest, LeavesOutTheFamilyThatWasNotAskedFor) {
  EXPECT_THAT(Resolve(Names({"[2001:db8::1]:2", "10.0.0.1:1"})).value(),
              ElementsAre(base::Endpoint::V4(10, 0, 0, 1, 1)));
}

TEST(ResolveTest, FailsOnlyWhereNoNameResolves) {
  // `invalid` is reserved: no resolver knows it, and it has a space no server is asked for.
  EXPECT_TRUE(absl::IsUnavailable(Resolve(Names({"no such.invalid:1"})).status()));
  EXPECT_THAT(Resolve(Names({"no such.invalid:1", "10.0.0.1:1"})).value(),
              ElementsAre(base::Endpoint::V4(10, 0, 0, 1, 1)));
  EXPECT_TRUE(Resolve({}).value().empty());
}

TEST(ResolveTest, RefusesTooManyNamesAndNoFamily) {
  const std::vector<std::string_view> names(kMaxNames + 1, "10.0.0.1:1");
  EXPECT_TRUE(absl::IsInvalidArgument(Resolve(names).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Resolve(Names({"a:1"}), {.v4 = false}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Resolve(Names({"a"})).status()));
}

TEST(BootstrapListsTest, HoldOnlyNamesWithPorts) {
  for (const std::string_view name : kMainlineBootstrap) EXPECT_TRUE(ParseHostPort(name).ok());
  for (const std::string_view name : kHyperdhtBootstrap) EXPECT_TRUE(ParseHostPort(name).ok());
}

}  // namespace
}  // namespace shadw::net
