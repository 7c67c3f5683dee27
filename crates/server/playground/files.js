// @ts-check
/** Pictures from outside: dropped anywhere on the page, or pasted. Anything else leads to a message. */

/**
 * Listens to the whole page.
 *
 * @param {object} take
 * @param {(file: File, key: number | null) => void} take.onFile `key` is the node that it fell on, if it fell on one.
 * @param {(what: string) => void} take.onOther Called with a sentence for the user if there is no file.
 */
export function listenForFiles({ onFile, onOther }) {
  addEventListener("dragover", (event) => {
    // Whatever it is: a browser would leave the page for a link that is let go over it.
    event.preventDefault();
    if (!event.dataTransfer?.types.includes("Files")) return;
    document.body.classList.add("dropping");
    mark(event.target);
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) endDrag();
  });
  addEventListener("drop", (event) => {
    if (isText(event.target) && !event.dataTransfer?.files.length) return;
    event.preventDefault();
    endDrag();
    take(event.dataTransfer, event.target, "That is not a file.");
  });
  addEventListener("paste", (event) => {
    if (isText(event.target) && !event.clipboardData?.files.length) return;
    take(event.clipboardData, document.activeElement, "There is no picture in the clipboard.");
  });

  /**
   * @param {DataTransfer | null} data
   * @param {EventTarget | null} target
   * @param {string} otherwise
   */
  function take(data, target, otherwise) {
    const file = data?.files[0];
    if (!file) return onOther(`${otherwise} Copy a picture and paste it, or drop a picture file.`);
    onFile(file, nodeOf(target));
  }
}

/**
 * Finds the node of the request that something fell on.
 *
 * @param {EventTarget | null} target
 */
function nodeOf(target) {
  const node = target instanceof Element ? target.closest("[data-node]") : null;
  return node ? Number(node.getAttribute("data-node")) : null;
}

/**
 * Shows which picture would be replaced.
 *
 * @param {EventTarget | null} target
 */
function mark(target) {
  const node = target instanceof Element ? target.closest("[data-node]") : null;
  const place = (node ?? document.querySelector("[data-node]"))?.querySelector(".drop");
  for (const drop of document.querySelectorAll(".drop")) drop.classList.toggle("target", drop === place);
}

function endDrag() {
  document.body.classList.remove("dropping");
  for (const drop of document.querySelectorAll(".drop.target")) drop.classList.remove("target");
}

/**
 * Tells whether text may be let go or pasted here.
 *
 * @param {EventTarget | null} target
 */
function isText(target) {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== "file");
}
