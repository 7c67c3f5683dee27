import { palmettePictures } from "palmette/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({ plugins: [palmettePictures()], test: { include: ["pictures.js"] } });
