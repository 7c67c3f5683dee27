/**
 * The plugin as `palmette run` uses it: the server runs already, and the options say where.
 */
import { type ImagesPlugin, imagesPlugin, NAME } from "../miniflare/images-plugin.js";

/** What miniflare looks for in a package of plugins: each by its name. */
export const plugins: Record<typeof NAME, ImagesPlugin> = { [NAME]: imagesPlugin(async ({ url }) => url) };
