#pragma once

/// Contexts in the messages of Celery: tasks that are published, consumed, and put together.
/// `baton/carriers/celery/amqp.hpp` is for those that come and go by RabbitMQ.

#include "baton/carriers/celery/canvas.hpp"
#include "baton/carriers/celery/consume.hpp"
#include "baton/carriers/celery/envelope.hpp"
#include "baton/carriers/celery/headers.hpp"
#include "baton/carriers/celery/message.hpp"
#include "baton/carriers/celery/task.hpp"
