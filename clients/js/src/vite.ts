/**
 * For projects with `@cloudflare/vite-plugin`. Entry `palmette/vite`:
 *
 * ```js
 * export default defineConfig(({ command }) => ({
 *   plugins: [cloudflare({ config: palmetteImages(command, { start: true }) })],
 * }));
 * ```
 */
import { type PluginOptions, redirect } from "./dev/redirect.js";

export type { PluginOptions };

/** The part of a wrangler config that is changed. */
interface WorkerConfig {
  images?: { binding: string } | undefined;
  unsafe?: { bindings?: object[] | undefined } | undefined;
}

/**
 * Makes the function that `cloudflare({ config })` takes: in `vite dev`, the Images binding of the wrangler config, which stays as it
 * is, leads to Palmette. In `vite build` nothing is changed.
 *
 * @param command what Vite calls the configuration with
 * @param options where the server is; default: `PALMETTE_URL`, then `http://127.0.0.1:9901`
 * @throws if the command is none of Vite's, if an option is unknown or wrong, and later if the wrangler config has no `images`
 */
export function palmetteImages(
  command: "serve" | "build",
  options: PluginOptions = {},
): (config: WorkerConfig) => void {
  if (command === "build") return () => {};
  if (command !== "serve")
    throw new TypeError(`palmette: the command of Vite is "serve" or "build", not ${JSON.stringify(command)}`);
  const dev = redirect(options);
  return (config) => {
    if (config.images === undefined) throw new Error("palmette: the wrangler config has no images binding");
    const binding = { name: config.images.binding, type: "images", dev };
    config.images = undefined;
    config.unsafe = { ...config.unsafe, bindings: [...(config.unsafe?.bindings ?? []), binding] };
  };
}
