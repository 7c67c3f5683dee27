// @ts-check
/**
 * The request as a tree: pictures, what is done to each, and which is drawn on which. The wire knows a flat list instead;
 * `flatten` makes it as the client of the binding does.
 */

/**
 * @typedef {Record<string, any>} Values The values of options by name.
 * @typedef {{ key: number, kind: "transform", options: Values }} TransformStep
 * @typedef {{ key: number, kind: "draw", options: Values, child: TreeNode }} DrawStep
 * @typedef {TransformStep | DrawStep} Step
 * @typedef {{ key: number, picture: string, text?: import("./texts.js").Text, steps: Step[] }} TreeNode `picture` is an id of the
 *   library; it does not count while there is a text.
 * @typedef {{ canvas: TreeNode, output: Values, engine: string }} Project `output` has the fields of the form by name.
 */

/**
 * @typedef {object} Flat
 * @property {TreeNode[]} nodes Every node by its index: the canvas first, then in the order in which they are met.
 * @property {Values[]} list The entries of the list.
 * @property {Step[]} places The step that each entry comes from.
 */

let lastKey = 0;

/** Makes a key for a step or a node, which stays the same while it is moved about. */
export function newKey() {
  lastKey += 1;
  return lastKey;
}

/**
 * Makes a node to which nothing is done yet.
 *
 * @param {string} picture
 * @param {Step[]} [steps]
 * @returns {TreeNode}
 */
export function newNode(picture, steps = []) {
  return { key: newKey(), picture, steps };
}

/**
 * Makes a transform.
 *
 * @param {Values} options
 * @returns {TransformStep}
 */
export function newTransform(options = {}) {
  return { key: newKey(), kind: "transform", options };
}

/**
 * Makes a draw of a node.
 *
 * @param {TreeNode} child
 * @param {Values} options
 * @returns {DrawStep}
 */
export function newDraw(child, options = {}) {
  return { key: newKey(), kind: "draw", options, child };
}

/**
 * Flattens a tree: depth first, a node gets its index when it is met and is drawn when its own steps are written.
 *
 * @param {TreeNode} canvas
 * @returns {Flat}
 */
export function flatten(canvas) {
  /** @type {Flat} */
  const flat = { nodes: [], list: [], places: [] };
  walk(canvas);
  return flat;

  /** @param {TreeNode} node */
  function walk(node) {
    const index = flat.nodes.push(node) - 1;
    for (const step of node.steps) {
      if (step.kind === "transform") {
        add(step, { imageIndex: index, ...step.options });
      } else {
        const drawn = walk(step.child);
        add(step, { drawImageIndex: drawn, targetImageIndex: index, ...step.options });
      }
    }
    return index;
  }

  /**
   * @param {Step} step
   * @param {Values} entry
   */
  function add(step, entry) {
    flat.list.push(entry);
    flat.places.push(step);
  }
}

/**
 * Names a node as the server does: by its number in the form.
 *
 * @param {number} index
 */
export function nodeName(index) {
  return index === 0 ? "the canvas" : `picture ${index}`;
}

/**
 * Names a step as the server does: `transform 2 of picture 1`, `draw 1 on the canvas`.
 *
 * @param {Flat} flat
 * @param {Step} step
 */
export function placeOfStep({ nodes }, step) {
  const index = nodes.findIndex((node) => node.steps.includes(step));
  const number = 1 + Number(nodes[index]?.steps.filter(({ kind }) => kind === step.kind).indexOf(step));
  return `${step.kind} ${number} ${step.kind === "draw" ? "on" : "of"} ${nodeName(index)}`;
}

/**
 * Writes a list as it is shown and as it is sent: an entry a line.
 *
 * @param {Values[]} list
 */
export function listText(list) {
  return list.length === 0 ? "[]" : `[\n${list.map((entry) => `  ${JSON.stringify(entry)}`).join(",\n")}\n]`;
}
