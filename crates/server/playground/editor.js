// @ts-check
/** The form of a project: the canvas with its steps, every drawn picture with its own, and the output. */
import { choice } from "./controls.js";
import { fill, formatBytes, h, icon, newId } from "./dom.js";
import { optionRow, optionSet } from "./options.js";
import { addFile, allPictures, MARK, picture, thumbnail } from "./pictures.js";
import { newText, textView } from "./texts.js";
import { flatten, newDraw, newNode, newTransform } from "./tree.js";

/** What a text is called among the pictures; no picture has this id. */
const TEXT = "text";

/**
 * @typedef {object} Editor
 * @property {() => void} render Shows the project from scratch.
 * @property {(key: number, file: File) => Promise<void>} setFile Gives a node another picture.
 */

/**
 * Makes the editor.
 *
 * @param {Element} root
 * @param {Element} help Where it is said what an option is for.
 * @param {import("./options.js").Table} table
 * @param {() => import("./tree.js").Project} project
 * @param {() => void} onChange Called after every change.
 * @returns {Editor}
 */
export function createEditor(root, help, table, project, onChange) {
  for (const type of ["focusin", "mouseover"]) root.addEventListener(type, showHelp);
  return { render, setFile };

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
    fill(root, nodeView(project().canvas, "Canvas"), outputView());
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
   * @param {string} title
   * @returns {HTMLElement}
   */
  function nodeView(node, title) {
    const steps = node.steps.map((step, index) => stepView(node, step, index));
    return h(
      "div",
      { class: "node", "data-node": node.key },
      pictureView(node, title),
      node.text && textView(node.text, table, title.toLowerCase(), onChange),
      steps.length > 0 && h("ol", { class: "steps" }, ...steps),
      h(
        "div",
        { class: "adders" },
        adder("Transform", `Transform ${title.toLowerCase()}`, () => newTransform()),
        adder("Draw", `Draw on ${title.toLowerCase()}`, () => newDraw(newNode(MARK))),
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
   * @param {string} title
   */
  function pictureView(node, title) {
    const chosen = picture(node.picture);
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
      node.text ? h("span", { class: "thumbnail checked" }) : thumbnail(chosen),
      h("label", { htmlFor: id }, title),
      fileButton(node, title),
      select,
      node.text ? null : h("p", { class: "hint" }, ...said(chosen)),
      h("p", { class: "problem", "data-problem": "", hidden: true }),
    );
  }

  /**
   * @param {import("./tree.js").TreeNode} node
   * @param {string} title
   */
  function fileButton(node, title) {
    const input = h("input", {
      type: "file",
      accept: "image/*",
      class: "visually-hidden",
      "aria-label": `Choose a file: ${title.toLowerCase()}`,
      onchange: () => {
        const file = input.files?.[0];
        if (file) setFile(node.key, file);
      },
    });
    return h("label", { class: "button file" }, input, "Choose…");
  }

  /**
   * @param {number} key
   * @param {File} file
   */
  async function setFile(key, file) {
    const added = await addFile(file);
    const node = flatten(project().canvas).nodes.find((node) => node.key === key);
    if (node) {
      node.picture = added.id;
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
    const position = flatten(project().canvas).places.indexOf(step);
    const title = step.kind === "draw" ? "Draw" : "Transform";
    const name = `${title.toLowerCase()}, op ${position}`;
    return h(
      "li",
      { class: `step ${step.kind}`, "data-step": step.key },
      h(
        "div",
        { class: "head" },
        h("h3", {}, title, " ", h("span", { class: "op" }, `op ${position}`)),
        mover("up", `Move ${name} up`, index > 0, -1),
        mover("down", `Move ${name} down`, index < parent.steps.length - 1, 1),
        h(
          "button",
          { type: "button", class: "plain", "aria-label": `Remove ${name}`, title: "Remove", onclick: remove },
          icon("remove"),
        ),
      ),
      h("p", { class: "problem", "data-problem": "", hidden: true }),
      step.kind === "draw" && nodeView(step.child, "Overlay"),
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
      h("p", { class: "hint", "data-models": "" }, modelsSentence(table.models)),
    );
  }
}

/**
 * Describes the choice of an engine as the server describes options.
 *
 * @param {import("./options.js").Table["engine"]} engine
 * @returns {import("./options.js").OptionInfo}
 */
function engineInfo({ offered, choice: wanted }) {
  return {
    name: "engine",
    allowed: offered.join(", "),
    summary: `what computes it; auto is ${wanted === "auto" ? "what should be faster" : `the ${wanted} here`}`,
    values: { kind: "words", words: offered },
  };
}

/**
 * Says which options that need a model can be used.
 *
 * @param {import("./options.js").Table["models"]} models
 */
function modelsSentence(models) {
  const words = Object.keys(models);
  const missing = words.filter((word) => models[word] === null);
  if (missing.length === 0) return `Models installed: ${words.join(", ")}`;
  return `Models not installed: ${missing.join(", ")} (palmette models install ${missing.join(" ")})`;
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
