// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Contexts in the requests of libcurl.

#include "baton/carriers/curl/call.hpp"      // IWYU pragma: export
#include "baton/carriers/curl/response.hpp"  // IWYU pragma: export
#include "baton/carriers/curl/slist.hpp"     // IWYU pragma: export
