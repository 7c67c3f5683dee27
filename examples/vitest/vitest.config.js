import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { palmetteImages } from "palmette/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.jsonc" },
      // Port 0: a server for these tests alone, at any free port.
      miniflare: palmetteImages("IMAGES", { url: "http://127.0.0.1:0", start: true }),
    }),
  ],
});
