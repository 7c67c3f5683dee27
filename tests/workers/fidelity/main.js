// Prints the table, or puts it into docs/fidelity.md with --write.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { measure } from "./measure.js";
import { startServers } from "./servers.js";
import { insert, table } from "./table.js";

const PAGE = join(import.meta.dirname, "..", "..", "..", "docs", "fidelity.md");

const servers = await startServers();
const text = table(await measure(servers.full.url, servers.bare.url));
if (process.argv.includes("--write")) await writeFile(PAGE, insert(await readFile(PAGE, "utf8"), text));
else console.log(text);
await servers.stop();
