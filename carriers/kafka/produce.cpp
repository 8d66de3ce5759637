// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/produce.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "carriers/kafka/appending_carrier.hpp"
#include "carriers/kafka/c_list.hpp"
#include "carriers/kafka/change.hpp"
#include "carriers/kafka/message.hpp"

namespace baton::kafka {
namespace {

using internal::append;
using internal::CList;
using internal::FoundCarrier;
using internal::Header;

constexpr const char* interceptor = "baton";

bool is_empty(const Context& context) noexcept {
  return !context.trace_id().is_valid() && context.baggage().empty() &&
         context.sampling() == Sampling::defer;
}

/// Whether any propagator of the chain, reader or writer, finds more than baggage in a message. If
/// none does, its baggage is added to `sent`. Does not count as an extraction: no message was
/// received.
bool has_context(CarrierReader message, const PropagatorChain& chain, Context& sent) {
  const auto readers = chain.readers();
  const auto finds_it = [&](const PropagatorChain::Link& link) {
    return link->extract(message, sent) >= Extracted::decision;
  };
  const auto also_finds_it = [&](const PropagatorChain::Link& writer) {
    return std::ranges::find(readers, writer) == readers.end() && finds_it(writer);
  };
  return std::ranges::any_of(readers, finds_it) ||
         std::ranges::any_of(chain.writers(), also_finds_it);
}

/// The context that a message has, which its sender may have made: no caller's trust applies.
/// Does not count as an extraction either.
Context read_own(CarrierReader message, const PropagatorChain& chain) {
  Context own;
  for (const auto& links : {chain.writers(), chain.readers()}) {
    for (const PropagatorChain::Link& link : links) link->extract(message, own);
  }
  return own;
}

std::vector<Header> find_owned(const rd_kafka_headers_t& headers, const PropagatorChain& chain) {
  return internal::find_all(CList(&headers), [&](const char* name) { return chain.owns(name); });
}

class Instrument {
 public:
  explicit Instrument(InstrumentOptions options) : options_(std::move(options)) {}

  void inject_into(rd_kafka_message_t& message) const {
    if (!options_.context) {
      inject_into(message, current());
    } else {
      inject_into(message, options_.context());
    }
  }

 private:
  void inject_into(rd_kafka_message_t& message, const Context& context) const {
    const PropagatorChain& chain = options_.chain ? *options_.chain : global_chain();
    const std::string_view topic = topic_of(message);
    const bool is_restricted = chain.restricts(topic);
    if (!is_restricted && (is_empty(context) || chain.writers().empty())) return;
    const internal::MessageHeaders headers = internal::headers_of(message);
    if (headers.error != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (headers.list != nullptr) {
      inject_into(*headers.list, context, chain, is_restricted, topic);
    } else if (!is_empty(context)) {
      inject_new(message, context, chain, topic);
    }
  }

  static std::string_view topic_of(const rd_kafka_message_t& message) noexcept {
    const char* const name = message.rkt != nullptr ? rd_kafka_topic_name(message.rkt) : nullptr;
    return name != nullptr ? std::string_view(name) : std::string_view();
  }

  static void inject_new(rd_kafka_message_t& message, const Context& context,
                         const PropagatorChain& chain, std::string_view topic) {
    HeadersPointer fresh(rd_kafka_headers_new(chain.fields().size()));
    append(*fresh, context, chain, topic);
    // The message takes the list, and librdkafka destroys it with the message, sent or not. An
    // existing list is never replaced: the application may own it.
    rd_kafka_message_set_headers(&message, fresh.release());
  }

  /// Changes the list in place, since the application may own it: `produce` takes it only if it
  /// succeeds, which is not known yet.
  void inject_into(rd_kafka_headers_t& headers, const Context& context,
                   const PropagatorChain& chain, bool is_restricted, std::string_view topic) const {
    const std::vector<Header> theirs = find_owned(headers, chain);
    Context sent = context;
    if (!theirs.empty()) {
      const FoundCarrier found(theirs);
      const bool replaces = options_.existing == Existing::replace && !is_empty(context);
      if (!replaces && has_context(found, chain, sent)) {
        if (!is_restricted) return;
        sent = read_own(found, chain);
      }
      internal::remove(headers, theirs);
    }
    append(headers, sent, chain, topic);
  }

  InstrumentOptions options_;
};

/// librdkafka holds a share with each configuration, which `on_conf_destroy` frees. A client has
/// the share of the configuration that it was made of, and destroys it last.
using Share = std::shared_ptr<const Instrument>;

rd_kafka_resp_err_t add_to(rd_kafka_conf_t* conf, Share instrument) noexcept;

// librdkafka is C: no exception may reach it.

rd_kafka_resp_err_t on_send(rd_kafka_t*, rd_kafka_message_t* message, void* share) noexcept {
  try {
    (*static_cast<const Share*>(share))->inject_into(*message);
  } catch (...) {
    return RD_KAFKA_RESP_ERR_NO_ERROR;  // no memory: the message is sent without a context
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* share, char*,
                           std::size_t) noexcept {
  return rd_kafka_interceptor_add_on_send(client, interceptor, on_send, share);
}

rd_kafka_resp_err_t on_conf_dup(rd_kafka_conf_t* copy, const rd_kafka_conf_t*, std::size_t,
                                const char**, void* share) noexcept {
  return add_to(copy, *static_cast<const Share*>(share));
}

rd_kafka_resp_err_t on_conf_destroy(void* share) noexcept {
  delete static_cast<const Share*>(share);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t add_to(rd_kafka_conf_t* conf, Share instrument) noexcept {
  std::unique_ptr<Share> share(new (std::nothrow) Share(std::move(instrument)));
  if (share == nullptr) return RD_KAFKA_RESP_ERR__FAIL;
  rd_kafka_resp_err_t error =
      rd_kafka_conf_interceptor_add_on_new(conf, interceptor, on_new, share.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;  // the share is still ours
  // The first of the name was added, so the others are; with the last, librdkafka owns the share.
  error = rd_kafka_conf_interceptor_add_on_conf_dup(conf, interceptor, on_conf_dup, share.get());
  rd_kafka_conf_interceptor_add_on_conf_destroy(conf, interceptor, on_conf_destroy,
                                                share.release());
  return error;
}

}  // namespace

void inject(rd_kafka_headers_t& headers, const Context& context, const InjectOptions& options) {
  const PropagatorChain& chain = options.chain;
  internal::remove(headers, find_owned(headers, chain));
  append(headers, context, chain, options.destination);
}

rd_kafka_resp_err_t instrument(rd_kafka_conf_t& conf, InstrumentOptions options) {
  return add_to(&conf, std::make_shared<const Instrument>(std::move(options)));
}

}  // namespace baton::kafka
