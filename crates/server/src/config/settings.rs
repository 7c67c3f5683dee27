//! The list of settings: name, flag, meaning and parser of each in one place.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use palmette::EngineChoice;
use palmette::codec::OnDamage;
use palmette_origin::{Authorities, Origin, Url};
use palmette_protocol::url::Strictness;

use super::{Config, LogFormat, MaxBytes, ModelsFolder, OptionSets, SigningKeys, UrlAccess, Workers};

/// One thing that an operator can decide.
pub struct Setting {
    /// Section and name in a file, `section.key_unit`. The environment has it as `PALMETTE_SECTION_KEY_UNIT`.
    pub key: &'static str,
    /// The flag, without its dashes.
    pub flag: &'static str,
    /// Its meaning, in one line, with its default.
    pub doc: &'static str,
    apply: fn(&mut Config, &str) -> Result<(), Expected>,
}

/// How a setting is given as a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagForm {
    /// With a value, once.
    Value,
    /// With a value, perhaps several times; the values of all, with commas between them, are that of the setting.
    List,
    /// Alone, which means `on`, or with `=` and a value.
    Switch,
}

/// The kind of value that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A whole number in a range, both ends included.
    Whole {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// Where to listen.
    Address,
    /// `on` or `off`.
    Switch,
    /// The path of a file, or `none`.
    File,
    /// The path of a folder, `auto` or `none`.
    Folder,
    /// The URL of a bucket, or `none`.
    Bucket,
    /// Directives of a log filter.
    Filter,
    /// A number of bytes, or `auto`.
    Budget,
    /// Origins, with commas between them.
    Origins,
    /// Hosts, with commas between them.
    Hosts,
    /// A file of certificates.
    Certificates,
    /// A name in the header `via`.
    Via,
    /// Folders, origins and buckets, with commas between them.
    UrlOrigins,
    /// Rules for the sources of image URLs, with commas between them.
    SourceRules,
    /// A file of keys.
    Keys,
    /// A file of options.
    OptionSets,
    /// The path of a folder, or `none`.
    StoreFolder,
    /// The path of a folder, the URL of a bucket, or `none`.
    Pictures,
    /// The id of an account.
    Account,
    /// One origin.
    Origin,
    /// Widths, with commas between them, `auto` or `none`.
    Srcset,
}

/// Every setting, in the order of `config.default.toml`.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "server.listen",
        flag: "listen",
        doc: "Where to listen: a port, localhost:PORT, IP:PORT, unix:PATH, or systemd; port 0 takes a free one [default: 127.0.0.1:9901]",
        apply: |config, text| {
            config.server.listen = text.parse()?;
            Ok(())
        },
    },
    Setting {
        key: "server.metrics_listen",
        flag: "metrics-listen",
        doc: "Where to listen for /metrics instead of --listen, without a token and TLS [default: none]",
        apply: |config, text| {
            config.server.metrics_listen = if text == "none" { None } else { Some(text.parse()?) };
            Ok(())
        },
    },
    Setting {
        key: "server.insecure",
        flag: "insecure",
        doc: "Let other machines in without a token, because a proxy protects the server: on or off [default: off]",
        apply: |config, text| set_switch(&mut config.server.insecure, text),
    },
    Setting {
        key: "server.token_file",
        flag: "token-file",
        doc: "File of tokens, one a line, one of which each request must carry; repeatable, or separated by commas [default: none]",
        apply: |config, text| {
            config.server.token_files = match text {
                "none" => Vec::new(),
                _ => text.split(',').map(|path| file(path.trim())).collect::<Result<_, _>>()?,
            };
            Ok(())
        },
    },
    Setting {
        key: "server.tls_cert",
        flag: "tls-cert",
        doc: "PEM file of the certificate for TLS, and of those between it and its authority [default: none]",
        apply: |config, text| set_file(&mut config.server.tls_cert, text),
    },
    Setting {
        key: "server.tls_key",
        flag: "tls-key",
        doc: "PEM file of the private key for TLS [default: none]",
        apply: |config, text| set_file(&mut config.server.tls_key, text),
    },
    Setting {
        key: "server.playground",
        flag: "playground",
        doc: "Serve the playground at /: on or off [default: on]",
        apply: |config, text| set_switch(&mut config.server.playground, text),
    },
    Setting {
        key: "server.max_connections",
        flag: "max-connections",
        doc: "Connections at once; an idle or slow one makes room for a new one [default: 1024]",
        apply: |config, text| set_count(&mut config.server.max_connections, text, 1, 1 << 20),
    },
    Setting {
        key: "server.head_timeout_ms",
        flag: "head-timeout-ms",
        doc: "Time for the head of a request, from its first byte [default: 5000]",
        apply: |config, text| set_millis(&mut config.server.head_timeout, text, 1),
    },
    Setting {
        key: "server.idle_timeout_ms",
        flag: "idle-timeout-ms",
        doc: "Time a connection may be idle between two requests [default: 75000]",
        apply: |config, text| set_millis(&mut config.server.idle_timeout, text, 1),
    },
    Setting {
        key: "server.min_read_bytes_per_s",
        flag: "min-read-bytes-per-s",
        doc: "Minimum rate of a body, in bytes per second; 0 for none [default: 1000]",
        apply: |config, text| set_bytes(&mut config.server.min_read_bytes_per_s, text, 0),
    },
    Setting {
        key: "server.write_timeout_ms",
        flag: "write-timeout-ms",
        doc: "Time an answer may wait for a reader that takes nothing [default: 60000]",
        apply: |config, text| set_millis(&mut config.server.write_timeout, text, 1),
    },
    Setting {
        key: "server.min_write_bytes_per_s",
        flag: "min-write-bytes-per-s",
        doc: "Minimum rate of a reader, in bytes per second; 0 for none [default: 8000]",
        apply: |config, text| set_bytes(&mut config.server.min_write_bytes_per_s, text, 0),
    },
    Setting {
        key: "server.drain_max_bytes",
        flag: "drain-max-bytes",
        doc: "Bytes of a body that are read and thrown away after an early answer [default: 128000000]",
        apply: |config, text| set_bytes(&mut config.server.drain_max_bytes, text, 0),
    },
    Setting {
        key: "server.drain_timeout_ms",
        flag: "drain-timeout-ms",
        doc: "Time for reading the rest of a body after an early answer [default: 30000]",
        apply: |config, text| set_millis(&mut config.server.drain_timeout, text, 1),
    },
    Setting {
        key: "server.lame_duck_ms",
        flag: "lame-duck-ms",
        doc: "Time after SIGTERM until the listener closes; the server is not ready then [default: 0]",
        apply: |config, text| set_millis(&mut config.server.lame_duck, text, 0),
    },
    Setting {
        key: "server.grace_ms",
        flag: "grace-ms",
        doc: "Time that running requests get to finish after the listener closed [default: 30000]",
        apply: |config, text| set_millis(&mut config.server.grace, text, 1),
    },
    Setting {
        key: "engine.choice",
        flag: "engine",
        doc: "Engine that computes pixels: auto, cpu or gpu [default: auto]",
        apply: |config, text| {
            config.engine = EngineChoice::parse(text).map_err(|_| Expected::OneOf(&["auto", "cpu", "gpu"]))?;
            Ok(())
        },
    },
    Setting {
        key: "engine.gpu_max_bytes",
        flag: "gpu-max-bytes",
        doc: "Bytes of device memory for all requests together [default: 4294967296]",
        apply: |config, text| set_bytes(&mut config.gpu.max_bytes, text, 1),
    },
    Setting {
        key: "engine.gpu_timeout_ms",
        flag: "gpu-timeout-ms",
        doc: "Time after which a silent GPU counts as lost [default: 10000]",
        apply: |config, text| set_millis(&mut config.gpu.timeout, text, 1),
    },
    Setting {
        key: "engine.gpu_retry_ms",
        flag: "gpu-retry-ms",
        doc: "Time before a lost GPU is opened again; doubles with each failure [default: 1000]",
        apply: |config, text| set_millis(&mut config.gpu.retry_delay, text, 1),
    },
    Setting {
        key: "engine.gpu_max_failures",
        flag: "gpu-max-failures",
        doc: "Failures in a row after which a GPU is not opened again [default: 8]",
        apply: |config, text| set_u32(&mut config.gpu.max_failures, text, 1, 1 << 16),
    },
    Setting {
        key: "models.folder",
        flag: "models",
        doc: "Folder of models; auto is the folder of `palmette models install`; none for no models [default: auto]",
        apply: |config, text| {
            config.models = match text {
                "" => return Err(Expected::Folder),
                "auto" => ModelsFolder::Auto,
                "none" => ModelsFolder::None,
                _ => ModelsFolder::At(text.into()),
            };
            Ok(())
        },
    },
    Setting {
        key: "fonts.folder",
        flag: "fonts",
        doc: "Folder of fonts for font:NAME, and for characters that a font lacks; none for no folder [default: none]",
        apply: |config, text| set_folder(&mut config.fonts, text),
    },
    Setting {
        key: "limits.max_source_bytes",
        flag: "max-source-bytes",
        doc: "Bytes of one source [default: 20000000]",
        apply: |config, text| set_size(&mut config.limits.request.max_source_bytes, text),
    },
    Setting {
        key: "limits.max_form_bytes",
        flag: "max-form-bytes",
        doc: "Bytes of a whole form [default: 100000000]",
        apply: |config, text| set_bytes(&mut config.limits.form.max_form_bytes, text, 1),
    },
    Setting {
        key: "limits.max_field_bytes",
        flag: "max-field-bytes",
        doc: "Bytes of a part that is not a picture [default: 1048576]",
        apply: |config, text| set_size(&mut config.limits.request.max_field_bytes, text),
    },
    Setting {
        key: "limits.max_header_bytes",
        flag: "max-header-bytes",
        doc: "Bytes of the headers of one part [default: 8192]",
        apply: |config, text| set_size(&mut config.limits.form.max_header_bytes, text),
    },
    Setting {
        key: "limits.max_sources",
        flag: "max-sources",
        doc: "Pictures and texts of a form, the canvas included [default: 64]",
        apply: |config, text| set_u32(&mut config.limits.request.tree.max_sources, text, 1, 1 << 16),
    },
    Setting {
        key: "limits.max_steps",
        flag: "max-steps",
        doc: "Transforms and draws of a request [default: 256]",
        apply: |config, text| set_count(&mut config.limits.request.tree.max_steps, text, 1, 1 << 16),
    },
    Setting {
        key: "limits.max_depth",
        flag: "max-depth",
        doc: "Levels of pictures drawn on pictures; the canvas is level 1 [default: 16]",
        apply: |config, text| set_count(&mut config.limits.request.tree.max_depth, text, 1, 1 << 16),
    },
    Setting {
        key: "limits.max_side_px",
        flag: "max-side-px",
        doc: "Pixels along a side of any picture [default: 12000]",
        apply: |config, text| set_u32(&mut config.limits.pixels.max_side_px, text, 1, 1 << 20),
    },
    Setting {
        key: "limits.max_area_px",
        flag: "max-area-px",
        doc: "Pixels of any picture [default: 100000000]",
        apply: |config, text| set_bytes(&mut config.limits.pixels.max_area_px, text, 1),
    },
    Setting {
        key: "limits.max_animation_area_px",
        flag: "max-animation-area-px",
        doc: "Pixels of all frames of an animation together [default: 50000000]",
        apply: |config, text| set_bytes(&mut config.limits.pixels.max_animation_area_px, text, 1),
    },
    Setting {
        key: "limits.damaged",
        flag: "damaged",
        doc: "What to do with a damaged picture: refuse it, or show the pixels that can be read [default: refuse]",
        apply: |config, text| {
            config.limits.on_damage = match text {
                "refuse" => OnDamage::Refuse,
                "show" => OnDamage::Show,
                _ => return Err(Expected::OneOf(&["refuse", "show"])),
            };
            Ok(())
        },
    },
    Setting {
        key: "limits.timeout_ms",
        flag: "timeout-ms",
        doc: "Time for a request, from its head to the head of the answer [default: 30000]",
        apply: |config, text| set_millis(&mut config.limits.timeout, text, 1),
    },
    Setting {
        key: "admission.workers",
        flag: "workers",
        doc: "Requests at work at once: a number, or `cores` [default: cores]",
        apply: |config, text| {
            config.admission.workers = match text {
                "cores" => Workers::Cores,
                _ => {
                    let mut count = 1;
                    set_count(&mut count, text, 1, 1 << 10)?;
                    Workers::Exactly(NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN))
                }
            };
            Ok(())
        },
    },
    Setting {
        key: "admission.max_queued",
        flag: "max-queued",
        doc: "Requests that may wait for a worker [default: 64]",
        apply: |config, text| set_count(&mut config.admission.max_queued, text, 0, 1 << 20),
    },
    Setting {
        key: "admission.max_queue_wait_ms",
        flag: "max-queue-wait-ms",
        doc: "Time a request may wait for a worker; one that would wait longer is refused [default: 5000]",
        apply: |config, text| set_millis(&mut config.admission.max_queue_wait, text, 1),
    },
    Setting {
        key: "admission.max_body_bytes",
        flag: "max-body-bytes",
        doc: "Bytes of the bodies of all requests: a number, or auto for 15 % of the memory [default: auto]",
        apply: |config, text| set_budget(&mut config.admission.max_body_bytes, text, 1),
    },
    Setting {
        key: "admission.max_pixel_bytes",
        flag: "max-pixel-bytes",
        doc: "Bytes of the pictures of all requests: a number, or auto for 55 % of the memory [default: auto]",
        apply: |config, text| set_budget(&mut config.admission.max_pixel_bytes, text, 1),
    },
    Setting {
        key: "admission.max_answer_bytes",
        flag: "max-answer-bytes",
        doc: "Bytes of answers that wait for their readers: a number, or auto for 15 % of the memory [default: auto]",
        apply: |config, text| set_budget(&mut config.admission.max_answer_bytes, text, 1),
    },
    Setting {
        key: "cache.memory_bytes",
        flag: "cache-memory-bytes",
        doc: "Bytes of results kept in memory: a number, 0 for none, or auto for 5 % of the memory, at most 256 MB [default: auto]",
        apply: |config, text| set_budget(&mut config.cache.memory_bytes, text, 0),
    },
    Setting {
        key: "cache.folder",
        flag: "cache-folder",
        doc: "Folder where results are kept beyond the end of the process; none for no folder [default: none]",
        apply: |config, text| set_folder(&mut config.cache.folder, text),
    },
    Setting {
        key: "cache.folder_bytes",
        flag: "cache-folder-bytes",
        doc: "Bytes of the files in that folder [default: 10000000000]",
        apply: |config, text| set_bytes(&mut config.cache.folder_bytes, text, 1),
    },
    Setting {
        key: "cache.bucket",
        flag: "cache-bucket",
        doc: "Bucket where results are kept for several servers, such as s3://BUCKET/PREFIX; none for no bucket [default: none]",
        apply: |config, text| {
            config.cache.bucket = match text {
                "none" => None,
                _ if palmette_store::Place::is_url(text) => Some(text.to_owned()),
                _ => return Err(Expected::Bucket),
            };
            Ok(())
        },
    },
    Setting {
        key: "cache.across_tokens",
        flag: "cache-across-tokens",
        doc: "Answer one token with results made for another: on or off [default: off]",
        apply: |config, text| set_switch(&mut config.cache.is_across_tokens, text),
    },
    Setting {
        key: "fetch.allow",
        flag: "fetch-allow",
        doc: "Private origins that may be asked, separated by commas, such as http://127.0.0.1:8787 [default: none]",
        apply: |config, text| set_list(&mut config.fetch.fetcher.allow, text, Expected::Origins),
    },
    Setting {
        key: "fetch.allow_hosts",
        flag: "fetch-allow-hosts",
        doc: "The only public hosts that may be asked, separated by commas, such as *.fonts.example; none means all [default: none]",
        apply: |config, text| set_list(&mut config.fetch.fetcher.allow_hosts, text, Expected::Hosts),
    },
    Setting {
        key: "fetch.max_bytes",
        flag: "fetch-max-bytes",
        doc: "Bytes of a font that is fetched [default: 20000000]",
        apply: |config, text| set_bytes(&mut config.fetch.max_bytes, text, 1),
    },
    Setting {
        key: "fetch.timeout_ms",
        flag: "fetch-timeout-ms",
        doc: "Time for a fetch, redirects and the body included [default: 10000]",
        apply: |config, text| set_millis(&mut config.fetch.fetcher.timeout, text, 1),
    },
    Setting {
        key: "fetch.connect_timeout_ms",
        flag: "fetch-connect-timeout-ms",
        doc: "Time for looking up a name and connecting [default: 5000]",
        apply: |config, text| set_millis(&mut config.fetch.fetcher.connect_timeout, text, 1),
    },
    Setting {
        key: "fetch.max_redirects",
        flag: "fetch-max-redirects",
        doc: "Redirects that are followed [default: 5]",
        apply: |config, text| set_u32(&mut config.fetch.fetcher.max_redirects, text, 0, 20),
    },
    Setting {
        key: "fetch.max_running",
        flag: "fetch-max-running",
        doc: "Fetches at once; others wait, within their time [default: 64]",
        apply: |config, text| set_count(&mut config.fetch.fetcher.max_running, text, 1, 1 << 16),
    },
    Setting {
        key: "fetch.max_arriving_bytes",
        flag: "fetch-max-arriving-bytes",
        doc: "Bytes of all files that are being fetched [default: 128000000]",
        apply: |config, text| set_bytes(&mut config.fetch.fetcher.max_arriving_bytes, text, 1),
    },
    Setting {
        key: "fetch.cache_bytes",
        flag: "fetch-cache-bytes",
        doc: "Bytes of fetched files kept in memory, as long as their headers allow; 0 for none [default: 64000000]",
        apply: |config, text| set_bytes(&mut config.fetch.fetcher.cache_bytes, text, 0),
    },
    Setting {
        key: "fetch.failure_ms",
        flag: "fetch-failure-ms",
        doc: "Time for which a server that failed, or has no such file, is not asked again; 0 asks every time [default: 2000]",
        apply: |config, text| set_millis(&mut config.fetch.fetcher.failure_time, text, 0),
    },
    Setting {
        key: "fetch.ca_file",
        flag: "fetch-ca-file",
        doc: "PEM file of certificate authorities to trust, besides Mozilla's [default: none]",
        apply: |config, text| {
            config.fetch.fetcher.authorities = match text {
                "" => Authorities::default(),
                path => {
                    let pem = std::fs::read(path).map_err(|_| Expected::Certificates)?;
                    Authorities::from_pem(&pem).map_err(|_| Expected::Certificates)?
                }
            };
            Ok(())
        },
    },
    Setting {
        key: "fetch.via",
        flag: "fetch-via",
        doc: "Name in the header `via` of requests, which detects loops; the same for a group of servers [default: palmette]",
        apply: |config, text| {
            config.fetch.fetcher.via = text.parse().map_err(|_| Expected::Via)?;
            Ok(())
        },
    },
    Setting {
        key: "url.origin",
        flag: "url-origin",
        doc: "Where paths in image URLs lead: folders, origins and buckets (s3://BUCKET/PREFIX), the first that has the picture; repeatable, or separated by commas [default: none]",
        apply: |config, text| set_list(&mut config.url.origins, text, Expected::UrlOrigins),
    },
    Setting {
        key: "url.allow",
        flag: "url-allow",
        doc: "Where URLs in image URLs may lead: b.com, *.b.com, b.com/pictures, https://b.com:8443 or *; repeatable, or separated by commas [default: none]",
        apply: |config, text| set_list(&mut config.url.allow, text, Expected::SourceRules),
    },
    Setting {
        key: "url.options",
        flag: "url-options",
        doc: "Unknown options of image URLs: strict refuses them, lenient ignores them with a warning [default: strict]",
        apply: |config, text| {
            config.url.strictness = match text {
                "strict" => Strictness::Strict,
                "lenient" => Strictness::Lenient,
                _ => return Err(Expected::OneOf(&["strict", "lenient"])),
            };
            Ok(())
        },
    },
    Setting {
        key: "url.access",
        flag: "url-access",
        doc: "Who may use image URLs: open to all, signed URLs only, or with a token as other requests [default: open]",
        apply: |config, text| {
            config.url.access = match text {
                "open" => UrlAccess::Open,
                "signed" => UrlAccess::Signed,
                "token" => UrlAccess::Token,
                _ => return Err(Expected::OneOf(&["open", "signed", "token"])),
            };
            Ok(())
        },
    },
    Setting {
        key: "url.key_file",
        flag: "url-key-file",
        doc: "File of keys that sign image URLs, one a line [default: none]",
        apply: |config, text| {
            config.url.keys = match text {
                "" => SigningKeys::default(),
                path => SigningKeys::read(path.as_ref()).ok_or(Expected::Keys)?,
            };
            Ok(())
        },
    },
    Setting {
        key: "url.sets_file",
        flag: "url-sets-file",
        doc: "File of the only options that image URLs may have, those of one URL a line [default: none]",
        apply: |config, text| {
            config.url.sets = match text {
                "" => None,
                path => Some(OptionSets::read(path.as_ref()).ok_or(Expected::OptionSets)?),
            };
            Ok(())
        },
    },
    Setting {
        key: "url.srcset",
        flag: "url-srcset",
        doc: "Widths of one picture on a page, such as 320,640,1280: after one of them the others are made ahead; auto for those of width=auto [default: none]",
        apply: |config, text| {
            config.url.srcset = text.parse().map_err(|_| Expected::Srcset)?;
            Ok(())
        },
    },
    Setting {
        key: "url.max_age_s",
        flag: "url-max-age-s",
        doc: "Seconds that an answer may be kept, if its source allows no longer, and does not forbid it [default: 3600]",
        apply: |config, text| {
            config.url.max_age = Duration::from_secs(whole(text, 0, 31_536_000)?);
            Ok(())
        },
    },
    Setting {
        key: "url.max_avif_px",
        flag: "url-max-avif-px",
        doc: "Pixels along a side above which format=auto is not AVIF, which takes long [default: 1200]",
        apply: |config, text| set_u32(&mut config.url.max_avif_px, text, 0, 65_536),
    },
    Setting {
        key: "hosted.folder",
        flag: "hosted",
        doc: "Folder of hosted pictures, which several servers may share; made when it is first needed; none for no hosting [default: none]",
        apply: |config, text| {
            config.hosted.folder = match text {
                "" => return Err(Expected::StoreFolder),
                "none" => None,
                _ => Some(text.into()),
            };
            Ok(())
        },
    },
    Setting {
        key: "hosted.database",
        flag: "hosted-database",
        doc: "Database of hosted pictures for several servers: postgres://USER@HOST/DATABASE; none for one in the folder [default: none]",
        apply: |config, text| {
            // What is wrong with a URL is told where it is read, without the URL: somebody may have written a password into it.
            config.hosted.database = (text != "none").then(|| text.to_owned());
            Ok(())
        },
    },
    Setting {
        key: "hosted.database_password_file",
        flag: "hosted-database-password-file",
        doc: "File of the password for --hosted-database [default: none]",
        apply: |config, text| set_file(&mut config.hosted.database_password_file, text),
    },
    Setting {
        key: "hosted.pictures",
        flag: "hosted-pictures",
        doc: "Folder or bucket of the bytes of hosted pictures, such as s3://BUCKET/PREFIX; none for the folder [default: none]",
        apply: |config, text| {
            config.hosted.pictures = match text {
                "" => return Err(Expected::Pictures),
                "none" => None,
                _ => Some(text.to_owned()),
            };
            Ok(())
        },
    },
    Setting {
        key: "hosted.account",
        flag: "hosted-account",
        doc: "Account id that the API of hosted pictures answers for; none for any [default: none]",
        apply: |config, text| {
            config.hosted.account = match text {
                "none" => None,
                _ => Some(account(text)?),
            };
            Ok(())
        },
    },
    Setting {
        key: "hosted.url",
        flag: "hosted-url",
        doc: "Origin that URLs of hosted pictures begin with, such as https://pictures.example; none for that of the request [default: none]",
        apply: |config, text| {
            config.hosted.url = match text {
                "none" => None,
                _ => Some(origin(text)?),
            };
            Ok(())
        },
    },
    Setting {
        key: "log.filter",
        flag: "log-filter",
        doc: "Log filter, such as info,palmette_server=debug [default: info]",
        apply: |config, text| {
            text.parse::<tracing_subscriber::EnvFilter>().map_err(|_| Expected::Filter)?;
            text.clone_into(&mut config.log.filter);
            Ok(())
        },
    },
    Setting {
        key: "log.format",
        flag: "log-format",
        doc: "Format of log lines: text or json [default: text]",
        apply: |config, text| {
            config.log.format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err(Expected::OneOf(&["text", "json"])),
            };
            Ok(())
        },
    },
];

impl Setting {
    /// Returns the name in the environment.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("PALMETTE_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// Returns the two halves of [`Setting::key`].
    #[must_use]
    pub fn section_and_key(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }

    /// Returns how the setting is given as a flag.
    #[must_use]
    pub fn flag_form(&self) -> FlagForm {
        match self.key {
            "server.insecure" => FlagForm::Switch,
            "server.token_file" | "fetch.allow" | "fetch.allow_hosts" | "url.origin" | "url.allow" => FlagForm::List,
            _ => FlagForm::Value,
        }
    }

    /// Parses a value into its place.
    ///
    /// # Errors
    ///
    /// The kind of value that was expected.
    pub fn apply(&self, config: &mut Config, value: &str) -> Result<(), Expected> {
        (self.apply)(config, value.trim())
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Finds a setting by its key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// Tells whether some setting is in this section.
pub(super) fn is_section(section: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.section_and_key().0 == section)
}

/// Parses a whole number; `_` may group digits, as in TOML.
fn whole(text: &str, min: u64, max: u64) -> Result<u64, Expected> {
    let number = text.replace('_', "").parse().map_err(|_| Expected::Whole { min, max })?;
    if (min..=max).contains(&number) { Ok(number) } else { Err(Expected::Whole { min, max }) }
}

/// Sets a number of bytes or pixels, at most 2⁵⁰.
fn set_bytes(place: &mut u64, text: &str, min: u64) -> Result<(), Expected> {
    *place = whole(text, min, 1 << 50)?;
    Ok(())
}

/// Sets a budget: a number of bytes of at most 2⁵⁰, or `auto`.
fn set_budget(place: &mut MaxBytes, text: &str, min: u64) -> Result<(), Expected> {
    *place = match text {
        "auto" => MaxBytes::Auto,
        _ => MaxBytes::Exactly(whole(text, min, 1 << 50).map_err(|_| Expected::Budget)?),
    };
    Ok(())
}

/// Sets a number of bytes that are held in memory, at most 2³⁰.
fn set_size(place: &mut usize, text: &str) -> Result<(), Expected> {
    set_count(place, text, 1, 1 << 30)
}

/// Sets what is on or off.
fn set_switch(place: &mut bool, text: &str) -> Result<(), Expected> {
    *place = match text {
        "on" | "true" => true,
        "off" | "false" => false,
        _ => return Err(Expected::Switch),
    };
    Ok(())
}

/// Sets a file, or `none`.
fn set_file(place: &mut Option<PathBuf>, text: &str) -> Result<(), Expected> {
    *place = if text == "none" { None } else { Some(file(text)?) };
    Ok(())
}

/// Sets a folder, or `none`.
fn set_folder(place: &mut Option<PathBuf>, text: &str) -> Result<(), Expected> {
    *place = match text {
        "" => return Err(Expected::Folder),
        "none" => None,
        _ => Some(text.into()),
    };
    Ok(())
}

/// Parses a path. An empty one is most likely a variable that nobody set, and must not mean that nothing is protected.
fn file(text: &str) -> Result<PathBuf, Expected> {
    if text.is_empty() { Err(Expected::File) } else { Ok(text.into()) }
}

/// Parses the id of an account.
fn account(text: &str) -> Result<String, Expected> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !text.is_empty() && text.chars().all(is_plain) { Ok(text.to_owned()) } else { Err(Expected::Account) }
}

/// Parses an origin.
fn origin(text: &str) -> Result<String, Expected> {
    let url = Url::parse(text).map_err(|_| Expected::Origin)?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match Origin::of(&url) {
        Some(origin) if is_bare && url.password().is_none() => Ok(origin.to_string()),
        _ => Err(Expected::Origin),
    }
}

/// Sets a number of 32 bits.
fn set_u32(place: &mut u32, text: &str, min: u64, max: u64) -> Result<(), Expected> {
    *place = u32::try_from(whole(text, min, max)?).map_err(|_| Expected::Whole { min, max })?;
    Ok(())
}

/// Sets a list, whose entries have commas between them.
fn set_list<T: FromStr>(place: &mut Vec<T>, text: &str, expected: Expected) -> Result<(), Expected> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    *place = entries.map(|entry| entry.parse().map_err(|_| expected)).collect::<Result<_, _>>()?;
    Ok(())
}

/// Sets a number of things.
fn set_count(place: &mut usize, text: &str, min: u64, max: u64) -> Result<(), Expected> {
    *place = usize::try_from(whole(text, min, max)?).map_err(|_| Expected::Whole { min, max })?;
    Ok(())
}

/// Sets a time of at most a day.
fn set_millis(place: &mut Duration, text: &str, min: u64) -> Result<(), Expected> {
    *place = Duration::from_millis(whole(text, min, 86_400_000)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn settings_names_are_unique() {
        let keys: HashSet<_> = SETTINGS.iter().map(|setting| setting.key).collect();
        let flags: HashSet<_> = SETTINGS.iter().map(|setting| setting.flag).collect();
        assert_eq!((keys.len(), flags.len()), (SETTINGS.len(), SETTINGS.len()));
    }

    #[test]
    fn settings_name_their_variable() {
        assert_eq!(find("limits.max_source_bytes").unwrap().variable(), "PALMETTE_LIMITS_MAX_SOURCE_BYTES");
    }

    #[test]
    fn settings_parse_lists() {
        let mut config = Config::default();
        let allow = find("fetch.allow").unwrap();
        allow.apply(&mut config, " http://127.0.0.1:8787 ,http://localhost:*, ").unwrap();
        let shown: Vec<_> = config.fetch.fetcher.allow.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["http://127.0.0.1:8787", "http://localhost:*"]);
        assert_eq!(allow.apply(&mut config, "127.0.0.1:8787"), Err(Expected::Origins));
        allow.apply(&mut config, "").unwrap();
        assert!(config.fetch.fetcher.allow.is_empty());
        let hosts = find("fetch.allow_hosts").unwrap();
        hosts.apply(&mut config, "fonts.example, *.b.com").unwrap();
        assert_eq!(hosts.apply(&mut config, "http://fonts.example"), Err(Expected::Hosts));
        let ca_file = find("fetch.ca_file").unwrap();
        assert_eq!(ca_file.apply(&mut config, "/nonexistent"), Err(Expected::Certificates));
        assert_eq!(find("fetch.via").unwrap().apply(&mut config, "a b"), Err(Expected::Via));
    }

    #[test]
    fn settings_parse_files_and_take_none_for_an_empty_one() {
        let mut config = Config::default();
        let tokens = find("server.token_file").unwrap();
        tokens.apply(&mut config, " a , /run/b c ").unwrap();
        assert_eq!(config.server.token_files, [PathBuf::from("a"), PathBuf::from("/run/b c")]);
        let cert = find("server.tls_cert").unwrap();
        cert.apply(&mut config, "cert.pem").unwrap();
        for text in ["", "a,", ",a"] {
            assert_eq!(tokens.apply(&mut config, text), Err(Expected::File), "{text}");
        }
        assert_eq!(cert.apply(&mut config, ""), Err(Expected::File));
        for setting in [tokens, cert] {
            setting.apply(&mut config, "none").unwrap();
        }
        assert_eq!(config, Config::default());
    }

    #[test]
    fn settings_parse_grouped_digits_and_refuse_others() {
        assert_eq!(whole("20_000_000", 1, 1 << 50), Ok(20_000_000));
        for text in ["", "-1", "1.5", "1e3", "0", "1 MB", "99999999999999999999999"] {
            assert_eq!(whole(text, 1, 9), Err(Expected::Whole { min: 1, max: 9 }), "{text}");
        }
    }
}
