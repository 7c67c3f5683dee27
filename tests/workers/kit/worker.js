// What every Worker here does with its bindings: run the cases. `workerd test` calls `test`, miniflare calls `fetch`.

import { cases } from "../cases/index.js";
import { run } from "./run.js";

/**
 * Makes a Worker.
 *
 * @template Env
 * @param {(env: Env) => import("./run.js").Bindings} bind
 */
export function worker(bind) {
  return {
    /**
     * Prints a line of JSON for every case and fails if one failed.
     *
     * @param {unknown} _controller
     * @param {Env} env
     */
    async test(_controller, env) {
      const results = await run(cases, bind(env));
      for (const result of results) console.log(JSON.stringify(result));
      const failed = results.filter(({ failure }) => failure !== null);
      if (failed.length > 0) throw new Error(`${failed.length} of ${results.length} cases failed`);
    },

    /**
     * Answers with what became of every case.
     *
     * @param {Request} _request
     * @param {Env} env
     */
    async fetch(_request, env) {
      return Response.json(await run(cases, bind(env)));
    },
  };
}
