// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/produce.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "carriers/kafka/appending_carrier.hpp"
#include "carriers/kafka/c_list.hpp"
#include "carriers/kafka/change.hpp"
#include "carriers/kafka/message.hpp"
#include "carriers/kafka/message_span.hpp"
#include "carriers/kafka/sent_spans.hpp"
#include "core/extraction_counter.hpp"

namespace baton::kafka {
namespace {

using internal::append;
using internal::CList;
using internal::FoundCarrier;
using internal::Header;
using internal::SentSpans;
using internal::start_send;

constexpr const char* interceptor = "baton";

bool is_empty(const Context& context) noexcept {
  return !context.trace_id().is_valid() && context.baggage().empty() &&
         context.sampling() == Sampling::defer;
}

/// What a format that also reads elsewhere finds in a message alone. It looks elsewhere only for a
/// span, so it is asked as if one were known; the context then gets no trace id alone.
Extracted read_message_alone(const Propagator& format, CarrierReader message, Context& context) {
  bool is_there = false;
  message.keys([&](std::string_view name) {
    is_there = format.traits().owns(name);
    return !is_there;
  });
  if (!is_there) return Extracted::nothing;
  Context own;
  own.set_span_context({TraceId(0, 1), SpanId(1), TraceFlags(), false, {}});
  const Extracted found = format.extract(message, own);
  if (found == Extracted::span_context) {
    context.set_span_context(own.span_context(), own.sampling());
  }
  return found;
}

/// Whether any propagator of the chain, reader or writer, finds more than baggage in a message. If
/// none does, its baggage is added to `sent`. Does not count as an extraction: no message was
/// received.
bool has_context(CarrierReader message, const PropagatorChain& chain, Context& sent) {
  const auto readers = chain.readers();
  const auto finds_it = [&](const PropagatorChain::Entry& format) {
    return (format->traits().reads_elsewhere
                ? read_message_alone(*format, message, sent)
                : format->extract(message, sent)) >= Extracted::decision;
  };
  const auto also_finds_it = [&](const PropagatorChain::Entry& writer) {
    return std::ranges::find(readers, writer) == readers.end() && finds_it(writer);
  };
  return std::ranges::any_of(readers, finds_it) ||
         std::ranges::any_of(chain.writers(), also_finds_it);
}

/// Reads the context that a message has, which its sender may have made: no caller's trust applies.
/// A format that the chain reads wins over one that it only writes. Does not count as an extraction
/// either.
class OwnReader {
 public:
  explicit OwnReader(const PropagatorChain& chain) {
    const auto readers = chain.readers();
    std::vector<PropagatorChain::Entry> formats;
    for (const PropagatorChain::Entry& writer : chain.writers()) {
      if (std::ranges::find(readers, writer) == readers.end()) formats.push_back(writer);
    }
    const bool last_wins = chain.policy() == ExtractionPolicy::last_wins;
    formats.insert(last_wins ? formats.end() : formats.begin(), readers.begin(), readers.end());
    for (PropagatorChain::Entry& format : formats) {
      if (format->traits().reads_elsewhere) elsewhere_.push_back(std::move(format));
    }
    chain_ = PropagatorChain(std::move(formats), {}, chain.policy());
  }

  [[nodiscard]] Context read(CarrierReader message) const {
    Context own;
    {
      const detail::ExtractionCounter::Pause pause;
      chain_.extract(message, own);
    }
    for (const PropagatorChain::Entry& format : elsewhere_) {
      if (!own.span_context().is_valid()) read_message_alone(*format, message, own);
    }
    return own;
  }

 private:
  PropagatorChain chain_;
  std::vector<PropagatorChain::Entry> elsewhere_;
};

std::vector<Header> find_owned(const rd_kafka_headers_t& headers, const PropagatorChain& chain) {
  return internal::find_all(CList(&headers), [&](const char* name) { return chain.owns(name); });
}

/// Writes a whole context or, if there is no memory for it, nothing: half of one would be worse.
void append_all(rd_kafka_headers_t& headers, const Context& context, const PropagatorChain& chain,
                std::string_view destination) {
  try {
    append(headers, context, chain, destination);
  } catch (...) {
    internal::remove(headers, find_owned(headers, chain));
    throw;
  }
}

class Instrument {
 public:
  explicit Instrument(InstrumentOptions options) : options_(std::move(options)) {
    if (options_.chain && options_.chain->has_trust_rules()) own_reader_.emplace(*options_.chain);
  }

  void send(rd_kafka_t& client, rd_kafka_message_t& message, SentSpans& spans) const {
    if (internal::Forwarding* const forwarding = internal::Forwarding::to(client)) {
      deny(message);
      if (Span* const span = forwarding->take()) spans.add(message, std::move(*span));
      return;
    }
    Tracer* const tracer = options_.tracer.value_or(global_tracer());
    if (!options_.context) {
      send(message, current(), tracer, spans);
    } else {
      send(message, context_by_function(), tracer, spans);
    }
  }

  /// Without memory: if a rule denies something to the topic, removes a message's whole context,
  /// since no part of it can be written anew.
  void withhold(const rd_kafka_message_t& message) const noexcept {
    const PropagatorChain* const chain =
        options_.chain ? &*options_.chain : detail::global_chain.load(std::memory_order_acquire);
    // If there is no memory for a global chain, no rule is known.
    if (chain == nullptr || !chain->restricts(internal::topic_of(message))) return;
    const internal::MessageHeaders headers = internal::headers_of(message);
    if (headers.list == nullptr) return;
    internal::remove_without_memory(*headers.list,
                                    [&](std::string_view name) { return chain->owns(name); });
  }

 private:
  /// Empty if the function throws: what the topic's rule denies must be removed nevertheless.
  [[nodiscard]] Context context_by_function() const noexcept {
    try {
      return options_.context();
    } catch (...) {
      return {};
    }
  }

  [[nodiscard]] Context read_own(CarrierReader message, const PropagatorChain& chain) const {
    return own_reader_ ? own_reader_->read(message) : OwnReader(chain).read(message);
  }

  /// Removes from a message's own context what may not go to its topic.
  void deny(rd_kafka_message_t& message) const {
    const PropagatorChain& chain = options_.chain ? *options_.chain : global_chain();
    if (!chain.restricts(internal::topic_of(message))) return;
    const internal::MessageHeaders headers = internal::headers_of(message);
    if (headers.list == nullptr) return;
    const std::vector<Header> theirs = find_owned(*headers.list, chain);
    if (theirs.empty()) return;
    write(message, headers.list, theirs, read_own(FoundCarrier(theirs), chain), chain);
  }

  void send(rd_kafka_message_t& message, const Context& context, Tracer* tracer,
            SentSpans& spans) const {
    const PropagatorChain& chain = options_.chain ? *options_.chain : global_chain();
    const std::string_view topic = internal::topic_of(message);
    const bool is_restricted = chain.restricts(topic);
    const bool has_new = tracer != nullptr || !is_empty(context);
    if (!is_restricted && !has_new) return;
    const internal::MessageHeaders headers = internal::headers_of(message);
    if (headers.error != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    std::vector<Header> theirs;
    std::optional<Context> with_their_baggage;
    if (headers.list != nullptr) theirs = find_owned(*headers.list, chain);
    if (!theirs.empty() && (options_.existing == Existing::keep || !has_new)) {
      const FoundCarrier found(theirs);
      with_their_baggage = context;
      if (has_context(found, chain, *with_their_baggage)) {
        if (is_restricted) write(message, headers.list, theirs, read_own(found, chain), chain);
        return;
      }
    }
    const Context& sent = with_their_baggage ? *with_their_baggage : context;
    if (tracer == nullptr) {
      write(message, headers.list, theirs, sent, chain);
    } else {
      Span span = start_send(*tracer, {sent, {}}, topic, message);
      write(message, headers.list, theirs, span.context(), chain);
      spans.add(message, std::move(span));
    }
  }

  /// Replaces `theirs` of a list by what may leave of a context; a message without a list gets one.
  static void write(rd_kafka_message_t& message, rd_kafka_headers_t* list,
                    std::span<const Header> theirs, const Context& context,
                    const PropagatorChain& chain) {
    const std::string_view topic = internal::topic_of(message);
    if (chain.writers().empty() && !chain.restricts(topic)) return;
    if (list != nullptr) {
      // In place, since the application may own it: `produce` takes it only if it succeeds, which
      // is not known yet.
      if (!theirs.empty()) internal::remove(*list, theirs);
      append_all(*list, context, chain, topic);
      return;
    }
    if (is_empty(context)) return;
    HeadersPointer fresh = internal::make_list(chain.fields().size());
    append(*fresh, context, chain, topic);
    // The message takes the list, and librdkafka destroys it with the message, sent or not. An
    // existing list is never replaced: the application may own it.
    rd_kafka_message_set_headers(&message, fresh.release());
  }

  InstrumentOptions options_;
  std::optional<OwnReader> own_reader_;  // of its own chain, if that has trust rules
};

/// Each configuration has its own; a client has that of the configuration that it was made of. So
/// its spans are those of one client. `on_conf_destroy` frees it, which a client calls last.
struct Share {
  std::shared_ptr<const Instrument> instrument;  ///< null: the configuration is not instrumented
  SentSpans spans;
};

rd_kafka_resp_err_t add_to(rd_kafka_conf_t* conf,
                           std::shared_ptr<const Instrument> instrument) noexcept;

// librdkafka is C: no exception may reach it.

rd_kafka_resp_err_t on_send(rd_kafka_t* client, rd_kafka_message_t* message,
                            void* opaque) noexcept {
  Share& share = *static_cast<Share*>(opaque);
  share.spans.begin();
  try {
    share.instrument->send(*client, *message, share.spans);
  } catch (...) {
    share.instrument->withhold(*message);  // no memory: the message is sent without a new context
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_acknowledgement(rd_kafka_t*, rd_kafka_message_t* report,
                                       void* share) noexcept {
  static_cast<Share*>(share)->spans.end(*report);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* share, char*,
                           std::size_t) noexcept {
  if (static_cast<const Share*>(share)->instrument == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  // Without a report, no span would end.
  const rd_kafka_resp_err_t error =
      rd_kafka_interceptor_add_on_acknowledgement(client, interceptor, on_acknowledgement, share);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  return rd_kafka_interceptor_add_on_send(client, interceptor, on_send, share);
}

rd_kafka_resp_err_t on_conf_dup(rd_kafka_conf_t* copy, const rd_kafka_conf_t*, std::size_t,
                                const char**, void* share) noexcept {
  return add_to(copy, static_cast<const Share*>(share)->instrument);
}

rd_kafka_resp_err_t on_conf_destroy(void* share) noexcept {
  delete static_cast<const Share*>(share);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t add_to(rd_kafka_conf_t* conf,
                           std::shared_ptr<const Instrument> instrument) noexcept {
  std::unique_ptr<Share> share(new (std::nothrow) Share{std::move(instrument), {}});
  if (share == nullptr) return RD_KAFKA_RESP_ERR__FAIL;
  rd_kafka_resp_err_t error =
      rd_kafka_conf_interceptor_add_on_new(conf, interceptor, on_new, share.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;  // the share is still ours
  // From here on librdkafka owns the share. This cannot fail: it takes any number of one name.
  rd_kafka_conf_interceptor_add_on_conf_destroy(conf, interceptor, on_conf_destroy, share.get());
  Share& owned = *share.release();
  error = rd_kafka_conf_interceptor_add_on_conf_dup(conf, interceptor, on_conf_dup, &owned);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) owned.instrument = nullptr;  // `on_new` does nothing
  return error;
}

}  // namespace

void inject(rd_kafka_headers_t& headers, const Context& context, const InjectOptions& options) {
  const PropagatorChain& chain = options.chain;
  internal::remove(headers, find_owned(headers, chain));
  append_all(headers, context, chain, options.destination);
}

rd_kafka_resp_err_t instrument(rd_kafka_conf_t& conf, InstrumentOptions options) {
  return add_to(&conf, std::make_shared<const Instrument>(std::move(options)));
}

}  // namespace baton::kafka
