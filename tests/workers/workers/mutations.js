// Single cases, each before a server that does not get to see one option: the proxy takes it out.

import { createImages } from "palmette";
import { cases } from "../cases/index.js";
import { run } from "../kit/run.js";

/** @typedef {{PROXY: Fetcher}} Env */
/** @typedef {{option: string | null, name: string}} Mutant What is taken out, if anything, and the case that runs. */

export default {
  /**
   * Runs the mutants that are sent as JSON and answers with what became of each.
   *
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    const mutants = /** @type {Mutant[]} */ (await request.json());
    const mutated = mutants.map(({ option, name }) => {
      const original = cases.find((one) => one.name === name);
      if (original === undefined) throw new Error(`there is no case "${name}"`);
      const images = createImages(env.PROXY, { headers: option === null ? {} : { "drop-option": option } });
      return { ...original, run: () => original.run(images, { tight: images }) };
    });
    const untouched = createImages(env.PROXY);
    return Response.json(await run(mutated, { images: untouched, tight: untouched, lacks: [] }));
  },
};
