// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Contexts in the record headers of Kafka, over librdkafka's C and C++ interfaces.

#include "baton/carriers/kafka/consume.hpp"
#include "baton/carriers/kafka/cpp_headers.hpp"
#include "baton/carriers/kafka/forward.hpp"
#include "baton/carriers/kafka/headers.hpp"
#include "baton/carriers/kafka/produce.hpp"
