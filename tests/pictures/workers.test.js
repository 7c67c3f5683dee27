// @ts-check
/** `toMatchPicture` of Vitest, in workerd, where there are neither files nor processes. */
import { project } from "./kit/project.js";
import { rounds } from "./kit/rounds.js";
import { runVitest } from "./kit/vitest.js";

rounds({ name: "vitest in workerd", hasNot: true, isBrief: true, run: runVitest }, project("workers"));
