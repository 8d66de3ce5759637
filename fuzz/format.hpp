// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fuzz {

/// The translated format that a program reads: one translation unit serves all of them.
extern const std::string_view format;

}  // namespace fuzz
