// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "libshadw/econ/portable_math.h"

namespace shadw::econ {
namespace {

constexpr size_t kDraws = 4'000'000;

struct Named {
  const char* name;
  Distribution distribution;
  double kurtosis;  // of the true law: how much a sample's variance scatters
};

std::vector<Named> Laws() {
  return {{"constant", *Distribution::Constant(3), 3},
          {"uniform", *Distribution::Uniform(-1, 5), 1.8},
          {"normal", *Distribution::Normal(10, 2), 3},
          {"lognormal", *Distribution::LogNormal(0.5, 0.5), 8.9},
          {"exponential", *Distribution::Exponential(4), 9},
          {"empirical", *Distribution::Empirical({1, 1, 2, 3, 5, 8}), 3}};
}

std::vector<double> DrawMany(const Distribution& law, uint64_t seed, size_t count = kDraws) {
  base::RandomStream random({.seed = seed});
  std::vector<double> values(count);
  law.Draw(random, values);
  return values;
}

TEST(Distribution, HasTheMeanAndTheVarianceOfItsLaw) {
  for (const auto& [name, law, kurtosis] : Laws()) {
    const std::vector<double> values = DrawMany(law, 5);
    double mean = 0;
    double variance = 0;
    for (const double value : values) mean += value / kDraws;
    for (const double value : values) variance += (value - mean) * (value - mean) / kDraws;
    EXPECT_NEAR(mean, law.mean(), 4 * std::sqrt(law.variance() / kDraws) + 1e-9) << name;
    EXPECT_NEAR(variance, law.variance(),
                4 * law.variance() * std::sqrt((kurtosis - 1) / kDraws) + 1e-9)
        << name;
    EXPECT_GE(std::ranges::min(values), law.least()) << name;
  }
}

// Draws cannot tell: of a wide lognormal law a million scatter by more than a slice lacks.
TEST(Distribution, HasTheVarianceOfItsLawUpToTheWidestItTakes) {
  std::vector<Named> laws = Laws();
  for (const double sigma : {0.01, 1.0, 1.5, Distribution::kMaxLogSigma}) {
    laws.push_back({"wide", *Distribution::LogNormal(0.5, sigma), 0});
  }
  for (const auto& [name, law, kurtosis] : laws) {
    EXPECT_NEAR(law.drawn_variance(), law.variance(), 1e-10 * law.variance()) << name;
  }
  EXPECT_EQ(Distribution::LogNormal(0, 2).status().message(),
            "econ: got a sigma of 2, need 0 to 1.75");
}

TEST(Distribution, FollowsItsLawFarIntoTheTails) {
  const auto above = [](const std::vector<double>& values, double limit) {
    return static_cast<double>(
        std::ranges::count_if(values, [limit](double value) { return value > limit; }));
  };
  const std::vector<double> normal = DrawMany(*Distribution::Normal(0, 1), 6);
  const std::vector<double> exponential = DrawMany(*Distribution::Exponential(1), 7);
  for (const double limit : {0.0, 1.0, 2.0, 3.0, 4.0}) {
    const double of_normal = kDraws * std::erfc(limit / std::sqrt(2)) / 2;
    EXPECT_NEAR(above(normal, limit), of_normal, 5 * std::sqrt(of_normal)) << limit;
    const double of_exponential = kDraws * std::exp(-2 * limit);
    EXPECT_NEAR(above(exponential, 2 * limit), of_exponential, 5 * std::sqrt(of_exponential))
        << limit;
  }
}

TEST(Distribution, RepeatsItselfToTheBit) {
  for (const auto& [name, law, kurtosis] : Laws()) {
    EXPECT_EQ(DrawMany(law, 8, 1001), DrawMany(law, 8, 1001)) << name;
  }
  // A change of these is a change of every published simulation.
  const std::vector<double> normal = DrawMany(*Distribution::Normal(0, 1), 9, 3);
  const std::vector<double> lognormal = DrawMany(*Distribution::LogNormal(1, 0.5), 9, 3);
  EXPECT_EQ(normal[0] + normal[1] + normal[2], 2.0736102997660573);
  EXPECT_EQ(lognormal[0] + lognormal[1] + lognormal[2], 11.623667707921859);
}

TEST(Distribution, KnowsWhatCannotBeATime) {
  EXPECT_FALSE(Distribution::Normal(100, 1)->positive());
  EXPECT_TRUE(Distribution::LogNormal(0, 1)->positive());
  EXPECT_TRUE(Distribution::Exponential(1)->positive());
  EXPECT_FALSE(Distribution::Uniform(0, 1)->positive());
  EXPECT_TRUE(Distribution::Uniform(0.1, 1)->positive());
  EXPECT_FALSE(Distribution::Empirical({1, 0})->positive());
}

TEST(Distribution, RefusesNonsense) {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(Distribution::Constant(nan).ok());
  EXPECT_FALSE(Distribution::Uniform(2, 1).ok());
  EXPECT_FALSE(Distribution::Uniform(-infinity, 1).ok());
  EXPECT_FALSE(Distribution::Normal(0, -1).ok());
  EXPECT_FALSE(Distribution::LogNormal(0, 5).ok());
  EXPECT_FALSE(Distribution::Exponential(0).ok());
  EXPECT_FALSE(Distribution::Empirical({}).ok());
  EXPECT_FALSE(Distribution::Empirical({1, nan}).ok());
  EXPECT_EQ(Distribution::Normal(0, -1).status().message(),
            "econ: got a deviation of -1, need 0 to 1e+100");
}

TEST(PortableMath, AgreesWithTheSystemsLibrary) {
  for (double x = -700; x <= 700; x += 0.37) {
    EXPECT_NEAR(PortableExp(x) / std::exp(x), 1, 1e-15) << x;
  }
  for (double z = 0; z < 30; z += 0.01) {
    EXPECT_NEAR(NormalTail(z) / (std::erfc(z / std::sqrt(2)) / 2), 1, 1e-12) << z;
  }
  EXPECT_EQ(PortableExp(0), 1);
}

}  // namespace
}  // namespace shadw::econ
