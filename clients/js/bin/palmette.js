#!/usr/bin/env node
// The command of the npm package; it lies outside of dist/ so that it can be linked before anything is built. `dev` runs here, and
// everything else in the program.
const args = process.argv.slice(2);
try {
  if (args[0] === "dev") await (await import("../dist/cli.js")).main(args.slice(1));
  else (await import("../dist/launcher.js")).launch(args);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
