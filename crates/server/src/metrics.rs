//! Counters and times.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::StatusCode;
use palmette::{Answer, Price};
use palmette_origin::{Error as FetchError, Fetched, Source};
use palmette_protocol::Code;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::admission::Load;

/// The media type of [`Metrics::encode`].
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Every metric of a server.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Family<RouteLabels, Histogram>,
    stage_seconds: Family<StageLabels, Histogram>,
    selections: Family<SelectionLabels, Counter>,
    prices: Family<PriceLabels, Gauge<f64, AtomicU64>>,
    queued: Gauge<u64, AtomicU64>,
    damaged: Counter,
    fetches: Family<FetchLabels, Counter>,
    fetch_seconds: Family<FetchLabels, Histogram>,
    fetched_bytes: Counter,
    fetch_cache_bytes: Gauge<u64, AtomicU64>,
    pub(crate) cuts: Cuts,
    pub(crate) cache: CacheMetrics,
    connections: Gauge<u64, AtomicU64>,
    working: Gauge<u64, AtomicU64>,
    body_bytes: Gauge<u64, AtomicU64>,
    pixel_bytes: Gauge<u64, AtomicU64>,
    answer_bytes: Gauge<u64, AtomicU64>,
}

/// Connections that were cut, and why.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cuts(Family<CutLabels, Counter>);

impl Cuts {
    pub(crate) fn count(&self, reason: &'static str) {
        self.0.get_or_create(&CutLabels { reason }).inc();
    }
}

/// What became of requests at the cache of results.
#[derive(Clone, Debug, Default)]
pub(crate) struct CacheMetrics {
    answers: Family<CacheLabels, Counter>,
    evictions: Family<TierLabels, Counter>,
    failures: Family<TierLabels, Counter>,
    siblings: Family<OutcomeLabels, Counter>,
    entries: Family<TierLabels, Gauge<u64, AtomicU64>>,
    bytes: Family<TierLabels, Gauge<u64, AtomicU64>>,
}

/// Counts what one tier of the cache evicts.
#[derive(Clone, Debug)]
pub(crate) struct Evictions(Counter);

/// Counts what one tier of the cache could not read or write.
#[derive(Clone, Debug)]
pub(crate) struct Failures(Counter);

/// How full a tier of the cache is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CacheLoad {
    pub(crate) tier: &'static str,
    pub(crate) entries: usize,
    pub(crate) bytes: u64,
}

impl CacheMetrics {
    /// Counts a result that a tier had.
    pub(crate) fn hit(&self, tier: &'static str) {
        self.count("hit", tier);
    }

    /// Counts a result that was computed.
    pub(crate) fn miss(&self) {
        self.count("miss", "none");
    }

    /// Counts a result that was computed for another request meanwhile.
    pub(crate) fn shared(&self) {
        self.count("shared", "none");
    }

    /// Counts results that were to be made ahead, by what became of them.
    pub(crate) fn siblings(&self, outcome: &'static str, count: usize) {
        if count > 0 {
            self.siblings.get_or_create(&OutcomeLabels { outcome }).inc_by(count as u64);
        }
    }

    pub(crate) fn evictions(&self, tier: &'static str) -> Evictions {
        Evictions(self.evictions.get_or_create(&TierLabels { tier }).clone())
    }

    pub(crate) fn failures(&self, tier: &'static str) -> Failures {
        Failures(self.failures.get_or_create(&TierLabels { tier }).clone())
    }

    fn count(&self, outcome: &'static str, tier: &'static str) {
        self.answers.get_or_create(&CacheLabels { outcome, tier }).inc();
    }

    fn set(&self, loads: &[CacheLoad]) {
        for &CacheLoad { tier, entries, bytes } in loads {
            self.entries.get_or_create(&TierLabels { tier }).set(entries as u64);
            self.bytes.get_or_create(&TierLabels { tier }).set(bytes);
        }
    }

    fn register(&self, registry: &mut Registry) {
        registry.register(
            "cache_answers",
            "Results asked of the cache: hits by the tier that had them, those computed, and those shared while they were",
            self.answers.clone(),
        );
        registry.register("cache_evictions", "Results that made room for others", self.evictions.clone());
        registry.register(
            "cache_failures",
            "Results that a tier could not read or write, or had no time to write",
            self.failures.clone(),
        );
        registry.register(
            "cache_ahead",
            "Results of other widths by what became of them before anybody asked: made, given up for who waited, or skipped for want of room",
            self.siblings.clone(),
        );
        registry.register("cache_entries", "Results that are kept", self.entries.clone());
        registry.register_with_unit("cache", "Results that are kept", Unit::Bytes, self.bytes.clone());
    }
}

impl Failures {
    pub(crate) fn count(&self) {
        self.0.inc();
    }
}

impl Evictions {
    pub(crate) fn count(&self) {
        self.0.inc();
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CacheLabels {
    outcome: &'static str,
    tier: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TierLabels {
    tier: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
    /// The code of the failure, 0 if there was none.
    code: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabels {
    stage: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SelectionLabels {
    engine: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CutLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PriceLabels {
    engine: &'static str,
    what: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FetchLabels {
    /// Where the file came from, or the class of the failure.
    outcome: &'static str,
}

impl Metrics {
    /// Makes all metrics; the prices of the engines never change.
    pub(crate) fn new(prices: &[Price]) -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("palmette"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(histogram),
            stage_seconds: Family::new_with_constructor(histogram),
            selections: Family::default(),
            prices: Family::default(),
            queued: Gauge::default(),
            damaged: Counter::default(),
            fetches: Family::default(),
            fetch_seconds: Family::new_with_constructor(histogram),
            fetched_bytes: Counter::default(),
            fetch_cache_bytes: Gauge::default(),
            cuts: Cuts::default(),
            cache: CacheMetrics::default(),
            connections: Gauge::default(),
            working: Gauge::default(),
            body_bytes: Gauge::default(),
            pixel_bytes: Gauge::default(),
            answer_bytes: Gauge::default(),
        };
        for &Price { engine, what, seconds } in prices {
            metrics.prices.get_or_create(&PriceLabels { engine, what }).set(seconds);
        }
        metrics.registered()
    }

    /// Gives every metric its name. The library adds `_total` to counters and the unit to the rest.
    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register_with_unit(
            "request",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        registry.register_with_unit(
            "stage",
            "Time of each stage of the pipeline, for pictures that were made, and of the wait for a worker",
            Unit::Seconds,
            self.stage_seconds.clone(),
        );
        registry.register("selections", "Engines selected, and why", self.selections.clone());
        registry.register_with_unit(
            "price",
            "What arithmetic takes on the CPU and a unit of each kernel on the GPU, measured at the start",
            Unit::Seconds,
            self.prices.clone(),
        );
        registry.register("damaged", "Answers that show a damaged source", self.damaged.clone());
        registry.register(
            "fetches",
            "Files fetched by URL, and where they came from or why they did not",
            self.fetches.clone(),
        );
        registry.register_with_unit(
            "fetch",
            "Time of a fetch, from the question to the last byte",
            Unit::Seconds,
            self.fetch_seconds.clone(),
        );
        registry.register_with_unit(
            "fetched",
            "Bytes that came over the network for fetches",
            Unit::Bytes,
            self.fetched_bytes.clone(),
        );
        registry.register_with_unit(
            "fetch_cache",
            "Answers kept in memory, with their headers",
            Unit::Bytes,
            self.fetch_cache_bytes.clone(),
        );
        self.cache.register(registry);
        registry.register("cut_connections", "Connections cut by the server, and why", self.cuts.0.clone());
        registry.register("connections", "Connections that are open", self.connections.clone());
        registry.register("queued_requests", "Requests that wait for a worker", self.queued.clone());
        registry.register("working_requests", "Requests that are worked on", self.working.clone());
        registry.register_with_unit("body", "Bodies held in memory", Unit::Bytes, self.body_bytes.clone());
        registry.register_with_unit(
            "pixel",
            "Memory held for pictures, by estimate",
            Unit::Bytes,
            self.pixel_bytes.clone(),
        );
        registry.register_with_unit(
            "answer",
            "Answers held until they are sent",
            Unit::Bytes,
            self.answer_bytes.clone(),
        );
        self
    }

    pub(crate) fn count_request(&self, route: String, status: StatusCode, code: Option<Code>, duration: Duration) {
        self.request_seconds.get_or_create(&RouteLabels { route: route.clone() }).observe(duration.as_secs_f64());
        let labels = RequestLabels { route, status: status.as_u16(), code: code.map_or(0, Code::number) };
        self.requests.get_or_create(&labels).inc();
    }

    /// Times how long a request waited for a worker and for memory.
    pub(crate) fn count_wait(&self, duration: Duration) {
        self.stage_seconds.get_or_create(&StageLabels { stage: "wait" }).observe(duration.as_secs_f64());
    }

    /// Counts a fetch and its time.
    pub(crate) fn count_fetch(&self, outcome: &Result<Fetched, FetchError>, duration: Duration) {
        let name = match outcome {
            Ok(fetched) => fetched.source.as_str(),
            Err(error) => error.class().as_str(),
        };
        let labels = FetchLabels { outcome: name };
        self.fetch_seconds.get_or_create(&labels).observe(duration.as_secs_f64());
        self.fetches.get_or_create(&labels).inc();
        if let Ok(Fetched { bytes, source: Source::Server, .. }) = outcome {
            self.fetched_bytes.inc_by(bytes.len() as u64);
        }
    }

    pub(crate) fn count_answer(&self, answer: &Answer) {
        for (stage, duration) in answer.timings.iter() {
            let labels = StageLabels { stage: stage.as_str() };
            self.stage_seconds.get_or_create(&labels).observe(duration.as_secs_f64());
        }
        let labels = SelectionLabels { engine: answer.engine.as_str(), reason: answer.reason.as_str() };
        self.selections.get_or_create(&labels).inc();
        self.damaged.inc_by(answer.damage.is_some().into());
    }

    /// Writes all metrics as text; values that change all the time are read now.
    pub(crate) fn encode(&self, load: Load, connections: usize, fetch_cache_bytes: u64, cache: &[CacheLoad]) -> String {
        self.cache.set(cache);
        self.fetch_cache_bytes.set(fetch_cache_bytes);
        self.connections.set(connections as u64);
        self.queued.set(load.queued as u64);
        self.working.set(load.working as u64);
        self.body_bytes.set(load.body_bytes);
        self.pixel_bytes.set(load.pixel_bytes);
        self.answer_bytes.set(load.answer_bytes);
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}

/// Makes a histogram from 0.5 ms to 65 s.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 18))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Every sample that a server can write: its name, and the names of its labels.
    fn samples() -> BTreeMap<String, BTreeSet<String>> {
        let metrics = Metrics::new(&[Price { engine: "cpu", what: "taps", seconds: 1e-9 }]);
        metrics.count_request("/transform".to_owned(), StatusCode::OK, None, Duration::ZERO);
        metrics.count_wait(Duration::ZERO);
        metrics.count_fetch(&Err(FetchError::Data), Duration::ZERO);
        metrics.cuts.count("idle");
        metrics.selections.get_or_create(&SelectionLabels { engine: "cpu", reason: "no_gpu" }).inc();
        metrics.cache.miss();
        metrics.cache.siblings("made", 1);
        let _ = (metrics.cache.evictions("memory"), metrics.cache.failures("folder"));
        let load = Load { queued: 0, working: 0, body_bytes: 0, pixel_bytes: 0, answer_bytes: 0 };
        let text = metrics.encode(load, 0, 0, &[CacheLoad { tier: "memory", entries: 0, bytes: 0 }]);
        let sample = |line: &str| {
            let (name, rest) = line.split_once(['{', ' ']).unwrap();
            let labels = rest.split_once('}').map_or("", |(labels, _)| labels);
            (name.to_owned(), label_names(labels))
        };
        text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
    }

    /// Reads the names of `a="1",b=~"2"`.
    fn label_names(labels: &str) -> BTreeSet<String> {
        let name = |label: &str| Some(label.split_once(['=', '!'])?.0.trim().to_owned());
        labels.split(',').filter_map(name).collect()
    }

    /// The files of a folder below `deploy`, as one text.
    fn deployed(folder: &str) -> String {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy")).join(folder);
        let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.is_file());
        assert!(!files.is_empty());
        files.iter().map(|path| fs::read_to_string(path).unwrap().replace("\\\"", "\"")).collect()
    }

    /// Finds every metric that a text names, with the labels behind it.
    fn named(text: &str) -> impl Iterator<Item = (&str, BTreeSet<String>)> {
        text.match_indices("palmette_").map(|(start, _)| {
            let text = &text[start..];
            let end = text.find(|character: char| !character.is_ascii_lowercase() && character != '_').unwrap();
            let labels =
                text[end..].strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(labels, _)| labels);
            (&text[..end], label_names(labels))
        })
    }

    #[test]
    fn metrics_of_dashboards_and_alerts_exist() {
        let samples = samples();
        let of_prometheus = ["instance", "job"].map(str::to_owned);
        let mut count = 0;
        for folder in ["grafana", "prometheus", "kubernetes"] {
            for (name, labels) in named(&deployed(folder)) {
                // Texts speak of a histogram as a whole.
                let known = samples.get(name).or_else(|| samples.get(&format!("{name}_bucket")));
                let known = known.unwrap_or_else(|| panic!("{folder}: there is no metric {name}"));
                let unknown: Vec<_> =
                    labels.iter().filter(|label| !known.contains(*label) && !of_prometheus.contains(label)).collect();
                assert!(unknown.is_empty(), "{folder}: {name} has no labels {unknown:?}, but {known:?}");
                count += 1;
            }
        }
        assert!(count > 30, "{count}");
    }

    #[test]
    fn metrics_are_all_in_the_dashboard() {
        let dashboard = deployed("grafana");
        for name in samples().keys() {
            let family = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            assert!(named(&dashboard).any(|(shown, _)| shown.starts_with(family)), "{family} is not shown");
        }
    }
}
