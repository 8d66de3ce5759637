// SPDX-License-Identifier: Apache-2.0
// The functions of librdkafka that may fail, for faults_test.cpp, instrument_faults_test.cpp and
// list_faults_test.cpp.

#include <librdkafka/rdkafka.h>

#include "support/faults.hpp"

constexpr rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR__FAIL;

BATON_FAULT(rd_kafka_headers_t*, rd_kafka_headers_new, (std::size_t count), (count), nullptr)
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_header_add,
            (rd_kafka_headers_t * headers, const char* name, ssize_t name_size, const void* value,
             ssize_t value_size),
            (headers, name, name_size, value, value_size), refused)
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_header_remove,
            (rd_kafka_headers_t * headers, const char* name), (headers, name), refused)
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_header_get,
            (const rd_kafka_headers_t* headers, std::size_t i, const char* name, const void** value,
             std::size_t* size),
            (headers, i, name, value, size), refused)
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_header_get_last,
            (const rd_kafka_headers_t* headers, const char* name, const void** value,
             std::size_t* size),
            (headers, name, value, size), refused)
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_message_headers,
            (const rd_kafka_message_t* message, rd_kafka_headers_t** headers), (message, headers),
            RD_KAFKA_RESP_ERR__BAD_MSG)
BATON_FAULT(rd_kafka_error_t*, rd_kafka_produceva,
            (rd_kafka_t * client, const rd_kafka_vu_t* parts, std::size_t count),
            (client, parts, count), rd_kafka_error_new(refused, "refused"))
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_conf_interceptor_add_on_new,
            (rd_kafka_conf_t * conf, const char* name, rd_kafka_interceptor_f_on_new_t* on_new,
             void* opaque),
            (conf, name, on_new, opaque), refused)
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_conf_interceptor_add_on_conf_dup,
            (rd_kafka_conf_t * conf, const char* name,
             rd_kafka_interceptor_f_on_conf_dup_t* on_conf_dup, void* opaque),
            (conf, name, on_conf_dup, opaque), refused)
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_interceptor_add_on_send,
            (rd_kafka_t * client, const char* name, rd_kafka_interceptor_f_on_send_t* on_send,
             void* opaque),
            (client, name, on_send, opaque), refused)
BATON_FAULT(rd_kafka_resp_err_t, rd_kafka_interceptor_add_on_acknowledgement,
            (rd_kafka_t * client, const char* name,
             rd_kafka_interceptor_f_on_acknowledgement_t* on_acknowledgement, void* opaque),
            (client, name, on_acknowledgement, opaque), refused)
