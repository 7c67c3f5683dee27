// The cases with the runtime's own Images binding.

import { worker } from "../kit/worker.js";

/** @typedef {{IMAGES: ImagesBinding, TIGHT: ImagesBinding, LACKS: string[]}} Env */

export default worker((/** @type {Env} */ env) => ({ images: env.IMAGES, tight: env.TIGHT, lacks: env.LACKS }));
