// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "pch/standard_pch.hpp"
