// Builds assets/entries/*.{ts,css} into assets/dist, which Django serves under /static/, and the icon sprite beside them.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { build, context } from "esbuild";
import { sprite } from "./assets/icons.mjs";
import { purge } from "./assets/purge.mjs";

const entries = "assets/entries";
const outdir = "assets/dist";
const watch = process.argv.includes("--watch");

const options = {
  entryPoints: readdirSync(entries)
    .filter((name) => [".ts", ".css"].includes(extname(name)))
    .map((name) => join(entries, name)),
  outdir,
  bundle: true,
  plugins: [purge],
  format: "esm",
  splitting: true,
  // light-dark() and cascade layers stay as written: the browsers of product.md's plants have them since 2024
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
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
cpSync("assets/img", join(outdir, "img"), { recursive: true });
writeFileSync(join(outdir, "icons.svg"), sprite());
if (watch) {
  const running = await context(options);
  await running.watch();
  console.log(`watching ${entries}`);
} else {
  await build(options);
}
