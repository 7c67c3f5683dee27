// A Worker that sends every probe to its Images binding and hands out what came back, as a tar archive: what
// `palmette conformance` compares with Palmette's own answers.
//
// It holds nothing: `collect` asks for one stretch of the list after the other, so that no request takes long.

import { answer } from "./answer.js";
import list from "./probes.json";
import { font, source } from "./sources.js";
import { tar } from "./tar.js";

/** Probes that one request answers if it does not say how many: few enough for the limits of a free account. */
const STRETCH = 20;

/** The most. */
const LONGEST = 100;

export default {
  /**
   * @param {Request} request
   * @param {{ IMAGES: ImagesBinding, ZONE?: string }} env
   */
  async fetch(request, { IMAGES, ZONE }) {
    const { origin, pathname, searchParams } = new URL(request.url);
    const [, folder, name] = pathname.split("/");
    if (pathname === "/results.tar") {
      const from = whole(searchParams.get("from"), 0);
      const count = Math.min(whole(searchParams.get("count"), STRETCH), LONGEST);
      const files = from === 0 ? about(ZONE) : [];
      for (const probe of list.probes.slice(from, from + count)) {
        files.push(...(await answer(IMAGES, probe, { origin, zone: ZONE || undefined })));
      }
      return new Response(tar(files), { headers: { "content-type": "application/x-tar" } });
    }
    if (folder === "count") {
      return new Response(String(list.probes.length));
    }
    // Where the real service gets what a binding cannot be given: the font of a text, and the source of a URL.
    if (folder === "font.ttf") {
      return new Response(font(), { headers: { "content-type": "font/ttf" } });
    }
    const file = folder === "sources" ? source(name) : undefined;
    if (file !== undefined) {
      return new Response(file, { headers: { "content-type": "image/png" } });
    }
    return new Response(`${list.probes.length} probes: run "./collect ${origin} results"\n`, {
      status: pathname === "/" ? 200 : 404,
    });
  },
};

/**
 * The files that say what was asked, when and where.
 *
 * @param {string | undefined} zone
 * @returns {import("./tar.js").File[]}
 */
function about(zone) {
  const { profile } = list;
  const about = { date: new Date().toISOString(), runtime: navigator.userAgent, zone: zone || null, profile };
  return [
    { name: "probes.json", content: JSON.stringify(list) },
    { name: "about.json", content: JSON.stringify(about) },
  ];
}

/**
 * Reads a whole number from 0 on.
 *
 * @param {string | null} text
 * @param {number} otherwise
 */
function whole(text, otherwise) {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : otherwise;
}
