# How workerd runs a Worker with a real `env.IMAGES` before a Palmette server, and nothing else: no Node, no miniflare.
#
#   palmette serve &
#   workerd test config.capnp -e palmette=127.0.0.1:9901 -e tight=127.0.0.1:9902
#
# To serve an app in place of a test, add a socket:
#
#   sockets = [(name = "http", address = "*:8080", http = (), service = "cases")],

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "cases", worker = .cases),
    # The server. `-e palmette=…` says where it is; without, `address = "127.0.0.1:9901"` stands beside `http`.
    # Should it ask for a token: http = (injectRequestHeaders = [(name = "authorization", value = "Bearer …")]).
    (name = "palmette", external = (http = ())),
    # A second one with hardly any room, for the errors of a server that has no more.
    (name = "tight", external = (http = ())),
  ],
);

const cases :Workerd.Worker = (
  compatibilityDate = "2026-08-01",
  modules = [
    (name = "workers/binding.js", esModule = embed "workers/binding.js"),
    (name = "kit/bytes.js", esModule = embed "kit/bytes.js"),
    (name = "kit/case.js", esModule = embed "kit/case.js"),
    (name = "kit/check.js", esModule = embed "kit/check.js"),
    (name = "kit/gif.js", esModule = embed "kit/gif.js"),
    (name = "kit/picture.js", esModule = embed "kit/picture.js"),
    (name = "kit/png.js", esModule = embed "kit/png.js"),
    (name = "kit/run.js", esModule = embed "kit/run.js"),
    (name = "kit/worker.js", esModule = embed "kit/worker.js"),
    (name = "cases/answers.js", esModule = embed "cases/answers.js"),
    (name = "cases/cut-and-turn.js", esModule = embed "cases/cut-and-turn.js"),
    (name = "cases/draw.js", esModule = embed "cases/draw.js"),
    (name = "cases/hosted.js", esModule = embed "cases/hosted.js"),
    (name = "cases/index.js", esModule = embed "cases/index.js"),
    (name = "cases/info.js", esModule = embed "cases/info.js"),
    (name = "cases/look.js", esModule = embed "cases/look.js"),
    (name = "cases/output.js", esModule = embed "cases/output.js"),
    (name = "cases/outputs.js", esModule = embed "cases/outputs.js"),
    (name = "cases/resize.js", esModule = embed "cases/resize.js"),
    (name = "cases/shows.js", esModule = embed "cases/shows.js"),
    (name = "cases/streams.js", esModule = embed "cases/streams.js"),
    (name = "cases/text.js", esModule = embed "cases/text.js"),
    (name = "cases/wrong-options.js", esModule = embed "cases/wrong-options.js"),
    (name = "cases/wrong-sources.js", esModule = embed "cases/wrong-sources.js"),
  ],
  bindings = [
    # The binding of Cloudflare's runtime itself, around the service that answers its requests.
    ( name = "IMAGES",
      wrapped = (
        moduleName = "cloudflare-internal:images-api",
        innerBindings = [(name = "fetcher", service = "palmette")]
      )
    ),
    ( name = "TIGHT",
      wrapped = (
        moduleName = "cloudflare-internal:images-api",
        innerBindings = [(name = "fetcher", service = "tight")]
      )
    ),
    # For pictures that are kept, the binding calls methods of a Worker, which an external service does not have.
    (name = "LACKS", json = "[\"an adapter\", \"direct uploads\", \"several results\"]"),
  ],
);
