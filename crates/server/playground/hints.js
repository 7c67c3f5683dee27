// @ts-check
/**
 * What a control begins with, where the table of the server says only what is possible: taste, not knowledge. An option that is
 * missing here works all the same.
 */

/**
 * Values that show something at once, by the full name of the option.
 *
 * @type {Record<string, () => any>}
 */
const STARTS = {
  width: () => 640,
  height: () => 480,
  fit: () => "cover",
  gravity: () => "auto",
  brightness: () => 1.2,
  contrast: () => 1.2,
  gamma: () => 1.2,
  saturation: () => 1.4,
  blur: () => 6,
  sharpen: () => 2,
  rotate: () => 90,
  border: () => ({ color: "#f4efe2", width: 24 }),
  "border.color": () => "#f4efe2",
  trim: () => ({ left: 0.1 }),
  "trim.width": () => 0.5,
  "trim.height": () => 0.5,
  "trim.border.tolerance": () => 10,
  opacity: () => 0.75,
  background: () => "#f4efe2",
  output_quality: () => 80,
  anim: () => false,
  "font.maxWidth": () => 300,
  "font.lineHeight": () => 1.4,
  "font.letterSpacing": () => 4,
  "font.weight": () => 700,
  "font.slant": () => 0,
  "font.italic": () => 1,
  "font.align": () => "center",
};

/**
 * Ends of sliders, where the greatest value is far beyond what is useful.
 *
 * @type {Record<string, number>}
 */
const SLIDER_ENDS = {
  brightness: 3,
  contrast: 3,
  gamma: 3,
  saturation: 3,
  blur: 60,
  "trim.border.tolerance": 60,
  "font.letterSpacing": 100,
};

/**
 * Returns what an option begins with when it is added.
 *
 * @param {string} path The full name of the option.
 * @param {import("./options.js").Values} values
 * @returns {any}
 */
export function startValue(path, values) {
  const start = STARTS[path];
  if (start) return start();
  switch (values.kind) {
    case "number":
      return values.max === undefined ? Math.max(16, values.min ?? 16) : ((values.min ?? 0) + values.max) / 2;
    case "positive":
      return 100;
    case "numbers":
      return values.numbers[0];
    case "words":
      return values.words[0];
    case "switch":
      return true;
    case "text":
      return "";
    case "color":
      return "#ffffff";
    case "object":
    case "axes":
      return {};
    case "any":
      return startValue("", /** @type {import("./options.js").Values} */ (values.of[0]));
  }
}

/**
 * Returns the ends and the step of a slider; null where a number has no end.
 *
 * @param {string} path The full name of the option.
 * @param {{ min?: number, max?: number }} values
 */
export function sliderOf(path, { min = 0, max }) {
  const end = SLIDER_ENDS[path] ?? max;
  if (end === undefined) return null;
  return { min, max: end, step: end - min <= 1 ? 0.01 : end - min <= 10 ? 0.1 : 1 };
}
