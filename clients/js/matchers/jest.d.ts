/**
 * `expect(picture).toMatchPicture(name)` for Jest, by `@types/jest` and by `@jest/globals`. Written by hand: it adds to types that a
 * project may have or not.
 */
import type { PictureMatchers } from "../dist/vitest/matchers.js";

export { type PictureOptions, type PictureSource, toMatchPicture } from "../dist/jest.cjs";
export type { PictureMatchers };

declare global {
  namespace jest {
    // @ts-ignore
    // biome-ignore lint/complexity/noBannedTypes: the default has to be that of the interface that is added to
    interface Matchers<R, T = {}> extends PictureMatchers {}
  }
}

// What `@jest/globals` takes its types from; a project with `@types/jest` alone may not have it.
// @ts-ignore
declare module "expect" {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends PictureMatchers {}
}
