// Versions of installed packages.

import { createRequire } from "node:module";

/**
 * @param {string} name As it is imported.
 * @returns {string}
 */
export function version(name) {
  const file = import.meta.resolve(name);
  return createRequire(file)("../../package.json").version;
}
