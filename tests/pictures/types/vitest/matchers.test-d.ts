import { palmettePictures } from "palmette/vitest";
import type { PictureSource } from "palmette/vitest/matchers";
import { expect } from "vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({ plugins: [palmettePictures()] });

declare const picture: PictureSource;

const matched: Promise<void> = expect(picture).toMatchPicture("name", { tolerance: 2 });
const differs: Promise<void> = expect(Promise.resolve(picture)).not.toMatchPicture("name");
expect(1).toBe(1);

// @ts-expect-error: a name is needed
expect(picture).toMatchPicture();
// @ts-expect-error: there is no such option
expect(picture).toMatchPicture("name", { threshold: 2 });
// @ts-expect-error: a tolerance is a number
expect(picture).toMatchPicture("name", { tolerance: "2" });

export { differs, matched };
