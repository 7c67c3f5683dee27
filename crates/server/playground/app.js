// @ts-check
/** The page: one project, an editor that changes it, and a request after every change, the one before given up. */
import { beforeOf } from "./before.js";
import { createCode } from "./code.js";
import { fill } from "./dom.js";
import { createEditor } from "./editor.js";
import { listenForFiles } from "./files.js";
import { lackOfGpu, markLacks } from "./lacks.js";
import { createNotice } from "./notice.js";
import { addFile, forgetOwn, hasPicture, MARK, NoPicture, openLibrary, picture, VIEW } from "./pictures.js";
import { createPresets } from "./presets.js";
import { clearProblems, showProblem } from "./problems.js";
import { askOptions, askPicture, Refusal, Unreachable } from "./request.js";
import { fromHash, toHash } from "./share.js";
import { createStage } from "./stage.js";
import { flatten, newDraw, newNode, newTransform } from "./tree.js";

/** How long a change waits for the next one. */
const DEBOUNCE_MS = 180;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const stage = createStage({ view: element("view"), facts: element("facts"), status: element("status") });
const code = createCode({ code: element("code"), plan: element("plan"), copy: element("copy") });
const notice = createNotice(element("notice"));

try {
  const [table] = await Promise.all([askOptions(), openLibrary()]);
  start(table);
} catch (error) {
  stage.setBusy(false);
  showFailure(error, false);
}

/** @param {import("./options.js").Table} table */
function start(table) {
  let project = fromHash(location.hash) ?? firstProject();
  /** The change that waits for the next one; 0 if none does. */
  let timer = 0;
  let running = new AbortController();
  let isRunning = false;

  markLacks(table);
  const presets = createPresets(table, () => project, load);
  const editor = createEditor({
    root: element("request"),
    help: element("help"),
    presets: presets.element,
    table,
    project: () => project,
    onChange: () => changed(),
    onFile: takeFile,
    onForget: forget,
  });
  fill(element("profile"), `profile ${table.profile}`);
  element("engines").hidden = lackOfGpu(table.engine) !== null;
  element("reset").addEventListener("click", () => load(firstProject()));
  addEventListener("hashchange", () => {
    if (location.hash !== toHash(project)) load(fromHash(location.hash) ?? firstProject());
  });
  for (const radio of document.querySelectorAll('input[name="view"]')) radio.addEventListener("change", viewChanged);
  for (const radio of document.querySelectorAll('input[name="code"]')) radio.addEventListener("change", showCode);
  element("loupe").addEventListener("click", toggleLoupe);
  listenForFiles({
    onFile: (file, key) => takeFile(key ?? project.canvas.key, file),
    onOther: (what) => notice.show("Nothing was changed.", what),
  });
  load(project);

  /** @param {import("./tree.js").Project} other */
  function load(other) {
    const focused = document.activeElement;
    project = other;
    editor.render();
    changed(0);
    // What stays through it, a preset say, keeps the focus.
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
  }

  function changed(waitMs = DEBOUNCE_MS) {
    presets.update();
    code.show(project, selected("code"));
    clearTimeout(timer);
    timer = setTimeout(run, waitMs);
    showBusy();
  }

  /** Says whether what is shown is what was asked for. */
  function showBusy() {
    stage.setBusy(timer !== 0 || isRunning);
  }

  function showCode() {
    code.show(project, selected("code"));
    if (selected("code") === "plan") code.showPlan(project, running.signal);
  }

  function viewChanged() {
    element("loupe").hidden = selected("view") === "engines";
    changed(0);
  }

  function toggleLoupe() {
    const isOn = element("loupe").getAttribute("aria-pressed") !== "true";
    element("loupe").setAttribute("aria-pressed", String(isOn));
    stage.setLoupe(isOn);
  }

  async function run() {
    timer = 0;
    history.replaceState(null, "", toHash(project));
    running.abort();
    running = new AbortController();
    isRunning = true;
    const { signal } = running;
    if (selected("code") === "plan") code.showPlan(project, signal);
    try {
      if (selected("view") === "engines") await runEngines(signal);
      else await runOnce(signal);
      if (!signal.aborted) clearProblems(element("request"));
    } catch (error) {
      if (!signal.aborted) showError(error);
    } finally {
      if (!signal.aborted) {
        isRunning = false;
        showBusy();
      }
    }
  }

  /** @param {AbortSignal} signal */
  async function runOnce(signal) {
    const answer = await askPicture(project, picture, signal);
    const before = selected("view") === "compare" ? await askPicture(beforeOf(project), picture, signal) : null;
    await stage.showAnswer(answer, before, signal);
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

  /**
   * Takes a file for a node. A file that is not a picture changes nothing, and a message says why.
   *
   * @param {number} key
   * @param {File} file
   */
  async function takeFile(key, file) {
    notice.clear();
    stage.setBusy(true);
    const isCanvas = key === project.canvas.key;
    try {
      const added = await addFile(file);
      // A preset may have made another canvas in the meantime.
      editor.setPicture(isCanvas ? project.canvas.key : key, added.id);
    } catch (error) {
      showBusy();
      const isTold = error instanceof NoPicture || error instanceof Refusal || error instanceof Unreachable;
      if (!isTold) throw error;
      const what = error instanceof Refusal ? error.what : error.message;
      notice.show(
        `${file.name || "The pasted file"} cannot be used:`,
        `${what.replace(/\.$/, "")}. Nothing was changed.`,
      );
    }
  }

  /** Forgets the user's own pictures; samples take their places. */
  async function forget() {
    const forgotten = forgetOwn();
    for (const node of flatten(project.canvas).nodes) {
      if (!hasPicture(node.picture)) node.picture = node === project.canvas ? VIEW : MARK;
    }
    load(project);
    await forgotten;
    /** @type {HTMLElement | null} */ (document.querySelector("[data-node] select"))?.focus();
  }
}

/**
 * Shows why there is no picture; anything that is not the server's doing is a mistake of the page, and nobody may catch it.
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
