// Builds assets/entries/*.{ts,css} into assets/dist, which Django serves under /static/.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { extname, join } from "node:path";
import { build, context } from "esbuild";

const entries = "assets/entries";
const outdir = "assets/dist";
const watch = process.argv.includes("--watch");

const options = {
  entryPoints: readdirSync(entries)
    .filter((name) => [".ts", ".css"].includes(extname(name)))
    .map((name) => join(entries, name)),
  outdir,
  bundle: true,
  format: "esm",
  splitting: true,
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  legalComments: "linked",
  loader: { ".woff2": "file", ".woff": "file", ".ttf": "file", ".svg": "file", ".png": "file", ".wasm": "file" },
  assetNames: "media/[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
  logLevel: "warning",
};

if (existsSync(outdir)) rmSync(outdir, { recursive: true });
mkdirSync(outdir, { recursive: true });
if (watch) {
  const running = await context(options);
  await running.watch();
  console.log(`watching ${entries}`);
} else {
  await build(options);
}
