import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

// Names are stable and lines are kept, so that two branches that change two screens merge without a conflict. The
// server gives the folder one digest in the address.
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  plugins: [shellWords()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { public: "src/public/main.tsx" },
      output: {
        minify: { compress: true, mangle: true, codegen: { removeWhitespace: false } },
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});

/** Write the words that the server needs for the shells of the pages, e.g. `words.fi.json`. */
function shellWords(): Plugin {
  return {
    name: "shell-words",
    generateBundle() {
      for (const language of ["fi", "sv", "en"]) {
        const { shared, shell } = JSON.parse(readFileSync(`src/words/${language}.json`, "utf-8"));
        this.emitFile({
          type: "asset",
          fileName: `words.${language}.json`,
          source: `${JSON.stringify({ ...shared, ...shell }, null, 1)}\n`,
        });
      }
    },
  };
}
