// SPDX-License-Identifier: Apache-2.0
#include "counting.hpp"

#include <dlfcn.h>
#include <librdkafka/rdkafka.h>

#include <string_view>

namespace {

using kafka_test::keeps_empty_names;
using kafka_test::work;

template <class Function>
Function* next(Function* /*ours*/, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

#define BATON_NEXT(name) static const auto next_##name = next(&(name), #name)
BATON_NEXT(rd_kafka_message_headers);
BATON_NEXT(rd_kafka_header_cnt);
BATON_NEXT(rd_kafka_header_add);
BATON_NEXT(rd_kafka_header_remove);
BATON_NEXT(rd_kafka_header_get);
BATON_NEXT(rd_kafka_header_get_all);
BATON_NEXT(rd_kafka_header_get_last);
#undef BATON_NEXT

void count(std::size_t seen) {
  ++work.calls;
  work.seen += seen;
}

/// librdkafka begins at the end, and moves all headers behind one that it removes.
std::size_t moves(const rd_kafka_headers_t* headers, std::string_view gone) {
  std::size_t behind = 0;
  std::size_t all = 0;
  for (std::size_t i = next_rd_kafka_header_cnt(headers); i-- > 0;) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    next_rd_kafka_header_get_all(headers, i, &name, &value, &size);
    if (name == gone) {
      all += behind;
    } else {
      ++behind;
    }
  }
  return all;
}

}  // namespace

extern "C" {

rd_kafka_resp_err_t rd_kafka_message_headers(const rd_kafka_message_t* message,
                                             rd_kafka_headers_t** headers) {
  ++work.asked;
  return next_rd_kafka_message_headers(message, headers);
}

std::size_t rd_kafka_header_cnt(const rd_kafka_headers_t* headers) {
  count(0);
  return next_rd_kafka_header_cnt(headers);
}

rd_kafka_resp_err_t rd_kafka_header_add(rd_kafka_headers_t* headers, const char* name,
                                        ssize_t name_size, const void* value, ssize_t value_size) {
  count(1);
  return next_rd_kafka_header_add(headers, name, name_size, value, value_size);
}

rd_kafka_resp_err_t rd_kafka_header_remove(rd_kafka_headers_t* headers, const char* name) {
  if (keeps_empty_names && *name == '\0') return RD_KAFKA_RESP_ERR__NOENT;
  count(next_rd_kafka_header_cnt(headers));
  ++work.removals;
  work.moved += moves(headers, name);
  return next_rd_kafka_header_remove(headers, name);
}

rd_kafka_resp_err_t rd_kafka_header_get(const rd_kafka_headers_t* headers, std::size_t index,
                                        const char* name, const void** value, std::size_t* size) {
  count(next_rd_kafka_header_cnt(headers));
  return next_rd_kafka_header_get(headers, index, name, value, size);
}

rd_kafka_resp_err_t rd_kafka_header_get_all(const rd_kafka_headers_t* headers, std::size_t index,
                                            const char** name, const void** value,
                                            std::size_t* size) {
  count(1);
  return next_rd_kafka_header_get_all(headers, index, name, value, size);
}

rd_kafka_resp_err_t rd_kafka_header_get_last(const rd_kafka_headers_t* headers, const char* name,
                                             const void** value, std::size_t* size) {
  count(next_rd_kafka_header_cnt(headers));
  return next_rd_kafka_header_get_last(headers, name, value, size);
}

}  // extern "C"
