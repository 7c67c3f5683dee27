// All cases.

import { answers } from "./answers.js";
import { cutAndTurn } from "./cut-and-turn.js";
import { draw } from "./draw.js";
import { hosted } from "./hosted.js";
import { info } from "./info.js";
import { look } from "./look.js";
import { output } from "./output.js";
import { severalResults } from "./outputs.js";
import { resize } from "./resize.js";
import { streams } from "./streams.js";
import { text } from "./text.js";
import { wrongOptions } from "./wrong-options.js";
import { wrongSources } from "./wrong-sources.js";

/** @type {readonly import("../kit/case.js").Case[]} */
export const cases = [
  // One of these waits for seconds, so they begin.
  ...wrongSources,
  ...cutAndTurn,
  ...resize,
  ...look,
  ...draw,
  ...output,
  ...severalResults,
  ...info,
  ...answers,
  ...streams,
  ...text,
  ...wrongOptions,
  ...hosted,
];
