// @ts-check
/** The page: one project, an editor that changes it, and a request after every change, the one before given up. */
import { fill } from "./dom.js";
import { createEditor } from "./editor.js";
import { MARK, openLibrary, picture, VIEW } from "./pictures.js";
import { clearProblems, showProblem } from "./problems.js";
import { askOptions, askPicture, Refusal, Unreachable } from "./request.js";
import { fromHash, toHash } from "./share.js";
import { curl, worker } from "./snippets.js";
import { createStage } from "./stage.js";
import { flatten, listText, newDraw, newNode, newTransform } from "./tree.js";

/** How long a change waits for the next one. */
const DEBOUNCE_MS = 180;

/** How long an answer may take before the page shows that it waits. */
const BUSY_AFTER_MS = 150;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const stage = createStage({ view: element("view"), facts: element("facts"), status: element("status") });

try {
  const [table] = await Promise.all([askOptions(), openLibrary()]);
  start(table);
} catch (error) {
  showFailure(error, false);
}

/** @param {import("./options.js").Table} table */
function start(table) {
  let project = fromHash(location.hash) ?? firstProject();
  let timer = 0;
  let running = new AbortController();

  const editor = createEditor(element("request"), element("help"), table, () => project, changed);
  fill(element("profile"), `profile ${table.profile}`);
  element("reset").addEventListener("click", () => load(firstProject()));
  addEventListener("hashchange", () => {
    if (location.hash !== toHash(project)) load(fromHash(location.hash) ?? firstProject());
  });
  for (const radio of document.querySelectorAll('input[name="view"], input[name="code"]')) {
    radio.addEventListener("change", changed);
  }
  element("copy").addEventListener("click", copyCode);
  listenForFiles();
  load(project);

  /** @param {import("./tree.js").Project} other */
  function load(other) {
    project = other;
    editor.render();
    changed();
  }

  function changed() {
    showCode();
    clearTimeout(timer);
    timer = setTimeout(run, DEBOUNCE_MS);
  }

  function showCode() {
    const texts = {
      list: () => listText(flatten(project.canvas).list),
      curl: () => curl(project, picture, new URL("transform", document.baseURI).href),
      worker: () => worker(project, picture),
    };
    fill(element("code"), texts[/** @type {keyof typeof texts} */ (selected("code"))]());
  }

  async function run() {
    history.replaceState(null, "", toHash(project));
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const busy = setTimeout(() => stage.setBusy(true), BUSY_AFTER_MS);
    try {
      if (selected("view") === "engines") await runEngines(signal);
      else await stage.showAnswer(await askPicture(project, picture, signal), signal);
      if (!signal.aborted) clearProblems(element("request"));
    } catch (error) {
      if (!signal.aborted) showError(error);
    } finally {
      clearTimeout(busy);
      if (!signal.aborted) stage.setBusy(false);
    }
  }

  /**
   * Runs the project on both engines, one after the other so that neither slows the other down.
   *
   * @param {AbortSignal} signal
   */
  async function runEngines(signal) {
    const { engine } = await askOptions();
    const { output_quality: _, ...output } = project.output;
    const ask = (/** @type {string} */ wanted) => {
      return askPicture({ ...project, output: { ...output, output_format: "rgba" }, engine: wanted }, picture, signal);
    };
    const cpu = await ask("cpu");
    const gpu = engine.offered.includes("gpu") ? await ask("gpu") : null;
    await stage.showEngines({ cpu, gpu, gpuStatus: engine.gpu }, signal);
  }

  /** @param {unknown} error */
  function showError(error) {
    clearProblems(element("request"));
    showFailure(error, error instanceof Refusal && showProblem(element("request"), project, error));
  }

  /** Takes pictures that are dropped anywhere or pasted: for the picture that they fall on, or the canvas. */
  function listenForFiles() {
    addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) document.body.classList.remove("dropping");
    });
    addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      take(event.dataTransfer, event.target);
    });
    addEventListener("paste", (event) => take(event.clipboardData, document.activeElement));
  }

  /**
   * @param {DataTransfer | null} data
   * @param {EventTarget | null} target
   */
  function take(data, target) {
    const file = data?.files[0];
    if (!file) return;
    const node = target instanceof Element ? target.closest("[data-node]") : null;
    editor.setFile(Number(node?.getAttribute("data-node") ?? project.canvas.key), file);
  }
}

/**
 * Shows why there is no picture; anything that is not the server's doing is a mistake of the page, and nobody shall catch it.
 *
 * @param {unknown} error
 * @param {boolean} isShownElsewhere
 */
function showFailure(error, isShownElsewhere) {
  if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
  stage.showRefusal(error, isShownElsewhere);
}

/**
 * Makes what the page begins with.
 *
 * @returns {import("./tree.js").Project}
 */
function firstProject() {
  const mark = newNode(MARK, [newTransform({ width: 150 })]);
  const canvas = newNode(VIEW, [
    newTransform({ width: 960, height: 600, fit: "cover" }),
    newDraw(mark, { opacity: 0.85, bottom: 32, right: 32 }),
  ]);
  return { canvas, output: { output_format: "image/webp" }, engine: "auto" };
}

/**
 * Returns what is chosen of a group.
 *
 * @param {string} name
 */
function selected(name) {
  return document.querySelector(`input[name="${name}"]:checked`)?.getAttribute("value") ?? "";
}

async function copyCode() {
  const code = element("code");
  const button = element("copy");
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    fill(button, "Copied");
    setTimeout(() => fill(button, "Copy"), 1500);
  } catch {
    // Without a secure context there is no clipboard; what is selected can be copied by hand.
    getSelection()?.selectAllChildren(code);
  }
}
