// SPDX-License-Identifier: Apache-2.0
#include "nginx/metrics.hpp"

#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <new>
#include <span>
#include <string_view>

#include "core/extraction_counter.hpp"

namespace baton::nginx {
namespace {

struct alignas(64) Worker {
  detail::CounterBlock counts;
  std::atomic<ngx_pid_t> owner;  ///< a process; zero: none
};

/// More than there are workers and those of older configurations that still end.
constexpr std::size_t max_workers = 256;

struct Counts {
  std::array<Worker, max_workers> workers;
};

static_assert(std::atomic<ngx_pid_t>::is_always_lock_free);

Counts* counts_of(const ngx_cycle_t* cycle) noexcept {
  const auto* const settings = static_cast<const MainSettings*>(
      ngx_http_cycle_get_module_main_conf(cycle, ngx_http_baton_module));
  if (settings == nullptr || settings->zone == nullptr) return nullptr;
  return static_cast<Counts*>(settings->zone->data);
}

ngx_int_t init_zone(ngx_shm_zone_t* zone, void* old) {
  auto* const memory = reinterpret_cast<ngx_slab_pool_t*>(zone->shm.addr);
  if (old != nullptr) {
    zone->data = old;
  } else if (zone->shm.exists != 0) {
    zone->data = memory->data;
  } else {
    void* const counts = ngx_slab_alloc(memory, sizeof(Counts));
    if (counts == nullptr) return NGX_ERROR;
    zone->data = memory->data = new (counts) Counts{};
  }
  return NGX_OK;
}

/// The block of a worker that has ended; one that was killed has left its number there.
bool take(Worker& worker) noexcept {
  ngx_pid_t owner = worker.owner.load(std::memory_order_relaxed);
  const bool is_free = owner == 0 || (::kill(owner, 0) != 0 && errno == ESRCH);
  return is_free && worker.owner.compare_exchange_strong(owner, ngx_pid, std::memory_order_acquire);
}

struct Totals {
  std::uint64_t extractions = 0;
  std::array<FormatCounts, detail::CounterBlock::formats> formats;
  std::size_t size = 0;

  explicit Totals(const Counts& counts) noexcept {
    for (const Worker& worker : counts.workers) {
      extractions += worker.counts.extractions.load(std::memory_order_relaxed);
    }
    for (std::size_t number = 0; number <= max_counted_formats; ++number) {
      FormatCounts sum{detail::ExtractionCounter::name_of(number)};
      if (sum.format.empty()) continue;
      for (const Worker& worker : counts.workers) {
        detail::add_counts(sum, worker.counts, number);
      }
      if (number < max_counted_formats || sum.found != 0) formats[size++] = sum;
    }
  }

  [[nodiscard]] std::span<const FormatCounts> found() const noexcept {
    return std::span(formats).first(size);
  }
};

/// The text, in a buffer of the request; null if there is no memory.
ngx_buf_t* write(ngx_http_request_t* r, const Totals& totals) noexcept {
  std::size_t size = 0;
  detail::write_prometheus(totals.extractions, totals.found(),
                           [&size](std::string_view piece) { size += piece.size(); });
  ngx_buf_t* const buffer = ngx_create_temp_buf(r->pool, size);
  if (buffer == nullptr) return nullptr;
  detail::write_prometheus(totals.extractions, totals.found(), [buffer](std::string_view piece) {
    buffer->last = std::copy(piece.begin(), piece.end(), buffer->last);
  });
  buffer->last_buf = r == r->main ? 1 : 0;
  buffer->last_in_chain = 1;
  return buffer;
}

}  // namespace

ngx_int_t add_zone(ngx_conf_t* cf, MainSettings& settings) {
  // Unlike any that a configuration gives to a zone of its own.
  ngx_str_t name = text_of("ngx_http_baton_module");
  // The same in each configuration, or the old counts would not be taken over.
  const std::size_t size = sizeof(Counts) + 16 * ngx_pagesize;
  settings.zone = ngx_shared_memory_add(cf, &name, size, &ngx_http_baton_module);
  if (settings.zone == nullptr) return NGX_ERROR;
  settings.zone->init = &init_zone;
  return NGX_OK;
}

ngx_int_t begin_counting(ngx_cycle_t* cycle) {
  Counts* const counts = counts_of(cycle);
  if (counts == nullptr || ngx_process == NGX_PROCESS_HELPER) return NGX_OK;
  const auto mine = std::ranges::find_if(counts->workers, take);
  if (mine != counts->workers.end()) {
    detail::ExtractionCounter::count_in(mine->counts);
  } else {
    ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                  "baton: more than %uz workers; this one is not in the metrics", max_workers);
  }
  return NGX_OK;
}

void end_counting(ngx_cycle_t* cycle) {
  Counts* const counts = counts_of(cycle);
  if (counts == nullptr) return;
  for (Worker& worker : counts->workers) {
    ngx_pid_t mine = ngx_pid;
    worker.owner.compare_exchange_strong(mine, 0, std::memory_order_release);
  }
}

ngx_int_t answer_metrics(ngx_http_request_t* r) {
  if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) return NGX_HTTP_NOT_ALLOWED;
  if (const ngx_int_t status = ngx_http_discard_request_body(r); status != NGX_OK) return status;
  const Counts* const counts = counts_of(const_cast<const ngx_cycle_t*>(ngx_cycle));
  if (counts == nullptr) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  ngx_buf_t* const buffer = write(r, Totals(*counts));
  if (buffer == nullptr) return NGX_HTTP_INTERNAL_SERVER_ERROR;

  r->headers_out.status = NGX_HTTP_OK;
  r->headers_out.content_length_n = buffer->last - buffer->pos;
  constexpr std::string_view type = "text/plain; version=0.0.4; charset=utf-8";
  r->headers_out.content_type = text_of(type);
  r->headers_out.content_type_len = type.find(';');  // what nginx compares with `gzip_types`
  const ngx_int_t status = ngx_http_send_header(r);
  if (status == NGX_ERROR || status > NGX_OK || r->header_only != 0) return status;
  ngx_chain_t out{buffer, nullptr};
  return ngx_http_output_filter(r, &out);
}

}  // namespace baton::nginx
