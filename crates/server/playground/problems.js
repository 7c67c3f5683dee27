// @ts-check
/** Refusals of the server, shown beside what caused them, as far as their words say where that is. */
import { fill } from "./dom.js";
import { flatten, nodeName, placeOfStep } from "./tree.js";

/**
 * Shows a refusal where it belongs.
 *
 * @param {Element} root The form.
 * @param {import("./tree.js").Project} project What the form shows.
 * @param {import("./request.js").Refusal} refusal
 * @returns {boolean} False if it names no place.
 */
export function showProblem(root, project, refusal) {
  const flat = flatten(project.canvas);
  const { nodes, places } = flat;
  const step = places.find((step) => placeOfStep(flat, step) === refusal.place);
  const node = nodes.find((_, index) => nodeName(index) === refusal.place);
  const scope = step ? `[data-step="${step.key}"]` : node ? `[data-node="${node.key}"] > .picture` : ".output";
  const area = root.querySelector(scope);
  const row = step || !node ? findRow(area, refusal.option, step?.kind === "draw" ? "> .options " : "") : null;
  const problem = row?.querySelector(":scope > .problem") ?? area?.querySelector("[data-problem]");
  if (!problem) return false;
  fill(problem, `${refusal.code}: ${refusal.what}`);
  problem.toggleAttribute("hidden", false);
  row?.querySelector("input, select")?.setAttribute("aria-invalid", "true");
  return true;
}

/**
 * Takes away what `showProblem` showed.
 *
 * @param {Element} root The form.
 */
export function clearProblems(root) {
  for (const problem of root.querySelectorAll(".problem")) {
    fill(problem);
    problem.toggleAttribute("hidden", true);
  }
  for (const control of root.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

/**
 * Finds the row of an option, or that of the object that it is in.
 *
 * @param {Element | null} area
 * @param {string} option
 * @param {string} within What leads from the area to its own options, past those of others.
 * @returns {Element | null}
 */
function findRow(area, option, within) {
  for (let path = option; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
    const row = area?.querySelector(`:scope ${within}[data-path="${CSS.escape(path)}"]`);
    if (row) return row;
  }
  return null;
}
