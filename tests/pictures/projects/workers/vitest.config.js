import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { palmettePictures } from "palmette/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" } }), palmettePictures()],
  test: { include: ["pictures.js"] },
});
