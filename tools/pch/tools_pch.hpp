// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <sstream>

#include "pch/standard_pch.hpp"
