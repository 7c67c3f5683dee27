// Text as a source. The server reads and checks it, and says that it cannot set it yet: never a picture without the text.

import { define } from "../kit/case.js";
import { input, refused } from "../kit/check.js";
import { pattern } from "../kit/picture.js";

const NEEDS = { needs: "text" };

/** Everything a text can be told. */
const all = { font: { url: "https://fonts.example/sans.ttf" }, size: 24, color: "#ff0000" };

/**
 * A case in which a text is refused.
 *
 * @param {string} name
 * @param {unknown} options
 * @param {string} says What is wrong, after `source 0, text_input: `.
 */
const wrongText = (name, options, says) =>
  define(`text: ${name}`, NEEDS, (images) =>
    refused(
      images.text("hello", /** @type {TextOptions} */ (options)).output({ format: "rgba" }),
      9401,
      `source 0, text_input: ${says}`,
    ),
  );

export const text = [
  define("text as canvas is refused, not left out", NEEDS, (images) =>
    refused(
      images.text('¡Hola! 你好 🎨\n"quoted"', all).output({ format: "rgba" }),
      9401,
      "source 0: text sources are not built yet",
    ),
  ),
  define("text that is drawn is refused, not left out", NEEDS, (images) =>
    refused(
      input(images, pattern(9, 9)).draw(images.text("hello", all), { top: 1 }).output({ format: "rgba" }),
      9401,
      "source 1: text sources are not built yet",
    ),
  ),
  wrongText("no font", { size: 3 }, "font.url is missing"),
  wrongText("a size of 0", { ...all, size: 0 }, "size must be a number above 0, got 0"),
];
