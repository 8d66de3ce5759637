// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/unloading.hpp"

// What a library that was unloaded has kept until the process ends is lost.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

namespace baton {
namespace {

TEST(UnloadingTest, ThreadsOutliveALibraryThatContainsBaton) {
  const int gone = test::load_and_unload(BATON_PLUGIN, [](void* library) -> test::Work {
    return reinterpret_cast<bool (*)(bool)>(::dlsym(library, "plugin_works"));
  });
  EXPECT_EQ(gone, 100);
}

}  // namespace
}  // namespace baton
