// @ts-check
/** What came back: the picture or a refusal, its figures, and the two engines side by side. */
import { compare } from "./compare.js";
import { fill, formatBytes, formatMs, h } from "./dom.js";

/** @typedef {import("./request.js").Answer} Answer */

/** Why there is no GPU, by what the server says of it. */
const NO_GPU = new Map([
  ["none", "This server found no GPU when it started."],
  ["not wanted", "This server was started for the CPU alone."],
  ["not built in", "This server was built without its GPU engine."],
]);

/**
 * Makes the stage.
 *
 * @param {{ view: Element, facts: Element, status: Element }} places
 */
export function createStage({ view, facts, status }) {
  let url = "";
  return { setBusy, showAnswer, showRefusal, showEngines };

  /** @param {boolean} isBusy */
  function setBusy(isBusy) {
    view.setAttribute("aria-busy", String(isBusy));
  }

  /**
   * @param {Answer} answer
   * @param {AbortSignal} signal Aborted as soon as there is something newer to show.
   */
  async function showAnswer(answer, signal) {
    const address = URL.createObjectURL(answer.blob);
    const { element, width, height } = answer.size ? await pixelsView(answer) : await imageView(address);
    if (signal.aborted) return URL.revokeObjectURL(address);
    URL.revokeObjectURL(url);
    url = address;
    element.classList.add("result", "checked");
    const size = width > 0 ? `${width} × ${height}` : "not shown by this browser";
    const name = `result.${answer.format.replace("image/", "")}`;
    fill(view, h("figure", { class: "one" }, element));
    fill(
      facts,
      fact("Pixels", size),
      fact("Bytes", formatBytes(answer.blob.size)),
      fact("Format", answer.format.replace("image/", "")),
      fact("Engine", answer.engine.toUpperCase()),
      fact("Total", formatMs(answer.totalMs)),
      timesView(answer),
      h("a", { class: "button", href: url, download: name }, "Save"),
    );
    say(`${size} pixels, ${formatBytes(answer.blob.size)}, by the ${answer.engine}, in ${formatMs(answer.totalMs)}`);
  }

  /**
   * @param {{ code?: number, status?: number, message: string }} refusal
   * @param {boolean} isShownElsewhere Whether the message stands beside what caused it, too.
   */
  function showRefusal({ code, status: httpStatus, message }, isShownElsewhere) {
    const title = code ? `Error ${code}` : "No answer";
    fill(
      view,
      h(
        "div",
        { class: "refusal" },
        h("p", { class: "title" }, title, httpStatus ? h("span", {}, ` status ${httpStatus}`) : null),
        h("p", {}, message),
        isShownElsewhere && h("p", { class: "hint" }, "It is marked in the request."),
      ),
    );
    fill(facts);
    say(`${title}: ${message}`);
  }

  /**
   * Shows the answers of both engines, as bare pixels, and their difference.
   *
   * @param {{ cpu: Answer, gpu: Answer | null, gpuStatus: string }} engines `gpuStatus` is what the server says of its GPU.
   * @param {AbortSignal} signal Aborted as soon as there is something newer to show.
   */
  async function showEngines({ cpu, gpu, gpuStatus }, signal) {
    const left = engineView("CPU", cpu, await pixelsView(cpu));
    if (signal.aborted) return;
    if (!gpu) {
      const why = NO_GPU.get(gpuStatus) ?? `The GPU of this server: ${gpuStatus}.`;
      const absent = h("p", { class: "absent" }, why, " There is nothing to compare with.");
      fill(view, h("div", { class: "pair" }, left, h("figure", {}, absent, h("figcaption", {}, "GPU"))));
      fill(facts);
      say(why);
      return;
    }
    const right = engineView("GPU", gpu, await pixelsView(gpu));
    const difference = await compare(cpu, gpu);
    if (signal.aborted) return;
    const { canvas, pixels, differing, largest, gain } = difference;
    canvas.classList.add("result");
    const amplified = largest > 0 ? `amplified ${gain} times` : "none";
    const caption = h("figcaption", {}, h("strong", {}, "Difference"), ` ${amplified}`);
    fill(view, h("div", { class: "trio" }, left, right, h("figure", {}, canvas, caption)));
    const count = pixels.toLocaleString("en");
    const verdict = !difference.isSameSize
      ? "The sizes differ."
      : differing === 0
        ? `All ${count} pixels are the same.`
        : `${differing.toLocaleString("en")} of ${count} pixels differ, by ${largest} of 255 at most.`;
    const honest = gpu.engine === "gpu" ? "" : " The GPU failed at it, and the CPU took over.";
    fill(
      facts,
      h("p", { class: `verdict ${differing === 0 && difference.isSameSize ? "same" : "other"}` }, verdict + honest),
      fact("Differing", differing.toLocaleString("en")),
      fact("Largest", String(largest)),
      fact("Device", gpuStatus.replace(/^\w+: /, "")),
    );
    say(verdict + honest);
  }

  /** @param {string} text */
  function say(text) {
    fill(status, text);
  }
}

/**
 * Shows a file; a browser that does not know its format finds no size.
 *
 * @param {string} address
 */
async function imageView(address) {
  const element = new Image();
  element.alt = "The result";
  element.src = address;
  await element.decode().catch(() => {});
  return { element, width: element.naturalWidth, height: element.naturalHeight };
}

/**
 * Draws bare pixels.
 *
 * @param {Answer} answer
 */
async function pixelsView({ blob, format, size }) {
  const { width, height } = size ?? { width: 0, height: 0 };
  const element = h("canvas", { width, height, role: "img", "aria-label": "The result" });
  const bytes = new Uint8ClampedArray(await blob.arrayBuffer());
  element.getContext("2d")?.putImageData(new ImageData(format === "rgb" ? opaque(bytes) : bytes, width, height), 0, 0);
  return { element, width, height };
}

/**
 * Adds the alpha that `rgb` has not.
 *
 * @param {Uint8ClampedArray} rgb
 */
function opaque(rgb) {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) rgba.set(rgb.subarray(from, from + 3), to);
  return rgba;
}

/**
 * @param {string} name
 * @param {Answer} answer
 * @param {{ element: HTMLElement }} shown
 */
function engineView(name, answer, { element }) {
  element.classList.add("result", "checked");
  element.setAttribute("aria-label", `The result of the ${name}`);
  const run = answer.stages.find((stage) => stage.name === "run")?.ms ?? 0;
  return h("figure", {}, element, h("figcaption", {}, h("strong", {}, name), ` ${formatMs(run)} run`));
}

/**
 * @param {string} name
 * @param {string} value
 */
function fact(name, value) {
  return h(
    "div",
    { class: "fact", "data-fact": name.toLowerCase() },
    h("span", { class: "name" }, name),
    h("span", { class: "value" }, value),
  );
}

/**
 * Draws the times of the stages as parts of a bar; what is left of the total is the way there and back.
 *
 * @param {Answer} answer
 */
function timesView({ stages, totalMs }) {
  const server = stages.reduce((sum, { ms }) => sum + ms, 0);
  const parts = [...stages, { name: "other", ms: Math.max(0, totalMs - server) }];
  const bar = h(
    "div",
    { class: "bar", "aria-hidden": "true" },
    ...parts.map(({ name, ms }) => {
      const part = h("i", { class: name });
      part.style.flexGrow = String(Math.max(ms, totalMs / 200));
      return part;
    }),
  );
  const entry = (/** @type {import("./request.js").Stage} */ { name, ms }) =>
    h("li", { class: name, "data-stage": name }, h("span", { class: "name" }, name), " ", formatMs(ms));
  return h("div", { class: "times" }, bar, h("ol", {}, ...parts.map(entry)));
}
