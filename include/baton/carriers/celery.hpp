// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Contexts in Celery's messages: tasks that are published, consumed, and composed.
/// `baton/carriers/celery/tasks/amqp.hpp` adds messages over RabbitMQ.

#include "baton/carriers/celery/envelope.hpp"
#include "baton/carriers/celery/headers.hpp"
#include "baton/carriers/celery/tasks/canvas.hpp"
#include "baton/carriers/celery/tasks/consume.hpp"
#include "baton/carriers/celery/tasks/message.hpp"
#include "baton/carriers/celery/tasks/task.hpp"
