// Every option that the server knows, by the paths that cases name them by.

/**
 * @typedef {object} Values What `GET /options` says of the values of an option; see crates/protocol/src/values.rs.
 * @property {string} kind
 * @property {Info[]} [fields] Of an object.
 * @property {Values[]} [of] Of any of several kinds.
 * @property {string[]} [words]
 * @property {number[]} [numbers]
 */

/** @typedef {{name: string, values: Values}} Info */

/**
 * @typedef {object} Option
 * @property {string} path `transform.trim.left`, `draw.opacity`, `output_quality`.
 * @property {readonly (string | number)[]} choices The values, if there are only a few to choose from.
 */

/**
 * Asks a server for its options.
 *
 * @param {string} url
 * @returns {Promise<Option[]>} Those inside of objects, too.
 */
export async function listOptions(url) {
  const response = await fetch(`${url}/options`);
  /** @type {{transform: Info[], draw: Info[], output: Info[]}} */
  const { transform, draw, output } = await response.json();
  return [...below("transform.", transform), ...below("draw.", draw), ...below("", output)];
}

/**
 * @param {string} prefix
 * @param {readonly Info[]} infos
 * @returns {Option[]}
 */
function below(prefix, infos) {
  return infos.flatMap(({ name, values }) => {
    const kinds = values.of ?? [values];
    const path = `${prefix}${name}`;
    const choices = kinds.flatMap(({ words = [], numbers = [] }) => [...words, ...numbers]);
    return [{ path, choices }, ...kinds.flatMap(({ fields }) => below(`${path}.`, fields ?? []))];
  });
}
