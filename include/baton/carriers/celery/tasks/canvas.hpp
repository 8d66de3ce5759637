// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>

#include "baton/carriers/celery/tasks/task.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::celery {

/// A task inside of another task's message, to be published after that has run: Celery's
/// "signature".
///
///     baton::celery::signature("shop.total", {}, {{"currency", "EUR"}})
[[nodiscard]] boost::json::object signature(std::string_view task, boost::json::array args = {},
                                            boost::json::object kwargs = {});

/// Adds a task that follows this one, behind those that already do. Its first argument is the
/// result of the task before it.
///
///     baton::celery::Task task{.name = "shop.add", .args = {1, 2}};
///     baton::celery::then(task, baton::celery::signature("shop.add", {3}));
void then(Task& task, boost::json::object next);

/// Adds a task that is published when this one has succeeded, or failed, beside those that follow.
void link(Task& task, boost::json::object callback);
void link_error(Task& task, boost::json::object errback);

/// A task that lets the workers run all tasks of `header` side by side, and then `body` with the
/// list of their results. It is Celery's own `celery.chord`; the workers need a result backend.
[[nodiscard]] Task chord(boost::json::array header, boost::json::object body);

/// Writes a context into a signature's own headers, and into those of all signatures in it: links,
/// chords, and the tasks of chains, groups and chords.
///
/// A worker with OpenTelemetry's instrumentation does not need that: it sends a context of its own
/// with what it publishes. A worker without it carries a context from task to task only in these
/// headers and in retries. Headers are written as by `inject`, the nested ones included. Anything
/// that is not a signature remains unchanged.
void inject_signature(boost::json::object& signature, const Context& context = current(),
                      const InjectOptions& options = {});

/// The same for all signatures in a task: those in its `embed` and, if it is one of Celery's own
/// (`celery.chord`), those in its arguments. The destination is a signature's own queue, else the
/// task's, unless the options name another one.
void inject_signatures(Task& task, const Context& context = current(),
                       const InjectOptions& options = {});

}  // namespace baton::celery
