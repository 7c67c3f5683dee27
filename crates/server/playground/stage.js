// @ts-check
/** What came back: the picture, alone or compared, or a refusal; and its figures. */
import { fill, formatBytes, formatMs, h } from "./dom.js";
import { enginesView } from "./engines.js";
import { fact, timesView } from "./facts.js";
import { addLoupe } from "./loupe.js";
import { imageView, pixelsView } from "./shown.js";
import { addSlider } from "./slider.js";

/** @typedef {import("./request.js").Answer} Answer */

/**
 * Makes the stage.
 *
 * @param {{ view: Element, facts: Element, status: Element }} places
 */
export function createStage({ view, facts, status }) {
  let url = "";
  let divider = 50;
  let hasLoupe = false;
  const lens = { x: 0.36, y: 0.4 };
  /** Shows the last answer again. */
  let render = () => {};
  /** Shows what has changed under the loupe. */
  let renderLoupe = () => {};
  addEventListener("resize", () => renderLoupe());
  return { setBusy, setLoupe, showAnswer, showRefusal, showEngines };

  /** @param {boolean} isBusy */
  function setBusy(isBusy) {
    view.setAttribute("aria-busy", String(isBusy));
  }

  /** @param {boolean} isOn */
  function setLoupe(isOn) {
    hasLoupe = isOn;
    render();
  }

  /**
   * @param {Answer} answer
   * @param {Answer | null} before What the picture was before, to compare it with.
   * @param {AbortSignal} signal Aborted as soon as there is something newer to show.
   */
  async function showAnswer(answer, before, signal) {
    const address = URL.createObjectURL(answer.blob);
    const shown = answer.size ? await pixelsView(answer) : await imageView(address);
    const original = before && (await pixelsView(before));
    if (signal.aborted) return URL.revokeObjectURL(address);
    URL.revokeObjectURL(url);
    url = address;
    const { width, height } = shown;
    const format = answer.format.replace("image/", "");
    const size = width > 0 ? `${width} × ${height}` : "not shown by this browser";
    render = () => fill(view, width > 0 ? pictureView(shown, original) : unknownView(format));
    render();
    fill(
      facts,
      fact("Pixels", size),
      fact("Bytes", formatBytes(answer.blob.size)),
      fact("Format", format),
      fact("Engine", answer.engine.toUpperCase()),
      fact("Total", formatMs(answer.totalMs)),
      timesView(answer),
      h("a", { class: "button", href: url, download: `result.${format}` }, "Save"),
    );
    say(`${size} pixels, ${formatBytes(answer.blob.size)}, by the ${answer.engine}, in ${formatMs(answer.totalMs)}`);
  }

  /**
   * @param {import("./shown.js").Shown} shown
   * @param {import("./shown.js").Shown | null} original
   */
  function pictureView({ element, width, height }, original) {
    element.classList.add("result", "checked");
    const layers = h("div", { class: "layers" }, element);
    layers.style.setProperty("--width", String(width));
    layers.style.setProperty("--height", String(height));
    renderLoupe = () => {};
    if (original) {
      addSlider(layers, original.element, divider, (percent) => {
        divider = percent;
        renderLoupe();
      });
    }
    if (hasLoupe) renderLoupe = addLoupe(layers, { width, height }, paint, lens);
    return h("figure", { class: "one" }, layers);

    /** @param {CanvasRenderingContext2D} context */
    function paint(context) {
      context.drawImage(element, 0, 0, width, height);
      const left = (divider / 100) * width;
      if (!original || left === 0) return;
      context.clearRect(0, 0, left, height);
      context.beginPath();
      context.rect(0, 0, left, height);
      context.save();
      context.clip();
      context.drawImage(original.element, 0, 0, width, height);
      context.restore();
    }
  }

  /**
   * @param {{ code?: number, status?: number, message: string }} refusal
   * @param {boolean} isShownElsewhere Whether the message stands beside what caused it, too.
   */
  function showRefusal({ code, status: httpStatus, message }, isShownElsewhere) {
    const title = code ? `Error ${code}` : "No answer";
    const old = view.querySelector("figure.one");
    const refusal = h(
      "div",
      { class: "refusal" },
      h("p", { class: "title" }, title, httpStatus ? h("span", {}, ` status ${httpStatus}`) : null),
      h("p", {}, message),
      isShownElsewhere && h("p", { class: "hint" }, "It is marked in the request."),
      old && h("p", { class: "hint" }, "The last good result is behind this message."),
    );
    // The old result does not belong to this request: it is dimmed, cannot be used, and is not read out.
    old?.classList.add("old");
    old?.toggleAttribute("inert", true);
    fill(view, old, refusal);
    fill(facts);
    render = () => {};
    say(`${title}: ${message}`);
  }

  /**
   * @param {Parameters<typeof enginesView>[0]} engines
   * @param {AbortSignal} signal Aborted as soon as there is something newer to show.
   */
  async function showEngines(engines, signal) {
    const { view: pictures, facts: figures, said } = await enginesView(engines);
    if (signal.aborted) return;
    render = () => {};
    fill(view, pictures);
    fill(facts, ...figures);
    say(said);
  }

  /** @param {string} text */
  function say(text) {
    fill(status, text);
  }
}

/** @param {string} format */
function unknownView(format) {
  return h("p", { class: "absent" }, `This browser cannot show ${format}. The file is fine: save it.`);
}
