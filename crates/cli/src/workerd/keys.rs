//! The keys of a Worker's configuration: what each means to a Worker that runs in workerd.
//!
//! A key that is not listed is a binding, or one that wrangler got after this was written: both need someone to serve them,
//! and neither is inherited by environments.

/// What a key means here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// It becomes part of workerd's configuration.
    Read,
    /// It only matters where and how Cloudflare runs the Worker.
    Deployment,
    /// It changes what the bundler makes, so it has taken effect in a bundled Worker and has none in another.
    Bundler,
    /// The Worker would not do what it does on Cloudflare.
    Unsupported,
}

/// Keys that environments inherit from what stands outside of them, or that only stand there.
const INHERITED: [(&str, Role); 53] = [
    ("$schema", Role::Deployment),
    ("access", Role::Unsupported),
    ("account_id", Role::Deployment),
    ("addresses", Role::Unsupported),
    ("alias", Role::Bundler),
    ("assets", Role::Read),
    ("base_dir", Role::Deployment),
    ("build", Role::Bundler),
    ("cache", Role::Deployment),
    ("compatibility_date", Role::Read),
    ("compatibility_flags", Role::Read),
    ("compliance_region", Role::Deployment),
    ("data_blobs", Role::Unsupported),
    ("dependencies_instrumentation", Role::Deployment),
    ("dev", Role::Deployment),
    ("env", Role::Deployment),
    ("exports", Role::Unsupported),
    ("find_additional_modules", Role::Bundler),
    ("first_party_worker", Role::Deployment),
    ("jsx_factory", Role::Deployment),
    ("jsx_fragment", Role::Deployment),
    ("keep_names", Role::Deployment),
    ("keep_vars", Role::Deployment),
    ("limits", Role::Deployment),
    ("logfwdr", Role::Unsupported),
    ("logpush", Role::Deployment),
    ("main", Role::Read),
    ("migrations", Role::Deployment),
    ("minify", Role::Deployment),
    ("name", Role::Deployment),
    ("no_bundle", Role::Deployment),
    ("observability", Role::Deployment),
    ("pages_build_output_dir", Role::Unsupported),
    ("placement", Role::Deployment),
    ("preserve_file_names", Role::Deployment),
    ("preview_urls", Role::Deployment),
    ("previews", Role::Deployment),
    ("python_modules", Role::Unsupported),
    ("route", Role::Deployment),
    ("routes", Role::Deployment),
    ("rules", Role::Bundler),
    ("send_metrics", Role::Deployment),
    ("site", Role::Unsupported),
    ("text_blobs", Role::Unsupported),
    ("triggers", Role::Unsupported),
    ("tsconfig", Role::Deployment),
    ("upload_source_maps", Role::Deployment),
    ("wasm_modules", Role::Unsupported),
    ("workers_dev", Role::Deployment),
    // Older names that wrangler still takes.
    ("legacy_env", Role::Deployment),
    ("node_compat", Role::Unsupported),
    ("usage_model", Role::Deployment),
    ("webpack_config", Role::Unsupported),
];

/// Keys that every environment has to say itself and that are no bindings.
const OWN: [(&str, Role); 6] = [
    ("cloudchamber", Role::Unsupported),
    ("containers", Role::Unsupported),
    ("define", Role::Bundler),
    ("images", Role::Read),
    ("secrets", Role::Read),
    ("vars", Role::Read),
];

/// Tells whether environments inherit a key.
pub(super) fn is_inherited(key: &str) -> bool {
    INHERITED.iter().any(|(inherited, _)| *inherited == key)
}

/// Returns what a key means; `None` if it may be a binding.
pub(super) fn role(key: &str) -> Option<Role> {
    INHERITED.iter().chain(&OWN).find(|(known, _)| *known == key).map(|(_, role)| *role)
}
