// Would anybody notice if the server ignored an option? Every option is taken out of the requests on their way, one at a
// time, and the cases that claim to prove it must fail.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as miniflare from "miniflare";
import { cases } from "./cases/index.js";
import { ask, external } from "./node/miniflare.js";
import { listOptions } from "./node/options.js";
import { startProxy } from "./node/proxy.js";
import { startServers } from "./node/servers.js";

/** @typedef {import("./workers/mutations.js").Mutant} Mutant */
/** @typedef {{mutant: Mutant, failure: string | null}} Outcome */

/** Values that mean the same as saying nothing, which nobody can tell from it. */
const DEFAULTS = new Set([
  "transform.rotate=0",
  "transform.fit=scale-down",
  "transform.gravity=center",
  "transform.gravity.mode=remainder",
  "transform.upscale=interpolate",
  "draw.composite=over",
]);

const claims = cases.flatMap(({ name, proves = [] }) => proves.map((option) => ({ name, option })));

/** @type {import("./node/servers.js").Servers} */
let servers;
/** @type {Awaited<ReturnType<typeof startProxy>>} */
let proxy;
/** @type {import("./node/options.js").Option[]} */
let options;

before(async () => {
  servers = await startServers();
  proxy = await startProxy(servers.palmette);
  options = await listOptions(servers.palmette);
});

after(async () => {
  await proxy?.stop();
  await servers?.stop();
});

/**
 * Runs mutants in one Worker.
 *
 * @param {Mutant[]} mutants
 * @returns {Promise<Outcome[]>}
 */
async function outcomes(mutants) {
  const bindings = { serviceBindings: { PROXY: external(proxy.url) } };
  const results = await ask(miniflare, "workers/mutations.js", bindings, {
    method: "POST",
    body: JSON.stringify(mutants),
  });
  assert.equal(results.length, mutants.length, "a mutant did not run");
  return mutants.map((mutant, at) => ({ mutant, failure: results[at].failure }));
}

test("cases claim to prove every option that the server knows, and no other", () => {
  assert(options.length > 40, `the server must name its options, it names ${options.length}`);
  const claimed = new Set(claims.map(({ option }) => option));
  assert.deepEqual([...claimed].sort(), options.map(({ path }) => path).sort());
});

test("every case passes while nothing is taken out", async () => {
  const names = [...new Set(claims.map(({ name }) => name))];
  const failed = (await outcomes(names.map((name) => ({ name, option: null })))).filter(
    ({ failure }) => failure !== null,
  );
  assert.deepEqual(failed, []);
});

test("every case fails without each option that it claims to prove", async () => {
  const survivors = (await outcomes(claims)).filter(({ failure }) => failure === null).map(({ mutant }) => mutant);
  assert.deepEqual(survivors, []);
});

test("every value that is one of a few is proven, too", async () => {
  const values = options.flatMap(({ path, choices }) => choices.map((choice) => `${path}=${choice}`));
  const mutants = values.flatMap((option) => {
    const claimants = claims.filter((claim) => option.startsWith(`${claim.option}=`));
    return claimants.map(({ name }) => ({ name, option }));
  });
  const killed = new Set(
    (await outcomes(mutants)).filter(({ failure }) => failure !== null).map(({ mutant }) => mutant.option),
  );
  assert.deepEqual(values.filter((value) => !killed.has(value)).sort(), [...DEFAULTS].sort());
});
