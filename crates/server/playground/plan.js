// @ts-check
/** The plan of a request, as a list for people: steps with sizes and values, the engine and its reason, memory. */
import { formatBytes, formatMs, h } from "./dom.js";
import { flatten, placeOfStep } from "./tree.js";

/**
 * @typedef {import("./request.js").Plan} Plan
 * @typedef {import("./request.js").Size} Size
 */

/**
 * Titles of steps by kind; a kind that is missing here is shown by its name.
 *
 * @type {Record<string, string>}
 */
const DOES = {
  read: "Decode part of the file",
  crop: "Crop",
  flip: "Mirror",
  rotate: "Turn",
  resize: "Resize",
  measure: "Measure",
  pad: "Add a frame",
  lookup: "Adjust tones",
  saturation: "Adjust saturation",
  blur: "Blur",
  sharpen: "Sharpen",
  background: "Fill the background",
  draw: "Draw",
  segment: "Keep the subject",
  enlarge: "Enlarge",
};

/**
 * Why an engine was chosen, by the word of the plan.
 *
 * @type {Record<string, string>}
 */
const REASONS = {
  cpu_wanted: "the server or the request asks for it",
  gpu_wanted: "the server or the request asks for it",
  gpu_not_built: "this server was built without its GPU engine",
  no_gpu: "this server found no GPU",
  gpu_away: "the GPU was lost and is not back yet",
  gpu_off: "the GPU failed too often",
  cpu_pays: "it should be faster than the GPU",
  gpu_pays: "it should be faster than the CPU",
};

/**
 * Shows a plan.
 *
 * @param {Plan} plan
 * @param {import("./tree.js").Project} project What it is the plan of.
 * @param {(id: string) => { name: string }} picture
 */
export function planView(plan, project, picture) {
  const flat = flatten(project.canvas);
  const names = flat.nodes.map((node) =>
    node.text ? `“${node.text.text.replaceAll("\n", " ")}”` : picture(node.picture).name,
  );
  return h(
    "div",
    { class: "plan-view" },
    h("ul", { class: "sources", "aria-label": "Pictures" }, ...plan.sources.map(sourceView)),
    plan.steps.length === 0
      ? h("p", { class: "hint" }, "Nothing changes the picture. It is only encoded.")
      : h("ol", { class: "plan-steps", "aria-label": "Steps" }, ...plan.steps.map(stepView)),
    h(
      "dl",
      {},
      ...term("output", "Output", outputText(plan)),
      ...term("engine", "Engine", engineText(plan)),
      ...estimate(),
      ...term("memory", "Memory", `about ${formatBytes(plan.memory_bytes)}`),
      ...(plan.is_measured
        ? term("measured", "Measured", "pixels were decoded first, because the plan depends on them")
        : []),
      ...(plan.idle.length > 0 ? term("idle", "No effect", plan.idle.map(idleText).join(", ")) : []),
    ),
  );

  /**
   * @param {Plan["sources"][number]} source
   * @param {number} index
   */
  function sourceView({ format, width, height, file_size, frame_count, notes = [] }, index) {
    const frames = frame_count > 1 ? `, ${frame_count} frames` : "";
    const said = `${format.replace("image/", "")}, ${width} × ${height}, ${formatBytes(file_size)}${frames}`;
    const title = index === 0 ? "Canvas" : `Picture ${index}`;
    return h(
      "li",
      {},
      h("strong", {}, title),
      ` ${names[index] ?? ""} `,
      h("span", { class: "sizes" }, [said, ...notes].join("; ")),
    );
  }

  /** @param {Plan["steps"][number]} step */
  function stepView({ op, kind, options, input, output, details }) {
    const place = flat.places[op];
    const isSame = input.width === output.width && input.height === output.height;
    const asked = place ? placeOfStep(flat, place) : "";
    const { foreground, ...rest } = details;
    const what = kind === "draw" ? ` picture ${foreground}` : "";
    return h(
      "li",
      { "data-kind": kind },
      h("strong", {}, (DOES[kind] ?? kind) + what),
      " ",
      h("span", { class: "sizes" }, isSame ? sizeText(output) : `${sizeText(input)} → ${sizeText(output)}`),
      h("p", { class: "hint" }, `${asked}, ${pairs(options)}`),
      Object.keys(rest).length > 0 && h("p", { class: "details" }, pairs(rest)),
    );
  }

  function estimate() {
    if (!plan.engine_estimate) return [];
    const { cpu_seconds, gpu_seconds } = plan.engine_estimate;
    return term(
      "estimate",
      "Estimate",
      `${formatMs(1e3 * cpu_seconds)} on the CPU, ${formatMs(1e3 * gpu_seconds)} on the GPU`,
    );
  }

  /** @param {Plan["idle"][number]} idle */
  function idleText({ op, option }) {
    const place = op === null ? undefined : flat.places[op];
    return place ? `${option} of ${placeOfStep(flat, place)}` : option;
  }
}

/**
 * @param {string} name
 * @param {string} title
 * @param {string} text
 */
function term(name, title, text) {
  return [h("dt", {}, title), h("dd", { "data-plan": name }, text)];
}

/** @param {Plan} plan */
function engineText({ engine, engine_reason: reason }) {
  return `${engine.toUpperCase()}, because ${REASONS[reason] ?? `of ${reason}`}`;
}

/** @param {Plan} plan */
function outputText({ output, frame_count }) {
  const { format, quality, background, is_animated } = output;
  return [
    format.replace("image/", ""),
    sizeText(output),
    quality !== null && `quality ${quality}`,
    background !== null && `on ${background}`,
    is_animated && `${frame_count} frames`,
  ]
    .filter(Boolean)
    .join(", ");
}

/**
 * Writes names and values behind one another.
 *
 * @param {Record<string, any>} values
 */
function pairs(values) {
  return Object.entries(values)
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${valueText(value)}`)
    .join(", ");
}

/** @param {any} value */
function valueText(value) {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(Number(value.toFixed(3)));
  if (value === null) return "none";
  const isSize = Object.keys(value).join() === "width,height";
  return isSize ? sizeText(value) : JSON.stringify(value);
}

/** @param {Size} size */
function sizeText({ width, height }) {
  return `${width} × ${height}`;
}
