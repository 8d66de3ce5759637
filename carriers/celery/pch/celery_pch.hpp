// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "pch/standard_pch.hpp"
