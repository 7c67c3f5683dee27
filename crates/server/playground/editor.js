// @ts-check
/** The form of a project: the canvas with its steps, every drawn picture with its own, and the output. */
import { choice } from "./controls.js";
import { fill, formatBytes, h, icon, newId } from "./dom.js";
import { lackOfGpu } from "./lacks.js";
import { optionRow, optionSet } from "./options.js";
import { allPictures, MARK, picture, thumbnail } from "./pictures.js";
import { newText, textView } from "./texts.js";
import { flatten, newDraw, newNode, newTransform, nodeName, placeOfStep } from "./tree.js";

/** What a text is called among the pictures; no picture has this id. */
const TEXT = "text";

/**
 * @typedef {object} Editor
 * @property {() => void} render Shows the project from scratch.
 * @property {(key: number, id: string) => void} setPicture Gives a node another picture.
 */

/**
 * Makes the editor.
 *
 * @param {object} about
 * @param {Element} about.root
 * @param {Element} about.help Where it is said what an option is for.
 * @param {HTMLElement} about.presets Shown below the picture of the canvas.
 * @param {import("./options.js").Table} about.table
 * @param {() => import("./tree.js").Project} about.project
 * @param {() => void} about.onChange Called after every change.
 * @param {(key: number, file: File) => void} about.onFile Called with a file that was chosen for a node.
 * @param {() => void} about.onForget Called to remove the user's own pictures.
 * @returns {Editor}
 */
export function createEditor({ root, help, presets, table, project, onChange, onFile, onForget }) {
  for (const type of ["focusin", "mouseover"]) root.addEventListener(type, showHelp);
  return { render, setPicture };

  /**
   * Says in a line what the option is for that the pointer or the focus is on.
   *
   * @param {Event} event
   */
  function showHelp({ target }) {
    const about = target instanceof Element ? target.closest("[data-help]") : null;
    if (about) fill(help, h("span", {}, about.getAttribute("data-help")));
  }

  function render() {
    fill(root, nodeView(project().canvas, 0), outputView());
  }

  /**
   * Shows a change of what is there, then goes on where the user was.
   *
   * @param {string} [focus] What to put the focus on.
   */
  function changeTree(focus) {
    render();
    onChange();
    const target = focus && root.querySelector(focus);
    if (target instanceof HTMLElement) target.focus();
  }

  /**
   * @param {import("./tree.js").TreeNode} node
   * @param {number} index Its number in the form; 0 is the canvas.
   * @returns {HTMLElement}
   */
  function nodeView(node, index) {
    const name = nodeName(index);
    const steps = node.steps.map((step, position) => stepView(node, step, position));
    return h(
      "div",
      { class: "node", "data-node": node.key },
      pictureView(node, index),
      node.text && textView(node.text, table, name, onChange),
      index === 0 && presets,
      steps.length > 0 && h("ol", { class: "steps" }, ...steps),
      h(
        "div",
        { class: "adders" },
        adder("Transform", `Transform ${name}`, () => newTransform()),
        adder("Draw", `Draw on ${name}`, () => newDraw(newNode(MARK))),
      ),
    );

    /**
     * @param {string} label
     * @param {string} meaning
     * @param {() => import("./tree.js").Step} make
     */
    function adder(label, meaning, make) {
      const add = () => {
        const step = make();
        node.steps.push(step);
        changeTree(`[data-step="${step.key}"] :is(summary, select)`);
      };
      return h("button", { type: "button", class: "adder", "aria-label": meaning, onclick: add }, icon("add"), label);
    }
  }

  /**
   * @param {import("./tree.js").TreeNode} node
   * @param {number} index
   */
  function pictureView(node, index) {
    const chosen = picture(node.picture);
    const title = index === 0 ? "Canvas" : `Picture ${index}`;
    const id = newId();
    const entries = allPictures().map((shown) => ({ label: shown.name, value: shown.id }));
    entries.push({ label: "Text", value: TEXT });
    const select = choice(entries, {
      id,
      path: title,
      describedBy: "",
      value: node.text ? TEXT : node.picture,
      onChange(value) {
        if (value === TEXT) {
          node.text = newText(table);
        } else {
          node.picture = value;
          delete node.text;
        }
        changeTree(`[data-node="${node.key}"] select`);
      },
    });
    return h(
      "div",
      { class: "picture" },
      node.text ? h("span", { class: "thumbnail checked letter", "aria-hidden": "true" }, "T") : thumbnail(chosen),
      h("label", { htmlFor: id }, title),
      select,
      h("p", { class: "hint" }, ...(node.text ? ["drawn by this server"] : said(chosen))),
      dropZone(node, index),
      index === 0 && ownView(),
      h("p", { class: "problem", "data-problem": "", hidden: true }),
    );
  }

  /**
   * @param {import("./tree.js").TreeNode} node
   * @param {number} index
   */
  function dropZone(node, index) {
    const input = h("input", {
      type: "file",
      accept: "image/*,.heic,.heif,.avif,.tif,.tiff,.qoi,.pnm,.ppm,.pgm,.pbm",
      class: "visually-hidden",
      "aria-label": `Choose a picture for ${nodeName(index)}; it can be dropped or pasted, too`,
      onchange: () => {
        const file = input.files?.[0];
        // The same file can be chosen again after it was refused.
        input.value = "";
        if (file) onFile(node.key, file);
      },
    });
    return h(
      "label",
      { class: "drop" },
      input,
      icon("picture"),
      h("span", { "aria-hidden": "true" }, "Drop, paste or ", h("u", {}, "choose"), " a picture"),
    );
  }

  /** Says where the user's own pictures are kept, with a button that removes them. */
  function ownView() {
    const own = allPictures().filter(({ isSample }) => !isSample);
    if (own.length === 0) return null;
    const isKept = own.every((shown) => shown.isKept);
    return h(
      "div",
      { class: "own" },
      h(
        "p",
        { class: "hint" },
        isKept
          ? "Your pictures are kept in this browser until you remove them. They are sent to this server only."
          : "This browser cannot keep your pictures: they are gone after a reload.",
      ),
      h(
        "button",
        { type: "button", class: "button", "aria-label": "Remove my pictures", onclick: onForget },
        "Remove them",
      ),
    );
  }

  /**
   * @param {number} key
   * @param {string} id
   */
  function setPicture(key, id) {
    const node = flatten(project().canvas).nodes.find((node) => node.key === key);
    if (node) {
      node.picture = id;
      delete node.text;
    }
    changeTree(`[data-node="${key}"] select`);
  }

  /**
   * @param {import("./tree.js").TreeNode} parent
   * @param {import("./tree.js").Step} step
   * @param {number} index
   */
  function stepView(parent, step, index) {
    const flat = flatten(project().canvas);
    const name = placeOfStep(flat, step);
    const [title = "", number = ""] = name.split(" ");
    return h(
      "li",
      { class: `step ${step.kind}`, "data-step": step.key },
      h(
        "div",
        { class: "head" },
        h("h3", {}, capital(title), " ", h("span", { class: "ordinal" }, number)),
        mover("up", `Move ${name} up`, index > 0, -1),
        mover("down", `Move ${name} down`, index < parent.steps.length - 1, 1),
        h(
          "button",
          { type: "button", class: "plain", "aria-label": `Remove ${name}`, title: "Remove", onclick: remove },
          icon("remove"),
        ),
      ),
      h("p", { class: "problem", "data-problem": "", hidden: true }),
      step.kind === "draw" && nodeView(step.child, flat.nodes.indexOf(step.child)),
      optionSet({
        infos: step.kind === "draw" ? table.draw : table.transform,
        values: step.options,
        of: name,
        isOpen: Object.keys(step.options).length === 0,
        onChange,
      }),
    );

    function remove() {
      parent.steps.splice(index, 1);
      changeTree(`[data-node="${parent.key}"] > .adders button`);
    }

    /**
     * @param {"up" | "down"} shape
     * @param {string} meaning
     * @param {boolean} isPossible
     * @param {number} by
     */
    function mover(shape, meaning, isPossible, by) {
      const move = () => {
        parent.steps.splice(index, 1);
        parent.steps.splice(index + by, 0, step);
        changeTree(
          `[data-step="${step.key}"] [data-move="${shape}"]:enabled, [data-step="${step.key}"] [data-move]:enabled`,
        );
      };
      return h(
        "button",
        {
          type: "button",
          class: "plain",
          "aria-label": meaning,
          title: meaning,
          "data-move": shape,
          disabled: !isPossible,
          onclick: move,
        },
        icon(shape),
      );
    }
  }

  function outputView() {
    const { output, engine } = project();
    const [format, ...rest] =
      /** @type {[import("./options.js").OptionInfo, ...import("./options.js").OptionInfo[]]} */ (table.output);
    const set = (/** @type {any} */ value) => {
      output[format.name] = value;
      onChange();
    };
    return h(
      "div",
      { class: "step output" },
      h("div", { class: "head" }, h("h3", {}, "Output")),
      optionRow({ info: format, path: format.name, value: output[format.name], onChange: set }),
      optionRow({
        info: engineInfo(table.engine),
        path: "engine",
        value: engine,
        onChange: (value) => {
          project().engine = value;
          onChange();
        },
      }),
      optionSet({ infos: rest, values: output, of: "output", isOpen: true, onChange }),
    );
  }
}

/**
 * Describes the choice of an engine as the server describes options.
 *
 * @param {import("./options.js").Table["engine"]} engine
 * @returns {import("./options.js").OptionInfo}
 */
function engineInfo(engine) {
  const { offered, choice: wanted } = engine;
  const lack = lackOfGpu(engine);
  return {
    name: "engine",
    allowed: offered.join(", "),
    summary: `what computes it; auto is ${wanted === "auto" ? "what should be faster" : `the ${wanted.toUpperCase()} here`}`,
    values: lack
      ? { kind: "words", words: [...offered, "gpu"], lacks: { gpu: lack } }
      : { kind: "words", words: offered },
  };
}

/**
 * Says what a picture is, with a link that saves it: the command needs it as a file.
 *
 * @param {import("./pictures.js").Picture} shown
 */
function said({ info, blob, url, name }) {
  const size = info?.width ? `${info.width} × ${info.height}, ` : "";
  return [
    `${size}${formatBytes(blob.size)} · `,
    h("a", { href: url, download: name, "aria-label": `Save ${name}` }, "save"),
  ];
}

/** @param {string} word */
function capital(word) {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
