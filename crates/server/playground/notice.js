// @ts-check
/** One message over the picture, about a file or a paste that could not be used. It stays until it is closed or a file is tried again. */
import { fill, h, icon } from "./dom.js";

/**
 * Makes the place of messages.
 *
 * @param {HTMLElement} root An element of role `alert`.
 */
export function createNotice(root) {
  return { show, clear };

  /**
   * @param {string} title
   * @param {string} text
   */
  function show(title, text) {
    fill(
      root,
      h("p", {}, h("strong", {}, title), " ", text),
      h(
        "button",
        { type: "button", class: "plain", "aria-label": "Close the message", onclick: clear },
        icon("remove"),
      ),
    );
    root.hidden = false;
  }

  function clear() {
    root.hidden = true;
    fill(root);
  }
}
