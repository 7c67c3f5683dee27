// @ts-check
/** The request in other words, one at a time: a Worker, a command, the list that is sent; and the plan that the server makes of it. */
import { fill, h } from "./dom.js";
import { picture } from "./pictures.js";
import { planView } from "./plan.js";
import { askPlan, Refusal, Unreachable } from "./request.js";
import { curl, worker } from "./snippets.js";
import { hasToken } from "./token.js";
import { flatten, listText } from "./tree.js";

/** @typedef {import("./tree.js").Project} Project */

/** @type {Record<string, (project: Project) => string>} */
const WORDS = {
  worker: (project) => worker(project, picture),
  curl: (project) => curl(project, picture, new URL("transform", document.baseURI).href, hasToken()),
  list: (project) => listText(flatten(project.canvas).list),
};

/**
 * Makes the panel.
 *
 * @param {{ code: HTMLElement, plan: HTMLElement, copy: HTMLElement }} places
 */
export function createCode({ code, plan, copy }) {
  copy.addEventListener("click", copyCode);
  return { show, showPlan };

  /**
   * Shows a project, at once.
   *
   * @param {Project} project
   * @param {string} words `plan`, or one of the others.
   */
  function show(project, words) {
    const isPlan = words === "plan";
    plan.hidden = !isPlan;
    copy.hidden = isPlan;
    /** @type {HTMLElement} */ (code.parentElement).hidden = isPlan;
    if (!isPlan) fill(code, WORDS[words]?.(project));
  }

  /**
   * Asks for the plan of a project, and shows it or why there is none.
   *
   * @param {Project} project
   * @param {AbortSignal} signal Aborted as soon as there is something newer to show.
   */
  async function showPlan(project, signal) {
    try {
      const made = await askPlan(project, picture, signal);
      if (!signal.aborted) fill(plan, planView(made, project, picture));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      fill(plan, h("p", { class: "hint" }, `There is no plan: ${error.message}`));
    }
  }

  async function copyCode() {
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      fill(copy, "Copied");
      setTimeout(() => fill(copy, "Copy"), 1500);
    } catch {
      // Without a secure context there is no clipboard; what is selected can be copied by hand.
      getSelection()?.selectAllChildren(code);
    }
  }
}
