#!/usr/bin/env node
// The command of the npm package; it lies outside of dist/ so that it can be linked before anything is built.
try {
  (await import("../dist/launcher.js")).launch(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
