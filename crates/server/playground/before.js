// @ts-check
/**
 * The picture that the result is compared with: the same part of the canvas at the same size, without any other change. The server
 * makes it, so it lies exactly under the result, and works for every format that the server reads.
 */
import { newNode, newTransform } from "./tree.js";

/** The options that decide the part of a picture that is seen, its direction and its size. */
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
