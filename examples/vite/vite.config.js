import { cloudflare } from "@cloudflare/vite-plugin";
import { palmetteImages } from "palmette/vite";
import { defineConfig } from "vite";

export default defineConfig(({ command }) => ({
  plugins: [cloudflare({ config: palmetteImages(command, { start: true }) })],
}));
