// @ts-check
/**
 * A project in the address of the page, so that it can be kept and passed on. Of a picture it says the id: where the browser does
 * not have it, a sample stands in.
 */
import { hasPicture, MARK, VIEW } from "./pictures.js";
import { isText } from "./texts.js";
import { newDraw, newNode, newTransform } from "./tree.js";

/** Levels of drawn pictures beyond which an address is not read; the server allows fewer. */
const MAX_DEPTH = 64;

/**
 * Writes a project as the part of an address behind `#`.
 *
 * @param {import("./tree.js").Project} project
 */
export function toHash(project) {
  return `#${encodeURIComponent(JSON.stringify({ ...project, canvas: bareNode(project.canvas) }))}`;
}

/**
 * Reads it back.
 *
 * @param {string} hash
 * @returns {import("./tree.js").Project | null} Null if it is none.
 */
export function fromHash(hash) {
  try {
    const { canvas, output, engine } = JSON.parse(decodeURIComponent(hash.slice(1)));
    if (typeof output?.output_format !== "string" || typeof engine !== "string") return null;
    return { canvas: reviveNode(canvas, VIEW, 0), output, engine };
  } catch {
    return null;
  }
}

/**
 * @param {import("./tree.js").TreeNode} node
 * @returns {unknown}
 */
function bareNode(node) {
  const steps = node.steps.map((step) =>
    step.kind === "transform"
      ? { transform: step.options }
      : { draw: bareNode(step.child), ...(Object.keys(step.options).length > 0 && { with: step.options }) },
  );
  return { picture: node.picture, ...(node.text && { text: node.text }), steps };
}

/**
 * @param {any} bare
 * @param {string} substitute The picture, if the right one is not there.
 * @param {number} depth
 * @returns {import("./tree.js").TreeNode}
 */
function reviveNode(bare, substitute, depth) {
  if (depth > MAX_DEPTH) throw new Error("too deep");
  const steps = [...bare.steps].map((step) =>
    step.draw === undefined
      ? newTransform(Object(step.transform))
      : newDraw(reviveNode(step.draw, MARK, depth + 1), Object(step.with ?? {})),
  );
  const node = newNode(hasPicture(bare.picture) ? bare.picture : substitute, steps);
  if (isText(bare.text)) node.text = bare.text;
  return node;
}
