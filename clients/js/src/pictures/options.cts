/**
 * What a test says of a picture beside its name. Nothing of Node is used here: this runs in workerd too.
 */

/** Options of a comparison. */
export interface PictureOptions {
  /**
   * The largest difference to allow, in levels of any channel, 0 to 255; colours are compared after multiplying by alpha.
   * Default: 0.
   */
  tolerance?: number | undefined;
}

/** @throws if an option is unknown. What values may be is checked where they are used. */
export function readOptions(options: PictureOptions = {}): { tolerance: number } {
  const { tolerance = 0, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new TypeError(`palmette: unknown option ${JSON.stringify(unknown)}; there is tolerance`);
  return { tolerance };
}
