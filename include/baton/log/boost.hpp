// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/log/attributes/attribute.hpp>
#include <boost/log/attributes/function.hpp>

#include "baton/log.hpp"

namespace baton {

/// An attribute of Boost.Log: the LogFields of the context that is current when a record is opened,
/// so asynchronous sinks are right too.
///
///     boost::log::core::get()->add_global_attribute("Trace", baton::boost_log_attribute());
///     sink->set_formatter(expr::stream << expr::smessage
///                                      << expr::attr<baton::LogFields>("Trace"));
///
/// Boost.Log allocates the value of each attribute of each record.
[[nodiscard]] inline boost::log::attribute boost_log_attribute() {
  return boost::log::attributes::make_function([] { return log_fields(); });
}

}  // namespace baton
