// @ts-check
/** The same request in other words: as a command, and as a Worker. */
import { textFields, textPart } from "./request.js";
import { flatten } from "./tree.js";

/** @typedef {(id: string) => { name: string }} Named */

/**
 * Writes the `curl` command that sends a project and keeps the answer.
 *
 * Text goes as `--form-string`, since `-F` would read an `@`, a `<` or a `;type=` in it as an order.
 *
 * @param {import("./tree.js").Project} project
 * @param {Named} picture
 * @param {string} url The address of `/transform`.
 * @param {boolean} hasToken Whether the server asks for a token; then the command takes it out of the environment.
 */
export function curl(project, picture, url, hasToken) {
  const files = flatten(project.canvas).nodes.map(({ picture: id, text }, index) => {
    if (text) return `--form-string ${shellWord(`${textPart(index)}=${JSON.stringify(text)}`)}`;
    return `-F ${shellWord(`${index === 0 ? "image" : "draw_image"}=@${fileWord(picture(id).name)}`)}`;
  });
  const fields = textFields(project).map(([name, text]) => `--form-string ${shellWord(`${name}=${text}`)}`);
  const output = shellWord(`result.${project.output.output_format.replace("image/", "")}`);
  const token = hasToken ? [`-H "authorization: Bearer $PALMETTE_CLIENT_TOKEN"`] : [];
  return [`curl ${shellWord(url)} -o ${output}`, ...token, ...files, ...fields].join(" \\\n  ");
}

/**
 * Writes a Worker whose answer is the result; its pictures are assets.
 *
 * @param {import("./tree.js").Project} project
 * @param {Named} picture
 */
export function worker(project, picture) {
  const { output_format: format, output_quality: quality, background, anim } = project.output;
  const output = literal({ format, quality, background, anim });
  return `export default {
  async fetch(request, env) {
    const result = await ${chain(project.canvas, picture, "      ")}
      .output(${output});
    return result.response();

    /** Opens a picture among the assets of this Worker. */
    async function asset(name) {
      const response = await env.ASSETS.fetch(new URL(encodeURIComponent(name), request.url));
      return response.body;
    }
  },
};
`;
}

/**
 * Writes a node as calls, one a line.
 *
 * @param {import("./tree.js").TreeNode} node
 * @param {Named} picture
 * @param {string} indent
 * @returns {string}
 */
function chain(node, picture, indent) {
  const calls = node.steps.map((step) => {
    if (step.kind === "transform") return `.transform(${literal(step.options)})`;
    const inner = `${indent}  `;
    const child = chain(step.child, picture, `${inner}  `);
    const options = Object.keys(step.options).length > 0 ? `,\n${inner}${literal(step.options)}` : "";
    return `.draw(\n${inner}${child}${options},\n${indent})`;
  });
  const input = node.text
    ? textCall(node.text)
    : `env.IMAGES.input(await asset(${JSON.stringify(picture(node.picture).name)}))`;
  return [input, ...calls].join(`\n${indent}`);
}

/**
 * Writes a text as a call.
 *
 * @param {import("./texts.js").Text} text
 */
function textCall({ text, ...options }) {
  return `env.IMAGES.text(${JSON.stringify(text)}, ${literal(options)})`;
}

/**
 * Writes a value as JavaScript; what is undefined is left out.
 *
 * @param {any} value
 * @returns {string}
 */
function literal(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const key = (/** @type {string} */ name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
  const fields = entries.map(([name, inner]) => `${key(name)}: ${literal(inner)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/**
 * Quotes a word for a POSIX shell, if it needs to be.
 *
 * @param {string} text
 */
function shellWord(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Quotes the name of a file for `-F`, which ends it at a comma or semicolon and takes a lone `-` for standard input.
 *
 * @param {string} name
 */
function fileWord(name) {
  const path = name === "-" ? "./-" : name;
  return /[",;\\]/.test(path) ? `"${path.replace(/["\\]/g, "\\$&")}"` : path;
}
