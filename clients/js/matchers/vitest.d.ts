/**
 * `expect(picture).toMatchPicture(name)` for Vitest. Written by hand: it adds to types of Vitest, of which releases differ.
 */
import type { PictureMatchers, PictureOptions, PictureSource } from "../dist/vitest/matchers.js";

export type { PictureMatchers, PictureOptions, PictureSource };

declare module "vitest" {
  // Vitest 5. Before it, the same name has other type parameters, and the global one below counts.
  // @ts-ignore
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends PictureMatchers {}
}

declare global {
  namespace jest {
    // @ts-ignore
    // biome-ignore lint/complexity/noBannedTypes: the default has to be that of the interface that is added to
    interface Matchers<R, T = {}> extends PictureMatchers {}
  }
}
