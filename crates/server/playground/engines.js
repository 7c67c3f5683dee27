// @ts-check
/** The answers of both engines side by side, as bare pixels, and their difference. */
import { compare } from "./compare.js";
import { formatMs, h } from "./dom.js";
import { fact } from "./facts.js";
import { pixelsView } from "./shown.js";

/** @typedef {import("./request.js").Answer} Answer */

/**
 * Makes the view of both.
 *
 * @param {{ cpu: Answer, gpu: Answer | null, gpuStatus: string }} engines `gpuStatus` is what the server says of its GPU.
 * @returns {Promise<{ view: HTMLElement, facts: HTMLElement[], said: string }>}
 */
export async function enginesView({ cpu, gpu, gpuStatus }) {
  const left = engineView("CPU", cpu, await pixelsView(cpu));
  if (!gpu) {
    const said = `The GPU of this server is gone: ${gpuStatus}.`;
    const absent = h("p", { class: "absent" }, said, " There is nothing to compare with.");
    return {
      view: h("div", { class: "pair" }, left, h("figure", {}, absent, h("figcaption", {}, "GPU"))),
      facts: [],
      said,
    };
  }
  const right = engineView("GPU", gpu, await pixelsView(gpu));
  const { canvas, isSameSize, pixels, differing, largest, gain } = await compare(cpu, gpu);
  canvas.classList.add("result");
  const amplified = largest > 0 ? `amplified ${gain} times` : "none";
  const caption = h("figcaption", {}, h("strong", {}, "Difference"), ` ${amplified}`);

  const count = pixels.toLocaleString("en");
  const verdict = !isSameSize
    ? "The sizes differ."
    : differing === 0
      ? `All ${count} pixels are the same.`
      : `${differing.toLocaleString("en")} of ${count} pixels differ, by ${largest} of 255 at most.`;
  const said = verdict + (gpu.engine === "gpu" ? "" : " The GPU failed at it, and the CPU took over.");
  return {
    view: h("div", { class: "trio" }, left, right, h("figure", {}, canvas, caption)),
    facts: [
      h("p", { class: `verdict ${differing === 0 && isSameSize ? "same" : "other"}` }, said),
      fact("Differing", differing.toLocaleString("en")),
      fact("Largest", String(largest)),
      fact("Device", gpuStatus.replace(/^\w+: /, "")),
    ],
    said,
  };
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
