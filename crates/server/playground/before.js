// @ts-check
/**
 * What the result is compared with: the same part of the canvas at the same size, and nothing else done to it. The server makes it,
 * so that it lies exactly under the result and shows every format that the server reads.
 */
import { newNode, newTransform } from "./tree.js";

/** The options that decide which part of a picture is seen, how it lies and how large it is. */
const GEOMETRY = new Set([
  "trim",
  "flip",
  "rotate",
  "width",
  "height",
  "fit",
  "gravity",
  "zoom",
  "background",
  "border",
]);

/**
 * Makes the request for it, in bare pixels.
 *
 * @param {import("./tree.js").Project} project
 * @returns {import("./tree.js").Project}
 */
export function beforeOf({ canvas, engine }) {
  const steps = canvas.steps
    .filter((step) => step.kind === "transform")
    .map(({ options }) =>
      newTransform(Object.fromEntries(Object.entries(options).filter(([name]) => GEOMETRY.has(name)))),
    );
  const node = newNode(canvas.picture, steps);
  if (canvas.text) node.text = canvas.text;
  return { canvas: node, output: { output_format: "rgba" }, engine };
}
