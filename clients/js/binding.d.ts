/**
 * Lets the `env.IMAGES` of a Worker take what Palmette knows of a text beyond the binding's own types: `maxWidth`, `align` and the
 * like in `font`, which the binding sends as it is. Add `"palmette/binding"` to `types` in tsconfig.json, beside
 * `"@cloudflare/workers-types"`.
 */

declare global {
  interface ImagesBinding {
    /** Starts with a text, set on a transparent ground. */
    text(content: string, options: import("palmette").TextOptions): ImageTransformer;
  }
}

export {};
