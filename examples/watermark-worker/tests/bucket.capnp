# The bucket on disk and the Worker that tests it. The folder is given by `--directory-path disk=FOLDER`.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "test", worker = (
      compatibilityDate = "2026-08-01",
      compatibilityFlags = ["nodejs_compat"],
      modules = [
        (name = "bucket-worker.js", esModule = embed "bucket-worker.js"),
        (name = "bucket-calls.js", esModule = embed "bucket-calls.js"),
      ],
      bindings = [(name = "BUCKET", service = "bucket")],
    )),
    (name = "bucket", worker = (
      compatibilityDate = "2026-08-01",
      modules = [(name = "disk-bucket.js", esModule = embed "../workerd/disk-bucket.js")],
      bindings = [(name = "DISK", service = "disk")],
    )),
    (name = "disk", disk = (writable = true)),
  ],
);
