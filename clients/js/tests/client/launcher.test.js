// @ts-check
/**
 * The command `palmette` of the package, in front of a program that is made up: arguments, streams, exit code and signals pass.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";

const COMMAND = join(dirname(dirname(import.meta.dirname)), "bin", "palmette.js");

const folder = mkdtempSync(join(tmpdir(), "palmette-launcher-"));
after(() => rmSync(folder, { recursive: true }));

/**
 * Starts the command in front of a script of CommonJS.
 *
 * @param {string} script
 * @param {string[]} args
 */
function start(script, ...args) {
  const PALMETTE_BINARY = join(mkdtempSync(join(folder, "-")), "palmette");
  writeFileSync(PALMETTE_BINARY, `#!${process.execPath}\n${script}\n`);
  chmodSync(PALMETTE_BINARY, 0o755);
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...process.env, PALMETTE_BINARY } });
  return { child, closed: once(child, "close"), stdout: child.stdout.setEncoding("utf8"), stderr: child.stderr };
}

/** Says what it got, copies stdin to stdout, and fails. */
const ECHO = `process.stdout.write(JSON.stringify(process.argv.slice(2)));
  process.stdin.on("end", () => { process.stderr.write("oops"); process.exitCode = 7; }).pipe(process.stdout);`;

/** Says so, and waits to be ended. */
const READY = `setInterval(() => {}, 1000); process.stdout.write("ready");`;

test("arguments, streams and exit code pass", async () => {
  const { child, closed, stdout, stderr } = start(ECHO, "a b", "--flag", "", "*");
  child.stdin.end("from stdin");
  const [output, errors, [code]] = await Promise.all([text(stdout), text(stderr), closed]);
  assert.deepEqual([output, errors, code], ['["a b","--flag","","*"]from stdin', "oops", 7]);
});

test("without arguments, too, the program answers", async () => {
  const { closed, stdout } = start('process.stdout.write(process.argv.length - 2 + " arguments")');
  const [output, [code]] = await Promise.all([text(stdout), closed]);
  assert.deepEqual([output, code], ["0 arguments", 0]);
});

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  test(`a program that handles ${signal} ends as it likes`, async () => {
    const { child, closed, stdout } = start(
      `process.on("${signal}", () => process.stdout.write("got it", () => process.exit(5))); ${READY}`,
    );
    await once(stdout, "data");
    child.kill(signal);
    const [output, [code]] = await Promise.all([text(stdout), closed]);
    assert.deepEqual([output, code], ["got it", 5]);
  });
}

test("a program that a signal ends ends the command by the same", async () => {
  const { child, closed, stdout } = start(READY);
  await once(stdout, "data");
  child.kill("SIGTERM");
  assert.deepEqual(await closed, [null, "SIGTERM"]);
});

test("no program: the message, and code 1", async () => {
  const env = { ...process.env, PALMETTE_BINARY: folder };
  const child = spawn(process.execPath, [COMMAND, "info"], { env });
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  assert.match(errors, /^palmette: .* is not a program \(PALMETTE_BINARY\)\n$/);
  assert.equal(code, 1);
});
