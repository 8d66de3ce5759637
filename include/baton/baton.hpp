// SPDX-License-Identifier: Apache-2.0
#pragma once

/// All of the core. Translators and carriers have headers of their own.

#include "baton/baggage.hpp"
#include "baton/carrier.hpp"
#include "baton/chain.hpp"
#include "baton/configuration.hpp"
#include "baton/context.hpp"
#include "baton/coroutine.hpp"
#include "baton/extraction_counts.hpp"
#include "baton/format_traits.hpp"
#include "baton/global.hpp"
#include "baton/ids.hpp"
#include "baton/log.hpp"
#include "baton/options.hpp"
#include "baton/parse_error.hpp"
#include "baton/propagator.hpp"
#include "baton/registry.hpp"
#include "baton/sampling.hpp"
#include "baton/scope.hpp"
#include "baton/span_context.hpp"
#include "baton/traceparent.hpp"
#include "baton/tracestate.hpp"
#include "baton/w3c.hpp"
