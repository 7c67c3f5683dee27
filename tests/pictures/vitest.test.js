// @ts-check
/** `toMatchPicture` of Vitest, in Node. */
import { project } from "./kit/project.js";
import { rounds } from "./kit/rounds.js";
import { runVitest } from "./kit/vitest.js";

rounds({ name: "vitest", hasNot: true, run: runVitest }, project("vitest"));
