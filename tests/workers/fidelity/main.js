// Prints the table, or puts it into the README with --write.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startServer } from "palmette/server";
import { measure } from "./measure.js";
import { insert, table } from "./table.js";

const README = join(import.meta.dirname, "..", "..", "..", "README.md");

const server = await startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu"] });
const text = table(await measure(server.url));
if (process.argv.includes("--write")) await writeFile(README, insert(await readFile(README, "utf8"), text));
else console.log(text);
await server.stop();
