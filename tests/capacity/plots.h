// SPDX-License-Identifier: Apache-2.0
//
// Small plots that several tests look at, each made once, and files for them.
#ifndef TESTS_CAPACITY_PLOTS_H_
#define TESTS_CAPACITY_PLOTS_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "libshadw/capacity/fresh_plot.h"
#include "libshadw/capacity/plot_file.h"

namespace shadw::capacity {

// The plot of node `node` with that many labels.
const FreshPlot& SmallPlot(uint8_t node = 1, uint32_t labels_log2 = 11);

// A path in the test's own directory that nothing lies at.
std::filesystem::path FreshPath(const std::string& name);

// The plot written to a file and opened again.
PlotFile Written(const FreshPlot& plot, const std::string& name);

}  // namespace shadw::capacity

#endif  // TESTS_CAPACITY_PLOTS_H_
