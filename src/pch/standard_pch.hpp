// SPDX-License-Identifier: Apache-2.0
// Compiled once for each library, instead of once for each of its sources: these headers take
// longer than what is ours. A source includes what it uses all the same, and compiles without this.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <variant>
#include <vector>
