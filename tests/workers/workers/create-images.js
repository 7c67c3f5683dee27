// The cases with `createImages` over service bindings.

import { createImages } from "palmette";
import { worker } from "../kit/worker.js";

/** @typedef {{PALMETTE: Fetcher, PALMETTE_TIGHT: Fetcher}} Env */

export default worker((/** @type {Env} */ env) => ({
  images: createImages(env.PALMETTE),
  tight: createImages(env.PALMETTE_TIGHT),
  lacks: [],
}));
