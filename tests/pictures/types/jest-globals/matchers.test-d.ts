import { expect } from "@jest/globals";
import { type PictureSource, toMatchPicture } from "palmette/jest";

expect.extend({ toMatchPicture });

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
