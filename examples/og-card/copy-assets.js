// @ts-check
/** Copies what the Worker serves but nobody has to commit twice: the font, from its npm package, and the logo. */
import { copyFileSync } from "node:fs";

const ASSETS = {
  "inter.woff2": import.meta.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"),
  "logo.png": import.meta.resolve("../pictures/palmette.png"),
};

for (const [name, from] of Object.entries(ASSETS)) {
  copyFileSync(new URL(from), new URL(`public/${name}`, import.meta.url));
}
