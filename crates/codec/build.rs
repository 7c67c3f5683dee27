//! Finds the system's libavif and compiles the C between it and Rust. Only for the feature `avif`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "avif")]
    build_avif_shim();
}

/// Compiles the shim against the installed header, and links the library after it.
#[cfg(feature = "avif")]
fn build_avif_shim() {
    println!("cargo::rerun-if-changed=src/avif/shim.c");
    println!("cargo::rerun-if-changed=src/avif/shim.h");
    let library = pkg_config::Config::new().cargo_metadata(false).atleast_version("0.11").probe("libavif");
    let library = library.unwrap_or_else(|error| {
        panic!("the feature `avif` needs libavif 0.11 or later (Debian, Ubuntu: libavif-dev and pkg-config): {error}")
    });
    cc::Build::new()
        .file("src/avif/shim.c")
        .includes(&library.include_paths)
        .opt_level(2)
        .warnings(true)
        .warnings_into_errors(false)
        .compile("palmette_avif_shim");
    for path in &library.link_paths {
        println!("cargo::rustc-link-search=native={}", path.display());
    }
    for name in &library.libs {
        println!("cargo::rustc-link-lib={name}");
    }
}
