import { expect, test } from "vitest";
import { pictureOf } from "./cases.js";
import cases from "./cases.json";

if (navigator.userAgent !== "Cloudflare-Workers") throw new Error("this is not workerd");

for (const { title, name, options, not, ...picture } of cases) {
  test(title, async () => {
    const expectation = expect(pictureOf(picture));
    await (not ? expectation.not : expectation).toMatchPicture(name, options);
  });
}
