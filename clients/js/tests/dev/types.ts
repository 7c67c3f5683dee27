// The helpers fit where they are meant to be put, by the types of those who take them. Checked by tsc, never run.
import { cloudflare } from "@cloudflare/vite-plugin";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { palmetteImages as forVite } from "palmette/vite";
import { palmetteImages as forVitest } from "palmette/vitest";
import { defineConfig } from "vite";

export const vite = defineConfig(({ command }) => ({
  plugins: [cloudflare({ config: forVite(command, { start: true, headers: { authorization: "Bearer x" } }) })],
}));

export const vitest = cloudflareTest({
  wrangler: { configPath: "./wrangler.jsonc" },
  miniflare: forVitest("IMAGES", { url: "http://127.0.0.1:0", start: true }),
});

// @ts-expect-error there is no such option
forVite("serve", { uri: "http://127.0.0.1:9901" });
