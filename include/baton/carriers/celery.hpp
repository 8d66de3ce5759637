// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Contexts in the messages of Celery: tasks that are published, consumed, and put together.
/// `baton/carriers/celery/tasks/amqp.hpp` is for those that come and go by RabbitMQ.

#include "baton/carriers/celery/envelope.hpp"
#include "baton/carriers/celery/headers.hpp"
#include "baton/carriers/celery/tasks/canvas.hpp"
#include "baton/carriers/celery/tasks/consume.hpp"
#include "baton/carriers/celery/tasks/message.hpp"
#include "baton/carriers/celery/tasks/task.hpp"
