// Text as a source that cannot be set: never a picture without the text. What is set is tested where the fonts are.

import { define } from "../kit/case.js";
import { input, refused } from "../kit/check.js";
import { pattern } from "../kit/picture.js";

const NEEDS = { needs: "text" };

/** Everything a text can be told. */
const all = { font: { url: "data:font/ttf,none" }, size: 24, color: "#ff0000" };

/** What is wrong with that font. */
const NO_FONT = "font in a data URL: not a font in a supported format (TrueType, OpenType, WOFF, WOFF2)";

/**
 * A case in which a text is refused.
 *
 * @param {string} name
 * @param {unknown} options
 * @param {string} says What is wrong, after `the canvas (text_input): `.
 */
const wrongText = (name, options, says) =>
  define(`text: ${name}`, NEEDS, (images) =>
    refused(
      images.text("hello", /** @type {TextOptions} */ (options)).output({ format: "rgba" }),
      9401,
      `the canvas (text_input): ${says}`,
    ),
  );

export const text = [
  define("9410: text as canvas without a font that can be read", NEEDS, (images) =>
    refused(images.text('¡Hola! 你好 🎨\n"quoted"', all).output({ format: "rgba" }), 9410, `the canvas: ${NO_FONT}`),
  ),
  define("9410: text that is drawn without a font that can be read", NEEDS, (images) =>
    refused(
      input(images, pattern(9, 9)).draw(images.text("hello", all), { top: 1 }).output({ format: "rgba" }),
      9410,
      `picture 1: ${NO_FONT}`,
    ),
  ),
  wrongText("no font", { size: 3 }, "font.url is missing"),
  wrongText("a size of 0", { ...all, size: 0 }, "size must be a number above 0, at most 4096, got 0"),
];
