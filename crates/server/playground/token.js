// @ts-check
/**
 * The token of a server that asks for one: the page asks its user, and keeps it for this tab alone. The address of the page never
 * holds it, so a project can be passed on without it.
 */
import { fill, h } from "./dom.js";

/** Where the tab keeps it. */
const KEY = "palmette-token";

/** What a token may consist of, as the server has it. */
const TOKEN = /^[!-~]+$/;

/** The question that is open, so that many refusals are one. @type {Promise<void> | null} */
let question = null;

/** Kept where the browser allows no storage. */
let token = stored();

/**
 * Adds the token to a request.
 *
 * @param {RequestInit} [init]
 * @returns {RequestInit | undefined}
 */
export function withToken(init) {
  return token === "" ? init : { ...init, headers: { authorization: `Bearer ${token}` } };
}

/** Whether the server has been given a token. */
export function hasToken() {
  return token !== "";
}

/**
 * Asks the user for a token, since the server refused the one that it was given, or wants one.
 *
 * @param {RequestInit | undefined} refused What was sent.
 * @returns {Promise<void>} Kept as soon as there is another one to try.
 */
export function askToken(refused) {
  // The answer to another request may have come in the meantime.
  const sent = new Headers(refused?.headers).get("authorization") ?? "";
  if (sent !== (token === "" ? "" : `Bearer ${token}`)) return Promise.resolve();
  question ??= ask(token === "" ? "" : "The server does not take this token.").finally(() => {
    question = null;
  });
  return question;
}

/**
 * Opens the question. It stays until there is an answer: without one the page can do nothing.
 *
 * @param {string} problem What is wrong with the token so far.
 * @returns {Promise<void>}
 */
function ask(problem) {
  return new Promise((resolve) => {
    const input = h("input", {
      id: "token",
      type: "password",
      autocomplete: "off",
      spellcheck: "false",
      required: true,
    });
    const text = h("p", { class: "problem", role: "alert", hidden: problem === "" }, problem);
    const dialog = h(
      "dialog",
      {
        class: "token",
        "aria-labelledby": "token-title",
        oncancel: (/** @type {Event} */ event) => event.preventDefault(),
      },
      h(
        "form",
        { onsubmit: submit },
        h("h2", { id: "token-title" }, "This server asks for a token"),
        h("label", { htmlFor: "token" }, "Token"),
        input,
        text,
        h("p", { class: "hint" }, "It is kept in this tab until the tab is closed."),
        h("button", { class: "button" }, "Use it"),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
    input.focus();

    /** @param {Event} event */
    function submit(event) {
      event.preventDefault();
      const given = input.value.trim().replace(/^bearer +/i, "");
      if (!TOKEN.test(given)) {
        fill(text, "A token has letters, digits and signs, and no spaces.");
        text.hidden = false;
        return;
      }
      token = given;
      store(given);
      dialog.remove();
      resolve();
    }
  });
}

function stored() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} given */
function store(given) {
  try {
    sessionStorage.setItem(KEY, given);
  } catch {
    // It is kept until the page is loaded again.
  }
}
