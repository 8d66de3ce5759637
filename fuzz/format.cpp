// SPDX-License-Identifier: Apache-2.0
#include "fuzz/format.hpp"

const std::string_view fuzz::format = BATON_FORMAT;
